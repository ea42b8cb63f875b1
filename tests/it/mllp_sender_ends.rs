//! Connections that end, are not there or are broken off, and answers that come otherwise: S10 to S17.

use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use pipehat::net::{Delivery, Repeat, SenderNews, SenderSettings};

use super::mllp::{PATIENCE, Peer, SHORT, framed, message};
use super::mllp_sending::{
    Played, UNKNOWN, Watched, accepted, ack, check, check_answer, check_contents, outcome,
};

#[test]
fn s10_a_connection_that_ends() {
    // Before the send: a new one.
    let (go, gone) = mpsc::channel();
    let played = Played::by(move |port| {
        let mut first = accepted(port);
        first.frame();
        first.send(&ack("AA", "1"));
        gone.recv().unwrap();
        drop(first);
        let mut second = accepted(port);
        assert_eq!(second.frame().unwrap(), message("2"));
        second.send(&ack("AA", "2"));
    });
    let mut watched = Watched::to(played.address, |_| {});
    assert!(outcome(&watched.send("1")).delivery.is_success());
    go.send(()).unwrap();
    watched.wait("the end of the connection", |news| {
        matches!(news, SenderNews::Closed(_))
    });
    assert_eq!(
        outcome(&watched.send("2")).to_string(),
        "message 2: accepted, AA"
    );
    watched.finish();
    played.thread.join().unwrap();
    // Before the answer.
    let play = |port: &TcpListener| drop(accepted(port).frame());
    check(
        |_| {},
        &["1"],
        play,
        &[&format!(
            "message 1: {UNKNOWN} the peer closed before it answered"
        )],
    );
    // Within it.
    check_answer(
        &[b"\x0BMSH|^~\\&|HIS"],
        true,
        &format!("{UNKNOWN} the peer closed within its answer, after 13 bytes"),
    );
}

#[test]
fn s10_a_reset_is_told_apart_and_resent_only_by_the_policy() {
    let play = |port: &TcpListener| {
        let mut peer = accepted(port);
        peer.frame();
        peer.reset();
    };
    let played = Played::by(play);
    let watched = Watched::to(played.address, |_| {});
    let found = outcome(&watched.send("1")).to_string();
    let words = format!("message 1: {UNKNOWN} the connection broke before the answer (");
    assert!(found.starts_with(&words), "{found}");
    let told = watched.finish();
    played.thread.join().unwrap();
    assert!(!told.contains("goes again"), "{told}");
    let play = |port: &TcpListener| {
        let mut peer = accepted(port);
        peer.frame();
        peer.reset();
        let mut peer = accepted(port);
        assert_eq!(peer.frame().unwrap(), message("1"));
        peer.send(&ack("AA", "1"));
    };
    let set = |settings: &mut SenderSettings| {
        settings.resend = Repeat {
            times: 1,
            pause: Duration::ZERO,
        }
    };
    check(
        set,
        &["1"],
        play,
        &["message 1: accepted, AA (after 2 attempts)"],
    );
}

#[test]
fn s11_a_peer_that_reads_nothing() {
    let (go, gone) = mpsc::channel::<()>();
    let played = Played::by(move |port| {
        let peer = accepted(port);
        let _ = gone.recv();
        drop(peer);
    });
    let watched = Watched::to(played.address, |settings| settings.write_timeout = SHORT);
    let large = [
        &message("1")[..],
        b"OBX|1|ED|||",
        &vec![b'A'; 10 << 20],
        b"\r",
    ]
    .concat();
    let of = framed(&large).len();
    let found = outcome(&watched.sender.send(large)).to_string();
    let words = "message 1: not sent: the peer read nothing for 150 ms, after ";
    assert!(
        found.starts_with(words) && found.ends_with(&format!(" of {of} bytes")),
        "{found}"
    );
    watched.finish();
    drop(go);
    played.thread.join().unwrap();
}

