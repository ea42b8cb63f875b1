//! Faults played by our own listener and sender, against each other and against plain sockets.

use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use pipehat::net::{
    Fault, FaultRule, FaultSide, Faults, ListenerNews, ListenerSettings, NotDelivered, Repeat,
    SenderNews, SenderSettings, Wire,
};

use super::mllp::{PATIENCE, SHORT, Watched, framed, message, settings};
use super::mllp_sending;

fn faults(rules: &[&str]) -> Faults {
    Faults {
        rules: rules.iter().map(|rule| rule.parse().unwrap()).collect(),
        seed: 1,
    }
}

/// A listener with faults and our own sender: what the sender makes of two messages.
fn check(rules: &[&str], expect: &[&str]) -> Vec<String> {
    let mut watched = Watched::open(ListenerSettings {
        faults: faults(rules),
        ..settings()
    });
    // Only an answer that never comes is to be given up soon: others take longer on a busy machine.
    let never = ["never-answer", "never-read"];
    let is_silent = rules
        .iter()
        .any(|rule| never.iter().any(|never| rule.starts_with(never)));
    let sending = mllp_sending::Watched::to(watched.listener.address(), |settings| {
        settings.ack_timeout = if is_silent {
            Duration::from_millis(400)
        } else {
            PATIENCE
        };
    });
    let found: Vec<String> = ["1", "2"]
        .iter()
        .map(|id| mllp_sending::outcome(&sending.send(id)).to_string())
        .collect();
    let told = sending.finish();
    assert_eq!(found, expect, "{rules:?}\n{told}");
    let is_read = !rules.iter().any(|rule| rule.starts_with("never-read"));
    assert_eq!(watched.taken(), if is_read { &["1", "2"][..] } else { &[] });
    watched.listener.drain();
    watched.wait_until_closed();
    let lines = watched.lines();
    watched.finish();
    lines
}

const UNKNOWN: &str = "sent, but whether the peer took it is not known:";

#[test]
fn every_fault_of_an_answer_is_found_by_our_own_sender() {
    let fine = "message 1: accepted, AA";
    let second = "message 2: accepted, AA";
    for rule in [
        "delay-before=50ms",
        "delay-inside=50ms",
        "trickle=1ms",
        "split",
        "omit-return",
        "double-frame",
        "junk-before",
        "junk-after=bye",
        "double",
        "delay-after=20ms",
    ] {
        check(&[rule], &[fine, second]);
    }
    let unknown = |why: &str| {
        [
            format!("message 1: {UNKNOWN} {why}"),
            format!("message 2: {UNKNOWN} {why}"),
        ]
    };
    for (rule, why) in [
        ("close-before", "the peer closed before it answered"),
        ("never-answer", "the peer answered nothing for 400 ms"),
        ("fixed-answer=hello", "the answer does not begin with MSH"),
        ("never-read=2s", "the peer answered nothing for 400 ms"),
    ] {
        let words = unknown(why);
        check(&[rule], &words.each_ref().map(String::as_str));
    }
    check(
        &["wrong-id=77"],
        &[
            &format!(
                "message 1: {UNKNOWN} the answer is to another message: MSA-2 is \"77\", and MSH-10 was \"1\""
            ),
            &format!(
                "message 2: {UNKNOWN} the answer is to another message: MSA-2 is \"77\", and MSH-10 was \"2\""
            ),
        ],
    );
    check(
        &["answer-error@2"],
        &[
            fine,
            "message 2: refused, AE: a fault that was asked for answers so (207 Application internal error)",
        ],
    );
    check(
        &["answer-reject=|2|P|"],
        &[
            fine,
            "message 2: refused, AR: a fault that was asked for answers so (207 Application internal error)",
        ],
    );
}

#[test]
fn a_connection_that_is_closed_after_each_answer_is_opened_anew() {
    let faults = faults(&["close-after"]);
    let watched = Watched::open(ListenerSettings {
        faults,
        ..settings()
    });
    let mut sending = mllp_sending::Watched::to(watched.listener.address(), |_| {});
    for id in ["1", "2"] {
        let found = mllp_sending::outcome(&sending.send(id)).to_string();
        assert_eq!(found, format!("message {id}: accepted, AA"));
        // A message that is under way while the other side closes may be lost.
        sending.wait("the end", |news| matches!(news, SenderNews::Closed(_)));
    }
    sending.finish();
    assert_eq!(watched.taken(), ["1", "2"]);
    watched.finish();
}

#[test]
fn a_fault_that_keeps_an_answer_back_is_told() {
    let lines = check(
        &["close-inside@2"],
        &[
            "message 1: accepted, AA",
            &format!("message 2: {UNKNOWN} the peer closed within its answer, after 48 bytes"),
        ],
    );
    let lost =
        "the answer to message 2 was not delivered: a fault that was asked for keeps it back";
    assert!(lines.iter().any(|line| line == lost), "{lines:?}");
}

#[test]
fn a_late_answer_comes_with_the_next_one() {
    let watched = Watched::open(ListenerSettings {
        faults: faults(&["late@2"]),
        ..settings()
    });
    let mut peer = watched.connect();
    for id in ["1", "2", "3"] {
        peer.send(&framed(&message(id)));
    }
    assert_eq!(
        [peer.msa(), peer.msa(), peer.msa()],
        ["AA|1", "AA|2", "AA|3"]
    );
    watched.finish();
    // The second one waits for the third message.
    let watched = Watched::open(ListenerSettings {
        faults: faults(&["late@2"]),
        ..settings()
    });
    let mut peer = watched.connect();
    peer.send(&[framed(&message("1")), framed(&message("2"))].concat());
    assert_eq!(peer.msa(), "AA|1");
    peer.stream.set_read_timeout(Some(SHORT)).unwrap();
    assert!(std::io::Read::read(&mut &peer.stream, &mut [0]).is_err());
    watched.finish();
}

