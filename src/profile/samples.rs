//! Profiles for the tests of this room: one that uses everything, and any at all.

use std::sync::Arc;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use super::column_source::{ColumnSource, Origin, Reading};
use super::conformance::{Rule, RuleSeverity, Waiver};
use super::data_type::{ComponentOverlay, TypeOverlay};
use super::document::{
    CodeDefault, Codes, Identity, MessageDefinition, Profile, RowsOut, SegmentOrder,
    SegmentOverlay, UnknownSegments,
};
use super::field::{FieldOverlay, Repeat, Usage};
use super::part_path::PartPath;
use super::rows::{Root, Rows};
use super::script::{Script, SiteScripts};
use super::syntax::{SiteCharset, Syntax};
use super::table::{Column, ColumnType, Table};
use crate::hl7::{Charset, Location, SegmentId};
use crate::standard::Version;

/// A profile that uses every field, in canonical form.
pub(super) const EVERYTHING: &str = r##"Profile(
    format: 1,
    name: "Northgate",
    description: r#"The "old" laboratory"#,
    extends: "templates/laboratory.ron",
    remove: [
        "messages/Old",
        r#"codes/sex/maps/"N/A""#,
    ],
    standard: "2.3.1",
    syntax: (charset: FromMsh18(fallback: "ISO-8859-15")),
    severity: {
        "field-required": Error,
        "insured": Off,
    },
    waivers: [
        (rule: "field-required", at: "PV1-2", reason: "agreed 2026-03-02"),
    ],
    scripts: (
        prepare: Inline(r#"text.replace("\n", "\r");"#),
        finish: File("finish.rhai"),
    ),
    messages: [
        Message(
            name: "ADT",
            before: "Catchall",
            after: "Results",
            identity: [
                (at: "MSH-9.1", matches: "^ADT$"),
                (at: "PID-3[?5=MR].1", matches: r"^\d+$"),
            ],
            grammar: "MSH EVN PID [PD1] [{NK1}..3] PV1 [{OBX}] [ZPI]",
            unknown_segments: Ignore,
            order: Any,
            rules: [
                Rule(name: "insured", when: r#"msg["PV1-2"] == "I""#, must: r#"msg.exists("IN1")"#, at: "IN1", message: "an inpatient is insured"),
            ],
            rows: [
                Rows(
                    table: "patient",
                    root: "PID",
                    columns: {
                        "born": From("PID-7", as: Date),
                        "mrn": From("PID-3.1"),
                        "sex": From("PID-8", codes: "sex"),
                    },
                ),
                Rows(
                    table: "identifier",
                    root: "PID-3",
                    parent: "patient",
                    columns: {
                        "id": From("PID-3.1"),
                        "kind": From("PID-3.5", then: "value.to_upper()", default: "MR"),
                        "owner": Parent("mrn"),
                        "sender": Constant("Northgate"),
                        "site": From("PATIENT/PID-3.4"),
                    },
                ),
                Rows(
                    table: "patient",
                    root: "/",
                ),
            ],
            out: Out(template: r"MSH|^~\&|PIPEHAT||||||ADT^A01|||2.3.1"),
            script: Inline(r#"
// "rhai"
out["PID-8"] = codes("sex", msg["PID-8"]);
"#),
        ),
        Message(
            name: "Other",
            grammar: "ORU_R01",
            script: File("other.rhai"),
        ),
    ],
    segments: {
        "PID": Segment(
            standard: "2.5",
            fields: [
                Field(number: 7, mask: "dd.MM.yyyy"),
                Field(number: 19, description: "no longer sent", usage: NotSupported),
                Field(number: 26, standard: "2.3", usage: Conditional, when: r#"msg["PID-16"] != """#, repeat: Times(4), least: 2),
            ],
            rules: [
                Rule(name: "identified", must: r#"seg["3"] != """#),
            ],
        ),
        "ZAB": Segment(),
        "ZPI": Segment(
            description: "Pet information",
            fields: [
                Field(name: "Pet name", type: "ST", usage: Required, length: 30),
                Field(),
                Field(name: "Owner", type: "CX", repeat: Times(3), codes: "sex"),
            ],
        ),
    },
    types: {
        "TS": Type(
            mask: "dd.MM.yyyy HH:mm",
        ),
        "ZAD": Type(
            description: "Address of a pet",
            components: [
                Component(name: "Kennel", type: "ST", usage: Required, length: 30),
                Component(number: 3, name: "Since", description: "the first day", type: "DT", codes: "sex", mask: "dd.MM.yyyy"),
            ],
        ),
        "ZAE": Type(),
    },
    codes: {
        "sex": Codes(
            values: {
                "F": "Female",
                "M": "Male",
            },
            maps: {
                "1": "M",
            },
            back: {
                "M": "1",
            },
            otherwise: Default("F"),
        ),
    },
    tables: {
        "empty": Table(),
        "identifier": Table(
            description: "Numbers of a patient",
            parent: "patient",
            columns: [
                Column(name: "id", type: Text, key: true, size: 20, description: "as it was sent"),
                Column(name: "kind", type: Text),
                Column(name: "mrn", type: Text),
                Column(name: "owner", type: Text),
                Column(name: "sender", type: Text),
                Column(name: "site", type: Text),
            ],
        ),
        "patient": Table(
            columns: [
                Column(name: "mrn", type: Text, key: true),
                Column(name: "born", type: Date),
                Column(name: "sex", type: Text),
            ],
        ),
    },
)
"##;

/// Any text: plain, or made of what RON and editors treat specially.
fn text() -> impl Strategy<Value = Arc<str>> {
    prop_oneof![
        "[a-z]{0,6}",
        "[\"#\\\\\n\r\t a/*()\u{0}\u{85}\u{feff}\u{202e}é]{0,12}",
        "\\PC{0,8}",
    ]
    .prop_map(Arc::from)
}

fn name() -> impl Strategy<Value = Arc<str>> {
    text().prop_filter("a name is not empty", |text| !text.is_empty())
}

fn part_path() -> impl Strategy<Value = PartPath> {
    vec(name(), 1..4).prop_map(PartPath::new)
}

fn segment_id() -> impl Strategy<Value = SegmentId> {
    "Z[A-Z][A-Z0-9]".prop_filter_map("a segment", |text| SegmentId::new(&text))
}

fn location() -> impl Strategy<Value = Location> {
    let written = vec![
        "PID",
        "PID-5",
        "PID-5.1",
        "PID-5[2].1.3",
        "OBX[3]-5",
        "OBX[*]-5",
        "PID-3[?5=MR].1",
    ];
    proptest::sample::select(written)
        .prop_filter_map("a location", |text| text.parse::<Location>().ok())
}

fn source() -> impl Strategy<Value = ColumnSource> {
    let origin = prop_oneof![
        Just(Origin::Row),
        Just(Origin::Message),
        Just(Origin::Group("ORDER_OBSERVATION".into())),
    ];
    let reading = (
        origin,
        location(),
        option::of(text()),
        option::of(text()),
        option::of(text()),
        option::of(proptest::sample::select(ColumnType::ALL.to_vec())),
    );
    prop_oneof![
        4 => reading.prop_map(|(origin, at, codes, then, default, read_as)| {
            ColumnSource::From(Reading { origin, at, codes, then, default, read_as })
        }),
        1 => text().prop_map(ColumnSource::Constant),
        1 => text().prop_map(ColumnSource::Parent),
    ]
}

fn rows() -> impl Strategy<Value = Rows> {
    let root = prop_oneof![
        Just(Root::Message),
        segment_id().prop_map(Root::Segment),
        (segment_id(), 1..=u16::MAX).prop_map(|(segment, field)| Root::Field(segment, field)),
        Just(Root::Group("ORDER_OBSERVATION".into())),
    ];
    let root = option::of(root);
    (
        text(),
        root,
        option::of(text()),
        btree_map(name(), source(), 0..3),
    )
        .prop_map(|(table, root, parent, columns)| Rows {
            table,
            root,
            parent,
            columns,
        })
}

fn script() -> impl Strategy<Value = Script> {
    prop_oneof![
        text().prop_map(Script::Inline),
        text().prop_map(Script::File)
    ]
}

fn message() -> impl Strategy<Value = Arc<MessageDefinition>> {
    let identity = (location(), text()).prop_map(|(at, matches)| Identity { at, matches });
    (
        text(),
        vec(identity, 0..3),
        option::of(text()),
        (
            option::of(proptest::sample::select(UnknownSegments::ALL.to_vec())),
            option::of(proptest::sample::select(SegmentOrder::ALL.to_vec())),
            rules(),
        ),
        vec(rows(), 0..2),
        option::of(text().prop_map(|template| RowsOut { template })),
        option::of(script()),
        (option::of(text()), option::of(text())),
    )
        .prop_map(
            |(
                name,
                identity,
                grammar,
                (unknown_segments, order, rules),
                rows,
                out,
                script,
                (before, after),
            )| {
                Arc::new(MessageDefinition {
                    name,
                    before,
                    after,
                    identity,
                    grammar,
                    unknown_segments,
                    order,
                    rules,
                    rows,
                    out,
                    script,
                })
            },
        )
}

fn some_version() -> impl Strategy<Value = Option<Version>> {
    option::of(proptest::sample::select(Version::ALL.to_vec()))
}

fn syntax() -> impl Strategy<Value = Syntax> {
    let charset = || proptest::sample::select(Charset::all().collect::<Vec<_>>());
    option::of(prop_oneof![
        charset().prop_map(SiteCharset::Always),
        charset().prop_map(|fallback| SiteCharset::FromMsh18 { fallback }),
    ])
    .prop_map(|charset| Syntax { charset })
}

fn field() -> impl Strategy<Value = FieldOverlay> {
    let repeat = prop_oneof![
        Just(Repeat::Once),
        Just(Repeat::Many),
        any::<u32>().prop_map(Repeat::Times)
    ];
    let usage = option::of(proptest::sample::select(Usage::ALL.to_vec()));
    (
        (option::of(any::<u16>()), text(), text(), some_version()),
        (option::of(text()), usage, option::of(text())),
        (option::of(repeat), option::of(any::<u32>())),
        (
            option::of(any::<u32>()),
            option::of(text()),
            option::of(text()),
        ),
    )
        .prop_map(
            |(
                (number, name, description, standard),
                (data_type, usage, when),
                (repeat, least),
                (length, codes, mask),
            )| FieldOverlay {
                number,
                name,
                description,
                standard,
                data_type,
                usage,
                when,
                repeat,
                least,
                length,
                codes,
                mask,
            },
        )
}

fn data_type() -> impl Strategy<Value = Arc<TypeOverlay>> {
    let component = field().prop_map(|field| ComponentOverlay {
        number: field.number,
        name: field.name,
        description: field.description,
        data_type: field.data_type,
        usage: field.usage,
        length: field.length,
        codes: field.codes,
        mask: field.mask,
    });
    (text(), option::of(text()), vec(component, 0..3)).prop_map(
        |(description, mask, components)| {
            Arc::new(TypeOverlay {
                description,
                mask,
                components,
            })
        },
    )
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let rule = (
        text(),
        option::of(text()),
        text(),
        option::of(location()),
        text(),
    )
        .prop_map(|(name, when, must, at, message)| Rule {
            name,
            when,
            must,
            at,
            message,
        });
    vec(rule, 0..2)
}

fn waivers() -> impl Strategy<Value = Vec<Waiver>> {
    let waiver = (text(), location(), text());
    vec(
        waiver.prop_map(|(rule, at, reason)| Waiver { rule, at, reason }),
        0..2,
    )
}

fn segment() -> impl Strategy<Value = Arc<SegmentOverlay>> {
    (text(), some_version(), vec(field(), 0..3), rules()).prop_map(
        |(description, standard, fields, rules)| {
            Arc::new(SegmentOverlay {
                description,
                standard,
                fields,
                rules,
            })
        },
    )
}

fn codes() -> impl Strategy<Value = Arc<Codes>> {
    let otherwise = prop_oneof![
        Just(CodeDefault::Keep),
        Just(CodeDefault::Error),
        text().prop_map(CodeDefault::Default)
    ];
    (
        btree_map(name(), text(), 0..3),
        btree_map(name(), text(), 0..3),
        btree_map(name(), text(), 0..2),
        option::of(otherwise),
    )
        .prop_map(|(values, maps, back, otherwise)| {
            Arc::new(Codes {
                values,
                maps,
                back,
                otherwise,
            })
        })
}

fn table() -> impl Strategy<Value = Arc<Table>> {
    let column = (
        text(),
        proptest::sample::select(ColumnType::ALL.to_vec()),
        any::<bool>(),
        option::of(any::<u32>()),
        text(),
    )
        .prop_map(|(name, column_type, key, size, description)| Column {
            name,
            column_type,
            key,
            size,
            description,
        });
    (text(), option::of(text()), vec(column, 0..3)).prop_map(|(description, parent, columns)| {
        Arc::new(Table {
            description,
            parent,
            columns,
        })
    })
}

/// Any profile.
pub(super) fn profile() -> impl Strategy<Value = Profile> {
    (
        (
            (
                text(),
                text(),
                option::of(text()),
                vec(part_path(), 0..3),
                (syntax(), option::of(script()), option::of(script())),
            ),
            btree_map(
                name(),
                proptest::sample::select(RuleSeverity::ALL.to_vec()),
                0..2,
            ),
            waivers(),
            btree_map(name(), data_type(), 0..2),
        ),
        option::of(proptest::sample::select(Version::ALL.to_vec())),
        vec(message(), 0..3),
        btree_map(segment_id(), segment(), 0..3),
        btree_map(name(), codes(), 0..2),
        btree_map(name(), table(), 0..2),
    )
        .prop_map(
            |(
                (
                    (name, description, extends, remove, (syntax, prepare, finish)),
                    severity,
                    waivers,
                    types,
                ),
                standard,
                messages,
                segments,
                codes,
                tables,
            )| Profile {
                description,
                extends,
                remove,
                standard,
                syntax,
                scripts: SiteScripts { prepare, finish },
                severity,
                waivers,
                messages,
                segments,
                types,
                codes,
                tables,
                ..Profile::new(name)
            },
        )
}
