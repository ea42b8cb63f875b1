//! What a listener answers, whom it turns away and how it ends: one test for each row L19 to L26.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use pipehat::hl7::decode;
use pipehat::net::{
    Ack, AckCode, Answer, BatchAnswer, Closing, Condition, ContentNote, Decider, DuplicateRule,
    ListenError, ListenerNews, ListenerSettings, Reply, TurnedAway, Unanswered, Verdict, Wire,
};

use super::mllp::{
    PATIENCE, Peer, SHORT, Watched, accept, check, check_with, framed, message, settings,
};

#[test]
fn l19_two_hundred_peers_at_once() {
    let watched = Watched::open(settings());
    let address = watched.listener.address();
    let threads: Vec<_> = (0..200)
        .map(|number| {
            std::thread::spawn(move || {
                let since = Instant::now();
                let mut peer = Peer::connect(address);
                peer.send(&framed(&message(&number.to_string())));
                assert_eq!(peer.msa(), format!("AA|{number}"));
                since.elapsed()
            })
        })
        .collect();
    let mut times: Vec<Duration> = threads
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .collect();
    times.sort();
    assert!(times[197] < Duration::from_secs(1), "p99 {:?}", times[197]);
    assert_eq!(watched.taken().len(), 200);
    watched.finish();
}

#[test]
fn l19_more_peers_than_may_be_are_turned_away() {
    let mut watched = Watched::open(ListenerSettings {
        most_connections: 1,
        ..settings()
    });
    let mut first = watched.connect();
    first.send(&framed(&message("1")));
    assert_eq!(first.msa(), "AA|1");
    assert_eq!(watched.connect().rest(), b"");
    let is_full = |news: &ListenerNews| {
        matches!(
            news,
            ListenerNews::TurnedAway(_, TurnedAway::Full { most: 1 })
        )
    };
    watched.wait("the refusal", is_full);
    watched.finish();
}

#[test]
fn l20_http_or_tls_on_the_plain_port() {
    // A client hello as its first record begins.
    let hello = [
        &[
            0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03,
        ][..],
        &[7; 40],
    ]
    .concat();
    for (bytes, expect, words) in [
        (
            &b"POST /hl7 HTTP/1.1\r\nHost: localhost\r\n\r\n"[..],
            Closing::Http,
            "speaks HTTP",
        ),
        (&hello, Closing::Tls, "speaks TLS"),
    ] {
        let mut watched = Watched::open(ListenerSettings {
            pause: PATIENCE,
            ..settings()
        });
        let mut peer = watched.connect();
        peer.send(bytes);
        // Closed at its first words: it waits for an answer and would send no more.
        assert_eq!(peer.rest(), b"");
        assert_eq!(watched.closing(), expect);
        let last = watched.lines().pop().unwrap();
        assert!(last.contains(words), "{last}");
        watched.finish();
    }
}

#[test]
fn l21_what_cannot_be_read_is_answered_all_the_same() {
    for (content, code, id) in [
        (&b"PID|1||0815\r"[..], AckCode::Reject, ""),
        (b"msh|^~\\&|LAB\r", AckCode::Reject, ""),
        (b"\xFF\xFF\xFF", AckCode::Reject, ""),
        (b"MSH", AckCode::Accept, ""),
        (
            b"MSH#$%*@#LAB####20260101##ADT$A01#7$8#P#2.5\r",
            AckCode::Accept,
            "7$8",
        ),
        (
            b"MSH|^~\\&|LAB||||||ADT^A01|9|P|2.5||||||UNICODE UTF-8\rPID|1||||M\xFCller\r",
            AckCode::Accept,
            "9",
        ),
        (
            "\u{FEFF}MSH|^~\\&|LAB||||||ADT^A01|10|P|2.5\r".as_bytes(),
            AckCode::Accept,
            "10",
        ),
    ] {
        let watched = Watched::open(settings());
        let mut peer = watched.connect();
        peer.send(&framed(content));
        let answer = Answer::read(&peer.frame().unwrap()).unwrap();
        assert_eq!(
            (answer.code, answer.control_id.as_str()),
            (code, id),
            "{}",
            content.escape_ascii()
        );
        assert_eq!(watched.taken_bytes(), [content]);
        watched.finish();
    }
}

#[test]
fn l21_utf_16_is_answered_in_utf_16() {
    let text = "\u{FEFF}MSH|^~\\&|LAB||||||ADT^A01|11|P|2.5\rPID|1||||\u{DC}\r";
    let content: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let watched = Watched::open(settings());
    let mut peer = watched.connect();
    peer.send(&framed(&content));
    let answer = decode(&peer.frame().unwrap(), None);
    assert_eq!(answer.charset.name(), "UTF-16LE");
    assert!(answer.text.contains("\rMSA|AA|11\r"), "{}", answer.text);
    watched.finish();
}