#[test]
fn s12_no_connection() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let watched = Watched::to(closed, |settings| {
        settings.reconnect = Repeat {
            times: 2,
            pause: Duration::ZERO,
        }
    });
    let found = outcome(&watched.send("1")).to_string();
    assert_eq!(
        found,
        format!(
            "message 1: not sent: {closed} refused the connection: nobody listens on that port, or a firewall rejects it"
        )
    );
    let told = watched.finish();
    assert_eq!(told.matches("connects to").count(), 3, "{told}");

    let watched = Watched::to(closed, |settings| {
        // RFC 2606: a name that never resolves.
        settings.target = "no-such-host.invalid:2575".parse().unwrap();
    });
    let found = outcome(&watched.send("1")).to_string();
    assert!(
        found.starts_with("message 1: not sent: the name no-such-host.invalid is not known ("),
        "{found}"
    );
    watched.finish();
}

#[cfg(target_os = "linux")]
#[test]
fn s12_a_black_hole() {
    // A port whose queue is full drops what comes, as a firewall does.
    let port = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    port.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())
        .unwrap();
    port.listen(0).unwrap();
    let address = port.local_addr().unwrap().as_socket().unwrap();
    let mut queued = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, SHORT) {
        queued.push(stream);
    }
    let since = Instant::now();
    let watched = Watched::to(address, |settings| settings.connect_timeout = SHORT);
    let found = outcome(&watched.send("1")).to_string();
    assert_eq!(
        found,
        format!(
            "message 1: not sent: {address} did not answer within 150 ms: a wrong address, or a firewall that drops"
        )
    );
    assert!(since.elapsed() < Duration::from_secs(5));
    watched.finish();
}

#[test]
fn s13_a_peer_that_is_gone_without_a_word() {
    // Nothing tells it from a slow one but the time-out; keep-alive finds it while nothing is sent.
    let (go, gone) = mpsc::channel::<()>();
    let played = Played::by(move |port| {
        let peer = accepted(port);
        let _ = gone.recv();
        drop(peer);
    });
    let watched = Watched::to(played.address, |settings| {
        settings.ack_timeout = SHORT;
        settings.keep_alive = Some(Duration::from_secs(1));
    });
    let found = outcome(&watched.send("1")).to_string();
    assert_eq!(
        found,
        format!("message 1: {UNKNOWN} the peer answered nothing for 150 ms")
    );
    watched.finish();
    drop(go);
    played.thread.join().unwrap();
}

#[test]
fn s14_bytes_before_the_answer() {
    let play = |port: &TcpListener| {
        let mut peer = accepted(port);
        peer.frame();
        peer.send(&[b"+OK ready\r\n", &ack("AA", "1")[..]].concat());
    };
    let told = check(|_| {}, &["1"], play, &["message 1: accepted, AA"]);
    assert!(
        told.contains("byte 0 of the answers: 9 bytes outside of any frame"),
        "{told}"
    );
}

#[test]
fn s15_answers_in_other_clothes() {
    let wide: Vec<u8> = "\u{FEFF}MSH|^~\\&|HIS||||||ACK|9|P|2.5\rMSA|AA|1\r"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for content in [
        &b"MSH#$%*@#HIS######ACK#9#P#2.5\rMSA#AA#1\r"[..],
        b"MSH|^~\\&|HIS||||||ADR^A19|9|P|2.3\rMSA|AA|1\rQRD|1\rPID|1\r",
        b"MSH|^~\\&|K\xDCHN||||||ACK|9|P|2.5||||||8859/1\rMSA|AA|1|gr\xFCn\r",
        b"MSH|^~\\&|HIS||||||ACK|9|P|2.5\nMSA|AA|1\n",
        &wide,
    ] {
        let reply = framed(content);
        let play = move |port: &TcpListener| {
            let mut peer = accepted(port);
            peer.frame();
            peer.send(&reply);
        };
        let played = Played::by(play);
        let watched = Watched::to(played.address, |_| {});
        let found = outcome(&watched.send("1"));
        assert!(
            matches!(found.delivery, Delivery::Accepted { .. }),
            "{found}: {}",
            content.escape_ascii()
        );
        watched.finish();
        played.thread.join().unwrap();
    }
}

#[test]
fn s15_a_control_id_with_escapes_is_known_in_other_delimiters() {
    let play = |port: &TcpListener| {
        let mut peer = accepted(port);
        peer.frame();
        peer.send(&framed(b"MSH#$%*@#HIS######ACK#9#P#2.5\rMSA#AA#1&*E*\r"));
    };
    let content = b"MSH|^~\\&|LAB||||||ADT^A01|1\\T\\*|P|2.5\r".to_vec();
    check_contents(|_| {}, &[content], play, &["message 1: accepted, AA"]);
}

