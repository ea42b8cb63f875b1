//! Messages are bound as the standard's structures have them, and nothing of them is lost.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use pipehat::grammar::{Grammar, Node, NodeKind, Standing, bind, check_structure, resolve};
use pipehat::hl7::{self, Message};
use pipehat::profile::Profile;
use pipehat::standard::Version;
use proptest::prelude::*;

/// A message of this type with these segments: `MSH` and then each id alone on its line.
fn message(code: &str, ids: &str) -> Message {
    let mut text = format!("MSH|^~\\&|A|B|C|D|20260101||{code}|1|P|2.5.1");
    for id in ids.split_whitespace() {
        let _ = write!(text, "\r{id}|1");
    }
    hl7::parse(&text).0
}

fn grammar(message: &Message) -> Grammar {
    let mut profile = Profile::new("test");
    profile.segments = [("ZPI".parse().expect("an id"), std::sync::Arc::default())].into();
    resolve(Version::V2_5_1, &profile, None, message).0
}

/// The tree in one line: `(GROUP: PID PD1)`, a standing other than expected as `!`, `?`, `~`.
fn draw(message: &Message, node: &Node) -> String {
    let inner = || {
        let drawn: Vec<_> = node
            .children
            .iter()
            .map(|child| draw(message, child))
            .collect();
        drawn
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    };
    match &node.kind {
        NodeKind::Message { .. } => inner(),
        NodeKind::Group {
            name,
            occurrence: 1,
        } => format!("({name}: {})", inner()),
        NodeKind::Group { name, occurrence } => format!("({name} {occurrence}: {})", inner()),
        NodeKind::Missing { id, required: true } => format!("[{id}]"),
        NodeKind::Missing { .. } => String::new(),
        NodeKind::Segment { index, standing } => {
            let segment = message
                .segment(*index)
                .expect("the tree names segments of the message");
            let mark = match standing {
                Standing::Expected => "",
                Standing::OutOfOrder => "!",
                Standing::Unknown => "?",
                Standing::NotInStructure => "~",
                Standing::NotASegment => "#",
            };
            format!("{}{mark}", segment.id())
        }
    }
}

fn bound(code: &str, ids: &str, expect: &str) {
    let message = message(code, ids);
    let tree = bind(&message, &grammar(&message));
    assert_eq!(draw(&message, &tree), expect, "{code} {ids}");
}

#[test]
fn admissions_are_bound() {
    bound("ADT^A01", "EVN PID PV1", "MSH EVN PID PV1");
    bound(
        "ADT^A04^ADT_A01",
        "EVN PID PD1 NK1 NK1 PV1 PV2 ROL OBX AL1 AL1 DG1 PR1 ROL PR1 GT1 IN1 IN2 IN1 ACC",
        "MSH EVN PID PD1 NK1 NK1 PV1 PV2 ROL OBX AL1 AL1 DG1 (PROCEDURE: PR1 ROL) (PROCEDURE 2: PR1) \
         GT1 (INSURANCE: IN1 IN2) (INSURANCE 2: IN1) ACC",
    );
    bound(
        "ADT^A40",
        "EVN PID MRG PID MRG PV1",
        "MSH EVN (PATIENT: PID MRG) (PATIENT 2: PID MRG PV1)",
    );
}

#[test]
fn results_are_bound() {
    bound(
        "ORU^R01",
        "PID PV1 ORC OBR NTE OBX NTE NTE OBX OBR OBX SPM ORC OBR OBX PID OBR OBX",
        "MSH (PATIENT_RESULT: (PATIENT: PID (VISIT: PV1)) \
         (ORDER_OBSERVATION: ORC OBR NTE (OBSERVATION: OBX NTE NTE) (OBSERVATION 2: OBX)) \
         (ORDER_OBSERVATION 2: OBR (OBSERVATION: OBX) (SPECIMEN: SPM)) \
         (ORDER_OBSERVATION 3: ORC OBR (OBSERVATION: OBX))) \
         (PATIENT_RESULT 2: (PATIENT: PID) (ORDER_OBSERVATION: OBR (OBSERVATION: OBX)))",
    );
    bound(
        "ORU^R01",
        "OBR OBX",
        "MSH (PATIENT_RESULT: (ORDER_OBSERVATION: OBR (OBSERVATION: OBX)))",
    );
}

