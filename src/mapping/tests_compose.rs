//! Rows back into messages: what comes out, what is told, and that the rows come back.

use std::fmt::Write as _;
use std::sync::Arc;

use proptest::prelude::*;

use super::{ComposeJob, Engine, GivenRows, Job, TableRows, compose, run};
use crate::cancel::Cancel;
use crate::grammar::resolve;
use crate::hl7::Message;
use crate::profile::{Profile, read};

const PROFILE: &str = r#"Profile(format: 1, name: "T", standard: "2.5.1", messages: [
    Message(name: "Lab", grammar: "ORU_R01", rows: [
        Rows(table: "message", root: "/", columns: { "id": From("MSH-10"), "sent": From("MSH-7") }),
        Rows(table: "patient", root: "PID", columns: {
            "mrn": From("PID-3[?5=MR].1"), "family": From("PID-5.1"), "born": From("PID-7"),
            "sex": From("PID-8", codes: "sex"), "bed": From("PV1-3.3"),
        }),
        Rows(table: "phone", root: "PID-13", parent: "patient", columns: { "number": From("PID-13.1") }),
        Rows(table: "order", root: "ORDER_OBSERVATION", parent: "patient", columns: {
            "filler": From("OBR-3"), "test": From("OBR-4.1"), "at": From("OBR-7"),
        }),
        Rows(table: "result", root: "OBX", parent: "order", columns: {
            "test": From("OBX-3.1"), "value": From("OBX-5"), "count": From("OBX-6"), "time": From("OBX-14"),
            "source": Constant("LAB"), "note": From("NTE-3"),
        }),
    ], out: Out(template: r"MSH|^~\&|LAB|ELSE|||||ORU^R01^ORU_R01||P|2.5.1")),
], codes: { "sex": Codes(values: {"F": "", "M": "", "U": ""}, maps: {"1": "M", "2": "F", "3": "F"}) },
tables: {
    "message": Table(columns: [Column(name: "id"), Column(name: "sent", type: Timestamp)]),
    "patient": Table(columns: [
        Column(name: "mrn", key: true), Column(name: "family"), Column(name: "born", type: Date),
        Column(name: "sex"), Column(name: "bed"),
    ]),
    "phone": Table(columns: [Column(name: "mrn", key: true), Column(name: "number", key: true)]),
    "order": Table(columns: [
        Column(name: "mrn", key: true), Column(name: "filler", key: true), Column(name: "test"),
        Column(name: "at", type: Timestamp),
    ]),
    "result": Table(columns: [
        Column(name: "mrn", key: true), Column(name: "filler", key: true), Column(name: "test", key: true),
        Column(name: "value", type: Decimal), Column(name: "count", type: Integer),
        Column(name: "time", type: Time), Column(name: "source"), Column(name: "note"),
    ]),
})"#;

type Given<'a> = (&'a str, Vec<(&'a str, Option<&'a str>)>);

fn profile(text: &str) -> Arc<Profile> {
    Arc::new(read(text).expect("a profile"))
}

