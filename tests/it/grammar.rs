//! Messages are bound as the standard's structures have them, and nothing of them is lost.

use std::fmt::Write as _;

use pipehat::grammar::{Grammar, Node, NodeKind, Standing, bind, resolve};
use pipehat::hl7::{self, Message};
use pipehat::profile::Profile;
use pipehat::standard::Version;

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