#[test]
fn orders_are_bound() {
    bound(
        "OML^O21",
        "PID PV1 ORC OBR OBX ORC OBR DG1 OBX NTE SPM OBX PID PV1 ORC OBR OBX",
        "MSH (PATIENT: PID (PATIENT_VISIT: PV1)) \
         (ORDER: ORC (OBSERVATION_REQUEST: OBR (OBSERVATION: OBX))) \
         (ORDER 2: ORC (OBSERVATION_REQUEST: OBR DG1 (OBSERVATION: OBX NTE) (SPECIMEN: SPM OBX) \
         (PRIOR_RESULT: (PATIENT_PRIOR: PID) (PATIENT_VISIT_PRIOR: PV1) \
         (ORDER_PRIOR: ORC OBR (OBSERVATION_PRIOR: OBX)))))",
    );
    bound(
        "ORM^O01",
        "PID ORC OBR NTE OBX ORC RXO BLG",
        "MSH (PATIENT: PID) (ORDER: ORC (ORDER_DETAIL: OBR NTE (OBSERVATION: OBX))) \
         (ORDER 2: ORC (ORDER_DETAIL: RXO) BLG)",
    );
    bound(
        "ORM^O01",
        "PID OBR OBR",
        "MSH (PATIENT: PID) (ORDER: [ORC] (ORDER_DETAIL: OBR)) (ORDER 2: [ORC] (ORDER_DETAIL: OBR))",
    );
}

#[test]
fn appointments_and_vaccinations_are_bound() {
    bound(
        "SIU^S12",
        "SCH NTE PID PV1 RGS AIS NTE AIL AIP AIP RGS AIG",
        "MSH SCH NTE (PATIENT: PID PV1) (RESOURCES: RGS (SERVICE: AIS NTE) (LOCATION_RESOURCE: AIL) \
         (PERSONNEL_RESOURCE: AIP) (PERSONNEL_RESOURCE 2: AIP)) (RESOURCES 2: RGS (GENERAL_RESOURCE: AIG))",
    );
    bound(
        "VXU^V04",
        "PID NK1 ORC RXA RXR OBX OBX NTE ORC RXA RXA",
        "MSH PID NK1 (ORDER: ORC RXA RXR (OBSERVATION: OBX) (OBSERVATION 2: OBX NTE)) (ORDER 2: ORC RXA) \
         (ORDER 3: [ORC] RXA)",
    );
    bound(
        "VXU^V04",
        "PID ORC ORC RXA",
        "MSH PID (ORDER: ORC [RXA]) (ORDER 2: ORC RXA)",
    );
}

#[test]
fn missing_required_segments_are_passed_by() {
    bound("ADT^A01", "PID PV1", "MSH [EVN] PID PV1");
    bound("ADT^A01", "EVN PV1", "MSH EVN [PID] PV1");
    bound("ADT^A01", "", "MSH [EVN] [PID] [PV1]");
    bound(
        "ORU^R01",
        "PID OBX",
        "MSH (PATIENT_RESULT: (PATIENT: PID) (ORDER_OBSERVATION: [OBR] (OBSERVATION: OBX)))",
    );
}

