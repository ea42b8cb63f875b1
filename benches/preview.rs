//! A keystroke to its preview for a message of 20 kB, and a run over many messages on one core.

#[allow(dead_code)]
mod workload;

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pipehat::cancel::Cancel;
use pipehat::profile::{Profile, Script, SiteCharset, read};
use pipehat::workbench::{Corpus, Memo, Origin, Sample, Snapshot, Source, derive, transform};

const MESSAGES: usize = 2_000;

const SCRIPT: &str = r#"
if msg["MSH-11"] == "T" { skip("a training message"); }
out.copy(msg, ["MSH", "PID", "PV1"]);
out["MSH-3"] = "PIPEHAT";
out["MSH-5"] = "INDEX";
out["MSH-7"] = now();
out["PID-3.1"] = pad(msg["PID-3.1"], 10, "0");
out["PID-5.1"] = msg["PID-5.1"].to_upper();
out["PID-8"] = codes("sex", msg["PID-8"]);
if msg["PID-13"].is_null() { out["PID-13"] = null_value(); }
out["PV1-2"] = if msg["PV1-2"] == "I" { "INPATIENT" } else { "OTHER" };
for order in msg.groups("ORDER_OBSERVATION") {
    out.append(order.segment("OBR"));
    for obx in order.all("OBX") {
        if obx["2"] == "NM" { out.append(obx); }
    }
}
let row = rows.add("patient");
row.mrn = msg["PID-3.1"];
row.family = msg["PID-5.1"];
"#;

const PROFILE: &str = r#"Profile(format: 1, name: "Bench", standard: "2.5.1",
    messages: [Message(name: "Any", rows: [
        Rows(table: "visit", root: "PV1", columns: { "mrn": From("/PID-3.1"), "ward": From("PV1-3.1") }),
    ], script: Inline("SCRIPT"))],
    codes: { "sex": Codes(maps: {"M": "1", "F": "2"}) },
    tables: {
        "patient": Table(columns: [Column(name: "mrn"), Column(name: "family")]),
        "visit": Table(columns: [Column(name: "mrn"), Column(name: "ward")]),
    })"#;

/// The profile with this script.
fn profile(script: &str) -> Arc<Profile> {
    let mut profile = read(PROFILE).expect("the profile of this bench");
    let definition = Arc::make_mut(&mut profile.messages[0]);
    definition.script = Some(Script::Inline(script.into()));
    Arc::new(profile)
}

fn corpus(texts: &[String]) -> Corpus {
    let all = texts.concat().into_bytes();
    let source = Source::from_bytes(Origin::Paste(1), all).expect("bytes that are not compressed");
    Corpus::default().with(Arc::new(source))
}

/// A laboratory result of about 20 kB.
fn long_message() -> String {
    let mut text = "MSH|^~\\&|LAB|SITE|HUB|REGION|20260301120000||ORU^R01^ORU_R01|B1|P|2.5.1\r\
                    PID|1||4711^^^SITE^MR||Amsel^Berta||19700102|F\rPV1|1|I|W3\r"
        .to_owned();
    for order in 1..=25 {
        write!(text, "OBR|{order}|P{order}|F{order}|CHEM^Chemistry^L\r").expect("memory");
        for result in 1..=10 {
            let value = order * result;
            write!(
                text,
                "OBX|{result}|NM|{value}-7^Glucose in serum^LN||{value}.5|mmol/L^^UCUM|3.9-6.1|N|||F|||20260301\r"
            )
            .expect("memory");
        }
    }
    text
}

fn snapshot(profile: Arc<Profile>) -> Snapshot {
    Snapshot::new(profile, Arc::default(), "20260302".parse().expect("a date"))
}

fn first(corpus: &Corpus) -> Sample {
    corpus.sample(0).expect("a message")
}

fn keystroke(criterion: &mut Criterion) {
    let text = long_message();
    let mut group = criterion.benchmark_group(format!("preview of {} bytes", text.len()));
    let sample = first(&corpus(&[text]));
    // Each keystroke makes another script, so that nothing of the mapping is found in the memo.
    let profiles: Vec<Arc<Profile>> = (0..500)
        .map(|number| profile(&format!("{SCRIPT}// {number}")))
        .collect();
    let mut memo = Memo::default();
    let mut turn = 0;
    group.bench_function("a keystroke in the script", |bench| {
        bench.iter(|| {
            turn = (turn + 1) % profiles.len();
            let snapshot = snapshot(Arc::clone(&profiles[turn])).with_sample(sample.clone());
            black_box(derive(&snapshot, &mut memo, &Cancel::never()).is_ok())
        });
    });
    let fixed = snapshot(Arc::clone(&profiles[0])).with_sample(sample.clone());
    group.bench_function("from nothing", |bench| {
        bench.iter(|| black_box(derive(&fixed, &mut Memo::default(), &Cancel::never()).is_ok()));
    });
    let texts: Vec<Arc<str>> = (0..500)
        .map(|number| {
            long_message()
                .replace("Amsel", &format!("Amsel{number}"))
                .into()
        })
        .collect();
    group.bench_function("a keystroke in the message", |bench| {
        bench.iter(|| {
            turn = (turn + 1) % texts.len();
            let sample = sample.clone().with_text(Some(Arc::clone(&texts[turn])));
            let snapshot = fixed.clone().with_sample(sample);
            black_box(derive(&snapshot, &mut memo, &Cancel::never()).is_ok())
        });
    });
    group.finish();
}

fn many(criterion: &mut Criterion) {
    let corpus = corpus(&workload::messages(MESSAGES));
    let samples: Vec<Sample> = (0..corpus.len())
        .filter_map(|at| corpus.sample(at))
        .collect();
    let mut group = criterion.benchmark_group("transform on one core");
    group.throughput(Throughput::Elements(samples.len() as u64));
    let mut rows_only = Profile::clone(&profile(SCRIPT));
    Arc::make_mut(&mut rows_only.messages[0]).script = None;
    for (name, profile) in [
        ("script of 20 lines", profile(SCRIPT)),
        ("rows only", Arc::new(rows_only)),
    ] {
        let snapshot = snapshot(profile);
        let mut memo = Memo::default();
        group.bench_function(name, |bench| {
            bench.iter(|| {
                for (index, sample) in (0..).zip(&samples) {
                    let made = transform(&snapshot, sample, index, &mut memo, &Cancel::never());
                    black_box(made.is_ok());
                }
            });
        });
    }
    group.bench_function("read header fields for a list", |bench| {
        bench.iter(|| {
            samples
                .iter()
                .map(|sample| sample.header(SiteCharset::default()).kind.len())
                .sum::<usize>()
        });
    });
    group.finish();
}

criterion_group!(benches, keystroke, many);
criterion_main!(benches);
