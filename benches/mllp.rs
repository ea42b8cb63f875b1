//! A listener on loopback beside a bare tokio server that writes every byte back: one client for both, one
//! connection that waits for each answer, one that does not, and 64 that do; a message of 24 MiB, and frames of one
//! byte. Servers that others wrote are measured, too, where `PIPEHAT_MLLP_PEERS` names them: `name=port;name=port`,
//! as `benches/mllp-peers` does.

mod workload;

use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hdrhistogram::Histogram;
use pipehat::net::{Ack, AckCode, Decider, Listener, ListenerSettings, Marks, Verdict, Wire};
use pipehat::profile::read;
use pipehat::workbench::{Reception, Snapshot, local_time};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

/// Messages that are sent between two looks at the clock.
const MESSAGES: usize = 2_000;

/// For a server to answer all messages that are sent at once.
const PATIENCE: Duration = Duration::from_secs(20);

/// Connections at once, where there are several.
const CONNECTIONS: usize = 64;

/// What a profile that maps a patient's row comes to, without a script.
const PROFILE: &str = r#"Profile(format: 1, name: "bench", standard: "2.5.1",
    messages: [Message(name: "all", identity: [(at: "MSH-9.1", matches: "^[A-Z]+$")], rows: [
        Rows(table: "patient", root: "PID", columns: {"mrn": From("PID-3.1"), "family": From("PID-5.1")})])],
    tables: {"patient": Table(columns: [Column(name: "mrn"), Column(name: "family")])})"#;

/// Which server is measured.
struct Server {
    name: String,
    port: u16,
}

impl Server {
    fn new(name: &str, port: u16) -> Self {
        let name = name.to_owned();
        Self { name, port }
    }
}

/// Servers that others wrote, as the environment names them.
fn peers() -> Vec<Server> {
    let named = std::env::var("PIPEHAT_MLLP_PEERS").unwrap_or_default();
    let pairs = named.split(';').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, port)| Server::new(name, port.parse().expect("a port")))
        .collect()
}

/// The bytes of the longest message.
const LARGE: usize = 24 << 20;

/// A document of that size in OBX-5.
fn large() -> Vec<u8> {
    let head = "MSH|^~\\&|LAB|NORTH|HIS|MAIN|20260102030405||MDM^T02|L1|P|2.5.1\rOBX|1|ED|PDF||^AP^^Base64^";
    let mut content = head.as_bytes().to_vec();
    content.resize(LARGE, b'A');
    content.push(b'\r');
    Marks::mllp().frame(&content).expect("a plain message")
}

fn runtime() -> Runtime {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.expect("threads")
}

/// Writes back what comes.
async fn echo() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("its number").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.set_nodelay(true).expect("a socket");
            tokio::spawn(async move {
                let mut buffer = vec![0; 64 << 10];
                while let Ok(count @ 1..) = stream.read(&mut buffer).await {
                    if stream.write_all(&buffer[..count]).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    port
}

fn listen(wire: &Wire, decider: Decider) -> Listener {
    let settings = ListenerSettings::default();
    wire.listen(settings, decider, Arc::new(|_| {}))
        .expect("a port")
}

async fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port))
        .await
        .expect("a server");
    stream.set_nodelay(true).expect("a socket");
    stream
}

/// Reads until so many answers have ended.
async fn answers(stream: &mut (impl AsyncReadExt + Unpin), mut count: usize, buffer: &mut [u8]) {
    while count > 0 {
        let read = stream.read(buffer).await.expect("answers");
        assert!(read > 0, "the server closed");
        let ends = memchr::memchr_iter(0x1C, &buffer[..read]).count();
        count = count.checked_sub(ends).expect("one answer a message");
    }
}

/// Sends frames one after the other and waits for each answer; how long each took, in nanoseconds.
async fn wait_for_each(stream: &mut TcpStream, frames: &[Vec<u8>], took: &mut Histogram<u64>) {
    let mut buffer = vec![0; 64 << 10];
    for frame in frames {
        let began = Instant::now();
        stream.write_all(frame).await.expect("a server");
        answers(stream, 1, &mut buffer).await;
        took.saturating_record(u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX));
    }
}

/// Sends all frames and reads their answers meanwhile.
async fn do_not_wait(stream: &mut TcpStream, all: &[u8], count: usize) {
    let (mut read, mut write) = stream.split();
    let mut buffer = vec![0; 64 << 10];
    let (sent, ()) = tokio::join!(write.write_all(all), answers(&mut read, count, &mut buffer));
    sent.expect("a server");
}

fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 60_000_000_000, 3).expect("bounds in order")
}

#[expect(clippy::print_stdout, reason = "a server that is left out is named")]
fn skip(name: &str) {
    println!(
        "{name}: does not answer {MESSAGES} messages that are sent at once within {PATIENCE:?}"
    );
}

#[expect(clippy::print_stdout, reason = "criterion has no percentiles")]
fn say(name: &str, took: &Histogram<u64>) {
    let at = |quantile| Duration::from_nanos(took.value_at_quantile(quantile));
    println!("{name}: p50 {:.1?}, p99 {:.1?}", at(0.5), at(0.99));
}

