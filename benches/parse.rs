//! Parsing, printing and reading by location, beside the `hl7-parser` crate in the same run.

mod workload;

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pipehat::hl7::{Draft, Location, parse, parse_shared};

const MESSAGES: usize = 2_000;

fn parsing(criterion: &mut Criterion) {
    let texts = workload::messages(MESSAGES);
    let shared: Vec<Arc<str>> = texts.iter().map(|text| Arc::from(text.as_str())).collect();
    let bytes = texts.iter().map(String::len).sum::<usize>() as u64;
    // Criterion times the whole set: one message takes the count-th part of it.
    let mut group = criterion.benchmark_group(format!(
        "parse {MESSAGES} messages of {} bytes",
        workload::mean_length(&texts)
    ));
    group.throughput(Throughput::BytesDecimal(bytes));
    group.bench_function("pipehat, text shared", |bench| {
        bench.iter(|| {
            for text in &shared {
                black_box(parse_shared(Arc::clone(text)));
            }
        });
    });
    group.bench_function("pipehat, text copied", |bench| {
        bench.iter(|| {
            for text in &texts {
                black_box(parse(text));
            }
        });
    });
    group.bench_function("hl7-parser", |bench| {
        bench.iter(|| {
            for text in &texts {
                black_box(hl7_parser::Message::parse(text).is_ok());
            }
        });
    });
    group.finish();

    let mut group = criterion.benchmark_group("parse and read PID-3.1, PID-5.1, MSH-10");
    group.throughput(Throughput::BytesDecimal(bytes));
    let locations = locations(&["PID-3.1", "PID-5.1", "MSH-10"]);
    group.bench_function("pipehat", |bench| {
        bench.iter(|| {
            for text in &shared {
                let (message, _) = parse_shared(Arc::clone(text));
                for location in &locations {
                    black_box(message.text_at(location));
                }
            }
        });
    });
    group.bench_function("hl7-parser", |bench| {
        bench.iter(|| {
            for text in &texts {
                let message =
                    hl7_parser::Message::parse(text).expect("the workload is well formed");
                for query in ["PID.3.1", "PID.5.1", "MSH.10"] {
                    black_box(message.query(query).map(|found| found.raw_value().len()));
                }
            }
        });
    });
    group.finish();
}

fn reading(criterion: &mut Criterion) {
    let texts = workload::messages(MESSAGES);
    let messages: Vec<_> = texts.iter().map(|text| parse(text).0).collect();
    let mut group = criterion.benchmark_group("get");
    group.throughput(Throughput::Elements(MESSAGES as u64));
    for text in ["PID-5.1", "PID-3[2].1", "PID-3[?5=NI].1", "OBX[2]-5"] {
        let location: Location = text.parse().expect("a location");
        group.bench_function(text, |bench| {
            bench.iter(|| {
                for message in &messages {
                    black_box(message.text_at(&location));
                }
            });
        });
    }
    group.finish();
}

fn printing(criterion: &mut Criterion) {
    let texts = workload::messages(MESSAGES);
    let bytes = texts.iter().map(String::len).sum::<usize>() as u64;
    let messages: Vec<_> = texts.iter().map(|text| parse(text).0).collect();
    let sex: Location = "PID-8".parse().expect("a location");
    let mut group = criterion.benchmark_group("print");
    group.throughput(Throughput::BytesDecimal(bytes));
    group.bench_function("one field changed", |bench| {
        bench.iter(|| {
            for message in &messages {
                let mut draft = Draft::from_message(message);
                black_box(draft.set(&sex, "X").is_ok());
                black_box(draft.print());
            }
        });
    });
    group.finish();
}

fn locations(texts: &[&str]) -> Vec<Location> {
    texts
        .iter()
        .map(|text| text.parse().expect("a location"))
        .collect()
}

criterion_group!(benches, parsing, reading, printing);
criterion_main!(benches);