#[test]
fn what_stands_elsewhere_stays_where_it_is() {
    bound("ADT^A01", "EVN NK1 PID PV1", "MSH EVN NK1! PID PV1");
    bound(
        "ADT^A01",
        "EVN PID PV1 DG1 NK1 GT1",
        "MSH EVN PID PV1 DG1 NK1! GT1",
    );
    bound("ADT^A01", "EVN PID PID PV1", "MSH EVN PID PID! PV1");
    bound(
        "ORU^R01",
        "PID OBR OBX PV1 OBX",
        "MSH (PATIENT_RESULT: (PATIENT: PID) (ORDER_OBSERVATION: OBR (OBSERVATION: OBX PV1!) (OBSERVATION 2: OBX)))",
    );
    bound(
        "ADT^A01",
        "EVN PID ZPI PV1 ZZZ RXA QQQ",
        "MSH EVN PID ZPI PV1 ZZZ? RXA~ QQQ?",
    );
    bound(
        "ORU^R01",
        "PID ZPI OBR OBX ZZZ OBX",
        "MSH (PATIENT_RESULT: (PATIENT: PID ZPI) (ORDER_OBSERVATION: OBR (OBSERVATION: OBX ZZZ?) (OBSERVATION 2: OBX)))",
    );
    bound("ADT^A01", "EVN PID lower PV1", "MSH EVN PID lower# PV1");
    bound("ZZZ^Z01", "PID ZPI ZZZ", "MSH PID ZPI ZZZ?");
    bound(
        "MFN^Z99^MFN_M02",
        "MFI MFE STF PRA MFE STF",
        "MSH MFI (MF_STAFF: MFE STF PRA) (MF_STAFF 2: MFE STF)",
    );
}

#[test]
fn what_is_not_as_the_grammar_has_it_is_told() {
    let told = |code: &str, ids: &str, expect: &[&str]| {
        let message = message(code, ids);
        let grammar = grammar(&message);
        let found = check_structure(&message, &bind(&message, &grammar), &grammar);
        let found: Vec<_> = found
            .iter()
            .map(|finding| finding.diagnostic.to_string())
            .collect();
        assert_eq!(found, expect, "{code} {ids}");
    };
    told("ADT^A01", "EVN PID ZPI PV1", &[]);
    told(
        "ADT^A01",
        "EVN PID ZZZ QQQ PV1",
        &[
            "info[segment-unknown] ZZZ: ZZZ is unknown: the profile does not describe it \
             (add \"ZZZ\" to `segments` of the profile)",
            "warning[segment-unknown] QQQ: QQQ is unknown: neither HL7 nor the profile describes it \
             (add \"QQQ\" to `segments` of the profile)",
        ],
    );
    told(
        "ORU^R01",
        "PID OBR OBX PRT",
        &[
            "warning[segment-not-in-structure] PRT: PRT does not belong in ORU_R01 of HL7 2.5.1 \
           (ORU_R01 has it from HL7 2.7 on)",
        ],
    );
    told(
        "ADT^A01",
        "PID PV1 NK1",
        &[
            "warning[segment-missing] EVN: EVN is required in ADT_A01 and missing (it stands after MSH)",
            "warning[segment-out-of-order] NK1: NK1 may not stand here in ADT_A01 (ADT_A01 has NK1 before PV1)",
        ],
    );
    told(
        "ADT^A01",
        "PID EVN PV1",
        &[
            "warning[segment-out-of-order] PID: PID may not stand here in ADT_A01 (ADT_A01 has PID after EVN)",
        ],
    );
    told(
        "VXU^V04",
        "PID RXA",
        &[
            "warning[segment-missing] ORC: ORC is required in VXU_V04, group ORDER and missing (it stands after PID)",
        ],
    );
}

#[test]
fn a_lost_line_end_is_told() {
    let (message, _) =
        hl7::parse("MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.5.1\rEVN|A01\rPID|1||7 PV1|1|I");
    let grammar = grammar(&message);
    let found = check_structure(&message, &bind(&message, &grammar), &grammar);
    let codes: Vec<_> = found
        .iter()
        .map(|finding| finding.diagnostic.code)
        .collect();
    assert_eq!(codes, ["segment-glued", "segment-missing"]);
}

