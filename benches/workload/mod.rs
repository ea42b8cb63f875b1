//! Messages to measure with: ADT, ORU, SIU, MDM and VXU of invented people, 1.14 kB on average.
//!
//! The same seed gives the same bytes, so that figures of two days can be compared.

use std::fmt::Write as _;

const FAMILIES: [&str; 12] = [
    "Tannhauser",
    "Quill",
    "Marchetti",
    "O'Farrell",
    "Adeyemi",
    "Lindqvist",
    "Okafor",
    "Thorvald",
    "Imamura",
    "Castellan",
    "Ferrante",
    "Bello",
];
const GIVEN: [&str; 12] = [
    "Ottilie", "Rowan", "Livia", "Cormac", "Folasade", "Arvid", "Ngozi", "Signe", "Sota", "Bram",
    "Luca", "Zuri",
];
const STREETS: [&str; 8] = [
    "Kanalgasse",
    "Dock Street",
    "Mill Lane",
    "Harbour Parade",
    "Hill \\T\\ Vale Road",
    "Meadow Lane",
    "Seestrasse",
    "Quarry Row",
];
const DOCTORS: [&str; 6] = [
    "2044^Eze^Chidi^^^Dr.^^^RBSTAFF",
    "1188^Okonkwo^Ada",
    "3007^Nilsen^Tor^^^Dr.",
    "2051^Brandt^Silke",
    "2077^Hartwell^June",
    "3311^Vale^Imogen",
];
const TESTS: [(&str, &str, &str); 10] = [
    ("2345-7^Glucose^LN", "mmol/L^^UCUM", "3.9-6.1"),
    ("2951-2^Sodium^LN", "mmol/L^^UCUM", "136-145"),
    ("2823-3^Potassium^LN", "mmol/L^^UCUM", "3.5-5.1"),
    ("2160-0^Creatinine^LN", "umol/L^^UCUM", "45-84"),
    ("6690-2^Leukocytes^LN", "10\\S\\9/L^^UCUM", "4.0-10.0"),
    ("718-7^Haemoglobin^LN", "g/L^^UCUM", "120-160"),
    ("777-3^Platelets^LN", "10\\S\\9/L^^UCUM", "150-400"),
    ("1988-5^C-reactive protein^LN", "mg/L^^UCUM", "<5"),
    ("2524-7^Lactate^LN", "mmol/L^^UCUM", "0.5-2.2"),
    ("10839-9^Troponin I^LN", "ng/mL^^UCUM", "0.0-0.04"),
];

/// `count` messages, segments ended by CR.
pub(crate) fn messages(count: usize) -> Vec<String> {
    let mut dice = Dice(0x5EED_0000_CAFE);
    (0..count).map(|index| message(&mut dice, index)).collect()
}

/// The mean length of `messages` in bytes.
pub(crate) fn mean_length(messages: &[String]) -> usize {
    messages.iter().map(String::len).sum::<usize>() / messages.len().max(1)
}

fn message(dice: &mut Dice, index: usize) -> String {
    let mut out = String::with_capacity(2_000);
    match dice.below(20) {
        0..=7 => adt(dice, index, &mut out),
        8..=13 => oru(dice, index, &mut out),
        14..=16 => siu(dice, index, &mut out),
        17 => mdm(dice, index, &mut out),
        _ => vxu(dice, index, &mut out),
    }
    out
}

fn adt(dice: &mut Dice, index: usize, out: &mut String) {
    let event = dice.pick(&["A01", "A04", "A08", "A03"]);
    header(out, index, &format!("ADT^{event}^ADT_A01"));
    line(
        out,
        format_args!("EVN|{event}|20260302091500+0100|||KMOSER^Moser^Karla"),
    );
    patient(dice, out);
    line(out, format_args!("PD1||||{}", dice.pick(&DOCTORS)));
    for set_id in 1..=1 + dice.below(2) {
        let (family, given) = (dice.pick(&FAMILIES), dice.pick(&GIVEN));
        line(
            out,
            format_args!(
                "NK1|{set_id}|{family}^{given}|SPO^Spouse^HL70063|{} {}^^Lindau^^88131^DEU|^PRN^PH^^49^8382^55{:04}||C^Emergency contact^HL70131",
                dice.pick(&STREETS),
                dice.below(90),
                dice.below(10_000),
            ),
        );
    }
    visit(dice, out);
    for set_id in 1..=dice.below(3) {
        line(
            out,
            format_args!(
                "AL1|{set_id}|DA|PENG^Penicillin G^RBALLERGY|SV|Rash~Short of breath|19990512"
            ),
        );
    }
    line(
        out,
        format_args!("DG1|1||I21.9^Acute myocardial infarction, unspecified^I10||20260302|A"),
    );
    line(
        out,
        format_args!(
            "IN1|1|PLUS^Plus plan^RBPLAN|77001|Seeland Health Fund|1 Fund Square^^Lindau^^88131^DEU|||G-204|||||||||SEL^Self^HL70063"
        ),
    );
}

fn oru(dice: &mut Dice, index: usize, out: &mut String) {
    header(out, index, "ORU^R01^ORU_R01");
    patient(dice, out);
    visit(dice, out);
    for order in 1..=1 + dice.below(2) {
        let number = dice.below(100_000);
        line(
            out,
            format_args!("ORC|RE|RB-{number}^WARDPRO|L26-{number}^LABCORE||CM"),
        );
        line(
            out,
            format_args!(
                "OBR|{order}|RB-{number}^WARDPRO|L26-{number}^LABCORE|24323-8^Comprehensive metabolic panel^LN|||20260302093000+0100|||||||20260302095500+0100||{}||||||20260302142500+0100||CH|F",
                dice.pick(&DOCTORS),
            ),
        );
        for set_id in 1..=2 + dice.below(5) {
            let (test, unit, range) = TESTS[dice.below(TESTS.len())];
            line(
                out,
                format_args!(
                    "OBX|{set_id}|NM|{test}||{}.{}|{unit}|{range}|N|||F|||20260302101000+0100",
                    dice.below(200),
                    dice.below(10),
                ),
            );
            if dice.below(6) == 0 {
                line(
                    out,
                    format_args!("NTE|1|L|Haemolysis may raise this value, please repeat"),
                );
            }
        }
    }
}

