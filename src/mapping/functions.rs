//! The one table of the mapping language: each function is registered from its row, and the help,
//! the completion and the reference are made from the same row.

use rhai::Engine;

use super::register;

/// One function of the mapping language.
pub struct FunctionDoc {
    /// The name as it is written; `[]` for reading and writing by path.
    pub name: &'static str,
    /// What stands before the dot.
    pub receiver: Receiver,
    /// How it is called and what it gives.
    pub signature: &'static str,
    /// What it does, in one sentence.
    pub help: &'static str,
    /// A line that compiles and runs.
    pub example: &'static str,
    /// What its first argument is, for checks before the script runs.
    pub(super) takes: Takes,
    pub(super) register: fn(&mut Engine),
}

/// What a function is called on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Receiver {
    /// `msg`, or a group or segment of it.
    Message,
    /// `out`, or a segment of it.
    Output,
    /// `rows` or a row.
    Rows,
    /// Any text.
    Text,
    /// A date from `date(text)` or `now()`.
    Date,
    /// A name from `name(…)`.
    Name,
    /// Nothing: it is called by its name alone.
    Nothing,
}

/// What the first argument of a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    Nothing,
    Path,
    /// The first of two arguments is a path, the only one is not.
    PathOfTwo,
    /// The second argument is a list of paths.
    Paths,
    /// The second argument is a path.
    PathSecond,
    Segment,
    Group,
    Table,
    Codes,
}

/// Makes the table: receiver, what the first argument is, and the function of `register` that
/// registers it; then name, signature, help and example.
macro_rules! functions {
    ($($receiver:ident $takes:ident $register:ident:
        $name:literal, $signature:literal, $help:literal, $example:literal;)*) => {
        /// Every function of the mapping language beside those of Rhai itself.
        pub static FUNCTIONS: &[FunctionDoc] = &[$(FunctionDoc {
            name: $name,
            receiver: Receiver::$receiver,
            signature: $signature,
            help: $help,
            example: $example,
            takes: Takes::$takes,
            register: register::$register,
        },)*];
    };
}