#[test]
fn fields_say_who_describes_them() {
    let message = message("ORU^R01", "");
    let grammar = grammar(&message);
    let origin = |id: &str, number| {
        let segment = grammar.segment(id)?;
        segment
            .field(number)
            .map(|field| (field.name.to_owned(), field.origin.to_string()))
    };
    let is = |name: &str, origin: &str| Some((name.to_owned(), origin.to_owned()));
    assert_eq!(origin("PID", 3), is("Patient Identifier List", "HL7 2.5.1"));
    assert_eq!(
        origin("OBX", 29),
        is("Observation Type", "HL7 2.8.1, later")
    );
    assert_eq!(origin("PID", 88), None);
    assert_eq!(
        grammar.segment("ZPI").map(|view| view.origin.to_string()),
        Some("site".to_owned())
    );
    assert_eq!(grammar.segment("ZZZ"), None);
    let names = grammar.names(&"PID-3.4.1".parse().expect("a location"));
    assert_eq!(names.last().map(String::as_str), Some("Namespace ID"));
    assert!(
        grammar
            .order()
            .starts_with(&["MSH", "SFT", "PID"].map(|id| id.parse().expect("an id")))
    );
}

const SOME_IDS: [&str; 24] = [
    "EVN",
    "PID",
    "PD1",
    "NK1",
    "PV1",
    "PV2",
    "ORC",
    "OBR",
    "OBX",
    "NTE",
    "SPM",
    "SAC",
    "AL1",
    "DG1",
    "PR1",
    "ROL",
    "GT1",
    "IN1",
    "IN2",
    "RGS",
    "AIS",
    "ZPI",
    "QQQ",
    "no segment",
];

proptest! {
    #[test]
    fn binding_keeps_every_segment_in_order(
        code in prop::sample::select(vec!["ADT^A01", "ORU^R01", "OML^O21", "ORM^O01", "SIU^S12", "MFN^M03", "QQQ^Q99"]),
        ids in prop::collection::vec(prop::sample::select(&SOME_IDS[..]), 0..60),
    ) {
        let mut text = format!("MSH|^~\\&|A|B|C|D|20260101||{code}|1|P|2.5.1");
        for id in ids {
            let _ = write!(text, "\r{id}|1");
        }
        let message = hl7::parse(&text).0;
        let grammar = grammar(&message);
        let tree = bind(&message, &grammar);
        prop_assert_eq!(tree.segments(), (0..message.segment_count()).collect::<Vec<_>>());
        let _ = check_structure(&message, &tree, &grammar);
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "hl7") {
            found.push(path);
        }
    }
}

/// Says how many of the corpus's messages fit their structure, where there is a corpus.
#[test]
#[allow(clippy::print_stdout, reason = "the count is for people to read")]
fn messages_of_the_corpus_are_bound() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let corpus = std::env::var_os("PIPEHAT_CORPUS").map_or(beside, PathBuf::from);
    let mut paths = Vec::new();
    files(&corpus, &mut paths);
    if paths.is_empty() {
        println!("no corpus to read");
    }
    let (mut whole, mut all) = ([0; 2], [0; 2]);
    for path in paths {
        let bytes = std::fs::read(&path).expect("the corpus can be read");
        for piece in hl7::split(&bytes) {
            let decoded = hl7::decode(&bytes[piece.range.clone()], None);
            let message = hl7::parse(&decoded.text).0;
            let stated = message.text_at(&"MSH-12.1".parse().expect("a location"));
            let version = Version::nearest(&stated).unwrap_or_default();
            let (grammar, _) = resolve(version, &Profile::new("corpus"), None, &message);
            let tree = bind(&message, &grammar);
            assert_eq!(
                tree.segments(),
                (0..message.segment_count()).collect::<Vec<_>>(),
                "{}",
                path.display()
            );
            let kind = match &*message.text_at(&"MSH-9.1".parse().expect("a location")) {
                "ADT" => 0,
                "ORU" => 1,
                _ => continue,
            };
            let mut fits = true;
            tree.visit(&mut |node| {
                fits &= !matches!(
                    node.kind,
                    NodeKind::Segment {
                        standing: Standing::NotInStructure | Standing::OutOfOrder,
                        ..
                    }
                );
            });
            all[kind] += 1;
            whole[kind] += usize::from(fits);
        }
    }
    println!(
        "fit their structure: {} of {} ADT, {} of {} ORU",
        whole[0], all[0], whole[1], all[1]
    );
}
