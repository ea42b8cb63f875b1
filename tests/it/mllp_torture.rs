//! The torture of other people's listeners and senders: ours pass, careless ones do not.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pipehat::cancel::Cancel;
use pipehat::net::{
    CaseReport, CaseVerdict, HexDump, ListenerSettings, MoveKind, Repeat, SenderSettings,
    TortureSettings, Wire, sender_torture_cases, torture_cases,
};

use super::mllp::{PATIENCE, Watched, framed, message, settings};

/// What the cases make of the listener there, by id.
fn torment(address: SocketAddr, only: &[&str]) -> Vec<CaseReport> {
    let wire = Wire::start().unwrap();
    let mut sender = SenderSettings::to(address.into());
    sender.ack_timeout = Duration::from_millis(700);
    let torture = TortureSettings {
        only: only.iter().map(|id| (*id).to_owned()).collect(),
        most_bytes: 4 << 20,
        settle: Duration::from_millis(40),
        ..TortureSettings::new(sender, message("1"))
    };
    let reports = Mutex::new(Vec::new());
    wire.torture_listener(&torture, &Cancel::never(), &|report| {
        reports.lock().unwrap().push(report);
    });
    assert!(wire.wait_until_quiet(PATIENCE));
    reports.into_inner().unwrap()
}

fn lines(reports: &[CaseReport]) -> Vec<String> {
    reports.iter().map(ToString::to_string).collect()
}

#[test]
fn our_listener_stands_every_case() {
    let watched = Watched::open(ListenerSettings {
        most_bytes: 1 << 20,
        ..settings()
    });
    let reports = torment(watched.listener.address(), &[]);
    let ids: Vec<_> = reports.iter().map(|report| report.id).collect();
    assert_eq!(ids, torture_cases().map(|(id, _)| id).collect::<Vec<_>>());
    let other: Vec<String> = lines(&reports)
        .into_iter()
        .filter(|line| !line.ends_with(": passed"))
        .collect();
    assert_eq!(other, [""; 0]);
    watched.finish();
}

#[test]
fn a_listener_that_takes_each_read_for_a_message_fails() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = port.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in port.incoming() {
            std::thread::spawn(move || careless(stream.unwrap()));
        }
    });
    let reports = torment(address, &["L1", "L3", "L8", "L11", "L16"]);
    let failed: Vec<_> = reports
        .iter()
        .filter(|report| report.verdict.is_failure())
        .map(|report| report.id)
        .collect();
    assert_eq!(failed, ["L1", "L3", "L8", "L11"], "{:?}", lines(&reports));
    // What was done can be seen, byte by byte, where somebody asks for it.
    let l3 = &reports[1];
    assert_eq!(
        l3.verdict,
        CaseVerdict::Failed(String::from("message 2 of 3 got no answer within 700 ms"))
    );
    let sent = l3.moves.iter().find_map(|step| match &step.kind {
        MoveKind::Sent(bytes) => Some(bytes),
        _ => None,
    });
    assert!(
        HexDump(sent.unwrap())
            .to_string()
            .starts_with("00000000  0b 4d 53 48 7c 5e 7e 5c")
    );
    assert!(!format!("{reports:?}").contains("Example"));
}

fn careless(mut stream: TcpStream) {
    let mut buffer = vec![0; 65536];
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        let text = String::from_utf8_lossy(&buffer[..count]).into_owned();
        let id = text.split('|').nth(9).unwrap_or("?").to_owned();
        let answer = format!("MSH|^~\\&|HIS||||||ACK|1|P|2.5\rMSA|AA|{id}\r");
        if stream.write_all(&framed(answer.as_bytes())).is_err() {
            return;
        }
    }
}

#[test]
fn a_port_where_nobody_listens_is_told() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let reports = torment(closed, &["l1"]);
    let expect = format!(
        "L1 sends one byte at a time: not played: {closed} refused the connection: nobody listens on that port, or a firewall rejects it"
    );
    assert_eq!(lines(&reports), [expect]);
}

/// What the cases make of a sender.
fn torment_sender(send: impl FnOnce(SocketAddr) + Send + 'static) -> Vec<CaseReport> {
    let wire = Wire::start().unwrap();
    let (mut torture, stop) = wire
        .torture_sender(settings(), Duration::from_secs(4))
        .unwrap();
    let address = torture.address();
    let sending = std::thread::spawn(move || send(address));
    let mut reports = Vec::new();
    torture.play(&[], &mut |report| reports.push(report));
    stop.stop();
    drop(torture);
    sending.join().unwrap();
    assert!(wire.wait_until_quiet(PATIENCE));
    reports
}

#[test]
fn our_sender_stands_every_case() {
    let reports = torment_sender(|address| {
        let wire = Wire::start().unwrap();
        let mut settings = SenderSettings::to(address.into());
        settings.ack_timeout = Duration::from_millis(1500);
        settings.pause = Duration::from_millis(100);
        settings.resend = Repeat {
            times: 1,
            pause: Duration::ZERO,
        };
        settings.resend_after.error = true;
        settings.resend_after.reject = true;
        let sender = wire.sender(settings, Arc::new(|_| {})).unwrap();
        let tickets: Vec<_> = (0..40)
            .map(|number| sender.send(message(&format!("M{number}"))))
            .collect();
        for ticket in &tickets {
            let outcome = ticket.wait().unwrap();
            if !outcome.delivery.is_success() {
                break;
            }
        }
    });
    let ids: Vec<_> = reports.iter().map(|report| report.id).collect();
    assert_eq!(
        ids,
        sender_torture_cases().map(|(id, _)| id).collect::<Vec<_>>()
    );
    let other: Vec<String> = lines(&reports)
        .into_iter()
        .filter(|line| !line.ends_with(": passed"))
        .collect();
    assert_eq!(other, [""; 0]);
}

#[test]
fn a_sender_that_takes_anything_for_an_answer_fails() {
    let reports = torment_sender(|address| {
        let mut number = 0;
        while let Ok(mut stream) = TcpStream::connect(address) {
            stream
                .set_read_timeout(Some(Duration::from_millis(800)))
                .unwrap();
            loop {
                number += 1;
                let sent = stream.write_all(&framed(&message(&format!("M{number}"))));
                if sent.is_err() || !matches!(stream.read(&mut [0; 4096]), Ok(1..)) {
                    break;
                }
            }
        }
    });
    let failed: Vec<_> = reports
        .iter()
        .filter(|report| report.verdict.is_failure())
        .map(|report| report.id)
        .collect();
    for id in ["S3", "S7a", "S7b"] {
        assert!(failed.contains(&id), "{id}: {:?}", lines(&reports));
    }
    assert!(
        !failed.contains(&"S4") && !failed.contains(&"S7d"),
        "{:?}",
        lines(&reports)
    );
}

#[test]
fn a_torture_ends_when_it_is_no_longer_wanted() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let wire = Wire::start().unwrap();
    let newest = Arc::new(std::sync::atomic::AtomicU64::new(1));
    let cancel = Cancel::watching(Arc::clone(&newest), 1);
    let stopping = std::thread::spawn(move || {
        let (connected, _) = silent.accept().unwrap();
        newest.store(2, std::sync::atomic::Ordering::Relaxed);
        connected
    });
    let mut sender = SenderSettings::to(address.into());
    sender.ack_timeout = PATIENCE * 9;
    let since = std::time::Instant::now();
    wire.torture_listener(
        &TortureSettings::new(sender, message("1")),
        &cancel,
        &|report| panic!("{report}"),
    );
    assert!(since.elapsed() < PATIENCE);
    drop(stopping.join().unwrap());
}
