//! Breakpoints and watches: where a run through a recording stops, and the words they are written in.

use pipehat::profile::read;
use pipehat::workbench::{Breakpoint, Condition, Direction, Reason, Stops, Watch};

use super::walk::{LOOP, told, track, walk};

fn breakpoint(line: u32, condition: Option<&str>) -> Stops {
    Stops {
        breakpoints: vec![Breakpoint {
            code: "test".into(),
            line,
            condition: condition.map(|text| text.parse::<Condition>().unwrap()),
        }],
        watches: Vec::new(),
    }
}

/// All places at which a run stops, forwards, as lines; the same ones are found backwards.
fn stops(script: &str, stops: &Stops) -> Vec<String> {
    let mut walk = walk(script);
    let mut found = Vec::new();
    while walk.run(Direction::Forwards, stops) != Reason::End {
        found.push(told(&walk));
    }
    let mut back = Vec::new();
    while walk.run(Direction::Backwards, stops) != Reason::End {
        back.push(told(&walk));
    }
    back.reverse();
    assert_eq!(found, back);
    found
}

#[test]
fn breakpoints_stop_where_their_condition_holds() {
    let check = |line, condition, expect: &[&str]| {
        let found = stops(LOOP, &breakpoint(line, condition));
        assert_eq!(found, expect, "{line} {condition:?}");
    };
    let all = [
        "test:6  n += 1;  · n = 1",
        "test:6  n += 1;  · n = 2",
        "test:6  n += 1;  · n = 3",
    ];
    check(6, None, &all);
    check(6, Some("n > 2"), &all[2..]);
    check(6, Some("n != 2"), &[all[0], all[2]]);
    check(6, Some("pass == 2"), &all[1..2]);
    check(6, Some("pass<=2"), &all[..2]);
    check(6, Some("test == \"NA\""), &all[1..2]);
    check(6, Some("PID-8 = 2"), &all);
    check(6, Some("msg[\"PID-8\"] = F"), &[]);
    check(6, Some("OBX[?3=NA]-1 = 2"), &all);
    check(6, Some("out[\"PV1-2\"] == 1"), &all[1..2]);
    check(6, Some("unknown == 1"), &[]);
    check(3, Some("pass >= 3"), &["test:3  pass 3  · obx = OBX[3]"]);
}

#[test]
fn conditions_that_name_a_value_are_told_from_those_that_do_not() {
    let check = |written: &str, expect: bool| {
        let condition: Condition = written.parse().unwrap();
        assert_eq!(condition.names_no_value(), expect, "{written}");
    };
    check("pass == 3", true);
    check("pass == \"ROE\"", false);
    check("sex == \"\"", true);
    check("done == true", true);
    check("PID-8 != \"\"", true);
    check("PID-8 == F", false);
    check("n > 4711", false);
    check("PID-3[?1=4711].5 != \"\"", false);
}

#[test]
fn a_condition_that_cannot_be_read_says_where() {
    for (text, expect) in [
        (
            "",
            "column 1: a variable, a location such as PID-8, or pass is expected",
        ),
        (
            "  == 2",
            "column 3: a variable, a location such as PID-8, or pass is expected",
        ),
        (
            "sex",
            "column 4: a comparison is expected: ==, !=, <, <=, > or >=",
        ),
        (
            "sex ==",
            "column 7: a value is expected, such as \"F\" or 2",
        ),
        ("sex == \"F", "column 8: the text has no closing quote"),
        (
            "sex == \"F\" x",
            "column 11: nothing is expected behind the value",
        ),
        (
            "a.b == 2",
            "column 1: this is no name of a variable and no location such as PID-8",
        ),
    ] {
        let error = text.parse::<Condition>().unwrap_err();
        assert_eq!(error.to_string(), expect, "{text}");
    }
    let error = "out[\"PID-x\"] == 2".parse::<Condition>().unwrap_err();
    assert_eq!(error.column, 10, "{error}");
}

