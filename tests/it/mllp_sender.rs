//! What a peer can answer a sender: one test for each row S1 to S9.

use std::io::Write;
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::Duration;

use pipehat::net::{AckCode, AfterFailure, Repeat, SenderNews, SenderSettings};

use super::mllp::{SHORT, framed, message};
use super::mllp_sending::{
    Played, UNKNOWN, Watched, accepted, ack, check, check_answer, check_contents, outcome,
};

#[test]
fn messages_are_answered_one_by_one_over_one_connection() {
    let play = |port: &TcpListener| {
        let mut peer = accepted(port);
        for id in ["1", "2", "3"] {
            assert_eq!(peer.frame().unwrap(), message(id));
            peer.send(&ack("AA", id));
        }
        assert_eq!(peer.frame(), None);
    };
    let told = check(
        |_| {},
        &["1", "2", "3"],
        play,
        &[
            "message 1: accepted, AA",
            "message 2: accepted, AA",
            "message 3: accepted, AA",
        ],
    );
    assert_eq!(told.matches("connected to").count(), 1, "{told}");
    assert!(
        told.ends_with("closed: nothing more to send\nstopped"),
        "{told}"
    );
}

#[test]
fn a_connection_for_each_message() {
    let play = |port: &TcpListener| {
        for id in ["1", "2"] {
            let mut peer = accepted(port);
            assert_eq!(peer.frame().unwrap(), message(id));
            peer.send(&ack("AA", id));
            assert_eq!(peer.frame(), None);
        }
    };
    check(
        |settings| settings.is_persistent = false,
        &["1", "2"],
        play,
        &["message 1: accepted, AA", "message 2: accepted, AA"],
    );
}

#[test]
fn s01_a_peer_that_never_answers() {
    let play = |port: &TcpListener| {
        for _ in 0..3 {
            let mut peer = accepted(port);
            assert_eq!(peer.frame().unwrap(), message("1"));
            // The connection is given up: an answer that comes now could be taken for another one.
            assert_eq!(peer.frame(), None);
        }
    };
    let set = |settings: &mut SenderSettings| {
        settings.ack_timeout = SHORT;
        settings.resend = Repeat {
            times: 2,
            pause: Duration::ZERO,
        };
    };
    let words =
        format!("message 1: {UNKNOWN} the peer answered nothing for 150 ms (after 3 attempts)");
    let told = check(set, &["1"], play, &[&words]);
    assert_eq!(
        told.matches("message 1 goes again after").count(),
        2,
        "{told}"
    );
}

#[test]
fn s02_a_late_answer_is_never_that_to_the_next_message() {
    let play = |port: &TcpListener| {
        let mut first = accepted(port);
        assert_eq!(first.frame().unwrap(), message("1"));
        let mut second = accepted(port);
        assert_eq!(second.frame().unwrap(), message("2"));
        // Late by the old connection, and mixed up by the new one.
        let _ = first.stream.write_all(&ack("AA", "1"));
        second.send(&ack("AA", "1"));
        second.send(&ack("AE", "2"));
        assert_eq!(second.frame(), None);
    };
    let words = format!("message 1: {UNKNOWN} the peer answered nothing for 150 ms");
    let set = |settings: &mut SenderSettings| settings.ack_timeout = SHORT;
    let told = check(set, &["1", "2"], play, &[&words, "message 2: refused, AE"]);
    assert!(
        told.contains("a late answer to an earlier message") || told.contains("a second answer"),
        "{told}"
    );
}

#[test]
fn s03_an_answer_to_another_message() {
    let play = |port: &TcpListener| {
        let mut peer = accepted(port);
        peer.frame();
        peer.send(&ack("AA", "77"));
        assert_eq!(peer.frame(), None);
    };
    let words = format!(
        "message 1: {UNKNOWN} the answer is to another message: MSA-2 is \"77\", and MSH-10 was \"1\""
    );
    check(|_| {}, &["1"], play, &[&words]);
    check(
        |settings| settings.checks_control_id = false,
        &["1"],
        play,
        &["message 1: accepted, AA"],
    );
}

#[test]
fn s04_two_answers_to_one_message() {
    let play = |port: &TcpListener| {
        let mut peer = accepted(port);
        peer.frame();
        peer.send(&[ack("AA", "1"), ack("AE", "1")].concat());
        peer.frame();
        peer.send(&ack("AA", "2"));
        // Later, and while nothing is under way.
        peer.send(&ack("AA", "2"));
        assert_eq!(peer.frame(), None);
    };
    let told = check(
        |_| {},
        &["1", "2"],
        play,
        &["message 1: accepted, AA", "message 2: accepted, AA"],
    );
    assert!(
        told.contains("a second answer to a message that is answered"),
        "{told}"
    );
}

