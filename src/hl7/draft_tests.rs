//! What edits do to a message's text.

use super::{Delimiters, Draft, EditError, FieldPath, Location, SegmentId, parse};

const TEXT: &str = "MSH|^~\\&|LAB\rPID|1||12^^^A&1.2^MR~77^^^B^PI||ROE^JANE\rOBX|1||x\rOBX|2||y\r";

fn at(text: &str) -> Location {
    text.parse().expect("a location")
}

/// Applies one edit to the text above and compares the lines that changed.
fn check(edit: impl FnOnce(&mut Draft) -> Result<(), EditError>, expect: &[&str]) {
    let (message, _) = parse(TEXT);
    let mut draft = Draft::from_message(&message);
    let result = edit(&mut draft);
    let printed = draft.print();
    let old: Vec<_> = TEXT.split('\r').collect();
    let mut changed: Vec<String> = printed
        .split('\r')
        .filter(|line| !old.contains(line))
        .map(str::to_owned)
        .collect();
    if let Err(error) = result {
        assert_eq!(printed, TEXT, "a refused edit changes nothing");
        changed.push(error.to_string());
    }
    assert_eq!(changed, expect);
}

#[test]
fn writing_grows_and_escapes() {
    let set = |l: &'static str, v: &'static str| move |d: &mut Draft| d.set(&at(l), v);
    check(
        set("PID-5.1", "DOE"),
        &["PID|1||12^^^A&1.2^MR~77^^^B^PI||DOE^JANE"],
    );
    check(
        set("PID-5.4.3", "x"),
        &["PID|1||12^^^A&1.2^MR~77^^^B^PI||ROE^JANE^^&&x"],
    );
    check(
        set("PID-9", "a|b^c"),
        &["PID|1||12^^^A&1.2^MR~77^^^B^PI||ROE^JANE||||a\\F\\b\\S\\c"],
    );
    check(
        set("PID-3[2].1", "88"),
        &["PID|1||12^^^A&1.2^MR~88^^^B^PI||ROE^JANE"],
    );
    check(
        set("PID-3[4].2", "z"),
        &["PID|1||12^^^A&1.2^MR~77^^^B^PI~~^z||ROE^JANE"],
    );
    check(
        set("PID-3[?5=PI].1", "9"),
        &["PID|1||12^^^A&1.2^MR~9^^^B^PI||ROE^JANE"],
    );
    check(
        set("PID-3[?5=SS].1", "9"),
        &["PID|1||12^^^A&1.2^MR~77^^^B^PI~9^^^^SS||ROE^JANE"],
    );
    check(
        set("PID-8[?5=SS].1", "9"),
        &["PID|1||12^^^A&1.2^MR~77^^^B^PI||ROE^JANE|||9^^^^SS"],
    );
    check(
        set("PID-3[*].6", "Q"),
        &["PID|1||12^^^A&1.2^MR^Q~77^^^B^PI^Q||ROE^JANE"],
    );
    check(set("OBX[*]-3", "n"), &["OBX|1||n", "OBX|2||n"]);
    check(set("OBX[2]-4", "n"), &["OBX|2||y|n"]);
    check(set("OBX[3]-4", "n"), &["OBX||||n"]);
    check(set("PID-30", ""), &[]);
    check(set("ZPI-2", "Rex"), &["ZPI||Rex"]);
    check(set("MSH-5", "R"), &["MSH|^~\\&|LAB||R"]);
}

#[test]
fn what_cannot_be_written_says_why() {
    let set = |l: &'static str, v: &'static str| move |d: &mut Draft| d.set(&at(l), v);
    check(
        set("MSH-2", "x"),
        &["MSH-2: the delimiters stand here; they are chosen when the message is made"],
    );
    check(
        set("OBX[9999]-3", "n"),
        &["OBX[9999]-3: there is no such segment; append it first"],
    );
    check(
        |d| d.set_raw(&at("PID-5"), "a|b"),
        &["PID-5: the raw text holds a delimiter of a higher level, or a line end"],
    );
    check(
        |d| d.remove(&at("PV1")),
        &["PV1: there is nothing at this place"],
    );
}

