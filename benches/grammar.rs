//! Binding messages to grammars: clean messages, messages that do not fit, and hostile grammars with
//! messages of 1,000 and 10,000 segments, which must take ten times as long and no more.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pipehat::grammar::{Grammar, bind, resolve};
use pipehat::hl7::{Message, parse};
use pipehat::profile::{MessageDefinition, Profile};
use pipehat::standard::Version;

/// Grammars that a matcher that tries one way after the other does not survive, with the segments that
/// are repeated and those at the end.
const HOSTILE: [(&str, &str, &str, &str); 5] = [
    (
        "nested repeats",
        "MSH [{A: [{B: [{C: [{NK1}]}]}]}] PV1",
        "NK1",
        "PV1",
    ),
    (
        "nested repeats, no end",
        "MSH {A: {B: {C: {NK1}}} [{D: {NK1}}]} PV1",
        "NK1",
        "",
    ),
    (
        "two ways, the end tells",
        "MSH {[ONE: {AL1}] [TWO: {AL1}] PV1}",
        "AL1",
        "PV1",
    ),
    (
        "two ways, no end",
        "MSH {[ONE: {AL1}] [TWO: {AL1}] PV1}",
        "AL1",
        "",
    ),
    (
        "twenty optional ones and a maximum",
        "MSH [NK1] [NK1] [NK1] [NK1] [NK1] [NK1] [NK1] [NK1] [NK1] [NK1] [NK1] [NK1] [NK1] [NK1] [NK1] \
         [NK1] [NK1] [NK1] [NK1] [NK1] {NK1}..30 [{OBX: NK1 AL1}] PV1",
        "NK1",
        "PV1",
    ),
];

fn message(kind: &str, ids: impl Iterator<Item = String>) -> Message {
    let mut text = format!("MSH|^~\\&|A|B|C|D|20260301||{kind}|1|P|2.5.1");
    for id in ids {
        // Writing to a string cannot fail.
        let _ = write!(text, "\r{id}|1");
    }
    parse(&text).0
}

fn words(ids: &str) -> impl Iterator<Item = String> + '_ {
    ids.split_whitespace().map(str::to_owned)
}

fn grammar(text: Option<&str>, message: &Message) -> Grammar {
    let mut definition = MessageDefinition::new("Bench");
    definition.grammar = text.map(Into::into);
    let profile = Profile::new("Bench");
    resolve(Version::V2_5_1, &profile, Some(&definition), message).0
}

fn grammars(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("bind");
    group.throughput(Throughput::Elements(1));
    let usual = [
        (
            "ADT^A01 of 9 segments",
            "ADT^A01",
            "EVN PID PD1 NK1 PV1 OBX AL1 DG1",
        ),
        (
            "ORU^R01 of 14 segments",
            "ORU^R01",
            "PID PV1 ORC OBR NTE OBX NTE OBX ORC OBR OBX OBX SPM",
        ),
        (
            "ADT^A01 that does not fit",
            "ADT^A01",
            "EVN NK1 PID PV1 NTE PD1 OBX AL1",
        ),
    ];
    for (name, kind, ids) in usual {
        let message = message(kind, words(ids));
        let grammar = grammar(None, &message);
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(bind(&message, &grammar)));
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("bind to a hostile grammar");
    group.sample_size(10);
    for (name, text, id, end) in HOSTILE {
        for count in [1_000, 10_000] {
            let ids = std::iter::repeat_n(id.to_owned(), count).chain(words(end));
            let message = message("ADT^A01", ids);
            let grammar = grammar(Some(text), &message);
            group.throughput(Throughput::Elements(count as u64));
            group.bench_function(format!("{name}, {count} segments"), |bencher| {
                bencher.iter(|| black_box(bind(&message, &grammar)));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, grammars);
criterion_main!(benches);