fn batch() -> Vec<u8> {
    [
        b"BHS|^~\\&|LAB|NORTH|HIS|MAIN|20260101||||77\r",
        &message("1")[..],
        &message("2"),
        b"BTS|2\r",
    ]
    .concat()
}

#[test]
fn l22_a_batch_in_one_frame() {
    check(
        &[&framed(&batch())],
        &["AA|1", "AA|2"],
        &["content-batch"],
        &["1", "2"],
    );
}

#[test]
fn l22_a_batch_answered_by_a_batch() {
    let settings = ListenerSettings {
        batch_answer: BatchAnswer::Batch,
        ..settings()
    };
    let watched = Watched::open(settings);
    let mut peer = watched.connect();
    peer.send(&framed(&batch()));
    let answer = String::from_utf8(peer.frame().unwrap()).unwrap();
    let lines: Vec<&str> = answer.split_terminator('\r').collect();
    let ids: Vec<&str> = lines.iter().map(|line| &line[..3]).collect();
    assert_eq!(ids, ["BHS", "MSH", "MSA", "MSH", "MSA", "BTS"]);
    assert!(
        lines[0].starts_with("BHS|^~\\&|HIS|MAIN|LAB|NORTH|") && lines[0].ends_with("|77"),
        "{}",
        lines[0]
    );
    assert_eq!(
        [lines[2], lines[4], lines[5]],
        ["MSA|AA|1", "MSA|AA|2", "BTS|2"]
    );
    assert_eq!(watched.taken(), ["1", "2"]);
    watched.finish();
}

#[test]
fn l22_two_headers_in_one_frame() {
    let both = [message("1"), message("2")].concat();
    let words = "AR|1|the frame holds 2 MSH segments and no batch header before them";
    // Nothing is lost: the frame is kept as it came.
    check(
        &[&framed(&both)],
        &[words],
        &["content-several-headers"],
        &["1"],
    );
}

#[test]
fn l23_a_repeated_message_is_another_one_by_default() {
    let twice = [framed(&message("1")), framed(&message("1"))].concat();
    check(&[&twice], &["AA|1", "AA|1"], &[], &["1", "1"]);
}

#[test]
fn l23_a_repeated_message_is_answered_and_not_consumed() {
    let settings = ListenerSettings {
        duplicates: DuplicateRule::AnswerAgain { remembered: 2 },
        ..settings()
    };
    let ids = ["1", "1", "2", "3", "1"];
    let all = ids.map(|id| framed(&message(id))).concat();
    // Two are remembered; then the first is a new one again.
    let answers = ids.map(|id| format!("AA|{id}"));
    let answers = answers.each_ref().map(String::as_str);
    check_with(
        settings,
        &[&all],
        &answers,
        &["content-repeated"],
        &["1", "2", "3", "1"],
    );
}

#[test]
fn l23_a_message_that_was_refused_is_looked_at_again() {
    let settings = ListenerSettings {
        duplicates: DuplicateRule::AnswerAgain { remembered: 9 },
        ..settings()
    };
    let watched = Watched::with(settings, |_| Verdict::Ack(Ack::of(AckCode::Error)));
    let mut peer = watched.connect();
    peer.send(&[framed(&message("1")), framed(&message("1"))].concat());
    assert_eq!([peer.msa(), peer.msa()], ["AE|1", "AE|1"]);
    assert_eq!(watched.taken(), ["1", "1"]);
    watched.finish();
}

#[test]
fn l23_a_repetition_waits_for_the_verdict_about_the_first() {
    let settings = ListenerSettings {
        duplicates: DuplicateRule::AnswerAgain { remembered: 9 },
        ..settings()
    };
    let (sender, asked) = mpsc::channel::<Reply>();
    let mut watched = Watched::decided(
        settings,
        Decider::new(move |_, reply| drop(sender.send(reply))),
    );
    // The first connection times out and is dropped; the message comes again by a second one.
    let mut first = watched.connect();
    first.send(&framed(&message("1")));
    let reply = asked.recv_timeout(PATIENCE).unwrap();
    drop(first);
    let mut second = watched.connect();
    second.send(&framed(&message("1").replace_first(b"Ada", b"Eve")));
    let repeated = |news: &ListenerNews| {
        matches!(
            news,
            ListenerNews::Content(ContentNote::Repeated { is_same: false })
        )
    };
    watched.wait("the repetition", repeated);
    reply.give(accept());
    assert_eq!(second.msa(), "AA|1");
    assert!(asked.try_recv().is_err(), "it was asked about again");
    watched.finish();
}

