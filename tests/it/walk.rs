//! Walking through recorded runs, as text: where each move leads, and what there is then.

use std::fmt::Write as _;
use std::sync::Arc;

use pipehat::cancel::Cancel;
use pipehat::mapping::MOST_STEPS;
use pipehat::profile::read;
use pipehat::workbench::{
    Corpus, Direction, Mark, Memo, Move, Origin, Records, Snapshot, Source, StateAt, Track, Walk,
    derive,
};

const MESSAGE: &str = "MSH|^~\\&|LAB|ELSE|INDEX|REG|20260301||ORU^R01|M1|P|2.5.1\r\
    PID|1||4711^^^ELSE^MR||Brook^Ada||19700315|2\r\
    OBX|1|NM|GLU||5.4\rOBX|2|NM|NA||140\rOBX|3|NM|HB||8.1\r";

/// The walk through the run of a script over the message.
pub(super) fn walk(script: &str) -> Walk {
    Walk::new(track(script))
}

pub(super) fn track(script: &str) -> Arc<Track> {
    let profile = format!(
        r####"Profile(format: 1, name: "Test", standard: "2.5.1",
        messages: [Message(name: "test",
            rows: [Rows(table: "patient", root: "PID", columns: {{ "mrn": From("PID-3.1"), "sex": From("PID-8") }})],
            script: Inline(r###"{script}"###))],
        tables: {{
            "patient": Table(columns: [Column(name: "mrn", type: Text), Column(name: "sex", type: Text)]),
            "result": Table(columns: [Column(name: "test", type: Text), Column(name: "value", type: Text)]),
        }})"####
    );
    let profile = Arc::new(read(&profile).unwrap());
    let source = Source::from_bytes(Origin::Paste(1), MESSAGE.into()).unwrap();
    let sample = Corpus::default().with(Arc::new(source)).sample(0).unwrap();
    let now = "20260301".parse().unwrap();
    let mut snapshot = Snapshot::new(profile, Arc::default(), now).with_sample(sample);
    snapshot.records = Records::Steps;
    let preview = derive(&snapshot, &mut Memo::default(), &Cancel::never()).unwrap();
    let recorded = preview.recorded.expect("the script can be read");
    Arc::clone(&recorded.track)
}

/// Where a walk stands: the line, and what changed there.
pub(super) fn told(walk: &Walk) -> String {
    let state = walk.state();
    let events = state
        .events()
        .map(|event| walk.track().recording().told(event));
    let events: Vec<String> = events.collect();
    let mut text = state.title();
    if !events.is_empty() {
        write!(text, "  · {}", events.join(" · ")).unwrap();
    }
    text
}

fn movement(word: &str) -> Move {
    match word {
        "into" => Move::Into,
        "over" => Move::Over,
        "out" => Move::Out,
        "back" => Move::BackInto,
        "back-over" => Move::BackOver,
        "back-out" => Move::BackOut,
        "start" => Move::Start,
        "end" => Move::End,
        other => panic!("{other} is no move"),
    }
}

/// Makes the moves from the first line of the script on; tells where each leads.
fn check(script: &str, moves: &str, expect: &str) {
    let mut walk = walk(script);
    assert!(walk.go_to_script());
    let mut lines = vec![told(&walk)];
    for word in moves.split_whitespace() {
        walk.go(movement(word));
        lines.push(format!("{word}: {}", told(&walk)));
    }
    assert_eq!(lines.join("\n"), expect.trim(), "\n{script}");
}

pub(super) const LOOP: &str = "let n = 0;\nlet last = \"\";\nfor obx in msg.segments(\"OBX\") {\n  let test = obx[\"3\"];\n  \
    if test == \"NA\" { last = test; }\n  n += 1;\n  out[\"PV1-2\"] = n;\n}\nlet row = rows.add(\"result\");\nrow.test = last;\nprint(n);";

#[test]
fn a_loop_is_passed_over_gone_into_and_left() {
    check(
        LOOP,
        "over over into over out back-over into into back-out",
        r#"
test:1  let n = 0;  · n = 0
over: test:2  let last = "";  · last = ""
over: test:3  for obx in msg.segments("OBX") {
into: test:3  pass 1  · obx = OBX
over: test:3  pass 2  · obx = OBX[2]
out: test:9  let row = rows.add("result");  · added row 1 of result · row = row 1
back-over: test:3  for obx in msg.segments("OBX") {
into: test:3  pass 1  · obx = OBX
into: test:4  let test = obx["3"];  · read OBX-3 "GLU" · test = "GLU"
back-out: test:3  for obx in msg.segments("OBX") {"#,
    );
}

#[test]
fn a_line_is_run_to_forwards_and_backwards() {
    let mut walk = walk(LOOP);
    let mut to = |line, direction, expect: Option<&str>| {
        let found = walk.to_line("test", line, direction);
        let told = found.then(|| told(&walk));
        assert_eq!(told.as_deref(), expect);
    };
    let (on, back) = (Direction::Forwards, Direction::Backwards);
    to(6, on, Some("test:6  n += 1;  · n = 1"));
    to(6, on, Some("test:6  n += 1;  · n = 2"));
    to(3, on, Some("test:3  pass 3  · obx = OBX[3]"));
    to(
        10,
        on,
        Some("test:10  row.test = last;  · result[1].test = \"NA\""),
    );
    to(1, on, None);
    to(6, back, Some("test:6  n += 1;  · n = 3"));
    to(3, back, Some("test:3  pass 3  · obx = OBX[3]"));
    to(3, back, Some("test:3  pass 2  · obx = OBX[2]"));
    to(1, back, Some("test:1  let n = 0;  · n = 0"));
}

/// All that is there at a place.
fn whole(track: &Track, at: usize) -> String {
    let state = StateAt::of(track, at);
    let mut text = String::new();
    for call in state.calls() {
        let variables = call.variables.iter();
        let variables = variables.map(|known| format!("{}={}", known.name, known.value.shown(20)));
        let variables: Vec<String> = variables.collect();
        write!(
            text,
            "{}({}) ",
            call.call.function.unwrap_or("script"),
            variables.join(" ")
        )
        .unwrap();
    }
    write!(text, "| {} |", state.output().join(" ")).unwrap();
    for table in state.tables() {
        for row in 0..table.row_count() {
            let cells = table
                .columns()
                .iter()
                .map(|column| table.cell(row, column).to_string());
            let cells: Vec<String> = cells.collect();
            write!(text, " {}[{}]", table.name(), cells.join(",")).unwrap();
        }
    }
    text
}

fn check_state(script: &str, expect: &str) {
    let track = track(script);
    let lines: Vec<String> = (0..track.timeline().len())
        .map(|at| whole(&track, at))
        .collect();
    assert_eq!(lines.join("\n"), expect.trim(), "\n{script}");
}

#[test]
fn rows_come_and_are_filled_column_by_column() {
    check_state(
        "print(1);",
        "
|  | patient[,]
|  | patient[4711,]
|  | patient[4711,2]
script() |  | patient[4711,2]",
    );
}

#[test]
fn a_call_sees_its_own_variables() {
    let states = "\
script(n=1) |  | patient[4711,2]
script(n=1) |  | patient[4711,2]
script(n=1) sex(code=\"2\") |  | patient[4711,2]
script(n=1) sex(code=\"2\") codes(code=\"2\") |  | patient[4711,2]
script(n=1) sex(code=\"2\") codes(code=\"2\") |  | patient[4711,2]
script(n=1) sex(code=\"2\" word=\"F\") |  | patient[4711,2]
script(n=1) sex(code=\"2\" word=\"F\") |  | patient[4711,2]
script(n=1 s=\"F\") |  | patient[4711,2]
script(n=1 s=\"F\") | PID||||||||F | patient[4711,2]";
    let track = track(CALLS);
    let lines: Vec<String> = (3..track.timeline().len())
        .map(|at| whole(&track, at))
        .collect();
    assert_eq!(lines.join("\n"), states);
}

#[test]
fn a_variable_is_seen_in_its_block_only() {
    let track = track(
        "let x = 1;\nif x == 1 {\n  let x = 2;\n  let y = x;\n  x += y;\n  print(y);\n}\nx += 5;\nlet t = 0;\n[1, 2].for_each(|| t += 1);\nt += 10;",
    );
    let last = track.timeline().len() - 1;
    let lines: Vec<String> = (3..=last).map(|at| whole(&track, at)).collect();
    assert_eq!(lines[3], "script(x=2 y=2) |  | patient[4711,2]");
    assert_eq!(lines[4], "script(x=4 y=2) |  | patient[4711,2]");
    assert_eq!(lines[6], "script(x=6) |  | patient[4711,2]");
    assert!(
        whole(&track, last).starts_with("script(x=6 t=12)"),
        "{}",
        whole(&track, last)
    );
}

#[test]
fn the_last_place_has_what_came_out_however_long_the_run() {
    let script = "for i in 0..1000 {\n  let row = rows.add(\"result\");\n  row.value = i;\n  out[`ZZ1-${i % 40 + 1}`] = i;\n}";
    let track = track(script);
    let last = track.timeline().len() - 1;
    let end = StateAt::of(&track, last);
    let results = end
        .tables()
        .find(|table| &**table.name() == "result")
        .unwrap();
    assert_eq!(results.row_count(), 1000);
    assert_eq!(results.cell(999, "value").to_string(), "999");
    let output = track.recording().output.as_ref().unwrap();
    let made: Vec<&str> = output.segments().map(|segment| segment.raw()).collect();
    let output: Vec<String> = end.output().iter().map(ToString::to_string).collect();
    assert_eq!(output, made);
    // A person drags the time line: each place on the way is shown.
    let middle = StateAt::of(&track, last / 2);
    assert_eq!(middle.output()[0].split('|').nth(1), Some("480"));
}

#[test]
fn what_writes_warns_and_fails_is_marked() {
    let track = track("let n = 1;\nwarn(\"odd\");\nout[\"PID-8\"] = \"F\";\nlet x = n + msg;");
    let marks: Vec<(String, Mark)> = track
        .marks()
        .iter()
        .map(|(at, mark)| (StateAt::of(&track, *at).title(), *mark))
        .collect();
    let marks: Vec<(&str, Mark)> = marks
        .iter()
        .map(|(title, mark)| (title.as_str(), *mark))
        .collect();
    assert_eq!(
        marks,
        [
            ("row of patient for PID[1]", Mark::Writes),
            ("patient.mrn", Mark::Writes),
            ("patient.sex", Mark::Writes),
            ("test:2  warn(\"odd\");", Mark::Warns),
            ("test:3  out[\"PID-8\"] = \"F\";", Mark::Writes),
            ("test:4  let x = n + msg;", Mark::Fails),
        ]
    );
    let last = StateAt::of(&track, track.timeline().len() - 1);
    assert_eq!(last.findings().len(), 2);
    assert!(last.verdict().is_some());
    assert!(StateAt::of(&track, 0).verdict().is_none());
}

#[test]
fn an_edited_script_keeps_the_walk_on_its_line() {
    let mut before = walk(LOOP);
    before.to_line("test", 6, Direction::Forwards);
    let edited = LOOP.replace("n += 1", "n += 2");
    let after = before.onto(track(&edited));
    assert_eq!(told(&after), "test:6  n += 2;  · n = 2");
    assert_eq!(
        told(&before.onto(track("print(1);"))),
        "test:1  print(1);  · told info: 1"
    );
}

#[test]
fn a_walk_over_a_full_recording_ends_where_it_does() {
    let mut walk = walk("let n = 0;\nfor i in 0..12000 {\n  n += 1;\n}");
    walk.go(Move::End);
    assert!(walk.track().recording().is_full);
    assert!(walk.at() + 1 >= MOST_STEPS);
    assert!(!walk.go(Move::Into) && !walk.go(Move::Over) && !walk.go(Move::Out));
    assert!(walk.go(Move::Start) && walk.at() == 0);
}

trait ToScript {
    fn go_to_script(&mut self) -> bool;
}

impl ToScript for Walk {
    /// Behind the rows, which come first.
    fn go_to_script(&mut self) -> bool {
        let steps = &self.track().recording().steps;
        let first = steps.iter().position(|step| step.line().is_some());
        first.is_some_and(|first| {
            self.go_to_step(first);
            true
        })
    }
}

const CALLS: &str = "fn sex(code) {\n  let word = codes(code);\n  word\n}\n\
    fn codes(code) {\n  if code == \"2\" { return \"F\"; }\n  \"M\"\n}\n\
    let n = 1;\nlet s = sex(msg[\"PID-8\"]);\nout[\"PID-8\"] = s;";

#[test]
fn into_goes_where_the_run_went() {
    check(
        CALLS,
        "into into into into into into into into into into",
        r#"
test:9  let n = 1;  · n = 1
into: test:10  let s = sex(msg["PID-8"]);  · read PID-8 "2"
into: test:2  let word = codes(code);
into: test:6  if code == "2" { return "F"; }
into: test:6  if code == "2" { return "F"; }  · the value is "F"
into: test:2  let word = codes(code);  (goes on)  · codes gave "F" · word = "F"
into: test:3  word  · the value is "F"
into: test:10  let s = sex(msg["PID-8"]);  (goes on)  · sex gave "F" · s = "F"
into: test:11  out["PID-8"] = s;  · wrote PID-8 "F"
into: test:11  out["PID-8"] = s;  · wrote PID-8 "F"
into: test:11  out["PID-8"] = s;  · wrote PID-8 "F""#,
    );
}

#[test]
fn over_finishes_what_the_line_calls_and_back_over_undoes_it() {
    check(
        CALLS,
        "over over over over back-over back-over back-over back-over",
        r#"
test:9  let n = 1;  · n = 1
over: test:10  let s = sex(msg["PID-8"]);  · read PID-8 "2"
over: test:10  let s = sex(msg["PID-8"]);  (goes on)  · sex gave "F" · s = "F"
over: test:11  out["PID-8"] = s;  · wrote PID-8 "F"
over: test:11  out["PID-8"] = s;  · wrote PID-8 "F"
back-over: test:10  let s = sex(msg["PID-8"]);  (goes on)  · sex gave "F" · s = "F"
back-over: test:10  let s = sex(msg["PID-8"]);  · read PID-8 "2"
back-over: test:9  let n = 1;  · n = 1
back-over: row of patient for PID[1]  · added row 1 of patient"#,
    );
}

#[test]
fn out_leaves_the_call_forwards_or_backwards() {
    check(
        CALLS,
        "over into into out out back back back-out back-out",
        r#"
test:9  let n = 1;  · n = 1
over: test:10  let s = sex(msg["PID-8"]);  · read PID-8 "2"
into: test:2  let word = codes(code);
into: test:6  if code == "2" { return "F"; }
out: test:2  let word = codes(code);  (goes on)  · codes gave "F" · word = "F"
out: test:10  let s = sex(msg["PID-8"]);  (goes on)  · sex gave "F" · s = "F"
back: test:3  word  · the value is "F"
back: test:2  let word = codes(code);  (goes on)  · codes gave "F" · word = "F"
back-out: test:10  let s = sex(msg["PID-8"]);  · read PID-8 "2"
back-out: row of patient for PID[1]  · added row 1 of patient"#,
    );
}