fn listening(criterion: &mut Criterion) {
    let texts = workload::messages(MESSAGES);
    let marks = Marks::mllp();
    let frames: Vec<Vec<u8>> = texts
        .iter()
        .map(|text| marks.frame(text.as_bytes()).expect("a plain message"))
        .collect();
    let all = frames.concat();
    let (client, server) = (runtime(), runtime());
    let wire = Wire::start().expect("threads");
    let accept = Verdict::Ack(Ack::of(AckCode::Accept));
    let immediate = listen(&wire, Decider::always(accept));
    let profile = Arc::new(read(PROFILE).expect("a profile"));
    let snapshot = Snapshot::new(profile, Arc::default(), local_time());
    let reception = Reception::start(snapshot, |_| {}).expect("a thread");
    let mapped = listen(&wire, reception.decider());
    let mut servers = vec![
        Server::new("bare tokio, every byte back", server.block_on(echo())),
        Server::new(
            "pipehat, parsed and acknowledged",
            immediate.address().port(),
        ),
        Server::new("pipehat, mapped and acknowledged", mapped.address().port()),
    ];
    servers.extend(peers());

    let mut group = criterion.benchmark_group(format!(
        "mllp, messages of {} bytes, one connection waits for each answer",
        workload::mean_length(&texts)
    ));
    group.throughput(Throughput::Elements(MESSAGES as u64));
    for server in &servers {
        let mut stream = client.block_on(connect(server.port));
        let mut took = histogram();
        group.bench_function(&server.name, |bench| {
            bench.iter(|| client.block_on(wait_for_each(&mut stream, &frames, &mut took)));
        });
        say(&server.name, &took);
    }
    group.finish();

    let mut group = criterion.benchmark_group("mllp, one connection does not wait");
    group.throughput(Throughput::Elements(MESSAGES as u64));
    for server in &servers {
        let mut stream = client.block_on(connect(server.port));
        // Not every server takes a message before it has answered the one before.
        let once = async { timeout(PATIENCE, do_not_wait(&mut stream, &all, MESSAGES)).await };
        if client.block_on(once).is_err() {
            skip(&server.name);
            continue;
        }
        group.bench_function(&server.name, |bench| {
            bench.iter(|| client.block_on(do_not_wait(&mut stream, &all, MESSAGES)));
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group(format!("mllp, {CONNECTIONS} connections wait"));
    group.throughput(Throughput::Elements(MESSAGES as u64));
    let frames = Arc::new(frames);
    for server in &servers {
        let mut streams: Vec<_> = (0..CONNECTIONS)
            .map(|_| Some((client.block_on(connect(server.port)), histogram())))
            .collect();
        group.bench_function(&server.name, |bench| {
            bench.iter(|| {
                let share = MESSAGES.div_ceil(CONNECTIONS);
                let tasks: Vec<_> = streams
                    .iter_mut()
                    .enumerate()
                    .map(|(at, place)| {
                        let (mut stream, mut took) = place.take().expect("it came back");
                        let frames = Arc::clone(&frames);
                        client.spawn(async move {
                            let end = frames.len().min((at + 1) * share);
                            let own = &frames[end.min(at * share)..end];
                            wait_for_each(&mut stream, own, &mut took).await;
                            (stream, took)
                        })
                    })
                    .collect();
                for (place, task) in streams.iter_mut().zip(tasks) {
                    *place = Some(client.block_on(task).expect("no panic"));
                }
            });
        });
        let mut all = histogram();
        for (_, took) in streams.iter().flatten() {
            all.add(took).expect("the same bounds");
        }
        say(&server.name, &all);
    }
    group.finish();
    extremes(criterion, &client, &servers, &frames);
}

/// A message of 24 MiB; a thousand frames of one byte, each refused, and a message.
fn extremes(criterion: &mut Criterion, client: &Runtime, servers: &[Server], frames: &[Vec<u8>]) {
    let mut group = criterion.benchmark_group("mllp, a message of 24 MiB");
    group.throughput(Throughput::Bytes(LARGE as u64));
    group.sample_size(10);
    let large = [large()];
    for server in &servers[..3] {
        let mut stream = client.block_on(connect(server.port));
        group.bench_function(&server.name, |bench| {
            bench.iter(|| client.block_on(do_not_wait(&mut stream, &large[0], 1)));
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("mllp, 1,000 frames of one byte and a message");
    group.throughput(Throughput::Elements(1_001));
    let mut all = b"\x0Bx\x1C\r".repeat(1_000);
    all.extend_from_slice(&frames[0]);
    for server in &servers[..3] {
        let mut stream = client.block_on(connect(server.port));
        group.bench_function(&server.name, |bench| {
            bench.iter(|| client.block_on(do_not_wait(&mut stream, &all, 1_001)));
        });
    }
    group.finish();
}

criterion_group!(benches, listening);
criterion_main!(benches);