fn siu(dice: &mut Dice, index: usize, out: &mut String) {
    header(out, index, "SIU^S12^SIU_S12");
    line(
        out,
        format_args!(
            "SCH|A-{index}^BOOKING|A-{index}^BOOKING||||ROUTINE^Routine^HL70276|Echo before clinic|FOLLOWUP^Follow-up^HL70277|30|min^^UCUM|^^30^20260320093000^20260320100000|||||{}",
            dice.pick(&DOCTORS),
        ),
    );
    patient(dice, out);
    visit(dice, out);
    line(out, format_args!("RGS|1|A"));
    line(
        out,
        format_args!(
            "AIS|1|A|ECHO^Echocardiogram^HTSVC|20260320093000|0|min|30|min|NO|BOOKED^Booked^HL70278"
        ),
    );
    line(
        out,
        format_args!("AIL|1|A|OPD^ECHO2^^HILLTOP|C^Clinic^HL70305||20260320093000"),
    );
    line(
        out,
        format_args!(
            "AIP|1|A|{}|CARD^Cardiologist^HTROLE||20260320093000",
            dice.pick(&DOCTORS)
        ),
    );
}

fn mdm(dice: &mut Dice, index: usize, out: &mut String) {
    header(out, index, "MDM^T02^MDM_T02");
    line(out, format_args!("EVN||20260309152900+0100"));
    patient(dice, out);
    visit(dice, out);
    line(
        out,
        format_args!(
            "TXA|1|DS^Discharge summary^HL70270|AP^Application^HL70191|20260309150000+0100|{}|20260309150000+0100||||||DOC-{index}^LETTERS|||||LA||AV",
            dice.pick(&DOCTORS),
        ),
    );
    let document: String = (0..600 + dice.below(800))
        .map(|_| {
            char::from(dice.pick(
                b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".as_slice(),
            ))
        })
        .collect();
    line(
        out,
        format_args!(
            "OBX|1|ED|18842-5^Discharge summary^LN|1|LETTERS^AP^PDF^Base64^{document}||||||F"
        ),
    );
}

fn vxu(dice: &mut Dice, index: usize, out: &mut String) {
    header(out, index, "VXU^V04^VXU_V04");
    patient(dice, out);
    for dose in 1..=1 + dice.below(2) {
        line(
            out,
            format_args!(
                "ORC|RE||MD-{index}-{dose}^MEADOWS|||||||4410^Sato^Mika||4400^Brandvold^Kari"
            ),
        );
        line(
            out,
            format_args!(
                "RXA|0|1|20260310104500||20^DTaP^CVX|0.5|mL^millilitre^UCUM||00^New immunization record^NIP001|4410^Sato^Mika|^^^MEADOWS||||LOT-A{}|20270131|INV^Invented Vaccines^MDMVX|||CP|A",
                dice.below(100),
            ),
        );
        line(
            out,
            format_args!("RXR|IM^Intramuscular^HL70162|LT^Left thigh^HL70163"),
        );
        line(
            out,
            format_args!(
                "OBX|1|CE|64994-7^Vaccine funding program eligibility^LN|1|V02^Medicaid^HL70064||||||F|||20260310"
            ),
        );
    }
}

fn header(out: &mut String, index: usize, event: &str) {
    line(
        out,
        format_args!(
            "MSH|^~\\&|WARDPRO|RIVERBEND|INDEX|REGION|20260302{:02}{:02}{:02}+0100||{event}|RB{index:08}|P|2.5.1|||AL|NE",
            index / 3_600 % 24,
            index / 60 % 60,
            index % 60,
        ),
    );
}

fn patient(dice: &mut Dice, out: &mut String) {
    let (family, given, number) = (
        dice.pick(&FAMILIES),
        dice.pick(&GIVEN),
        40_000 + dice.below(50_000),
    );
    line(
        out,
        format_args!(
            "PID|1||{number}^^^RIVERBEND^MR~99-{number}^^^NATREG^NI||{family}^{given}^M^^Dr.^^L||19{:02}{:02}{:02}|{}|||{} {}^^Lindau^^88131^DEU^H||^PRN^PH^^49^8382^55{:04}|^WPN^PH^^49^8382^555900|de|M|PRO|{number}-26^^^RIVERBEND^AN||||||||||||N",
            dice.below(100),
            1 + dice.below(12),
            1 + dice.below(28),
            dice.pick(&["F", "M", "U"]),
            dice.pick(&STREETS),
            dice.below(90),
            dice.below(10_000),
        ),
    );
}

fn visit(dice: &mut Dice, out: &mut String) {
    line(
        out,
        format_args!(
            "PV1|1|I|{}B^{}^2^RIVERBEND^^N^MAIN^3|U|||{}|{}||CAR||||7|||{}|IN|V26-{:05}^^^RIVERBEND^VN|||||||||||||||||||||||||20260302090500+0100",
            1 + dice.below(8),
            100 + dice.below(500),
            dice.pick(&DOCTORS),
            dice.pick(&DOCTORS),
            dice.pick(&DOCTORS),
            dice.below(100_000),
        ),
    );
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a String takes everything");
    out.push('\r');
}

/// A small generator (xorshift64*, Vigna 2016): the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(number).unwrap_or(0) % bound
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}