functions! {
    Message Path read_by_path:
        "[]", "msg[path] -> text",
        "Reads a value: plain text, \"\" where it is absent; also of a group or segment.",
        "let sex = msg[\"PID-8\"];";
    Message Path raw:
        "raw", "msg.raw(path) -> text",
        "Reads a value as it stands, separators and escapes in place.",
        "let name = msg.raw(\"PID-5\");";
    Message Path values:
        "values", "msg.values(path) -> array",
        "Reads all values that a path means; of a whole field, each repetition.",
        "for id in msg.values(\"PID-3[*].1\") { print(id); }";
    Message Path count:
        "count", "msg.count(path) -> number",
        "Counts segments, or the repetitions of a field.",
        "let results = msg.count(\"OBX\");";
    Message Path exists:
        "exists", "msg.exists(path) -> bool",
        "Tells whether there is a segment or a value, a null included.",
        "if msg.exists(\"PV1-3\") { print(\"has a bed\"); }";
    Message Path is_absent:
        "is_absent", "msg.is_absent(path) -> bool",
        "Tells whether the message has nothing there, not even an empty place.",
        "if msg.is_absent(\"PID-13\") { print(\"no telephone\"); }";
    Message PathOfTwo is_empty:
        "is_empty", "msg.is_empty(path) -> bool",
        "Tells whether there is no value, be the place absent or empty.",
        "if msg.is_empty(\"PID-13\") { print(\"no telephone\"); }";
    Message PathOfTwo is_null:
        "is_null", "msg.is_null(path) -> bool, text.is_null() -> bool",
        "Tells whether HL7's null stands there, which asks to delete the value.",
        "if msg[\"PID-13\"].is_null() { out[\"PID-13\"] = null_value(); }";
    Message Group groups:
        "groups", "msg.groups(name) -> array of groups",
        "Gives the groups of a name, however deep; also of a group.",
        "for order in msg.groups(\"ORDER_OBSERVATION\") { print(order.count(\"OBX\")); }";
    Message Segment segment:
        "segment", "msg.segment(name) -> segment",
        "Gives the first segment of a name, also of a group or of out.",
        "let visit = msg.segment(\"PV1\"); print(visit[\"3.1\"]);";
    Message Segment segments:
        "segments", "msg.segments(name) -> array of segments",
        "Gives the segments of a name, or all of them; also of a group or of out.",
        "for obx in msg.segments(\"OBX\") { print(obx[\"5\"]); }";
    Message Segment all:
        "all", "msg.all(name) -> array of segments",
        "Gives the segments of a name, however deep: the same as segments.",
        "for order in msg.groups(\"ORDER_OBSERVATION\") { for obx in order.all(\"OBX\") { out.append(obx); } }";
    Message Nothing id:
        "id", "segment.id -> text",
        "Gives the name of a segment.",
        "for segment in msg.segments() { print(segment.id); }";
    Output Path write_by_path:
        "[]", "out[path] = value",
        "Writes a value, escaped as needed; the message grows, in any order.",
        "out[\"PID-8\"] = \"F\"; out[\"PID-3[2].1\"] = \"4711\";";
    Output Path set_raw:
        "set_raw", "out.set_raw(path, text)",
        "Writes a text as it is: its separators make components and repetitions.",
        "out.set_raw(\"PID-5\", \"ROE^JANE~ROE^JANIE\");";
    Output Path clear:
        "clear", "out.clear(path)",
        "Empties a place and keeps it.",
        "out.copy(msg, [\"PID\"]); out.clear(\"PID-19\");";
    Output Path remove:
        "remove", "out.remove(path)",
        "Takes out all segments of a name, one of them, a field or a repetition; what follows moves up.",
        "out.copy(msg); out.remove(\"PV1\");";
    Output Paths copy:
        "copy", "out.copy(msg, [path, …]), out.copy(msg)",
        "Copies segments and fields as they are, or the whole message, in place of what was there.",
        "out.copy(msg, [\"MSH\", \"PID\", \"PV1-3\"]);";
    Output Segment append:
        "append", "out.append(segment) -> segment",
        "Appends a segment of msg, a new one by name, the segments of a group or an array.",
        "let pet = out.append(\"ZPI\"); pet[\"1\"] = \"Rex\";";
    Rows Table add:
        "add", "rows.add(table) -> row",
        "Adds a row to a table of the profile.",
        "let row = rows.add(\"patient\"); row.mrn = msg[\"PID-3.1\"];";
    Rows Nothing cells:
        "[]", "row.column = value, row[\"column\"] = value",
        "Writes a cell, as what the column holds; () leaves it absent.",
        "let row = rows.add(\"patient\"); row.born = date(msg[\"PID-7\"]);";
    Nothing Codes codes:
        "codes", "codes(table, text) -> text",
        "Translates a code by a code table of the profile, or of the standard by its number (`0001`); \"\" and null stay as they are.",
        "out[\"PID-8\"] = codes(\"sex\", msg[\"PID-8\"]);";
    Nothing Codes codes_back:
        "codes_back", "codes_back(table, text) -> text",
        "Translates a code of the application back to the site's; \"\" and null stay as they are.",
        "out[\"PID-8\"] = codes_back(\"sex\", \"F\");";
    Nothing Nothing date:
        "date", "date(text) -> date",
        "Reads a date or time; \"\" and null give a date without value.",
        "let born = date(msg[\"PID-7\"]);";
    Nothing Nothing now:
        "now", "now() -> date",
        "Gives the time of the run, the same for each call.",
        "out[\"MSH-7\"] = now();";
    Date Nothing format:
        "format", "date.format(pattern) -> text",
        "Writes a date by a pattern of yyyy, MM, dd, HH, mm, ss; without value \"\".",
        "let text = date(msg[\"PID-7\"]).format(\"yyyy-MM-dd\");";
    Date Nothing age:
        "age", "date.age(on) -> number",
        "Gives the whole years from this date to another, () where one is missing.",
        "let years = date(msg[\"PID-7\"]).age(now());";
    Date Nothing year:
        "year", "date.year -> number",
        "Gives the year, () where it is missing.",
        "let year = date(\"20260301\").year;";
    Date Nothing month:
        "month", "date.month -> number",
        "Gives the month, () where it is missing.",
        "let month = date(\"20260301\").month;";
    Date Nothing day:
        "day", "date.day -> number",
        "Gives the day of the month, () where it is missing.",
        "let day = date(\"20260301\").day;";
    Date Nothing hour:
        "hour", "date.hour -> number",
        "Gives the hour, () where it is missing.",
        "let hour = now().hour;";
    Date Nothing minute:
        "minute", "date.minute -> number",
        "Gives the minute, () where it is missing.",
        "let minute = now().minute;";
    Date Nothing is_missing:
        "is_missing", "date.is_missing() -> bool",
        "Tells whether the date has no value.",
        "if date(msg[\"PID-29\"]).is_missing() { print(\"alive\"); }";
    Date Nothing date_order:
        "<", "date < date -> bool",
        "Compares two dates, with all of < <= > >= == !=.",
        "if date(msg[\"PID-7\"]) < date(\"19260101\") { warn(\"PID-7\", \"born long ago\"); }";
    Nothing PathSecond name:
        "name", "name(msg, path) -> name, name(text) -> name",
        "Takes a person's name apart, the first repetition.",
        "print(name(msg, \"PID-5\"));";
    Name Nothing family:
        "family", "name.family -> text",
        "Gives the family name.",
        "let family = name(msg, \"PID-5\").family;";
    Name Nothing given:
        "given", "name.given -> text",
        "Gives the first given name.",
        "let given = name(msg, \"PID-5\").given;";
    Name Nothing middle:
        "middle", "name.middle -> text",
        "Gives the further given names or initials.",
        "let middle = name(msg, \"PID-5\").middle;";
    Name Nothing suffix:
        "suffix", "name.suffix -> text",
        "Gives what follows the name, such as Jr.",
        "let suffix = name(msg, \"PID-5\").suffix;";
    Name Nothing prefix:
        "prefix", "name.prefix -> text",
        "Gives what goes before the name, such as Dr.",
        "let prefix = name(msg, \"PID-5\").prefix;";
    Name Nothing degree:
        "degree", "name.degree -> text",
        "Gives the degree, such as MD.",
        "let degree = name(msg, \"PV1-7\").degree;";
    Nothing Nothing null_value:
        "null_value", "null_value() -> text",
        "Gives HL7's null, which asks the receiver to delete the value.",
        "out[\"PID-13\"] = null_value();";
    Text Nothing pad:
        "pad", "pad(text, width) -> text, pad(text, width, fill) -> text",
        "Fills a text on the left, with 0 unless another letter is given.",
        "out[\"PID-3.1\"] = pad(msg[\"PID-3.1\"], 10, \"0\");";
    Text Nothing pad_end:
        "pad_end", "pad_end(text, width) -> text, pad_end(text, width, fill) -> text",
        "Fills a text on the right, with blanks unless another letter is given.",
        "let name = pad_end(msg[\"PID-5.1\"], 20);";
    Text Nothing digits:
        "digits", "digits(text) -> text",
        "Keeps the digits of a text.",
        "out[\"PID-13\"] = digits(msg[\"PID-13\"]);";
    Nothing Nothing next_id:
        "next_id", "next_id() -> text",
        "Gives a new id of 16 digits and capitals; equal seeds give equal ids.",
        "out[\"MSH-10\"] = next_id();";
    Nothing PathOfTwo info:
        "info", "info(path, text), info(text)",
        "Tells something worth knowing.",
        "info(\"PID-8\", \"sex is not known\");";
    Nothing PathOfTwo warn:
        "warn", "warn(path, text), warn(text)",
        "Warns of something that may be wrong.",
        "warn(\"PID-19\", \"SSN is no longer sent\");";
    Nothing PathOfTwo error:
        "error", "error(path, text), error(text)",
        "Tells what is wrong; the script goes on.",
        "error(\"PID-3\", \"there is no record number\");";
    Nothing Nothing skip:
        "skip", "skip(why)",
        "Ends the script: the message is of no concern, nothing comes out.",
        "if msg[\"MSH-11\"] == \"T\" { skip(\"a training message\"); }";
    Nothing Nothing reject:
        "reject", "reject(why)",
        "Ends the script: the message is refused, nothing comes out.",
        "if msg[\"PID-3.1\"] == \"\" { reject(\"there is no record number\"); }";
    Nothing Nothing print:
        "print", "print(value)",
        "Shows a value among the findings, for trying things out.",
        "print(msg[\"PID-5\"]);";
    Nothing Nothing debug:
        "debug", "debug(value)",
        "Shows a value among the findings, the same as print.",
        "debug(msg.count(\"OBX\"));";
}