#[test]
fn s16_answers_on_a_second_port() {
    let (address, told) = mpsc::channel::<SocketAddr>();
    let played = Played::by(move |port| {
        let mut peer = accepted(port);
        let mut answers = Peer::connect(told.recv().unwrap());
        assert_eq!(peer.frame().unwrap(), message("1"));
        answers.send(&ack("AA", "1"));
        assert_eq!(peer.frame().unwrap(), message("2"));
        answers.send(&[ack("AA", "1"), ack("AE", "2")].concat());
        assert_eq!(peer.frame(), None);
    });
    let watched = Watched::to(played.address, |settings| {
        settings.answers_at = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    });
    address
        .send(watched.sender.answer_address().unwrap())
        .unwrap();
    assert_eq!(
        outcome(&watched.send("1")).to_string(),
        "message 1: accepted, AA"
    );
    assert_eq!(
        outcome(&watched.send("2")).to_string(),
        "message 2: refused, AE"
    );
    watched.finish();
    played.thread.join().unwrap();
}

#[test]
fn s17_cancelled_at_each_stage() {
    // In the queue, behind a message that waits for its answer.
    let (go, gone) = mpsc::channel::<()>();
    let played = Played::by(move |port| {
        let mut peer = accepted(port);
        peer.frame();
        let _ = gone.recv();
        assert_eq!(peer.frame(), None);
    });
    let mut watched = Watched::to(played.address, |_| {});
    let mut first = watched.send("1");
    let mut second = watched.send("2");
    second.cancel();
    watched.wait("the first message", |news| {
        matches!(news, SenderNews::Sent { .. })
    });
    let since = Instant::now();
    first.cancel();
    assert_eq!(
        outcome(&first).to_string(),
        format!("message 1: {UNKNOWN} cancelled before the answer came")
    );
    assert_eq!(
        outcome(&second).to_string(),
        "message 2: not sent: cancelled before it was sent whole"
    );
    assert!(since.elapsed() < Duration::from_secs(2));
    watched.finish();
    drop(go);
    played.thread.join().unwrap();
}

#[test]
fn s17_stopped_while_it_writes_waits_or_pauses() {
    // Writing to somebody who does not read.
    let (go, gone) = mpsc::channel::<()>();
    let played = Played::by(move |port| {
        let mut peer = accepted(port);
        peer.stream.read_exact(&mut [0]).unwrap();
        let _ = gone.recv();
    });
    let mut watched = Watched::to(played.address, |_| {});
    let large = [&message("1")[..], &vec![b'A'; 32 << 20]].concat();
    let writing = watched.sender.send(large);
    watched.wait("the connection", |news| {
        matches!(news, SenderNews::Connected { .. })
    });
    let since = Instant::now();
    watched.sender.stop();
    assert_eq!(
        outcome(&writing).to_string(),
        "message 1: not sent: cancelled before it was sent whole"
    );
    assert!(watched.sender.wait_until_ended(PATIENCE));
    assert!(since.elapsed() < Duration::from_secs(2));
    watched.finish();
    drop(go);
    played.thread.join().unwrap();
    // Between two tries to connect.
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let mut watched = Watched::to(closed, |settings| {
        settings.reconnect = Repeat {
            times: 1,
            pause: PATIENCE * 9,
        }
    });
    let pausing = watched.send("1");
    watched.wait("the failure", |news| {
        matches!(news, SenderNews::ConnectFailed(_))
    });
    watched.sender.stop();
    assert_eq!(
        outcome(&pausing).to_string(),
        "message 1: not sent: cancelled before it was sent whole"
    );
    watched.finish();
}

#[test]
fn what_cannot_be_framed_is_not_sent() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let watched = Watched::to(closed, |_| {});
    for (content, expect) in [
        (
            &b""[..],
            "message 1: not sent: an empty message cannot be sent: a receiver could not answer it",
        ),
        (
            b"MSH|\x1C",
            "message 2: not sent: byte 4 of the message is 1C, which ends a frame; escape it as \\X1C\\ or choose other frame bytes",
        ),
    ] {
        assert_eq!(
            outcome(&watched.sender.send(content.to_vec())).to_string(),
            expect
        );
    }
    let told = watched.finish();
    assert!(!told.contains("connects"), "{told}");
}
