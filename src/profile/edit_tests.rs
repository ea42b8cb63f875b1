//! Tests of edits: each shows the lines of the profile's text that go and come.

use std::sync::Arc;

use super::conformance::{Rule, RuleSeverity, Waiver};
use super::document::{Codes, Identity, MessageDefinition, SegmentOrder, UnknownSegments};
use super::edit::Edit;
use super::field::FieldOverlay;
use super::grammar_edit::GrammarEdit;
use super::print::print;
use super::read::read;
use super::samples::EVERYTHING;
use super::script::Script;
use super::table::{Column, Table};
use crate::hl7::SegmentId;
use crate::standard::Version;

/// Applies an edit and shows the lines that went and came, or the error.
fn check(edit: &Edit, expect: &[&str]) {
    let profile = read(EVERYTHING).expect("the sample reads");
    let found = match profile.apply(edit) {
        Err(error) => vec![error.to_string()],
        Ok(next) => {
            let next = print(&next);
            similar::TextDiff::from_lines(EVERYTHING, next.as_str())
                .iter_all_changes()
                .filter(|change| change.tag() != similar::ChangeTag::Equal)
                .map(|change| format!("{}{}", change.tag(), change.value().trim()))
                .collect()
        }
    };
    assert_eq!(found, expect, "{}", edit.name());
}

fn segment(name: &str) -> SegmentId {
    SegmentId::new(name).expect("a segment")
}

fn field(name: &str) -> FieldOverlay {
    FieldOverlay::new(name)
}

#[test]
fn the_profile_itself_changes() {
    let name = |name: &str| Edit::RenameProfile { name: name.into() };
    check(
        &name("South"),
        &["-name: \"Northgate\",", "+name: \"South\","],
    );
    check(&name(" "), &["a profile needs a name"]);
    check(
        &Edit::DescribeProfile {
            description: "".into(),
        },
        &["-description: r#\"The \"old\" laboratory\"#,"],
    );
    check(
        &Edit::SetStandard {
            version: Version::DEFAULT,
        },
        &["-standard: \"2.3.1\",", "+standard: \"2.5.1\","],
    );
}

#[test]
fn message_definitions_come_go_and_move() {
    let add = |name: &str, before| Edit::AddMessage {
        before,
        definition: Arc::new(MessageDefinition::new(name)),
    };
    let lab = ["+Message(", "+name: \"Lab\",", "+),"];
    check(&add("Lab", None), &lab);
    check(&add("Lab", Some(99)), &lab);
    check(
        &add("ADT", Some(0)),
        &["there is already a message definition ADT: choose another name"],
    );
    check(&add("", None), &["a message definition needs a name"]);
    let other = [
        "-Message(",
        "-name: \"Other\",",
        "-grammar: \"ORU_R01\",",
        "-script: File(\"other.rhai\"),",
        "-),",
    ];
    check(
        &Edit::RemoveMessage {
            message: "Other".into(),
        },
        &other,
    );
    check(
        &Edit::RemoveMessage {
            message: "Lab".into(),
        },
        &["there is no message definition Lab"],
    );
    let rename = |to: &str| Edit::RenameMessage {
        message: "Other".into(),
        to: to.into(),
    };
    check(&rename("Rest"), &["-name: \"Other\",", "+name: \"Rest\","]);
    check(&rename("Other"), &[]);
    check(
        &rename("ADT"),
        &["there is already a message definition ADT: choose another name"],
    );
    check(
        &Edit::MoveMessage {
            message: "ADT".into(),
            to: 0,
        },
        &[],
    );
    check(
        &Edit::MoveMessage {
            message: "Other".into(),
            to: 0,
        },
        &[
            "+name: \"Other\",",
            "+grammar: \"ORU_R01\",",
            "+script: File(\"other.rhai\"),",
            "+),",
            "+Message(",
            "-),",
            "-Message(",
            "-name: \"Other\",",
            "-grammar: \"ORU_R01\",",
            "-script: File(\"other.rhai\"),",
        ],
    );
}