#[test]
fn places_are_cleared_inserted_and_removed() {
    check(|d| d.clear(&at("PID-3")), &["PID|1||||ROE^JANE"]);
    check(|d| d.clear(&at("PID-19")), &[]);
    check(|d| d.clear(&at("OBX[2]")), &["OBX"]);
    check(
        |d| d.remove(&at("PID-3[1]")),
        &["PID|1||77^^^B^PI||ROE^JANE"],
    );
    check(
        |d| d.remove(&at("PID-3[2]")),
        &["PID|1||12^^^A&1.2^MR||ROE^JANE"],
    );
    check(
        |d| d.remove(&at("PID-5.1")),
        &["PID|1||12^^^A&1.2^MR~77^^^B^PI||JANE"],
    );
    check(
        |d| d.insert(&at("PID-5.1")),
        &["PID|1||12^^^A&1.2^MR~77^^^B^PI||^ROE^JANE"],
    );
    check(
        |d| d.insert(&at("PID-3[1]")),
        &["PID|1||~12^^^A&1.2^MR~77^^^B^PI||ROE^JANE"],
    );
    check(
        |d| d.remove(&at("PID-2")),
        &["PID|1|12^^^A&1.2^MR~77^^^B^PI||ROE^JANE"],
    );
    check(
        |d| d.set_raw(&at("PID-5"), "A^B~C"),
        &["PID|1||12^^^A&1.2^MR~77^^^B^PI||A^B~C"],
    );
}

#[test]
fn every_place_of_many_is_removed() {
    check(|d| d.remove(&at("OBX[*]-2")), &["OBX|1|x", "OBX|2|y"]);
    check(
        |d| d.remove(&at("PID-3[*].1")),
        &["PID|1||^^A&1.2^MR~^^B^PI||ROE^JANE"],
    );
    check(|d| d.set(&at("OBX[5]-4"), "n"), &["OBX", "OBX", "OBX||||n"]);
}

#[test]
fn the_order_of_assignments_does_not_matter() {
    let ids = |names: &[&str]| names.iter().filter_map(|n| SegmentId::new(n)).collect();
    let write = |places: &[&str]| {
        let mut draft = Draft::new(Delimiters::default());
        draft.set_order(ids(&["MSH", "EVN", "PID", "PV1"]));
        for place in places {
            draft.set(&at(place), place).expect("written");
        }
        draft.print()
    };
    let expect = "MSH|^~\\&|MSH-3\rEVN||EVN-2\rPID|||PID-3||PID-5\rPV1||PV1-2\r";
    assert_eq!(
        write(&["MSH-3", "EVN-2", "PID-3", "PID-5", "PV1-2"]),
        expect
    );
    assert_eq!(
        write(&["PV1-2", "PID-5", "PID-3", "EVN-2", "MSH-3"]),
        expect
    );
}

#[test]
fn untouched_bytes_stay_as_they_are() {
    let text = "\u{feff}MSH|^~\\&|LAB\r\n\r\nPID|1||7|||\nfree text\r\nOBX|1";
    let (message, _) = parse(text);
    assert_eq!(Draft::from_message(&message).print(), text);
    let mut draft = Draft::from_message(&message);
    draft.set(&at("PID-3"), "8").expect("written");
    assert_eq!(draft.print(), text.replace("|7|", "|8|"));
    draft.set(&at("ZPI-1"), "x").expect("written");
    assert_eq!(draft.print(), text.replace("|7|", "|8|") + "\r\nZPI|x\r\n");
}

#[test]
fn a_segment_of_other_delimiters_is_written_anew() {
    let (other, _) = parse("MSH#*~\\&#A\rPID#1##1*2\\S\\|3&4~5");
    let mut draft = Draft::new(Delimiters::default());
    for segment in other.segments() {
        draft.append(segment);
    }
    assert_eq!(draft.print(), "MSH|^~\\&|A\rPID|1||1^2*\\F\\3&4~5\r");
}

#[test]
fn a_value_that_no_escape_can_hold_is_refused() {
    let text = "MSH|RO\\T|A\rPID|1\r";
    let (message, _) = parse(text);
    let mut draft = Draft::from_message(&message);
    let location: Location = "PID-5".parse().expect("a location");
    // `\\R\\` would stand for the O, and R separates components here.
    let refused = draft.set(&location, "SOME");
    assert_eq!(refused, Err(EditError::NoEscape(location.clone())));
    assert_eq!(
        draft.set_in(1, &FieldPath::field(5), "SOME"),
        Err(EditError::NoEscape(location.clone()))
    );
    assert_eq!(draft.print(), text);
    draft.set(&location, "JANE").expect("nothing to escape");
    assert_eq!(draft.read(&location).as_deref(), Some("JANE"));
}
