//! `check` of admissions under full rules: usage, cardinality, lengths, types, codes, conditions of
//! fields and rules across fields; beside the same with conditions that only the language can answer,
//! beside the parser alone and beside `hl7-parser`, which only parses.

mod workload;

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pipehat::cancel::Cancel;
use pipehat::grammar::{Checker, Findings, Grammar, Node, bind, resolve};
use pipehat::hl7::{Message, Timestamp, parse_shared};
use pipehat::mapping::{Engine, Given, Rules};
use pipehat::profile::{Profile, read};
use pipehat::workbench::{Corpus, Memo, Source};
use pipehat::workbench::{Origin, Snapshot, derive};

const MESSAGES: usize = 10_000;

const PROFILE: &str = r##"Profile(
    format: 1,
    name: "Bench",
    standard: "2.5.1",
    severity: {
        "length": Warning, "code-hl7": Warning, "code-user": Warning, "component-required": Warning,
        "field-required": Warning, "field-withdrawn": Warning, "field-too-many": Warning,
        "type-number": Warning, "type-date": Warning, "type-date-time": Warning,
    },
    messages: [ Message(
        name: "Admissions",
        identity: [ (at: "MSH-9.1", matches: "^ADT$") ],
        rules: [
            Rule(name: "born before the message", must: r#"msg["PID-7"] < msg["MSH-7"]"#),
            Rule(
                name: "an inpatient has a place",
                when: r#"msg["PV1-2"] == "I""#,
                must: r#"msg["PV1-3.1"] != "" && msg["PV1-7"] != """#,
            ),
        ],
    ) ],
    segments: {
        "PID": Segment(fields: [
            Field(number: 3, usage: Required, repeat: Times(5)),
            Field(number: 5, usage: Required, length: 120),
            Field(number: 8, codes: "sex"),
            Field(number: 11, usage: Conditional, when: r#"seg["8"] != "U""#),
        ]),
        "PV1": Segment(fields: [
            Field(number: 3, usage: Conditional, when: r#"seg["2"] == "I" || seg["2"] == "E""#),
        ]),
    },
    codes: { "sex": Codes(values: { "F": "Female", "M": "Male", "O": "Other", "U": "Unknown" }) },
)"##;

/// The profile with conditions that do more than compare, so that each is a script.
fn scripted() -> String {
    let parts = PROFILE.split_inclusive("r#\"");
    let scripts = parts.map(|part| match part.split_once("\"#") {
        Some((condition, rest)) => format!("let holds = {condition}; holds\"#{rest}"),
        None => part.to_owned(),
    });
    scripts.collect()
}

/// What a check of many messages of one kind keeps.
struct Bench {
    engine: Engine,
    profile: Arc<Profile>,
    grammar: Arc<Grammar>,
    checker: Checker,
    rules: Rules,
    now: Timestamp,
}

impl Bench {
    fn new(first: &str) -> Self {
        let profile = Arc::new(read(PROFILE).expect("a profile"));
        let (message, _) = parse_shared(first.into());
        let definition = profile.messages.first().map(|definition| &**definition);
        let (grammar, _) = resolve(profile.version(), &profile, definition, &message);
        let grammar = Arc::new(grammar);
        let engine = Engine::new();
        Self {
            rules: Rules::compile(&engine, &profile, definition, &grammar),
            checker: Checker::new(&grammar, &profile),
            now: "20260301".parse().expect("a date"),
            engine,
            profile,
            grammar,
        }
    }

    /// The number of findings.
    fn check(&mut self, text: &Arc<str>) -> usize {
        let (message, _) = parse_shared(Arc::clone(text));
        let tree = Arc::new(bind(&message, &self.grammar));
        self.check_bound(&message, &tree, true)
    }

    fn check_bound(&mut self, message: &Message, tree: &Arc<Node>, with_rules: bool) -> usize {
        let judgement = self.checker.judgement().clone();
        let mut findings = Findings::new(&judgement, message);
        self.checker.check(message, tree, &mut findings);
        if with_rules {
            let given = Given {
                message,
                tree: Some(tree),
                grammar: &self.grammar,
                profile: &self.profile,
                now: &self.now,
                seed: 1,
                records_reads: false,
            };
            let tried = self
                .rules
                .check(&self.engine, &given, &mut findings, &Cancel::never());
            assert!(tried.is_ok(), "nobody asks for a newer revision");
        }
        findings.finish().len()
    }
}

fn checking(criterion: &mut Criterion) {
    let all = workload::messages(MESSAGES * 3);
    let length = workload::mean_length(&all);
    let texts: Vec<Arc<str>> = all
        .iter()
        .filter(|text| text.contains("|ADT^"))
        .take(MESSAGES)
        .map(|text| text.as_str().into())
        .collect();
    assert_eq!(texts.len(), MESSAGES, "enough admissions");
    let first = texts.first().expect("a message");
    let mut bench = Bench::new(first);
    let found: usize = texts.iter().map(|text| bench.check(text)).sum();
    assert!(
        found > 0 && found < MESSAGES * 4,
        "{found} findings: the rules are tried"
    );
    let bound: Vec<(Message, Arc<Node>)> = texts
        .iter()
        .map(|text| {
            let message = parse_shared(Arc::clone(text)).0;
            let tree = Arc::new(bind(&message, &bench.grammar));
            (message, tree)
        })
        .collect();
    let mut group = criterion.benchmark_group(format!(
        "check {MESSAGES} admissions of about {length} bytes, {:.1} findings each",
        found as f64 / MESSAGES as f64
    ));
    group.sample_size(10);
    group.throughput(Throughput::Elements(MESSAGES as u64));
    group.bench_function("from text, all rules", |bencher| {
        bencher.iter(|| {
            texts
                .iter()
                .map(|text| black_box(bench.check(text)))
                .sum::<usize>()
        });
    });
    for (name, with_rules) in [
        ("bound, the grammar's rules", false),
        ("bound, all rules", true),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let checked = bound
                    .iter()
                    .map(|(message, tree)| bench.check_bound(message, tree, with_rules));
                black_box(checked.sum::<usize>())
            });
        });
    }
    for (name, profile) in [
        (
            "through the workbench, as the command does",
            PROFILE.to_owned(),
        ),
        (
            "through the workbench, conditions in the language",
            scripted(),
        ),
    ] {
        let profile = Arc::new(read(&profile).expect("a profile"));
        let snapshot = Snapshot::new(profile, Arc::default(), bench.now);
        let bytes: String = texts.iter().map(|text| &**text).collect();
        let source = Source::from_bytes(Origin::Paste(1), bytes.into_bytes()).expect("messages");
        let corpus = Corpus::default().with(Arc::new(source));
        let mut memo = Memo::default();
        let mut check = || {
            let samples = (0..corpus.len()).map(|at| corpus.sample(at).expect("a message"));
            let found = samples.map(|sample| {
                let snapshot = snapshot.clone().with_sample(sample);
                let preview = derive(&snapshot, &mut memo, &Cancel::never());
                black_box(preview).expect("not stale").findings.len()
            });
            found.sum::<usize>()
        };
        assert_eq!(check(), found, "the same findings on every way");
        group.bench_function(name, |bencher| bencher.iter(&mut check));
    }
    group.bench_function("parse alone", |bencher| {
        bencher.iter(|| {
            for text in &texts {
                black_box(parse_shared(Arc::clone(text)));
            }
        });
    });
    group.bench_function("parse alone, hl7-parser", |bencher| {
        bencher.iter(|| {
            for text in &texts {
                black_box(hl7_parser::Message::parse(text).is_ok());
            }
        });
    });
    group.finish();
}

criterion_group!(benches, checking);
criterion_main!(benches);