#[test]
fn a_sender_with_faults_is_told_by_our_own_listener() {
    for (rule, expect, notes) in [
        (
            "omit-return",
            "message 1: accepted, AA",
            &["frame-end-incomplete"][..],
        ),
        (
            "double-frame",
            "message 1: accepted, AA",
            &["frame-start-twice", "frame-end-twice"],
        ),
        ("junk-before", "message 1: accepted, AA", &["frame-junk"]),
        ("trickle=0ms", "message 1: accepted, AA", &[]),
        ("split", "message 1: accepted, AA", &[]),
        ("delay-inside=50ms", "message 1: accepted, AA", &[]),
        (
            "close-inside",
            "message 1: not sent: a fault that was asked for cuts it",
            &["frame-unfinished"],
        ),
        (
            "reset-before",
            "message 1: not sent: a fault that was asked for cuts it",
            &[],
        ),
        (
            "close-after",
            "message 1: sent, but whether the peer took it is not known: a fault that was asked for ends the connection first",
            &[],
        ),
        (
            "drop",
            "message 1: not sent: a fault that was asked for cuts it",
            &[],
        ),
        (
            "never-read",
            "message 1: sent, but whether the peer took it is not known: the peer answered nothing for 400 ms",
            &[],
        ),
    ] {
        let mut watched = Watched::open(settings());
        let sending = mllp_sending::Watched::to(watched.listener.address(), |settings| {
            settings.ack_timeout = if rule == "never-read" {
                Duration::from_millis(400)
            } else {
                PATIENCE
            };
            settings.faults = faults(&[rule]);
        });
        let found = mllp_sending::outcome(&sending.send("1")).to_string();
        assert_eq!(found, expect, "{rule}");
        sending.finish();
        watched.closing();
        assert_eq!(watched.notes(), notes, "{rule}");
        watched.finish();
    }
}

#[test]
fn a_stop_ends_a_delay_at_once() {
    let mut watched = Watched::open(ListenerSettings {
        faults: faults(&["delay-before=1m"]),
        ..settings()
    });
    let mut peer = watched.connect();
    peer.send(&framed(&message("1")));
    watched.wait("the message", |news| {
        matches!(news, ListenerNews::Received(_))
    });
    let since = Instant::now();
    watched.listener.stop();
    let lost = |news: &ListenerNews| {
        matches!(
            news,
            ListenerNews::NotDelivered {
                why: NotDelivered::Stopped,
                ..
            }
        )
    };
    watched.wait("the loss", lost);
    watched.finish();
    assert!(since.elapsed() < Duration::from_secs(2));
}

#[test]
fn all_faults_at_random_lose_nothing_that_was_acknowledged() {
    // A listener and a sender that misbehave in every way that ends by itself: what the sender takes for
    // accepted is there, and everything ends.
    let ends =
        |fault: &Fault| !matches!(fault, Fault::NeverRead | Fault::FixedAnswer | Fault::Late);
    let rules = |side: FaultSide| -> Vec<FaultRule> {
        let had = Fault::ALL
            .into_iter()
            .filter(ends)
            .filter(|fault| side == FaultSide::Listener || fault.side() == FaultSide::Both);
        had.map(|fault| {
            format!(
                "{fault}{}@4%",
                if fault.name().starts_with("delay") {
                    "=5ms"
                } else if fault == Fault::Trickle {
                    "=0ms"
                } else {
                    ""
                }
            )
            .parse()
            .unwrap()
        })
        .collect()
    };
    for seed in 0..2 {
        let watched = Watched::open(ListenerSettings {
            faults: Faults {
                rules: rules(FaultSide::Listener),
                seed,
            },
            ..settings()
        });
        let wire = Wire::start().unwrap();
        let mut settings = SenderSettings::to(watched.listener.address().into());
        settings.ack_timeout = SHORT;
        settings.pause = Duration::from_millis(20);
        settings.resend = Repeat {
            times: 3,
            pause: Duration::ZERO,
        };
        settings.resend_after.error = true;
        settings.faults = Faults {
            rules: rules(FaultSide::Both),
            seed: seed + 100,
        };
        let (events, told) = mpsc::channel();
        let mut sender = wire
            .sender(settings, Arc::new(move |event| drop(events.send(event))))
            .unwrap();
        let tickets: Vec<_> = (0..60)
            .map(|number| sender.send(message(&format!("M{number}"))))
            .collect();
        let outcomes: Vec<_> = tickets
            .iter()
            .map(|ticket| ticket.wait().unwrap())
            .collect();
        let taken = watched.taken();
        let accepted = outcomes
            .iter()
            .enumerate()
            .filter(|(_, outcome)| outcome.delivery.is_success());
        let accepted: Vec<String> = accepted.map(|(number, _)| format!("M{number}")).collect();
        assert!(accepted.len() > 10, "{accepted:?}");
        for id in &accepted {
            assert!(taken.contains(id), "{id} was acknowledged and is not there");
        }
        sender.finish();
        assert!(sender.wait_until_ended(PATIENCE));
        drop((sender, told));
        assert_eq!(wire.open_tasks(), 0);
        watched.finish();
    }
}