/// A message that asks for these acknowledgments.
fn asking(accept: &str, application: &str) -> Vec<u8> {
    format!("MSH|^~\\&|LAB|NORTH|HIS|MAIN|20260102||ADT^A01|1|P|2.5|||{accept}|{application}\r")
        .into_bytes()
}

#[test]
fn s05_commit_and_application_acknowledgments() {
    let rows: [(&str, &str, &[&str], &str); 9] = [
        ("AL", "AL", &["CA", "AA"], "accepted, AA"),
        ("AL", "AL", &["CA", "AE"], "refused, AE"),
        ("AL", "AL", &["CE"], "refused, CE"),
        (
            "AL",
            "AL",
            &["CA"],
            "sent, but whether the peer took it is not known: it is stored, but its application acknowledgment did not come within 150 ms",
        ),
        (
            "AL",
            "NE",
            &["CA"],
            "stored by the peer, CA; what became of it is not known",
        ),
        (
            "AL",
            "ER",
            &["CA"],
            "stored by the peer, CA; what became of it is not known",
        ),
        (
            "",
            "",
            &["CA"],
            "stored by the peer, CA; what became of it is not known",
        ),
        ("NE", "NE", &[], "sent; MSH-15 and MSH-16 ask for no answer"),
        (
            "ER",
            "NE",
            &[],
            "sent; MSH-15 and MSH-16 ask for errors only, and none came within 150 ms",
        ),
    ];
    for (accept, application, codes, expect) in rows {
        let play = move |port: &TcpListener| {
            let mut peer = accepted(port);
            peer.frame();
            for code in codes {
                peer.send(&ack(code, "1"));
            }
            assert_eq!(peer.frame(), None);
        };
        let set = move |settings: &mut SenderSettings| {
            settings.application_timeout = SHORT;
            if codes.is_empty() {
                settings.ack_timeout = SHORT;
            }
        };
        let told = check_contents(
            set,
            &[asking(accept, application)],
            play,
            &[&format!("message 1: {expect}")],
        );
        assert!(
            codes != ["CA", "AA"]
                || told
                    .contains("message 1 is stored by the peer; its application has yet to answer"),
            "{told}"
        );
    }
}

#[test]
fn s05_an_application_acknowledgment_that_wants_a_commit_gets_one() {
    let play = |port: &TcpListener| {
        let mut peer = accepted(port);
        peer.frame();
        peer.send(&framed(
            b"MSH|^~\\&|HIS|MAIN|LAB|NORTH|2026||ACK^A01|55|P|2.5|||AL|NE\rMSA|AA|1\r",
        ));
        assert_eq!(peer.msa(), "CA|55");
    };
    check_contents(
        |_| {},
        &[asking("NE", "AL")],
        play,
        &["message 1: accepted, AA"],
    );
}

#[test]
fn s06_refusals_are_told_in_the_words_of_the_peer() {
    for (code, body, expect) in [
        ("AE", "|no such ward", "refused, AE: no such ward"),
        (
            "AR",
            "\rERR||PID^1^8|103^Table value not found^HL70357|E||||sex unknown",
            "refused, AR: PID-8: sex unknown (103 Table value not found)",
        ),
        ("CE", "", "refused, CE"),
        (
            "CR",
            "\rERR|PV1^1^3^101&Required field missing&HL70357",
            "refused, CR: PV1-3: 101 Required field missing",
        ),
    ] {
        let play = move |port: &TcpListener| {
            let mut peer = accepted(port);
            peer.frame();
            peer.send(&framed(
                format!("MSH|^~\\&|HIS|MAIN|LAB|NORTH|2026||ACK|9|P|2.5\rMSA|{code}|1{body}\r")
                    .as_bytes(),
            ));
        };
        check(|_| {}, &["1"], play, &[&format!("message 1: {expect}")]);
    }
}

#[test]
fn s06_a_refusal_is_followed_by_the_policy() {
    // Again, as often as may be.
    let play = |port: &TcpListener| {
        let mut peer = accepted(port);
        for code in ["AE", "AE", "AA", "AR"] {
            let id = if code == "AR" { "2" } else { "1" };
            assert_eq!(peer.frame().unwrap(), message(id));
            peer.send(&ack(code, id));
        }
        assert_eq!(peer.frame(), None);
    };
    let set = |settings: &mut SenderSettings| {
        settings.resend = Repeat {
            times: 2,
            pause: Duration::ZERO,
        };
        settings.resend_after.error = true;
    };
    check(
        set,
        &["1", "2"],
        play,
        &[
            "message 1: accepted, AA (after 3 attempts)",
            "message 2: refused, AR",
        ],
    );
    // Skipped, or the end.
    for (after_failure, second) in [
        (AfterFailure::Skip, "message 2: accepted, AA"),
        (
            AfterFailure::Stop,
            "message 2: not sent: an earlier message failed, and sending stops then",
        ),
    ] {
        let play = move |port: &TcpListener| {
            let mut peer = accepted(port);
            peer.frame();
            peer.send(&ack("AE", "1"));
            if peer.frame().is_some() {
                peer.send(&ack("AA", "2"));
            }
        };
        check(
            |settings| settings.after_failure = after_failure,
            &["1", "2"],
            play,
            &["message 1: refused, AE", second],
        );
    }
    // A code that somebody takes for success.
    let play = |port: &TcpListener| {
        let mut peer = accepted(port);
        peer.frame();
        peer.send(&ack("AR", "1"));
    };
    check(
        |settings| settings.accepted.push(AckCode::Reject),
        &["1"],
        play,
        &["message 1: accepted, AR"],
    );
}