fn given(profile: &Arc<Profile>, rows: &[Given<'_>]) -> Vec<TableRows> {
    let mut given = GivenRows::new(profile);
    for (table, cells) in rows {
        given.add(table, cells.iter().copied()).expect("a row");
    }
    given.take()
}

/// The message, its segments on lines of their own, and what was found.
fn composed(profile: &Arc<Profile>, rows: &[TableRows]) -> (Option<Message>, String) {
    let job = ComposeJob {
        rows,
        definition: &profile.messages[0],
        profile,
        now: &"20260301".parse().expect("a time"),
        seed: 1,
    };
    let made = compose(&Engine::new(), &job, &Cancel::never()).expect("not stale");
    let mut told = String::new();
    for found in &made.diagnostics {
        let _ = writeln!(told, "{found}");
    }
    (made.message, told)
}

fn check(text: &str, rows: &[Given<'_>], expect: &str) {
    let profile = profile(text);
    let (message, told) = composed(&profile, &given(&profile, rows));
    let shown = message.map_or(String::new(), |message| message.text().replace('\r', "\n"));
    assert_eq!(format!("{shown}{told}"), expect);
}

fn read_again(profile: &Arc<Profile>, message: &Message) -> Vec<TableRows> {
    let definition = &profile.messages[0];
    let (grammar, _) = resolve(profile.version(), profile, Some(definition), message);
    let job = Job {
        message,
        tree: None,
        grammar: &Arc::new(grammar),
        definition,
        profile,
        program: None,
        now: &"20260301".parse().expect("a time"),
        seed: 1,
        records_reads: false,
        begun: None,
    };
    let outcome = run(&Engine::new(), &job, &Cancel::never()).expect("not stale");
    outcome.rows
}

#[test]
fn rows_make_the_groups_that_they_stand_for() {
    let s = Some;
    check(
        PROFILE,
        &[
            (
                "message",
                vec![("id", s("M7")), ("sent", s("2026-03-01 10:30"))],
            ),
            (
                "patient",
                vec![
                    ("mrn", s("1")),
                    ("family", s("O|K")),
                    ("born", s("1970-04-01")),
                    ("sex", s("F")),
                    ("bed", s("12")),
                ],
            ),
            ("patient", vec![("mrn", s("2")), ("family", None)]),
            ("phone", vec![("mrn", s("1")), ("number", s("555"))]),
            ("phone", vec![("mrn", s("1")), ("number", s("556"))]),
            (
                "order",
                vec![("mrn", s("1")), ("filler", s("A")), ("test", s("CHEM"))],
            ),
            ("order", vec![("mrn", s("2")), ("filler", s("B"))]),
            ("order", vec![("mrn", s("1")), ("filler", s("C"))]),
            (
                "result",
                vec![
                    ("mrn", s("1")),
                    ("filler", s("A")),
                    ("test", s("GLU")),
                    ("value", s("5.40")),
                    ("source", s("LAB")),
                    ("note", s("sober")),
                ],
            ),
            (
                "result",
                vec![
                    ("mrn", s("1")),
                    ("filler", s("A")),
                    ("test", s("NA")),
                    ("time", s("10:30:15")),
                    ("source", s("LAB")),
                ],
            ),
            (
                "result",
                vec![
                    ("mrn", s("2")),
                    ("filler", s("B")),
                    ("test", s("K")),
                    ("count", s("3")),
                    ("source", s("LAB")),
                ],
            ),
        ],
        "MSH|^~\\&|LAB|ELSE|||202603011030||ORU^R01^ORU_R01|M7|P|2.5.1\n\
         PID|||1^^^^MR||O\\F\\K||19700401|2|||||555~556\n\
         PV1|||^^12\n\
         OBR|||A|CHEM\n\
         OBX|||GLU||5.40\n\
         NTE|||sober\n\
         OBX|||NA|||||||||||103015\n\
         OBR|||C\n\
         PID|||2^^^^MR||\"\"\n\
         OBR|||B\n\
         OBX|||K|||3\n",
    );
}

#[test]
fn what_has_no_way_back_is_told_by_its_column() {
    let s = Some;
    let text = r#"Profile(format: 1, name: "T", standard: "2.5.1", messages: [
        Message(name: "A", grammar: "ADT_A01", rows: [
            Rows(table: "p", root: "PID", columns: {
                "a": From("PID-5.1", then: "value.to_upper()"), "b": Constant("x"), "c": From("PID-8", codes: "sex"),
                "d": From("OBX[2]-5"), "e": From("PID-7"), "f": From("SPM/PID-1"),
            }),
            Rows(table: "k", root: "NK1", columns: { "mrn": From("/PID-3"), "name": From("NK1-2.1") }),
            Rows(table: "g", root: "ORDER", columns: { "n": From("OBR-1") }),
        ], out: Out(template: "MSH|^~\\&|||||||ADT^A01^ADT_A01|7|P|2.5.1\nEVN|A01")),
    ], codes: { "sex": Codes(maps: {"1": "M"}, otherwise: Error) },
    tables: {
        "p": Table(columns: [Column(name: "a"), Column(name: "b"), Column(name: "c"), Column(name: "d"), Column(name: "e"), Column(name: "f")]),
        "k": Table(columns: [Column(name: "mrn"), Column(name: "name")]),
        "g": Table(columns: [Column(name: "n")]), "u": Table(columns: [Column(name: "n")]),
    })"#;
    check(
        text,
        &[
            (
                "p",
                vec![
                    ("a", s("ROE")),
                    ("b", s("y")),
                    ("c", s("W")),
                    ("d", s("5")),
                    ("e", s("19700101")),
                    ("f", s("1")),
                ],
            ),
            ("k", vec![("mrn", s("1")), ("name", s("DOE"))]),
            ("k", vec![("mrn", s("2")), ("name", s("LOE"))]),
            ("g", vec![("n", s("1"))]),
            ("u", vec![("n", s("1"))]),
        ],
        "MSH|^~\\&|||||20260301||ADT^A01^ADT_A01|7|P|2.5.1\n\
         EVN|A01\n\
         PID|||1||||19700101\n\
         NK1||DOE\n\
         NK1||LOE\n\
         warning[out-expression]: p.a: an expression makes it, which has no way back; it is not written (write it in the template, or read the column without then)\n\
         error[code-unknown]: p.c: no code of the site means the code W in the code table \"sex\" (allowed: M)\n\
         error[out-group]: g: the message's structure has no group ORDER (name the structure in the definition's grammar, or another root)\n\
         error[out-table]: \"A\" has no rows of u (its rows are not written; say in rows where they come from)\n\
         warning[out-location]: p.d: OBX[2]-5 has no way back; it is not written (read it from the first segment of its name in a group)\n\
         error[out-group] PID-1: p.f: no group of that name is around the row\n\
         error[out-conflict] PID-3: k.mrn: another row or column wrote another value to the same place (the value that came first stays)\n\
         error[out-lost]: p.a: 1 of 1 values do not come back from the message (nothing in rows writes them, or another row writes to the same place)\n\
         error[out-lost]: p.b: 1 of 1 values do not come back from the message (nothing in rows writes them, or another row writes to the same place)\n\
         error[out-lost]: p.c: 1 of 1 values do not come back from the message (nothing in rows writes them, or another row writes to the same place)\n\
         error[out-lost]: p.d: 1 of 1 values do not come back from the message (nothing in rows writes them, or another row writes to the same place)\n\
         error[out-lost]: p.f: 1 of 1 values do not come back from the message (nothing in rows writes them, or another row writes to the same place)\n\
         error[out-lost]: k.mrn: 1 of 2 values do not come back from the message (nothing in rows writes them, or another row writes to the same place)\n\
         error[out-lost]: g: 1 rows were given, 0 come back from the message\n\
         error[out-lost]: u: 1 rows were given, 0 come back from the message\n",
    );
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[A-Z]{1,4}", "[a-z|^~&\\\\é ]{1,6}[A-Z]", "[0-9]{1,3}"]
}