#[test]
fn watches_stop_where_something_happens() {
    let check = |watch: Watch, expect: &[&str]| {
        let told = watch.to_string();
        let watches = Stops {
            breakpoints: Vec::new(),
            watches: vec![watch],
        };
        assert_eq!(stops(LOOP, &watches), expect, "{told}");
    };
    check(
        Watch::Output("PV1-2".parse().unwrap()),
        &[
            "test:7  out[\"PV1-2\"] = n;  · wrote PV1-2 \"1\"",
            "test:7  out[\"PV1-2\"] = n;  · wrote PV1-2 \"2\", was \"1\"",
            "test:7  out[\"PV1-2\"] = n;  · wrote PV1-2 \"3\", was \"2\"",
        ],
    );
    check(Watch::Output("PV1-3".parse().unwrap()), &[]);
    check(
        Watch::Column {
            table: "result".into(),
            column: "test".into(),
        },
        &["test:10  row.test = last;  · result[1].test = \"NA\""],
    );
    check(
        Watch::Variable("last".into()),
        &[
            "test:2  let last = \"\";  · last = \"\"",
            "test:5  if test == \"NA\" { last = test; }  · last = \"NA\"",
        ],
    );
    check(
        Watch::Input("OBX[2]-3".parse().unwrap()),
        &["test:4  let test = obx[\"3\"];  · read OBX[2]-3 \"NA\" · test = \"NA\""],
    );
    check(
        Watch::Input("PID-8".parse().unwrap()),
        &["patient.sex  · read PID-8 \"2\" · patient[1].sex = \"2\""],
    );
}

#[test]
fn a_watch_is_written_and_read_and_a_bad_one_says_where() {
    for (text, written, told) in [
        ("PID-8", "PID-8", "PID-8 is read"),
        ("msg[\"PID-8\"]", "PID-8", "PID-8 is read"),
        (" OBX ", "OBX", "OBX is read"),
        (
            "out[\"PV1-3.1\"]",
            "out[\"PV1-3.1\"]",
            "PV1-3.1 of the output changes",
        ),
        ("result.test", "result.test", "result.test gets a value"),
        ("last", "last", "last changes"),
    ] {
        let watch = text.parse::<Watch>().unwrap();
        assert_eq!(watch.written(), written, "{text}");
        assert_eq!(watch.to_string(), told, "{text}");
        assert_eq!(watch.written().parse::<Watch>().unwrap(), watch, "{text}");
    }
    for (text, column) in [
        ("", 1),
        ("  pass", 3),
        ("result.", 8),
        ("PID-x", 5),
        ("out[\"PID-8", 11),
        ("out[\"PID-0\"]", 10),
        ("a b", 1),
    ] {
        let error = text.parse::<Watch>().unwrap_err();
        assert_eq!(error.column, column, "{text}: {error}");
    }
}

#[test]
fn a_watch_knows_what_stands_there_and_what_was_meant() {
    let track = track(LOOP);
    let watch = |text: &str| text.parse::<Watch>().unwrap();
    let end = track.timeline().len() - 1;
    for (text, start, after) in [
        ("PID-5.1", Some("Brook"), Some("Brook")),
        ("out[\"PV1-2\"]", None, Some("3")),
        ("result.test", None, Some("NA")),
        ("last", None, Some("\"NA\"")),
        ("PV1-44", None, None),
    ] {
        let at = |at| watch(text).value_at(&track, at);
        assert_eq!(
            (at(0).as_deref(), at(end).as_deref()),
            (start, after),
            "{text}"
        );
    }
    let profile = read(
        r#"Profile(format: 1, name: "T", tables: {"result": Table(columns: [Column(name: "test", type: Text)])})"#,
    )
    .unwrap();
    for (text, meant) in [
        ("reslut.test", Some("result.test")),
        ("result.tset", Some("result.test")),
        ("result.test", None),
        ("lsat", Some("last")),
        ("last", None),
        ("nothing_like_it", None),
        ("PID-8", None),
    ] {
        assert_eq!(
            watch(text).meant(&profile, &track).as_deref(),
            meant,
            "{text}"
        );
    }
}

#[test]
fn runs_stop_at_watches_and_breakpoints_whichever_comes_first() {
    let mut both = breakpoint(6, Some("pass == 2"));
    both.watches = vec!["out[\"PV1-2\"]".parse().unwrap(), "last".parse().unwrap()];
    let expect = "\
test:2  let last = \"\";  · last = \"\"
test:7  out[\"PV1-2\"] = n;  · wrote PV1-2 \"1\"
test:5  if test == \"NA\" { last = test; }  · last = \"NA\"
test:6  n += 1;  · n = 2
test:7  out[\"PV1-2\"] = n;  · wrote PV1-2 \"2\", was \"1\"
test:7  out[\"PV1-2\"] = n;  · wrote PV1-2 \"3\", was \"2\"";
    assert_eq!(stops(LOOP, &both).join("\n"), expect);
}
