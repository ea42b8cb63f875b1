//! What `--help` says below the options of each command: formats and rules that results follow.

use crate::net::{Fault, FaultSide};

/// For the program.
pub(super) const ALL: &str =
    "Without a command, the window opens with the files given. FILE may be a file or a folder (read
with all its sub-folders); `-` is standard input. Files may hold one or many messages, batches
(FHS/BHS) or MLLP frames, end their lines with CR, LF or CRLF, and be compressed (gzip, zstd).
Standard input is read to its end before the first message of it is worked on.

Results go to standard output, everything said about them to standard error. PIPEHAT_LOG=debug
says there what the program does; values of messages are never logged.

Exit status: 0 clean; 1 differences, failures or errors found; 2 could not run; 130 stopped.";

/// For `show`.
pub(super) const SHOW: &str = r#"json: one object a line,
{"index":0,"segments":[{"id":"PID","fields":[[[["12345"]]]]}]}, where
fields[field-1][repetition-1][component-1][subcomponent-1] is unescaped text. For MSH, field 1 is
the separator and field 2 the encoding characters. An empty field, repetition or component is [];
HL7's null is the text "" (two quotes). `index` counts the messages of all files from 0. A line
that is no segment has what stands before its first field separator as "id".

hl7: the bytes of each message as they came; messages in UTF-16 or UTF-32 are printed as UTF-8. A
message whose last line has no end gets a CR, so that the next one begins a line.

tree: groups as in the message's structure, and for each element its location, name and value.

--why: each message definition of the profile with what of its identity matches and where the
message first does not fit its grammar; then the grammar, and for each segment its place in it."#;

/// For `get`.
pub(super) const GET: &str = r#"A location is written as PID-5, PID-5.1, PID-5[2].1.3, OBX[3]-5, OBX[*]-5 or PID-3[?5=MR].1.
Several matches of one location (of [*]) are joined by "~". A tab, a line feed and a carriage
return inside a value are printed as \t, \n and \r, so that lines stay lines. What is absent or
empty prints as nothing; HL7's null as "" (two quotes). A field with several components keeps the
delimiters between them."#;

/// For `transform`.
pub(super) const TRANSFORM: &str = r#"The messages keep their order. Each message that is skipped, rejected, fails or fits no message
definition of the profile is reported on standard error with its file and number; the last line
there counts them. Rejected, failed and unmatched messages make the exit status 1; skipped ones
are what the profile wants.

hl7: every segment ends with CR, each message begins with its MSH, nothing stands between
messages: `pipehat show` and every reader that begins a message at MSH read it back. Where MSH-18 of
the output is that of the input, what was not edited keeps its bytes, and the rest is written in the
character set that the input was read in; else MSH-18 of the output names it, all repetitions taken
together, and without one it is UTF-8. A message that cannot be written so is reported as failed.

rows-json: one object a row, {"index":0,"table":"patient","row":{"mrn":"123"}}; `index` counts the
input messages from 0, so that rows of one message can be joined. A column about which a message
says nothing is left out; HL7's null is null.

csv: RFC 4180 with a header line. With rows of one table only, it goes to --out or standard
output; with several tables, --out names a folder that gets one TABLE.csv for each. A column about which
a message says nothing is empty; HL7's null is the text "" (two quotes).

--from csv takes a file a table, named after it, or a folder of them. The rows of the first table without a
parent begin a message each; the others belong to the message that has the row with their parent's
keys, or the keys of that first table. Where these are not one message's alone, number the messages:
--index writes the number of the message, counted from 0, as a first column; --from csv reads it.

--from rows-json and --from csv go the other way: the files hold rows as --to rows-json writes them, and the rows of
each index, one after the other, become a message of the definition that --message names. Its `rows`
are read backwards: columns are written where they are read from, codes go back to the site's, groups
are made for the rows that stand for them, and the rest stands in the definition's `out` template. The
message is read again: a column that does not come back is an error by its name."#;

/// For `trace`.
pub(super) const TRACE: &str = r#"The steps are those that the window's stepper shows, in its order: the site's first script, the rows
that the definition declares, its script, the site's last script. What is part of another step is set
in under it: a pass under its loop, the lines of a function under the line that calls it. "(goes on)"
is where a line goes on after such steps; it shows what the call gave. Ids are those of the window.

json: one object for each place, {"step","again","part_of","pass","script","line","column","table",
"function","title","events"}, steps and rows counted from 1; each event says "what" happened. The last
object says what became of the message: {"verdict","why","failure","full"}.

After 20,000 steps the recording ends, and says so. Exit status 1 when the mapping tells errors, fails
or rejects the message, or no definition fits it.

  pipehat trace --profile site.ron --message 3 samples.hl7"#;

/// For `lesson`.
pub(super) const LESSON: &str = r"A lesson is a message, what a site makes of it, and notes on its places and steps; the window shows it page
by page in large type. Exit status 1 when a page leads to a place that the message does not have, or to a
step that its run does not come to.

  pipehat lesson examples/lessons/structure.lesson.ron";

/// For `check`.
pub(super) const CHECK: &str = r#"Each finding names its place, its rule and what would mend it. --rules lists the rules, with how grave
they are where the standard asks and where the profile does; a profile changes that (`severity`), waives
a rule for a place with a reason (`waivers`), and adds rules of its own: `rules` of a message or a
segment, and `when` of a conditional field.

No value is told but short codes: `found` has the shape, 9 for a digit, A and a for letters. --values
shows what stands at each place.

json: one object a finding, {"file","message","severity","code","rule","location","span","expected",
"found","value","text","help","fix","waived"}; a waived finding has the reason, and does not count.

junit: a suite for each file, a case for each message; errors and warnings are failures.

