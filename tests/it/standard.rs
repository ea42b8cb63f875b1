//! The dictionary says what the standard says.

use std::collections::BTreeMap;

use pipehat::standard::{
    Dictionary, Structure, StructureItem, Usage, Version, dictionary, shown_type,
};

fn field(version: Version, segment: &str, number: u16) -> String {
    let found = dictionary(version)
        .segment(segment)
        .and_then(|segment| segment.field(number));
    found.map_or_else(String::new, |field| {
        format!(
            "{}|{}|{}|{}|{}|{}|{}",
            field.name,
            field.data_type,
            field.usage.letter(),
            field.max_repetitions,
            field
                .max_length
                .map_or_else(String::new, |length| length.to_string()),
            field.table.unwrap_or_default(),
            field.item.map_or_else(String::new, |item| item.to_string()),
        )
    })
}

#[test]
fn fields_are_those_of_the_standard() {
    let check = |version, segment, number, expect: &str| {
        assert_eq!(
            field(version, segment, number),
            expect,
            "{version} {segment}-{number}"
        );
    };
    check(
        Version::V2_5_1,
        "PID",
        3,
        "Patient Identifier List|CX|R|0|250||106",
    );
    check(
        Version::V2_5_1,
        "PID",
        8,
        "Administrative Sex|IS|O|1|1|0001|111",
    );
    check(Version::V2_5_1, "MSH", 9, "Message Type|MSG|R|1|15||9");
    check(
        Version::V2_5_1,
        "OBX",
        5,
        "Observation Value|varies|C|0|99999||573",
    );
    check(Version::V2_3, "PID", 5, "Patient Name|XPN|R|1|48||108");
    check(Version::V2_8_2, "PID", 2, "Patient ID|CX|W|1|||");
    check(Version::V2_5_1, "PID", 40, "");
    check(Version::V2_5_1, "PID", 0, "");
}

#[test]
fn types_tables_and_events_are_those_of_the_standard() {
    let standard = dictionary(Version::V2_5_1);
    let cx = standard.data_type("CX").expect("CX exists");
    assert_eq!(
        cx.component(5).map(|part| (part.name, part.table)),
        Some(("Identifier Type Code", Some("0203")))
    );
    assert_eq!(cx.component(4).map(|part| part.data_type), Some("HD"));
    assert!(
        standard
            .data_type("ST")
            .is_some_and(pipehat::standard::DataType::is_primitive)
    );
    let sex = standard.table("0001").expect("table 0001 exists");
    assert_eq!(
        sex.values().map(|code| code.code).collect::<Vec<_>>(),
        ["F", "M", "O", "U", "A", "N"]
    );
    assert_eq!(
        sex.lookup("U").and_then(|code| code.description),
        Some("Unknown")
    );
    assert_eq!(sex.lookup("X"), None);
    assert_eq!(
        (sex.name, sex.kind),
        (Some("Administrative Sex"), Some("user"))
    );
    let old = dictionary(Version::V2_3)
        .table("0001")
        .expect("table 0001 exists");
    assert_eq!(old.lookup("A"), None, "A came with 2.4");
    let event = standard.event("ADT", "A04").expect("A04 exists");
    assert_eq!(
        (event.structure, event.description),
        ("ADT_A01", "Register a patient")
    );
    let parts = dictionary(Version::V2_2)
        .segment("OBR")
        .and_then(|obr| obr.field(26));
    assert_eq!(parts.map(|field| shown_type(field.data_type)), Some("CM"));
}

#[test]
fn the_structure_of_a_message_is_chosen_as_the_standard_says() {
    let check = |version, code, trigger, id, expect: Option<(&str, Version)>| {
        let found = dictionary(version).structure_for(code, trigger, id);
        let found = found.map(|(structure, version)| (structure.id, version));
        assert_eq!(found, expect, "{version} {code}^{trigger}^{id}");
    };
    let own = Version::V2_5_1;
    check(own, "ADT", "A04", "ADT_A01", Some(("ADT_A01", own)));
    check(own, "ADT", "A04", "", Some(("ADT_A01", own)));
    check(own, "ADT", "A04", "ADT_A04", Some(("ADT_A01", own)));
    check(own, "ACK", "Z99", "", Some(("ACK", own)));
    check(own, "ORU", "Z01", "", Some(("ORU_R01", own)));
    check(own, "ADT", "", "", Some(("ADT_A01", own)));
    check(own, "OML", "O39", "", Some(("OML_O39", Version::V2_7)));
    check(
        Version::V2_8_2,
        "ORM",
        "O01",
        "ORM_O01",
        Some(("ORM_O01", Version::V2_6)),
    );
    check(
        Version::V2_1,
        "VXU",
        "V04",
        "",
        Some(("VXU_V04", Version::V2_3)),
    );
    check(own, "ZZZ", "Z01", "", None);
    check(own, "", "", "", None);
}

