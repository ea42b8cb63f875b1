//! How long the dictionary takes: unpacking with the first version, then each further version.

use criterion::{Criterion, criterion_group, criterion_main};
use pipehat::standard::{Version, measure};
use std::hint::black_box;

fn standard(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("standard");
    group.sample_size(30);
    group.bench_function("unpack the data", |bench| {
        bench.iter(|| black_box(measure::unpack()));
    });
    group.bench_function("unpack and read 2.5.1", |bench| {
        bench.iter(|| black_box((measure::unpack(), measure::read(Version::V2_5_1))));
    });
    group.bench_function("read all versions", |bench| {
        bench.iter(|| Version::ALL.map(|version| black_box(measure::read(version))));
    });
    group.finish();
}

criterion_group!(benches, standard);
criterion_main!(benches);