#[test]
fn a_message_definition_changes() {
    let other = || Arc::<str>::from("Other");
    check(
        &Edit::SetIdentity {
            message: other(),
            identity: vec![Identity {
                at: "MSH-9.1".parse().expect("a location"),
                matches: "^ORU$".into(),
            }],
        },
        &[
            "+identity: [",
            "+(at: \"MSH-9.1\", matches: \"^ORU$\"),",
            "+],",
        ],
    );
    check(
        &Edit::SetGrammar {
            message: other(),
            grammar: Some("MSH\r\nPID".into()),
        },
        &["-grammar: \"ORU_R01\",", "+grammar: r\"MSH", "+PID\","],
    );
    check(
        &Edit::SetUnknownSegments {
            message: other(),
            unknown_segments: UnknownSegments::Ignore,
        },
        &["+unknown_segments: Ignore,"],
    );
    check(
        &Edit::SetOrder {
            message: other(),
            order: SegmentOrder::Any,
        },
        &["+order: Any,"],
    );
    check(
        &Edit::SetRows {
            message: other(),
            rows: Vec::new(),
        },
        &[],
    );
    check(
        &Edit::SetScript {
            message: other(),
            script: Some(Script::Inline("a\r\nb".into())),
        },
        &[
            "-script: File(\"other.rhai\"),",
            "+script: Inline(r#\"a",
            "+b\"#),",
        ],
    );
    check(
        &Edit::SetScript {
            message: other(),
            script: None,
        },
        &["-script: File(\"other.rhai\"),"],
    );
}

#[test]
fn segments_and_their_fields_change() {
    let zpi = segment("ZPI");
    check(
        &Edit::AddSegment {
            segment: segment("ZZZ"),
            overlay: Arc::default(),
        },
        &["+\"ZZZ\": Segment(),"],
    );
    check(
        &Edit::AddSegment {
            segment: zpi,
            overlay: Arc::default(),
        },
        &["there is already a segment ZPI: choose another name"],
    );
    check(
        &Edit::RemoveSegment {
            segment: segment("ZAB"),
        },
        &["-\"ZAB\": Segment(),"],
    );
    check(
        &Edit::RenameSegment {
            segment: zpi,
            to: segment("ZPX"),
        },
        &["-\"ZPI\": Segment(", "+\"ZPX\": Segment("],
    );
    check(
        &Edit::RenameSegment {
            segment: zpi,
            to: segment("ZAB"),
        },
        &["there is already a segment ZAB: choose another name"],
    );
    check(
        &Edit::DescribeSegment {
            segment: segment("ZQQ"),
            description: "x".into(),
        },
        &["there is no segment ZQQ"],
    );
    check(
        &Edit::AddField {
            segment: zpi,
            before: Some(2),
            field: field("Kind"),
        },
        &["+Field(name: \"Kind\"),"],
    );
    check(
        &Edit::RemoveField {
            segment: zpi,
            number: 2,
        },
        &["-Field(),"],
    );
    check(
        &Edit::RemoveField {
            segment: zpi,
            number: 0,
        },
        &["there is no field ZPI-0"],
    );
    check(
        &Edit::RenameField {
            segment: zpi,
            number: 3,
            name: "Keeper".into(),
        },
        &[
            "-Field(name: \"Owner\", type: \"CX\", repeat: Times(3), codes: \"sex\"),",
            "+Field(name: \"Keeper\", type: \"CX\", repeat: Times(3), codes: \"sex\"),",
        ],
    );
    check(
        &Edit::ChangeField {
            segment: zpi,
            number: 4,
            field: field("x"),
        },
        &["there is no field ZPI-4"],
    );
    check(
        &Edit::MoveField {
            segment: zpi,
            number: 2,
            to: 1,
        },
        &["+Field(),", "-Field(),"],
    );
}