#[test]
fn what_a_version_lacks_comes_from_another_and_says_which() {
    let standard = dictionary(Version::V2_5_1);
    let version_of = |id| standard.segment_or_later(id).map(|(_, version)| version);
    assert_eq!(version_of("PID"), Some(Version::V2_5_1));
    assert_eq!(version_of("PRT"), Some(Version::V2_7));
    assert_eq!(version_of("ZPI"), None);
    let field = |id, number| {
        standard
            .field_or_later(id, number)
            .map(|(field, version)| (field.name, version))
    };
    assert_eq!(
        field("OBX", 5),
        Some(("Observation Value", Version::V2_5_1))
    );
    assert_eq!(
        field("OBX", 29),
        Some(("Observation Type", Version::V2_8_1))
    );
    assert_eq!(field("PID", 88), None);
    let withdrawn = dictionary(Version::V2_8).segment_or_later("QRD");
    assert_eq!(withdrawn.map(|(_, version)| version), Some(Version::V2_6));
}

/// Segments that a structure names and no segment of its version describes: gaps of the sources,
/// filled from the nearest version.
fn undescribed(standard: &Dictionary, structure: &Structure) -> Vec<&'static str> {
    let mut ids = structure.segment_ids();
    ids.retain(|id| standard.segment(id).is_none());
    ids
}

#[test]
fn every_segment_of_every_structure_is_described() {
    let mut gaps: BTreeMap<Version, Vec<&str>> = BTreeMap::new();
    let mut structures = 0;
    for version in Version::ALL {
        let standard = dictionary(version);
        for structure in standard.structures() {
            structures += 1;
            for id in undescribed(standard, structure) {
                assert!(
                    standard.segment_or_later(id).is_some(),
                    "{version} {} {id}",
                    structure.id
                );
                let found = gaps.entry(version).or_default();
                if !found.contains(&id) {
                    found.push(id);
                }
            }
        }
    }
    assert_eq!(structures, 2136);
    let of_2_7 = vec!["QRD", "QRF", "URD", "URS"];
    let mut expected = BTreeMap::from([(Version::V2_1, vec!["PD1"])]);
    for version in Version::V2_6.later() {
        expected.insert(version, of_2_7.clone());
    }
    for ids in gaps.values_mut() {
        ids.sort_unstable();
    }
    assert_eq!(gaps, expected);
}

#[test]
fn every_type_table_and_structure_that_is_named_exists() {
    for version in Version::ALL {
        let standard = dictionary(version);
        for segment in standard.segments() {
            for field in &segment.fields {
                let place = format!("{version} {} {}", segment.id, field.name);
                assert!(standard.data_type(field.data_type).is_some(), "{place}");
                assert!(
                    field
                        .table
                        .is_none_or(|table| standard.table(table).is_some()),
                    "{place}"
                );
            }
        }
        for data_type in standard.data_types() {
            for part in &data_type.components {
                let place = format!("{version} {} {}", data_type.id, part.name);
                // The sources give no type to some withdrawn components.
                let is_silent = part.data_type == "-" && part.usage == Usage::Withdrawn;
                let is_known = standard.data_type_or_later(part.data_type).is_some();
                assert!(is_silent || is_known, "{place}");
            }
        }
        for event in standard.events() {
            assert!(
                standard.structure(event.structure).is_some(),
                "{version} {}",
                event.id
            );
        }
    }
}

fn has_choice(items: &[StructureItem]) -> bool {
    items
        .iter()
        .any(|item| matches!(item, StructureItem::Choice { .. }) || has_choice(item.items()))
}

#[test]
fn choices_and_open_places_are_read() {
    let order = dictionary(Version::V2_5_1)
        .structure("ORM_O01")
        .expect("ORM_O01 exists");
    assert!(has_choice(&order.items));
    let open = dictionary(Version::V2_4)
        .structure("MFN_M03")
        .expect("MFN_M03 exists");
    assert_eq!(open.to_string(), "MSH MFI (MF_TEST: MFE OM1 Hxx)+");
    assert_eq!(
        dictionary(Version::V2_5_1)
            .segment("MSH")
            .map(|msh| msh.fields[0].usage),
        Some(Usage::Required)
    );
}
