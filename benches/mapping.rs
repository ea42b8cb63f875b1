//! Mapping: a script of 20 lines beside bare Rhai making the same calls, and rows without a script.

mod plain_host;
#[allow(dead_code)]
mod workload;

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pipehat::cancel::Cancel;
use pipehat::grammar::{Grammar, resolve};
use pipehat::hl7::{Message, Timestamp, parse_shared};
use pipehat::mapping::{Cell, Engine, Job, Outcome, Program, compile, run};
use pipehat::profile::{Profile, read};
use plain_host::PlainHost;
use rhai::{Array, Dynamic, ImmutableString, Scope};

const MESSAGES: usize = 1_000;

const SCRIPT: &str = r#"
if msg["MSH-11"] == "T" { skip("a training message"); }
out.copy(msg, ["MSH", "PID", "PV1"]);
out["MSH-3"] = "PIPEHAT";
out["MSH-5"] = "INDEX";
out["PID-3.1"] = pad(msg["PID-3.1"], 10, "0");
out["PID-5.1"] = msg["PID-5.1"].to_upper();
out["PID-5.2"] = msg["PID-5.2"].to_upper();
out["PID-8"] = codes("sex", msg["PID-8"]);
let born = msg["PID-7"];
if born.len() > 8 { out["PID-7"] = born.sub_string(0, 8); }
if msg["PID-13"].is_null() { out["PID-13"] = null_value(); }
out["PV1-2"] = if msg["PV1-2"] == "I" { "INPATIENT" } else { "OTHER" };
let count = 0;
for obx in msg.all("OBX") {
    count += 1;
    if obx["2"] == "NM" { out.append(obx); }
}
out["ZCT-1"] = count;
let row = rows.add("patient");
row.mrn = msg["PID-3.1"];
row.family = msg["PID-5.1"];
"#;

const PROFILE: &str = r#"Profile(format: 1, name: "Bench", standard: "2.5.1",
    messages: [
        Message(name: "Script"),
        Message(name: "Rows", rows: [
            Rows(table: "patient", root: "PID", columns: {
                "mrn": From("PID-3.1"), "family": From("PID-5.1"), "given": From("PID-5.2"),
                "born": From("PID-7", as: Date), "sex": From("PID-8", codes: "sex"),
            }),
            Rows(table: "visit", root: "PV1", columns: { "mrn": From("/PID-3.1"), "class": From("PV1-2"), "ward": From("PV1-3.1") }),
        ]),
    ],
    codes: { "sex": Codes(maps: {"M": "1", "F": "2"}) },
    tables: {
        "patient": Table(columns: [Column(name: "mrn"), Column(name: "family"), Column(name: "given"), Column(name: "born", type: Date), Column(name: "sex")]),
        "visit": Table(columns: [Column(name: "mrn"), Column(name: "class"), Column(name: "ward")]),
    })"#;

/// A message before and after it is parsed.
struct Sample {
    text: Arc<str>,
    message: Message,
}

struct Bench {
    profile: Arc<Profile>,
    grammar: Arc<Grammar>,
    samples: Vec<Sample>,
    engine: Engine,
    program: Program,
    now: Timestamp,
}

impl Bench {
    fn new() -> Self {
        let profile = Arc::new(read(PROFILE).expect("a profile"));
        let texts = workload::messages(MESSAGES);
        let (first, _) = parse_shared(texts[0].as_str().into());
        let (grammar, _) = resolve(profile.version(), &profile, None, &first);
        let samples = texts.iter().map(|text| {
            let text: Arc<str> = text.as_str().into();
            let (message, _) = parse_shared(Arc::clone(&text));
            Sample { text, message }
        });
        let samples = samples.collect();
        let engine = Engine::new();
        let (program, found) = compile(&engine, "bench", SCRIPT, None);
        assert!(found.is_empty(), "{found:?}");
        Self {
            program: program.expect("a program"),
            now: "20260301120000".parse().expect("a time"),
            profile,
            grammar: Arc::new(grammar),
            samples,
            engine,
        }
    }

    fn map(&self, message: &Message, definition: usize) -> Outcome {
        let job = Job {
            message,
            tree: None,
            grammar: &self.grammar,
            definition: &self.profile.messages[definition],
            profile: &self.profile,
            program: (definition == 0).then_some(&self.program),
            now: &self.now,
            seed: 1,
            records_reads: false,
            begun: None,
        };
        let outcome = run(&self.engine, &job, &Cancel::never()).expect("nothing cancels");
        assert!(outcome.findings.is_empty(), "{:?}", outcome.findings);
        outcome
    }
}

/// The handles of the script, without anything behind them.
#[derive(Clone)]
struct Bare;

