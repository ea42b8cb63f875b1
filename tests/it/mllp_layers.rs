//! MLLP release 2 and the hybrid lower layer protocol, in both roles.

use std::time::Duration;

use pipehat::net::{
    Ack, AckCode, Block, Hllp, Layer, ListenerNews, ListenerSettings, Marks, Refusal, Repeat,
    Verdict,
};

use super::mllp::{SHORT, Watched, accept, framed, message, msa, settings};
use super::mllp_sending::{self, Played, UNKNOWN, accepted, ack, outcome};

const HLLP: Layer = Layer::Hllp(Hllp {
    version: *b"21",
    size: pipehat::net::BlockSize::Block,
    check: pipehat::net::BlockCheck::ExclusiveOr,
});

fn hllp() -> Hllp {
    Hllp::default()
}

/// A message in a block in a frame.
fn block(message: &[u8]) -> Vec<u8> {
    framed(
        &hllp()
            .write(&Block::Data(message.to_vec()), &Marks::mllp())
            .unwrap(),
    )
}

#[test]
fn our_sender_and_listener_speak_each_layer() {
    for layer in [Layer::Mllp, Layer::MllpRelease2, HLLP] {
        let watched = Watched::open(ListenerSettings {
            layer: layer.clone(),
            ..settings()
        });
        let sending = mllp_sending::Watched::to(watched.listener.address(), |settings| {
            settings.layer = layer.clone();
        });
        for id in ["1", "2", "3"] {
            assert_eq!(
                outcome(&sending.send(id)).to_string(),
                format!("message {id}: accepted, AA"),
                "{layer:?}"
            );
        }
        sending.finish();
        assert_eq!(watched.taken(), ["1", "2", "3"]);
        watched.finish();
    }
}

#[test]
fn release_2_confirms_what_is_stored_before_it_is_answered() {
    for (code, confirmed, answer) in [
        (AckCode::Accept, 0x06, "AA|1"),
        (AckCode::Error, 0x06, "AE|1"),
        (AckCode::CommitError, 0x15, "AE|1"),
    ] {
        let settings = ListenerSettings {
            layer: Layer::MllpRelease2,
            ..settings()
        };
        let mut watched = Watched::with(settings, move |_| Verdict::Ack(Ack::of(code)));
        let mut peer = watched.connect();
        peer.send(&framed(&message("1")));
        assert_eq!(peer.frame().unwrap(), [confirmed]);
        assert_eq!(peer.msa(), answer);
        peer.send(&framed(&[0x06]));
        let news = watched.wait("the confirmation", |news| {
            matches!(news, ListenerNews::Content(_))
        });
        assert_eq!(news.to_string(), "the peer has stored the last answer");
        watched.finish();
    }
}

#[test]
fn release_2_is_waited_for_and_confirmed() {
    let played = Played::by(|port| {
        let mut peer = accepted(port);
        assert_eq!(peer.frame().unwrap(), message("1"));
        peer.send(&[framed(&[0x06]), ack("AA", "1")].concat());
        assert_eq!(peer.frame().unwrap(), [0x06]);
        peer.frame();
        peer.send(&framed(&[0x15]));
        peer.frame();
        peer.send(&framed(&[0x06]));
        assert_eq!(peer.frame(), None);
    });
    let sending = mllp_sending::Watched::to(played.address, |settings| {
        settings.layer = Layer::MllpRelease2;
        settings.application_timeout = SHORT;
    });
    assert_eq!(
        outcome(&sending.send("1")).to_string(),
        "message 1: accepted, AA"
    );
    assert_eq!(
        outcome(&sending.send("2")).to_string(),
        "message 2: given back: the peer could not store it"
    );
    assert_eq!(
        outcome(&sending.send("3")).to_string(),
        format!(
            "message 3: {UNKNOWN} it is stored, but its application acknowledgment did not come within 150 ms"
        )
    );
    sending.finish();
    played.thread.join().unwrap();
}

#[test]
fn a_block_that_changed_on_the_way_is_asked_for_again() {
    let mut watched = Watched::open(ListenerSettings {
        layer: HLLP,
        ..settings()
    });
    let mut peer = watched.connect();
    let mut changed = block(&message("1"));
    changed[20] ^= 1;
    peer.send(&changed);
    let refused = hllp().read(&peer.frame().unwrap(), &Marks::mllp());
    assert_eq!(refused, Ok(Block::Refused(Refusal::Check)));
    let news = watched.wait("the note", |news| matches!(news, ListenerNews::Content(_)));
    assert!(
        news.to_string()
            .ends_with("; the peer is told to send it again"),
        "{news}"
    );
    assert!(watched.taken().is_empty());
    peer.send(&block(&message("1")));
    let Ok(Block::Data(answer)) = hllp().read(&peer.frame().unwrap(), &Marks::mllp()) else {
        panic!("no block");
    };
    assert_eq!(msa(&answer), "AA|1");
    watched.finish();
}

#[test]
fn a_block_that_the_peer_refuses_is_sent_again() {
    let played = Played::by(|port| {
        let mut peer = accepted(port);
        assert_eq!(
            peer.frame().unwrap(),
            hllp()
                .write(&Block::Data(message("1")), &Marks::mllp())
                .unwrap()
        );
        let refused = hllp()
            .write(&Block::Refused(Refusal::Size), &Marks::mllp())
            .unwrap();
        peer.send(&framed(&refused));
        peer.frame();
        peer.send(&framed(&refused));
        assert_eq!(peer.frame(), None);
    });
    let sending = mllp_sending::Watched::to(played.address, |settings| {
        settings.layer = HLLP;
        settings.resend = Repeat {
            times: 1,
            pause: Duration::ZERO,
        };
    });
    assert_eq!(
        outcome(&sending.send("1")).to_string(),
        "message 1: given back: its block did not arrive as it was sent, the size is another one (after 2 attempts)"
    );
    // Five digits tell the size of a block.
    let long = [&message("2")[..], &vec![b'x'; 100_000]].concat();
    let found = outcome(&sending.sender.send(long)).to_string();
    assert!(
        found.contains("is too long: five digits tell its size"),
        "{found}"
    );
    sending.finish();
    played.thread.join().unwrap();
}

#[test]
fn in_release_1_a_confirmation_is_no_message() {
    let watched = Watched::with(settings(), |_| accept());
    let mut peer = watched.connect();
    peer.send(&framed(&[0x06]));
    assert_eq!(
        peer.msa(),
        "AR||the frame does not begin with MSH, FHS or BHS"
    );
    watched.finish();
}