#[test]
fn s07_answers_that_are_none() {
    check_answer(
        &[],
        true,
        &format!("{UNKNOWN} the peer closed before it answered"),
    );
    check_answer(
        &[b"welcome to the laboratory, please enter a number"],
        false,
        &format!("{UNKNOWN} the peer answered 48 bytes without the start of a frame"),
    );
    check_answer(
        &[b"MSH|^~\\&|HIS||||||ACK|9|P|2.5\rMSA|AA|1\r"],
        true,
        &format!("{UNKNOWN} the peer answered 38 bytes without the start of a frame and closed"),
    );
    check_answer(
        &[b"\x0BMSH|^~\\&|HIS"],
        false,
        &format!("{UNKNOWN} an answer began and did not end within 600 ms: 13 bytes"),
    );
    check_answer(
        &[b"\x0BMSH|^~\\&|HIS||||||ACK|9|P|2.5\r", b"MSA|AA|1\r\x1C\r"],
        false,
        "accepted, AA",
    );
    check_answer(
        &[b"\x0Bno message\x1C\r"],
        false,
        &format!("{UNKNOWN} the answer does not begin with MSH"),
    );
    check_answer(
        &[b"\x0BMSH|^~\\&|HIS||||||ORU^R01|9|P|2.5\rOBX|1\r\x1C\r"],
        false,
        &format!("{UNKNOWN} the answer is a message of type \"ORU^R01\" without MSA"),
    );
    check_answer(
        &[b"\x0BMSH|^~\\&|HIS||||||ACK|9|P|2.5\rMSA|OK|1\r\x1C\r"],
        false,
        &format!("{UNKNOWN} MSA-1 of the answer is \"OK\"; there are AA, AE, AR, CA, CE and CR"),
    );
    // A frame whose last byte is missing is understood.
    check_answer(
        &[b"\x0BMSH|^~\\&|HIS||||||ACK|9|P|2.5\rMSA|AA|1\r\x1C"],
        false,
        "accepted, AA",
    );
}

#[test]
fn s08_bytes_of_the_frame_within_the_answer() {
    check_answer(
        &[b"\x0BMSH|^~\\&|HIS\x0B||||||ACK|9|P|2.5\rMSA|AA|1\r\x1C\r"],
        false,
        &format!(
            "{UNKNOWN} the answer is not to be trusted: a frame starts within a frame; the 12 bytes before it are discarded"
        ),
    );
    check_answer(
        &[b"\x0BMSH|^~\\&|HIS||||||ACK|9|P|2.5\rMSA|AA|1|a\x1Cb\r\x1C\r"],
        false,
        &format!(
            "{UNKNOWN} the answer is not to be trusted: the first byte of an end stands within a frame and is kept as content"
        ),
    );
}

#[test]
fn s09_stale_bytes_before_the_send() {
    let (go, gone) = mpsc::channel();
    let played = Played::by(move |port| {
        let mut first = accepted(port);
        first.frame();
        first.send(&ack("AA", "1"));
        gone.recv().unwrap();
        // An answer to the message that is about to come, before it does; and half of one.
        first.send(&[&ack("AA", "2")[..], b"\x0BMSH"].concat());
        assert_eq!(
            first.frame(),
            None,
            "the second message came by the spoiled connection"
        );
        let mut second = accepted(port);
        assert_eq!(second.frame().unwrap(), message("2"));
        second.send(&ack("AE", "2"));
    });
    let mut watched = Watched::to(played.address, |_| {});
    assert!(outcome(&watched.send("1")).delivery.is_success());
    go.send(()).unwrap();
    watched.wait("the end of the connection", |news| {
        matches!(news, SenderNews::Closed(_))
    });
    assert_eq!(
        outcome(&watched.send("2")).to_string(),
        "message 2: refused, AE"
    );
    let told = watched.finish();
    assert!(
        told.contains("closed: bytes came that answer nothing"),
        "{told}"
    );
    played.thread.join().unwrap();
}