trait ReplaceFirst {
    fn replace_first(&self, from: &[u8], to: &[u8]) -> Vec<u8>;
}

impl ReplaceFirst for Vec<u8> {
    fn replace_first(&self, from: &[u8], to: &[u8]) -> Vec<u8> {
        let at = self
            .windows(from.len())
            .position(|part| part == from)
            .unwrap();
        [&self[..at], to, &self[at + from.len()..]].concat()
    }
}

#[test]
fn l24_every_pair_of_msh_15_and_msh_16() {
    let watched = Watched::with(settings(), |content| {
        let is_bad = content.windows(3).any(|three| three == b"BAD");
        let code = if is_bad {
            AckCode::Error
        } else {
            AckCode::Accept
        };
        Verdict::Ack(Ack::of(code))
    });
    let values = ["AL", "NE", "ER", "SU", ""];
    // Chapter 2, 2.9.3: for a message that is stored, and taken or not taken by the application.
    let mut expect = BTreeMap::new();
    for accept in values {
        for application in values {
            let commit = if matches!(accept, "AL" | "SU") {
                "CA "
            } else {
                ""
            };
            let is_original = accept.is_empty() && application.is_empty();
            for (body, code, asks) in [("GOOD", "AA ", "SU"), ("BAD", "AE ", "ER")] {
                let is_asked = is_original || application == "AL" || application == asks;
                let answer = if is_asked { code } else { "" };
                expect.insert((accept, application, body), format!("{commit}{answer}"));
            }
        }
    }
    for ((accept, application, body), expect) in expect {
        let mut peer = watched.connect();
        peer.send(&framed(
            format!("MSH|^~\\&|LAB||||||ADT^A01|1|P|2.5|||{accept}|{application}\rNTE|1||{body}\r")
                .as_bytes(),
        ));
        peer.stream.shutdown(Shutdown::Write).unwrap();
        let mut found = String::new();
        while let Some(answer) = peer.frame() {
            let answer = Answer::read(&answer).unwrap();
            assert_eq!(answer.control_id, "1");
            found = format!("{found}{} ", answer.code);
        }
        assert_eq!(
            found, expect,
            "MSH-15 {accept:?}, MSH-16 {application:?}, {body}"
        );
    }
    watched.finish();
}

#[test]
fn l24_an_acknowledgment_is_not_acknowledged() {
    let mut watched = Watched::open(settings());
    let mut peer = watched.connect();
    peer.send(&framed(b"MSH|^~\\&|LAB||||||ACK^A01|5|P|2.5\rMSA|AA|4\r"));
    let unanswered = |news: &ListenerNews| {
        matches!(
            news,
            ListenerNews::Unanswered {
                number: 1,
                why: Unanswered::Acknowledgment
            }
        )
    };
    watched.wait("that it is not answered", unanswered);
    assert_eq!(watched.taken(), ["5"]);
    watched.finish();
}

#[test]
fn l25_a_mapping_that_fails_filters_or_rejects() {
    let watched = Watched::with(settings(), |content| match content.get(content.len() - 2) {
        Some(b'1') => Verdict::Ack(
            Ack::because(AckCode::Error, "PID-8: \"X\" is not in table 0001")
                .at("PID-8".parse().unwrap())
                .with_condition(Condition::TableValue),
        ),
        Some(b'2') => accept(),
        Some(b'3') => Verdict::Exactly(Ack::because(AckCode::CommitReject, "no results here")),
        Some(b'4') => Verdict::Bytes(b"no HL7"[..].into()),
        _ => Verdict::Silence,
    });
    let mut peer = watched.connect();
    let send = |kind: u8| [&message("9")[..], b"NTE|", &[b'0' + kind], b"\r"].concat();
    for kind in 1..=6 {
        peer.send(&framed(&send(kind)));
    }
    let error = String::from_utf8(peer.frame().unwrap()).unwrap();
    assert!(error.ends_with(
        "MSA|AE|9|PID-8: \"X\" is not in table 0001\rERR||PID^1^8^1|103^Table value not found^HL70357|E||||PID-8: \"X\" is not in table 0001\r"
    ), "{error}");
    assert_eq!([peer.msa(), peer.msa()], ["AA|9", "CR|9|no results here"]);
    assert_eq!(peer.frame().unwrap(), b"no HL7");
    watched.finish();
}