/// Bare `msg`: how many OBX the message has.
#[derive(Clone)]
struct BareMessage(usize);

fn empty_engine() -> rhai::Engine {
    let mut engine = plain_host::bare_engine();
    let text = || ImmutableString::from("NM");
    engine.register_indexer_get(move |_: &mut Bare, _: &str| text());
    engine.register_indexer_get(move |_: &mut BareMessage, _: &str| text());
    engine.register_indexer_set(|_: &mut Bare, _: &str, text: &str| {
        assert!(!black_box(text).is_empty());
    });
    engine.register_indexer_set(|_: &mut Bare, _: &str, value: Dynamic| drop(black_box(value)));
    engine.register_fn("copy", |_: &mut Bare, _: BareMessage, list: Array| {
        drop(black_box(list));
    });
    engine.register_fn("append", |_: &mut Bare, segment: Bare| segment);
    engine.register_fn("add", |_: &mut Bare, _: &str| Bare);
    engine.register_fn("all", |message: &mut BareMessage, _: &str| -> Array {
        (0..message.0).map(|_| Dynamic::from(Bare)).collect()
    });
    engine.register_fn("is_null", |text: &str| text == "\"\"");
    engine.register_fn("null_value", text);
    engine.register_fn("pad", move |_: &str, _: i64, _: &str| text());
    engine.register_fn("codes", move |_: &str, _: &str| text());
    engine.register_fn("skip", |_: &str| {});
    engine
}

fn scripts(criterion: &mut Criterion) {
    let bench = Bench::new();
    let bare = empty_engine();
    let ast = bare.compile(SCRIPT).expect("a script");
    let counts: Vec<usize> = bench
        .samples
        .iter()
        .map(|sample| {
            sample
                .message
                .segments()
                .filter(|segment| segment.id() == "OBX")
                .count()
        })
        .collect();

    let mut group =
        criterion.benchmark_group(format!("map {MESSAGES} messages with a script of 20 lines"));
    group.throughput(Throughput::Elements(MESSAGES as u64));
    let plain = PlainHost::new(SCRIPT);
    for sample in &bench.samples {
        let ours = bench.map(&sample.message, 0);
        let cells = ours.rows.iter().flat_map(|table| &table.rows);
        let cells = cells.flat_map(|row| &row.cells);
        let cells = cells.filter(|cell| **cell != Cell::Absent).count();
        let text = ours.output.map(|made| made.text().to_owned());
        assert_eq!((text.unwrap_or_default(), cells), plain.map(&sample.text));
    }
    group.bench_function("bare Rhai over split texts, parse and run", |bencher| {
        bencher.iter(|| {
            for sample in &bench.samples {
                black_box(plain.map(&sample.text));
            }
        });
    });
    group.bench_function("bare Rhai, the same calls to nothing", |bencher| {
        bencher.iter(|| {
            for count in &counts {
                let mut scope = Scope::new();
                scope.push("msg", BareMessage(*count));
                scope.push("out", Bare);
                scope.push("rows", Bare);
                black_box(bare.run_ast_with_scope(&mut scope, &ast).is_ok());
            }
        });
    });
    group.bench_function("run", |bencher| {
        bencher.iter(|| {
            for sample in &bench.samples {
                black_box(bench.map(&sample.message, 0));
            }
        });
    });
    group.bench_function("parse and run", |bencher| {
        bencher.iter(|| {
            for sample in &bench.samples {
                let (message, _) = parse_shared(Arc::clone(&sample.text));
                black_box(bench.map(&message, 0));
            }
        });
    });
    group.finish();
}

fn rows(criterion: &mut Criterion) {
    let bench = Bench::new();
    let mut group =
        criterion.benchmark_group(format!("rows of {MESSAGES} messages without a script"));
    group.throughput(Throughput::Elements(MESSAGES as u64));
    group.bench_function("run", |bencher| {
        bencher.iter(|| {
            for sample in &bench.samples {
                black_box(bench.map(&sample.message, 1));
            }
        });
    });
    group.bench_function("parse and run", |bencher| {
        bencher.iter(|| {
            for sample in &bench.samples {
                let (message, _) = parse_shared(Arc::clone(&sample.text));
                black_box(bench.map(&message, 1));
            }
        });
    });
    group.finish();
}

fn compiling(criterion: &mut Criterion) {
    let engine = Engine::new();
    criterion.bench_function("compile a script of 20 lines", |bencher| {
        bencher.iter(|| black_box(compile(&engine, "bench", SCRIPT, None)));
    });
}

criterion_group!(benches, scripts, rows, compiling);
criterion_main!(benches);