#[test]
fn a_renamed_code_table_or_table_is_followed_where_it_is_used() {
    check(
        &Edit::RenameCodes {
            name: "sex".into(),
            to: "gender".into(),
        },
        &[
            "-\"sex\": From(\"PID-8\", codes: \"sex\"),",
            "+\"sex\": From(\"PID-8\", codes: \"gender\"),",
            "-Field(name: \"Owner\", type: \"CX\", repeat: Times(3), codes: \"sex\"),",
            "+Field(name: \"Owner\", type: \"CX\", repeat: Times(3), codes: \"gender\"),",
            "-Component(number: 3, name: \"Since\", description: \"the first day\", type: \"DT\", codes: \"sex\", mask: \"dd.MM.yyyy\"),",
            "+Component(number: 3, name: \"Since\", description: \"the first day\", type: \"DT\", codes: \"gender\", mask: \"dd.MM.yyyy\"),",
            "-\"sex\": Codes(",
            "+\"gender\": Codes(",
        ],
    );
    check(
        &Edit::RenameTable {
            name: "patient".into(),
            to: "person".into(),
        },
        &[
            "-table: \"patient\",",
            "+table: \"person\",",
            "-parent: \"patient\",",
            "+parent: \"person\",",
            "-table: \"patient\",",
            "+table: \"person\",",
            "-parent: \"patient\",",
            "+parent: \"person\",",
            "-\"patient\": Table(",
            "+\"person\": Table(",
        ],
    );
}

#[test]
fn a_column_is_followed_into_rows_and_those_that_they_own() {
    let rename = |table: &str, column: &str, to: &str| Edit::RenameColumn {
        table: table.into(),
        column: column.into(),
        to: to.into(),
    };
    check(
        &rename("patient", "mrn", "number"),
        &[
            "-\"mrn\": From(\"PID-3.1\"),",
            "+\"number\": From(\"PID-3.1\"),",
            "-\"owner\": Parent(\"mrn\"),",
            "+\"owner\": Parent(\"number\"),",
            "-Column(name: \"mrn\", type: Text, key: true),",
            "+Column(name: \"number\", type: Text, key: true),",
        ],
    );
    check(
        &rename("patient", "mrn", "sex"),
        &["there is already a column sex: choose another name"],
    );
    check(
        &rename("patient", "ward", "place"),
        &["there is no column ward"],
    );
    check(&rename("patient", "mrn", ""), &["a column needs a name"]);
}

#[test]
fn several_edits_are_one_step_with_a_name() {
    let table = Arc::new(Table {
        columns: vec![Column::new("name")],
        ..Table::default()
    });
    let add = Edit::AddTable {
        name: "kin".into(),
        table,
    };
    let named = |edits| Edit::Named {
        name: "map NK1-2.1 to kin.name".into(),
        edits,
    };
    check(
        &named(vec![
            add.clone(),
            Edit::RemoveTable {
                name: "empty".into(),
            },
        ]),
        &[
            "-\"empty\": Table(),",
            "+\"kin\": Table(",
            "+columns: [",
            "+Column(name: \"name\", type: Text),",
            "+],",
            "+),",
        ],
    );
    check(
        &named(vec![add.clone(), add]),
        &["there is already a table kin: choose another name"],
    );
}

#[test]
fn code_tables_and_tables_come_go_and_change() {
    let codes = || Arc::new(Codes::default());
    let table = || Arc::new(Table::default());
    check(
        &Edit::AddCodes {
            name: "ward".into(),
            codes: codes(),
        },
        &["+\"ward\": Codes(),"],
    );
    check(
        &Edit::AddCodes {
            name: "".into(),
            codes: codes(),
        },
        &["a code table needs a name"],
    );
    check(
        &Edit::ChangeCodes {
            name: "ward".into(),
            codes: codes(),
        },
        &["there is no code table ward"],
    );
    check(
        &Edit::RemoveCodes {
            name: "ward".into(),
        },
        &["there is no code table ward"],
    );
    check(
        &Edit::AddTable {
            name: "empty".into(),
            table: table(),
        },
        &["there is already a table empty: choose another name"],
    );
    check(
        &Edit::ChangeTable {
            name: "empty".into(),
            table: table(),
        },
        &[],
    );
    check(
        &Edit::RemoveTable {
            name: "empty".into(),
        },
        &["-\"empty\": Table(),"],
    );
}

#[test]
fn what_an_edit_leaves_alone_stays_shared() {
    let profile = read(EVERYTHING).expect("the sample reads");
    let next = profile
        .apply(&Edit::SetScript {
            message: "Other".into(),
            script: None,
        })
        .expect("the edit fits");
    assert!(Arc::ptr_eq(&profile.messages[0], &next.messages[0]));
    assert!(!Arc::ptr_eq(&profile.messages[1], &next.messages[1]));
}