#[test]
fn l25_no_positive_answer_before_the_verdict() {
    let (sender, asked) = mpsc::channel::<Reply>();
    let watched = Watched::decided(
        settings(),
        Decider::new(move |_, reply| drop(sender.send(reply))),
    );
    let mut peer = watched.connect();
    peer.send(&framed(&message("1")));
    let reply = asked.recv_timeout(PATIENCE).unwrap();
    peer.stream.set_read_timeout(Some(SHORT)).unwrap();
    let waits = std::io::Read::read(&mut &peer.stream, &mut [0]).unwrap_err();
    assert!(
        matches!(
            waits.kind(),
            std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
        ),
        "{waits}"
    );
    peer.stream.set_read_timeout(Some(PATIENCE)).unwrap();
    reply.give(accept());
    assert_eq!(peer.msa(), "AA|1");
    // Nobody decides: an error, never AA and never silence.
    peer.send(&framed(&message("2")));
    drop(asked.recv_timeout(PATIENCE).unwrap());
    assert_eq!(
        peer.msa(),
        "AE|2|the receiver ended before it decided about the message; send it again"
    );
    watched.finish();
}

#[test]
fn l26_a_port_that_is_taken() {
    let first = Watched::open(settings());
    let address = first.listener.address();
    let again = first.wire.listen(
        ListenerSettings {
            address,
            ..settings()
        },
        Decider::always(accept()),
        std::sync::Arc::new(|_| {}),
    );
    let error = again.unwrap_err();
    assert!(matches!(error, ListenError::Taken(_)));
    let words = error.to_string();
    assert!(
        words.contains("is taken by another program: end that program or choose another port"),
        "{words}"
    );
    // The first one goes on.
    let mut peer = first.connect();
    peer.send(&framed(&message("1")));
    assert_eq!(peer.msa(), "AA|1");
    first.finish();
}

#[test]
fn l26_an_address_of_another_machine() {
    let wire = Wire::start().unwrap();
    // TEST-NET-1 belongs to no machine.
    let address = SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), 0));
    let settings = ListenerSettings {
        address,
        ..settings()
    };
    let error = wire
        .listen(
            settings,
            Decider::always(accept()),
            std::sync::Arc::new(|_| {}),
        )
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "this machine has no address 192.0.2.1: 127.0.0.1 serves this machine only, 0.0.0.0 all its networks"
    );
    assert_eq!(wire.open_tasks(), 0);
}

#[test]
fn accept_rules_turn_others_away() {
    let settings = ListenerSettings {
        accept_from: vec!["10.0.0.0/8".parse().unwrap()],
        ..settings()
    };
    assert!(settings.admits(IpAddr::V4(Ipv4Addr::new(10, 9, 8, 7))));
    let mut watched = Watched::open(settings);
    assert_eq!(watched.connect().rest(), b"");
    let news = watched.wait("the refusal", |news| {
        matches!(news, ListenerNews::TurnedAway(_, TurnedAway::Rule))
    });
    assert!(
        news.to_string()
            .ends_with("was turned away: no accept rule names its address"),
        "{news}"
    );
    watched.finish();
}

#[test]
fn stopping_ends_every_phase_at_once() {
    // Silent, within a frame, waiting for a verdict, and not reading its answers.
    let (sender, asked) = mpsc::channel::<Reply>();
    let decider = Decider::new(move |received, reply| match received.number {
        1 => drop(sender.send(reply)),
        _ => reply.give(Verdict::Bytes(vec![b'x'; 16 << 20].into())),
    });
    let watched = Watched::decided(settings(), decider);
    let silent = watched.connect();
    let mut within = watched.connect();
    within.send(b"\x0BMSH|");
    let mut waiting = watched.connect();
    waiting.send(&framed(&message("1")));
    let reply = asked.recv_timeout(PATIENCE).unwrap();
    let mut unread = watched.connect();
    unread.send(&[framed(&message("1")), framed(&message("2"))].concat());
    asked.recv_timeout(PATIENCE).unwrap().give(accept());
    assert_eq!(unread.msa(), "AA|1");
    watched.finish();
    reply.give(accept());
    drop((silent, within, waiting, unread));
}

#[test]
fn draining_answers_what_was_received() {
    let (sender, asked) = mpsc::channel::<Reply>();
    let mut watched = Watched::decided(
        settings(),
        Decider::new(move |_, reply| drop(sender.send(reply))),
    );
    let mut idle = watched.connect();
    let mut busy = watched.connect();
    busy.send(&framed(&message("1")));
    let reply = asked.recv_timeout(PATIENCE).unwrap();
    watched.listener.drain();
    assert_eq!(idle.rest(), b"");
    assert_eq!(watched.closing(), Closing::Stopped);
    reply.give(accept());
    assert_eq!(busy.msa(), "AA|1");
    assert_eq!(busy.rest(), b"");
    assert!(watched.listener.wait_until_closed(PATIENCE));
    watched.finish();
}