Exit status 1 when an error is found; warnings and remarks alone leave it 0.

  pipehat check --profile site.ron samples
  pipehat check --profile site.ron --format junit samples > report.xml"#;

/// For `profile`.
pub(super) const PROFILE: &str =
    "A part is named by its path: messages/ADT/rows/patient/columns/mrn.
Exit status of diff: 0 alike, 1 different, 2 could not run. Exit status of merge: 1 when there are
conflicts; the merged profile then has ours in their places and names both sides at its top.

  pipehat profile explain site.ron
  pipehat profile diff a.ron b.ron
  pipehat profile merge base.ron ours.ron theirs.ron --out merged.ron";

/// For `profile codes`.
pub(super) const PROFILE_CODES: &str =
    "A sheet has a line for each code: site,application,meaning,back. `site` is the code that the site
sends and `application` what it becomes; without a code of the site, the line is a code of the
application. `back` is yes where the application's code goes back to this code of the site, only
where the line says nothing but that. A first line that names the columns may have them in any
order and among others; without one there are codes alone, codes of both sides, or these with
meanings. Commas, semicolons and tabs are recognised; the text is UTF-8, UTF-16 or Windows-1252.

A code that is missing or stands in two lines is refused with its line, and nothing is changed.
--import says what it adds, changes and removes; the profile as it was stays beside it as .bak.

  pipehat profile codes site.ron
  pipehat profile codes site.ron --table sex --export sex.csv
  pipehat profile codes site.ron --table sex --import sex.csv --replace";

/// For `profile unmapped`.
pub(super) const PROFILE_UNMAPPED: &str =
    "One line a code: how often, code table, location, code, and the first message that has it. Of a text
that is too long for a code only its length is shown. Exit status 1 when there is any.

json: {\"count\":12,\"table\":\"sex\",\"location\":\"PID-8\",\"code\":\"9\",\"asked_by\":\"patient.sex\",
\"file\":\"a.hl7\",\"message\":1}, one object a line.";

/// For `profile coverage`.
pub(super) const PROFILE_COVERAGE: &str =
    "Each message is mapped, and what its rows and its script read, test or copy counts as used, and so do
the locations of the identity that it matched. Occurrences of a segment and repetitions of a field
are one place. The values of messages that are skipped, rejected, fail or fit no definition are not
looked at; they are counted.

json: one object a line, its kind in \"what\": messages, place, column, code, definition.";

/// For `send`.
pub(super) fn send() -> String {
    format!(
        "{SEND}\n\n{}",
        faults(|fault| fault.side() == FaultSide::Both)
    )
}

/// For `listen`.
pub(super) fn listen() -> String {
    format!("{LISTEN}\n\n{}", faults(|_| true))
}

fn faults(is_had: impl Fn(Fault) -> bool) -> String {
    let mut text = "Faults:".to_owned();
    for fault in Fault::ALL.into_iter().filter(|fault| is_had(*fault)) {
        text.extend(["\n  ", fault.name(), ": ", fault.help()]);
    }
    text
}

const SEND: &str = "A message counts as accepted when an answer with its control id (MSA-2) has one of the codes of
--accept. What was sent and not answered is neither: nobody knows whether the peer took it, and the
last line on standard error counts it so. Messages that were not accepted are told line by line on
standard output; with --json everything is: connections, messages, answers, and in the end of each
message accepted, refused, unanswered (none was asked for), not-sent or unknown.

--window sends on before answers have come, as many messages at once as it says. A message with the control
id of one that waits for its answer waits, too. Where the connection breaks, nobody knows of any that was
open then whether the peer took it, and that is said of each.

To a URL each message goes as one POST of HTTP/1.1, and its answer is its acknowledgment, whatever the
status of HTTP. Without one, a status below 500 means that the peer did not take the message, and any other
that nobody knows. Redirections are not followed. Credentials come from --http-auth or the environment, and
are shown to the peer alone.

Ctrl-C sends nothing more and waits for the answers to what was sent; a second one ends at once.
Exit status 1: a message was not accepted.";

const LISTEN: &str = "immediate answers AA as soon as the message is here and, with --save, safe on the disk. mapped answers as the profile's mapping turns out: AA,
also for what a script skips; AR for what it rejects and what fits no message definition; AE, with
the place and the words in ERR, for what fails. Where MSH-15 and MSH-16 ask for other
acknowledgments (enhanced mode), those are sent. A code is answered to every message, whatever it
asks for; none answers nothing.

With --layer http each POST to the path brings a message, and its acknowledgment is answered with status
200, an error or a rejection too, as the specification \"HL7 over HTTP\" has it; 202 says that the message
asks for none. What brings no message is refused with words: 404 and 405 for another path or method, 401
without the credentials that are asked for, 413 for a body over --max-size, 415 for another content type.
Bodies may be packed by gzip.

Standard output tells what happens, a line each: connections, messages, answers, and all that a peer
does otherwise than agreed, with the byte at which it does. Values of messages are not among it.

Ctrl-C takes no more connections, answers what has come, and ends. Exit status 1: a message was
answered with an error or a rejection, or its answer could not be delivered.";

/// For `torture`.
pub(super) const TORTURE: &str = "Against a listener, each case connects, does what its title says, and looks at what comes back; then
a well-behaved message has to be accepted, so that a listener that hangs or falls over is found.
Start it for this, and let it keep what comes somewhere that nobody reads.

With --listen, point a sender at the port and let it send messages, each with a control id of its own, as
many as there are cases and as many again as it sends anew. What is judged is what it does next: whether it takes for an answer
what is none, sends again what may have arrived, or goes on as if nothing had happened.

passed, but …: what may happen, and somebody should know of. Exit status 1: a case failed.";