#[test]
fn what_the_site_has_otherwise_in_a_field_is_said_and_reverted() {
    let overlay = |id: &str, number, field| Edit::OverlayField {
        segment: segment(id),
        number,
        field,
    };
    check(
        &overlay("PV1", 2, Some(field("Class"))),
        &[
            "+\"PV1\": Segment(",
            "+fields: [",
            "+Field(number: 2, name: \"Class\"),",
            "+],",
            "+),",
        ],
    );
    check(
        &overlay("PID", 8, Some(field("Sex"))),
        &["+Field(name: \"Sex\"),"],
    );
    check(
        &overlay("PID", 19, None),
        &["-Field(number: 19, description: \"no longer sent\", usage: NotSupported),"],
    );
    // Those behind it keep their numbers.
    check(
        &overlay("ZPI", 2, None),
        &[
            "-Field(),",
            "-Field(name: \"Owner\", type: \"CX\", repeat: Times(3), codes: \"sex\"),",
            "+Field(number: 3, name: \"Owner\", type: \"CX\", repeat: Times(3), codes: \"sex\"),",
        ],
    );
    check(&overlay("PID", 5, None), &["there is no field PID-5"]);
    check(&overlay("PV2", 5, None), &["there is no field PV2-5"]);
}

#[test]
fn severities_waivers_and_rules_come_and_go() {
    check(
        &Edit::SetSeverity {
            rule: "length".into(),
            severity: Some(RuleSeverity::Off),
        },
        &["+\"length\": Off,"],
    );
    check(
        &Edit::SetSeverity {
            rule: "length".into(),
            severity: None,
        },
        &["there is no severity of the rule length"],
    );
    let waiver = Waiver {
        rule: "length".into(),
        at: "PID-5".parse().expect("a location"),
        reason: "long names".into(),
    };
    check(
        &Edit::AddWaiver {
            waiver: waiver.clone(),
        },
        &["+(rule: \"length\", at: \"PID-5\", reason: \"long names\"),"],
    );
    check(
        &Edit::ChangeWaiver { index: 1, waiver },
        &["there is no waiver 2"],
    );
    check(
        &Edit::SetRules {
            message: "Other".into(),
            rules: vec![Rule::new("a", "true")],
        },
        &["+rules: [", "+Rule(name: \"a\", must: \"true\"),", "+],"],
    );
}

#[test]
fn a_renamed_type_is_followed_where_it_is_used() {
    check(
        &Edit::RenameType {
            name: "ZAD".into(),
            to: "TS".into(),
        },
        &["there is already a data type TS: choose another name"],
    );
    check(
        &Edit::RenameType {
            name: "ZAE".into(),
            to: "ZAF".into(),
        },
        &["-\"ZAE\": Type(),", "+\"ZAF\": Type(),"],
    );
}

#[test]
fn an_item_of_a_grammar_changes_and_a_structure_does_not() {
    let profile = read(EVERYTHING).expect("the sample reads");
    let change = |message: &str| Edit::ChangeGrammar {
        message: message.into(),
        item: "PID".into(),
        change: GrammarEdit::SetOptional {
            at: vec![1],
            optional: true,
        },
    };
    let set = |grammar: &str| {
        let edit = Edit::SetGrammar {
            message: "Other".into(),
            grammar: Some(grammar.into()),
        };
        profile.apply(&edit).expect("the edit fits")
    };
    let changed = set("MSH PID")
        .apply(&change("Other"))
        .expect("the edit fits");
    assert_eq!(changed.messages[1].grammar.as_deref(), Some("MSH [PID]"));
    assert_eq!(change("Other").name(), "make PID optional");
    for (grammar, expect) in [
        (
            "ADT_A01",
            "Other has no grammar of its own: import the structure as text to change it",
        ),
        ("MSH", "the grammar has no such place"),
    ] {
        let refused = set(grammar).apply(&change("Other")).map(drop);
        assert_eq!(
            refused.map_err(|error| error.to_string()),
            Err(expect.to_owned())
        );
    }
}
