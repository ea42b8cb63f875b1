//! Several messages of a sender under way on one connection, and what becomes of each.

use std::io::Read;
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::Duration;

use pipehat::net::{Faults, Http, Layer, Repeat, SenderNews, SenderSettings, Wire};

use super::cli::{ADMIT, folder};
use super::cli_wire::{self, listen};
use super::mllp::{SHORT, message};
use super::mllp_sending::{Played, UNKNOWN, Watched, accepted, ack, check, outcome};

/// So many at once.
fn window(window: usize) -> impl FnOnce(&mut SenderSettings) {
    move |settings| settings.window = window
}

fn all(ids: &[&str], words: &str) -> Vec<String> {
    let number = 1..=ids.len();
    number
        .map(|number| format!("message {number}: {words}"))
        .collect()
}

fn check_all(
    set: impl FnOnce(&mut SenderSettings),
    ids: &[&str],
    play: impl FnOnce(&TcpListener) + Send + 'static,
    expect: &[String],
) -> String {
    let expect: Vec<&str> = expect.iter().map(String::as_str).collect();
    check(set, ids, play, &expect)
}

#[test]
fn answers_find_their_messages_in_whatever_order_they_come() {
    let play = |port: &TcpListener| {
        let mut peer = accepted(port);
        for id in ["1", "2", "3"] {
            assert_eq!(peer.frame().unwrap(), message(id));
        }
        peer.send(&[ack("AA", "3"), ack("AE", "1"), ack("AA", "2")].concat());
        assert_eq!(peer.frame(), None);
    };
    let told = check(
        window(3),
        &["1", "2", "3"],
        play,
        &[
            "message 1: refused, AE",
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
fn no_more_are_under_way_than_the_window_holds() {
    let play = |port: &TcpListener| {
        let mut peer = accepted(port);
        assert_eq!(peer.frame().unwrap(), message("1"));
        assert_eq!(peer.frame().unwrap(), message("2"));
        peer.stream.set_read_timeout(Some(SHORT)).unwrap();
        assert!(peer.stream.read(&mut [0; 1]).is_err(), "a third one");
        peer.stream
            .set_read_timeout(Some(super::mllp::PATIENCE))
            .unwrap();
        peer.send(&ack("AA", "2"));
        assert_eq!(peer.frame().unwrap(), message("3"));
        peer.send(&[ack("AA", "1"), ack("AA", "3")].concat());
        assert_eq!(peer.frame(), None);
    };
    let ids = ["1", "2", "3"];
    check_all(window(2), &ids, play, &all(&ids, "accepted, AA"));
}

#[test]
fn what_was_open_when_the_connection_broke_is_not_known() {
    let play = |port: &TcpListener| {
        let mut peer = accepted(port);
        for _ in 0..3 {
            peer.frame();
        }
        peer.send(&ack("AA", "2"));
        assert_eq!(peer.frame().unwrap(), message("4"));
        drop(peer);
        let mut peer = accepted(port);
        assert_eq!(peer.frame().unwrap(), message("5"));
        peer.send(&ack("AA", "5"));
        assert_eq!(peer.frame(), None);
    };
    let closed = format!("{UNKNOWN} the peer closed before it answered");
    let of = |number: u32| format!("message {number}: {closed}");
    let expect = [
        of(1),
        String::from("message 2: accepted, AA"),
        of(3),
        of(4),
        String::from("message 5: accepted, AA"),
    ];
    check_all(window(3), &["1", "2", "3", "4", "5"], play, &expect);
}

#[test]
fn what_is_not_known_is_sent_again_where_that_is_asked_for() {
    let play = |port: &TcpListener| {
        let mut peer = accepted(port);
        for _ in 0..2 {
            peer.frame();
        }
        drop(peer);
        let mut peer = accepted(port);
        let mut again = [peer.frame().unwrap(), peer.frame().unwrap()];
        again.sort();
        assert_eq!(again, [message("1"), message("2")]);
        peer.send(&[ack("AA", "1"), ack("AA", "2")].concat());
        assert_eq!(peer.frame(), None);
    };
    let set = |settings: &mut SenderSettings| {
        settings.window = 2;
        settings.resend = Repeat {
            times: 1,
            pause: Duration::ZERO,
        };
    };
    let ids = ["1", "2"];
    check_all(
        set,
        &ids,
        play,
        &all(&ids, "accepted, AA (after 2 attempts)"),
    );
}

#[test]
fn messages_with_one_control_id_are_never_under_way_together() {
    let play = |port: &TcpListener| {
        let mut peer = accepted(port);
        assert_eq!(peer.frame().unwrap(), message("1"));
        peer.stream.set_read_timeout(Some(SHORT)).unwrap();
        assert!(peer.stream.read(&mut [0; 1]).is_err(), "its twin");
        peer.stream
            .set_read_timeout(Some(super::mllp::PATIENCE))
            .unwrap();
        peer.send(&ack("AA", "1"));
        peer.frame();
        peer.frame();
        peer.send(&[ack("AE", "1"), ack("AA", "2")].concat());
        assert_eq!(peer.frame(), None);
    };
    check(
        window(4),
        &["1", "1", "2"],
        play,
        &[
            "message 1: accepted, AA",
            "message 2: refused, AE",
            "message 3: accepted, AA",
        ],
    );
}

#[test]
fn an_answer_to_none_of_them_is_told_and_taken_for_none() {
    let play = |port: &TcpListener| {
        let mut peer = accepted(port);
        peer.frame();
        peer.frame();
        peer.send(
            &[
                ack("AE", "77"),
                b"junk".to_vec(),
                ack("AA", "2"),
                ack("AA", "1"),
            ]
            .concat(),
        );
        assert_eq!(peer.frame(), None);
    };
    let ids = ["1", "2"];
    let told = check_all(window(2), &ids, play, &all(&ids, "accepted, AA"));
    assert!(told.contains("that answer nothing"), "{told}");
    assert!(told.contains("4 bytes outside of any frame"), "{told}");
}

#[test]
fn one_that_is_not_answered_in_time_is_given_up_with_its_connection() {
    let (answered, goes) = mpsc::channel::<()>();
    let play = move |port: &TcpListener| {
        let mut peer = accepted(port);
        peer.frame();
        peer.frame();
        peer.send(&ack("AA", "2"));
        // It is closed once nothing is open on it.
        assert_eq!(peer.frame(), None);
        drop(answered);
        let mut peer = accepted(port);
        assert_eq!(peer.frame().unwrap(), message("3"));
        peer.send(&ack("AA", "3"));
        assert_eq!(peer.frame(), None);
    };
    let played = Played::by(play);
    let sending = Watched::to(played.address, |settings| {
        settings.window = 2;
        settings.ack_timeout = Duration::from_secs(1);
    });
    let tickets = ["1", "2"].map(|id| sending.send(id));
    let found = tickets.map(|ticket| outcome(&ticket).to_string());
    assert_eq!(
        found,
        [
            format!("message 1: {UNKNOWN} the peer answered nothing for 1 s"),
            String::from("message 2: accepted, AA"),
        ]
    );
    let _ = goes.recv();
    assert_eq!(
        outcome(&sending.send("3")).to_string(),
        "message 3: accepted, AA"
    );
    sending.finish();
    played.thread.join().unwrap();
}

#[test]
fn one_is_called_back_and_the_others_go_on() {
    let (called_back, goes) = mpsc::channel::<()>();
    let played = Played::by(move |port| {
        let mut peer = accepted(port);
        peer.frame();
        peer.frame();
        let _ = goes.recv();
        peer.send(&[ack("AA", "1"), ack("AA", "2")].concat());
        assert_eq!(peer.frame(), None);
    });
    let mut sending = Watched::to(played.address, |settings| {
        settings.window = 2;
        // What is called back is not sent again.
        settings.resend.times = 3;
    });
    let mut first = sending.send("1");
    let second = sending.send("2");
    sending.wait("the second", |news| {
        matches!(news, SenderNews::Sent { number: 2, .. })
    });
    first.cancel();
    let cancelled = format!("message 1: {UNKNOWN} cancelled before the answer came");
    assert_eq!(outcome(&first).to_string(), cancelled);
    drop(called_back);
    assert_eq!(outcome(&second).to_string(), "message 2: accepted, AA");
    let told = sending.finish();
    assert!(
        told.contains("a late answer to an earlier message") || told.contains("a second answer"),
        "{told}"
    );
    played.thread.join().unwrap();
}

#[test]
fn stopping_tells_what_is_known_of_each() {
    let played = Played::by(|port| {
        let mut peer = accepted(port);
        peer.frame();
        peer.frame();
        assert_eq!(peer.frame(), None);
    });
    let mut sending = Watched::to(played.address, window(2));
    let tickets = ["1", "2", "3"].map(|id| sending.send(id));
    sending.wait("the second", |news| {
        matches!(news, SenderNews::Sent { number: 2, .. })
    });
    sending.sender.stop();
    let found = tickets.map(|ticket| outcome(&ticket).to_string());
    assert_eq!(
        found,
        [
            format!("message 1: {UNKNOWN} cancelled before the answer came"),
            format!("message 2: {UNKNOWN} cancelled before the answer came"),
            String::from("message 3: not sent: cancelled before it was sent whole"),
        ]
    );
    sending.finish();
    played.thread.join().unwrap();
}

#[test]
fn a_message_that_was_cut_is_told_apart_from_those_behind_it() {
    let played = Played::by(|port| {
        let mut peer = accepted(port);
        peer.stream.read_exact(&mut [0; 1000]).unwrap();
        peer.reset();
        let mut peer = accepted(port);
        assert_eq!(peer.frame().unwrap(), message("2"));
        peer.send(&ack("AA", "2"));
        assert_eq!(peer.frame(), None);
    });
    let sending = Watched::to(played.address, window(2));
    let big = [message("1"), vec![b'x'; 32 << 20]].concat();
    let tickets = [sending.sender.send(big), sending.send("2")];
    let [first, second] = tickets.map(|ticket| outcome(&ticket).to_string());
    assert!(
        first.starts_with("message 1: not sent: the connection broke after "),
        "{first}"
    );
    assert_eq!(second, "message 2: accepted, AA");
    sending.finish();
    played.thread.join().unwrap();
}

#[test]
fn a_window_is_refused_where_answers_could_not_be_told_apart() {
    let wire = Wire::start().unwrap();
    let refused = |set: &dyn Fn(&mut SenderSettings)| {
        let mut settings = SenderSettings::to("localhost:1".parse().unwrap());
        settings.window = 2;
        set(&mut settings);
        let sender = wire.sender(settings, std::sync::Arc::new(|_| {}));
        sender
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    };
    assert_eq!(refused(&|_| {}), "");
    let mut settings = SenderSettings::to("localhost:1".parse().unwrap());
    settings.window = 2;
    let sender = wire.sender(settings, std::sync::Arc::new(|_| {})).unwrap();
    let rules = vec!["split".parse().unwrap()];
    let later = sender.set_faults(&Faults { rules, seed: 1 });
    assert!(
        later
            .unwrap_err()
            .to_string()
            .starts_with("the fault split cannot be had while")
    );
    for (why, set) in [
        (
            "only MLLP release 1",
            &(|settings: &mut SenderSettings| settings.layer = Layer::Http(Http::default()))
                as &dyn Fn(&mut SenderSettings),
        ),
        ("only MLLP release 1", &|settings| {
            settings.layer = Layer::MllpRelease2;
        }),
        ("a connection that is kept", &|settings| {
            settings.is_persistent = false;
        }),
        ("so it has to be checked", &|settings| {
            settings.checks_control_id = false;
        }),
        ("faults are had by one message", &|settings| {
            settings.faults.rules = vec!["split".parse().unwrap()];
        }),
    ] {
        let found = refused(set);
        assert!(found.contains(why), "{found}");
    }
}

#[test]
fn a_window_is_opened_on_the_command_line() {
    let folder = folder(&[("one.hl7", ADMIT.as_bytes())]);
    let one = folder.path().join("one.hl7").display().to_string();
    let mut listener = listen(&["--count", "40"]);
    let arguments = [&one, "--window", "8", "--repeat", "40", "--fresh-ids"];
    let (told, said, status) = cli_wire::send(listener.port, &arguments);
    assert!(said.contains("40 messages: 40 accepted"), "{told}{said}");
    assert_eq!(status.code(), Some(0));
    assert!(listener.child.wait().expect("its end").success());
    let (_, said, status) = cli_wire::send(1, &[&one, "--window", "2", "--layer", "mllp2"]);
    assert!(said.contains("only MLLP release 1"), "{said}");
    assert_eq!(status.code(), Some(2));
}
