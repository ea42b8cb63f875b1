//! A listener and senders that go on for a while, five minutes unless `PIPEHAT_SOAK_SECONDS` says otherwise: memory and
//! file descriptors stay what they were after the first fifth. Peers come and go, misbehave, and stay.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use pipehat::net::{
    Ack, AckCode, Decider, Journal, JournalSettings, ListenerSettings, SenderSettings, Verdict,
    Wire,
};

/// More than this much memory beyond what it was is a leak.
const MOST_GROWTH: u64 = 16 << 20;

fn message(id: u64) -> Vec<u8> {
    format!("MSH|^~\\&|LAB|NORTH|HIS|MAIN|20260102030405||ADT^A01^ADT_A01|{id}|P|2.5.1\rPID|1||PATX||Example^Ada\r")
        .into_bytes()
}

/// Sends one message after the other over one connection.
fn steady(wire: &Wire, address: SocketAddr, goes_on: &AtomicBool, count: &AtomicU64) {
    let settings = SenderSettings::to(address.into());
    let sender = wire.sender(settings, Arc::new(|_| {})).expect("a sender");
    while goes_on.load(Ordering::Relaxed) {
        let id = count.fetch_add(1, Ordering::Relaxed);
        let outcome = sender.send(message(id)).wait().expect("an outcome");
        assert!(outcome.delivery.is_success(), "{:?}", outcome.delivery);
    }
}

/// Connects, misbehaves in turn, and goes.
fn fickle(address: SocketAddr, goes_on: &AtomicBool, count: &AtomicU64) {
    let mut turn = 0_usize;
    while goes_on.load(Ordering::Relaxed) {
        turn += 1;
        let Ok(mut stream) = TcpStream::connect(address) else {
            sleep(Duration::from_millis(5));
            continue;
        };
        let own = [b"\x0B", &message(0)[..], b"\x1C\r"].concat();
        let bytes: &[u8] = match turn % 6 {
            0 => b"",
            1 => b"junk without an end",
            2 => &own[..own.len() / 2],
            3 => b"GET / HTTP/1.1\r\n\r\n",
            _ => &own,
        };
        // A peer that is cut off while it writes is one of the cases.
        let _ = stream.write_all(bytes);
        if turn % 6 == 4 {
            let mut answer = [0; 512];
            let _ = stream.read(&mut answer);
        }
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// Bytes of memory in use, and open descriptors; of Linux.
fn held() -> Option<(u64, usize)> {
    let pages = fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = pages.split_whitespace().nth(1)?.parse().ok()?;
    let descriptors = fs::read_dir("/proc/self/fd").ok()?.count();
    Some((pages * 4096, descriptors))
}

#[expect(clippy::print_stdout, reason = "what was measured")]
fn main() -> ExitCode {
    // Test runs ask benches for their tests, of which this has none.
    if std::env::args().any(|argument| argument == "--test" || argument == "--list") {
        return ExitCode::SUCCESS;
    }
    let seconds = std::env::var("PIPEHAT_SOAK_SECONDS");
    let seconds: u64 = seconds.map_or(300, |text| text.parse().expect("seconds"));
    let folder = tempfile::tempdir().expect("a folder");
    let (journal, _) = Journal::open(JournalSettings {
        file_bytes: 8 << 20,
        ..JournalSettings::in_folder(folder.path())
    })
    .expect("a journal");
    let wire = Wire::start().expect("threads");
    let accept = Decider::always(Verdict::Ack(Ack::of(AckCode::Accept)));
    let decider = Arc::new(journal).before(accept);
    let settings = ListenerSettings::default();
    let listener = wire
        .listen(settings, decider, Arc::new(|_| {}))
        .expect("a port");
    let address = listener.address();
    let (goes_on, sent, came) = (AtomicBool::new(true), AtomicU64::new(1), AtomicU64::new(0));
    let began = Instant::now();
    let mut marks = Vec::new();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| steady(&wire, address, &goes_on, &sent));
        }
        for _ in 0..2 {
            scope.spawn(|| fickle(address, &goes_on, &came));
        }
        for fifth in 1..=5 {
            let until = Duration::from_secs(seconds * fifth / 5);
            sleep(until.saturating_sub(began.elapsed()));
            let held = held();
            let (sent, came) = (sent.load(Ordering::Relaxed), came.load(Ordering::Relaxed));
            match held {
                Some((bytes, descriptors)) => {
                    println!(
                        "{:>4} s: {sent} messages, {came} fickle peers, {:.1} MB, {descriptors} descriptors, {} tasks",
                        began.elapsed().as_secs(),
                        bytes as f64 / 1e6,
                        listener.open_tasks()
                    );
                    marks.push((bytes, descriptors));
                }
                None => println!("{sent} messages, {came} fickle peers; no /proc to look at"),
            }
        }
        goes_on.store(false, Ordering::Relaxed);
    });
    listener.stop();
    let is_quiet = listener.wait_until_closed(Duration::from_secs(10));
    println!("all tasks ended: {is_quiet}");
    let (Some(first), Some(last)) = (marks.first(), marks.last()) else {
        return ExitCode::SUCCESS;
    };
    // A few connections more or less are open at each look.
    let is_flat = last.0 <= first.0 + MOST_GROWTH && last.1 <= first.1 + 16;
    println!("flat: {is_flat}");
    if is_flat && is_quiet {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
