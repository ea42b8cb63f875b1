//! What the tests of senders share: a peer that plays a part on a port, a sender that is watched.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use pipehat::net::{Outcome, Sender, SenderEvent, SenderNews, SenderSettings, Ticket, Wire};

use super::mllp::{PATIENCE, Peer, framed, message};

/// The answer to a message, in a frame.
pub(super) fn ack(code: &str, id: &str) -> Vec<u8> {
    framed(&answer(code, id))
}

pub(super) fn answer(code: &str, id: &str) -> Vec<u8> {
    format!(
        "MSH|^~\\&|HIS|MAIN|LAB|NORTH|20260102030406||ACK^A01^ACK|9{id}|P|2.5.1\rMSA|{code}|{id}\r"
    )
    .into_bytes()
}

/// A port and what somebody does there.
pub(super) struct Played {
    pub(super) address: SocketAddr,
    pub(super) thread: std::thread::JoinHandle<()>,
}

impl Played {
    pub(super) fn by(play: impl FnOnce(&TcpListener) + Send + 'static) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = port.local_addr().unwrap();
        Self {
            address,
            thread: std::thread::spawn(move || play(&port)),
        }
    }
}

pub(super) fn accepted(port: &TcpListener) -> Peer {
    Peer::of(port.accept().unwrap().0)
}

/// A sender that is watched.
pub(super) struct Watched {
    pub(super) wire: Wire,
    pub(super) sender: Sender,
    news: mpsc::Receiver<SenderEvent>,
    pub(super) told: Vec<SenderNews>,
}

impl Watched {
    pub(super) fn to(address: SocketAddr, set: impl FnOnce(&mut SenderSettings)) -> Self {
        let mut settings = SenderSettings::to(address.into());
        settings.pause = Duration::from_millis(50);
        settings.ack_timeout = PATIENCE;
        set(&mut settings);
        let wire = Wire::start().unwrap();
        let (events, news) = mpsc::channel();
        let tell = move |event| drop(events.send(event));
        let sender = wire.sender(settings, Arc::new(tell)).unwrap();
        Self {
            wire,
            sender,
            news,
            told: Vec::new(),
        }
    }

    pub(super) fn send(&self, id: &str) -> Ticket {
        self.sender.send(message(id))
    }

    pub(super) fn wait(&mut self, what: &str, is_it: impl Fn(&SenderNews) -> bool) {
        loop {
            let Ok(event) = self.news.recv_timeout(PATIENCE) else {
                panic!("{what} never came; there was\n{}", self.lines());
            };
            self.told.push(event.kind.clone());
            if is_it(&event.kind) {
                return;
            }
        }
    }

    fn lines(&self) -> String {
        let lines: Vec<String> = self.told.iter().map(ToString::to_string).collect();
        lines.join("\n")
    }

    /// Ends it, and gives all that was told.
    pub(super) fn finish(mut self) -> String {
        self.sender.finish();
        assert!(self.sender.wait_until_ended(PATIENCE), "the sender goes on");
        assert_eq!(self.sender.open_tasks(), 0);
        self.told
            .extend(self.news.try_iter().map(|event| event.kind));
        let all = format!("{}\n{:?}", self.lines(), self.told);
        assert!(!all.contains("Example") && !all.contains("PATX"), "{all}");
        let lines = self.lines();
        drop(self.sender);
        assert!(self.wire.wait_until_quiet(PATIENCE), "a task is left over");
        lines
    }
}

pub(super) fn outcome(ticket: &Ticket) -> Outcome {
    ticket.wait_for(PATIENCE * 2).expect("an outcome")
}

/// Sends messages with these ids to a peer; what became of them in words, and all that was told.
pub(super) fn check(
    set: impl FnOnce(&mut SenderSettings),
    ids: &[&str],
    play: impl FnOnce(&TcpListener) + Send + 'static,
    expect: &[&str],
) -> String {
    let contents: Vec<Vec<u8>> = ids.iter().map(|id| message(id)).collect();
    check_contents(set, &contents, play, expect)
}

pub(super) fn check_contents(
    set: impl FnOnce(&mut SenderSettings),
    contents: &[Vec<u8>],
    play: impl FnOnce(&TcpListener) + Send + 'static,
    expect: &[&str],
) -> String {
    let played = Played::by(play);
    let watched = Watched::to(played.address, set);
    let tickets: Vec<Ticket> = contents
        .iter()
        .map(|content| watched.sender.send(content.clone()))
        .collect();
    let found: Vec<String> = tickets
        .iter()
        .map(|ticket| outcome(ticket).to_string())
        .collect();
    let told = watched.finish();
    assert_eq!(found, expect, "{told}");
    played.thread.join().unwrap();
    told
}

pub(super) const UNKNOWN: &str = "sent, but whether the peer took it is not known:";

/// The peer answers these pieces, the next when the one before has arrived, and then closes or waits.
pub(super) fn check_answer(pieces: &'static [&'static [u8]], closes: bool, expect: &str) {
    let play = move |port: &TcpListener| {
        let mut peer = accepted(port);
        peer.frame();
        for piece in pieces {
            peer.send(piece);
            // Not within the pause under test, and one piece for each read.
            std::thread::sleep(Duration::from_millis(100));
        }
        if !closes {
            assert_eq!(peer.frame(), None);
        }
    };
    // A peer that closes ends the wait itself.
    let ack_timeout = if closes {
        PATIENCE
    } else {
        Duration::from_millis(600)
    };
    let set = move |settings: &mut SenderSettings| settings.ack_timeout = ack_timeout;
    check(set, &["1"], play, &[&format!("message 1: {expect}")]);
}