/// Rows of a patient: whether there is a bed, telephones, and orders with their results.
type Patient = (
    String,
    Option<String>,
    Vec<String>,
    Vec<Vec<(String, Option<String>)>>,
);

fn patient() -> impl Strategy<Value = Patient> {
    let result = (text(), proptest::option::of(text()));
    let order = proptest::collection::vec(result, 0..4);
    (
        text(),
        proptest::option::of(text()),
        proptest::collection::vec(text(), 0..3),
        proptest::collection::vec(order, 0..3),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn rows_come_back_from_the_message_that_they_make(patients in proptest::collection::vec(patient(), 1..4)) {
        let profile = profile(PROFILE);
        let mut given = GivenRows::new(&profile);
        given.add("message", [("id", Some("M1")), ("sent", Some("20260301103000"))]).expect("a row");
        for (number, (family, bed, phones, orders)) in patients.iter().enumerate() {
            let mrn = number.to_string();
            let mut cells = vec![("mrn", Some(&*mrn)), ("family", Some(&**family))];
            cells.extend(bed.as_deref().map(|bed| ("bed", Some(bed))));
            given.add("patient", cells).expect("a row");
            for phone in phones {
                given.add("phone", [("mrn", Some(&*mrn)), ("number", Some(phone))]).expect("a row");
            }
            for (order, results) in orders.iter().enumerate() {
                let filler = format!("{mrn}-{order}");
                given.add("order", [("mrn", Some(&*mrn)), ("filler", Some(&filler))]).expect("a row");
                for (test, note) in results {
                    let mut cells = vec![
                        ("mrn", Some(&*mrn)), ("filler", Some(&*filler)), ("test", Some(&**test)),
                        ("source", Some("LAB")),
                    ];
                    cells.extend(note.as_deref().map(|note| ("note", Some(note))));
                    given.add("result", cells).expect("a row");
                }
            }
        }
        let rows = given.take();
        let (message, told) = composed(&profile, &rows);
        let message = message.expect("a message");
        prop_assert_eq!(&told, "", "{}", message.text());
        // Tables come in the order in which the message first fills them.
        let sorted = |mut tables: Vec<TableRows>| {
            tables.sort_by(|a, b| a.table.cmp(&b.table));
            tables
        };
        let again = read_again(&profile, &message);
        prop_assert!(sorted(again) == sorted(rows), "{}", message.text());
    }
}
