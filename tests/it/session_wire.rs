//! Listeners and senders of a session: what they do, what is told of it, and what becomes of the messages.

use std::io::Write;
use std::net::{Shutdown, TcpListener};
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use pipehat::workbench::{
    AckPlan, ClientTls, Exchange, LayerPlan, ListenerPlan, SenderPlan, ServerTls, Session,
    StationId, StationPlan, StationState, ToSend, Tone,
};

use super::mllp::{PATIENCE, Peer, framed, message};

/// A session that is looked after as the window does.
struct Bench {
    session: Session,
    wakes: mpsc::Receiver<()>,
}

impl Bench {
    fn new() -> Self {
        let (sender, wakes) = mpsc::channel();
        let wake = move || {
            let _ = sender.send(());
        };
        let now = "20260302120000".parse().expect("a timestamp");
        Self {
            session: Session::new(Arc::new(wake), now),
            wakes,
        }
    }

    /// Takes what comes until it is so.
    fn until(&mut self, what: &str, is_so: impl Fn(&Session) -> bool) {
        let since = Instant::now();
        loop {
            self.session.poll();
            if is_so(&self.session) {
                return;
            }
            assert!(since.elapsed() < PATIENCE, "{what} never came");
            // Some ends are not told, such as that of a thread: they are looked for.
            let _ = self.wakes.recv_timeout(Duration::from_millis(10));
        }
    }

    fn listener(
        &mut self,
        change: impl Fn(&mut ListenerPlan),
    ) -> (StationId, std::net::SocketAddr) {
        let mut plan = ListenerPlan {
            address: "0".to_owned(),
            ..ListenerPlan::default()
        };
        change(&mut plan);
        let id = self.session.add_station(StationPlan::Listener(plan));
        self.session.listen(id);
        self.until("the listener", |session| {
            matches!(state(session, id), StationState::Listening(_))
        });
        let StationState::Listening(address) = state(&self.session, id) else {
            panic!("it listens");
        };
        (id, address.parse().expect("an address"))
    }

    fn sender(
        &mut self,
        target: std::net::SocketAddr,
        change: impl Fn(&mut SenderPlan),
    ) -> StationId {
        let mut plan = SenderPlan {
            target: target.to_string(),
            timeout: "5".to_owned(),
            ..SenderPlan::default()
        };
        change(&mut plan);
        self.session.add_station(StationPlan::Sender(plan))
    }

    fn profile(&mut self, text: &str) {
        let profile = pipehat::profile::read(text).expect("a profile");
        self.session.new_profile(profile);
    }

    /// Waits until a station does nothing any more.
    fn ended(&mut self, id: StationId) -> StationState {
        self.until("the end", |session| {
            session.station(id).is_some_and(|one| !one.is_running())
        });
        state(&self.session, id)
    }

    /// The exchanges that are about a message.
    fn exchanges(&self, id: StationId) -> Vec<Arc<Exchange>> {
        let station = self.session.station(id).expect("a station");
        let log = station.log();
        let entries = log.entries().iter();
        entries
            .filter(|exchange| exchange.message.is_some())
            .cloned()
            .collect()
    }
}

fn state(session: &Session, id: StationId) -> StationState {
    session
        .station(id)
        .expect("a station")
        .log()
        .state()
        .clone()
}

/// What was told, step by step.
fn steps(exchange: &Exchange) -> Vec<&str> {
    exchange.steps.iter().map(|step| &*step.words).collect()
}

const PROFILE: &str = r#"Profile(format: 1, name: "x", standard: "2.5", messages: [Message(
    name: "admit", identity: [(at: "MSH-9.1", matches: "^ADT$")],
    script: Inline("if msg[\"PID-3\"] == \"\" { reject(\"no patient id\"); }"))])"#;

#[test]
fn what_comes_is_mapped_answered_and_among_the_samples() {
    let mut bench = Bench::new();
    bench.profile(PROFILE);
    let (id, address) = bench.listener(|_| {});
    let mut peer = Peer::connect(address);
    peer.send(&framed(&message("1")));
    assert_eq!(peer.msa(), "AA|1");
    // The profile as it stands decides, also where it was changed meanwhile.
    bench.profile(&PROFILE.replace("\\\"\\\"", "\\\"PATX\\\""));
    bench.session.poll();
    peer.send(&[b"junk", &framed(&message("2"))[..]].concat());
    assert_eq!(peer.msa(), "AR|2|no patient id");
    bench.until("the samples", |session| session.corpus().len() == 2);
    let sample = bench.session.corpus().sample(0).expect("a sample");
    assert_eq!(sample.bytes(), message("1"));
    assert!(
        sample.name().starts_with("Wire: 127.0.0.1:"),
        "{}",
        sample.name()
    );
    bench.until("the second answer", |session| {
        let log = session.station(id).expect("a station").log();
        log.rates().refused == 1
    });
    let exchanges = bench.exchanges(id);
    assert_eq!(exchanges.len(), 2);
    let [first, second] = &exchanges[..] else {
        panic!("two messages");
    };
    assert_eq!((&*first.upshot.word, first.upshot.tone), ("AA", Tone::Good));
    let told = steps(first);
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(told[0].ends_with("framed as agreed"), "{told:?}");
    assert!(told[1].starts_with("original mode"), "{told:?}");
    assert_eq!(told[2], "the mapping decided AA");
    assert!(told[3].starts_with("message 1 answered AA"), "{told:?}");
    let bytes: Vec<u8> = first
        .pieces
        .iter()
        .flat_map(|piece| piece.bytes.bytes.to_vec())
        .collect();
    let answer = &first.message.as_ref().expect("a message").answers[0].content;
    assert_eq!(bytes, [framed(&message("1")), framed(answer)].concat());
    assert_eq!(second.upshot.word, "AR");
    let told = steps(second);
    assert!(
        told[0].contains("4 bytes"),
        "the junk is told with its size: {told:?}"
    );
    assert!(
        told.contains(&"the mapping decided AR: no patient id"),
        "{told:?}"
    );
    bench.session.stop_station(id);
    assert_eq!(bench.ended(id), StationState::Stopped);
}

#[test]
fn samples_are_sent_and_followed_to_their_end() {
    let mut bench = Bench::new();
    let (listener, address) = bench.listener(|plan| plan.ack = AckPlan::Immediate);
    let text = [message("1"), message("2"), message("3")].concat();
    bench
        .session
        .paste(&String::from_utf8(text).expect("ASCII"));
    bench.session.settle();
    let sender = bench.sender(address, |plan| plan.repeat = "2".to_owned());
    bench
        .session
        .send_messages(sender, ToSend::All)
        .expect("messages");
    assert_eq!(bench.ended(sender), StationState::Done);
    let exchanges = bench.exchanges(sender);
    let words: Vec<&str> = exchanges.iter().map(|one| &*one.upshot.word).collect();
    assert_eq!(words, ["AA"; 6]);
    assert!(
        steps(&exchanges[0])[0].ends_with("#1"),
        "{:?}",
        steps(&exchanges[0])
    );
    assert!(
        exchanges[0]
            .message
            .as_ref()
            .is_some_and(|one| one.after.is_some())
    );
    bench.until("the samples", |session| session.corpus().len() == 9);
    // One of them again, byte by byte.
    bench.session.clear_station(listener);
    let serial = exchanges[1].serial;
    bench
        .session
        .send_messages(sender, ToSend::Exchange(sender, serial))
        .expect("it is known");
    bench.ended(sender);
    bench.until("the message", |session| {
        session
            .station(listener)
            .is_some_and(|one| one.log().rates().accepted == 1)
    });
    let again = bench.exchanges(listener);
    let content = &again[0].message.as_ref().expect("a message").content;
    assert_eq!(content.as_ref(), message("2"));
}

#[test]
fn a_sender_stops_at_once_and_nothing_is_half_marked() {
    let mut bench = Bench::new();
    // Takes connections, and answers nothing.
    let deaf = TcpListener::bind("127.0.0.1:0").expect("a port");
    let sender = bench.sender(deaf.local_addr().expect("an address"), |plan| {
        plan.timeout = "600".to_owned();
    });
    let text = String::from_utf8([message("1"), message("2")].concat()).expect("ASCII");
    bench.session.paste(&text);
    bench.session.settle();
    bench
        .session
        .send_messages(sender, ToSend::All)
        .expect("messages");
    bench.until("the message on its way", |session| {
        let log = session.station(sender).expect("a station").log();
        log.entries().iter().any(|one| one.message.is_some())
    });
    bench.session.stop_station(sender);
    assert_eq!(bench.ended(sender), StationState::Stopped);
    let exchanges = bench.exchanges(sender);
    let words: Vec<&str> = exchanges.iter().map(|one| &*one.upshot.word).collect();
    assert_eq!(words.first(), Some(&"unknown"), "it was sent");
    // The second one may not even have been given to the sender; that is told, too.
    let station = bench.session.station(sender).expect("a station");
    let log = station.log();
    let mut told = log.entries().iter().flat_map(|one| &one.steps);
    let is_told =
        told.any(|step| step.words == "messages that were still to be sent, and were not: 1");
    assert_eq!(words.get(1), (!is_told).then_some(&"not sent"));
    assert!(exchanges.iter().all(|one| one.upshot.is_over));
}

#[test]
fn bytes_without_a_message_are_told_when_the_peer_goes() {
    let mut bench = Bench::new();
    let (id, address) = bench.listener(|plan| plan.into_samples = false);
    let mut peer = Peer::connect(address);
    peer.stream.write_all(b"GET nothing").expect("written");
    peer.stream.shutdown(Shutdown::Write).expect("shut");
    bench.until("the end of the connection", |session| {
        let log = session.station(id).expect("a station").log();
        log.entries().iter().any(|one| one.upshot.word == "closed")
    });
    let station = bench.session.station(id).expect("a station");
    let log = station.log();
    let words: Vec<&str> = log.entries().iter().map(|one| &*one.upshot.word).collect();
    assert_eq!(words, ["open", "connected", "no message", "closed"]);
    let odd = &log.entries()[2];
    let bytes: Vec<u8> = odd
        .pieces
        .iter()
        .flat_map(|piece| piece.bytes.bytes.to_vec())
        .collect();
    assert_eq!(bytes, b"GET nothing");
}

#[test]
fn what_cannot_be_opened_is_said_and_can_be_tried_again() {
    let mut bench = Bench::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address");
    let plan = ListenerPlan {
        address: address.to_string(),
        ..ListenerPlan::default()
    };
    let id = bench.session.add_station(StationPlan::Listener(plan));
    bench.session.listen(id);
    let StationState::Failed(why) = bench.ended(id) else {
        panic!("the port is taken");
    };
    assert!(why.contains("is taken by another program"), "{why}");
    drop(taken);
    bench.session.listen(id);
    bench.until("the listener", |session| {
        matches!(state(session, id), StationState::Listening(_))
    });
}

#[test]
fn a_test_certificate_is_made_and_trusted_by_one_choice_each() {
    let mut bench = Bench::new();
    let (listener, address) = bench.listener(|plan| {
        (plan.tls.choice, plan.ack) = (ServerTls::SelfSigned, AckPlan::Immediate);
    });
    let station = bench.session.station(listener).expect("a station");
    assert!(
        station
            .certificate()
            .is_some_and(|pem| pem.starts_with("-----BEGIN"))
    );
    let text = String::from_utf8(message("1")).expect("ASCII");
    bench.session.paste(&text);
    bench.session.settle();
    let sender = bench.sender(address, |plan| plan.tls.choice = ClientTls::OwnListeners);
    bench
        .session
        .send_messages(sender, ToSend::All)
        .expect("a message");
    assert_eq!(bench.ended(sender), StationState::Done);
    assert_eq!(bench.exchanges(sender)[0].upshot.word, "AA");
    // Without trust nothing goes, and that is said.
    let plain = bench.sender(address, |plan| plan.timeout = "2".to_owned());
    bench
        .session
        .send_messages(plain, ToSend::All)
        .expect("a message");
    bench.ended(plain);
    assert_ne!(bench.exchanges(plain)[0].upshot.tone, Tone::Good);
}

#[test]
fn a_journal_keeps_what_was_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bench = Bench::new();
    let journal = folder.path().display().to_string();
    let (id, address) = bench.listener(|plan| {
        (plan.journal, plan.ack) = (journal.clone(), AckPlan::Immediate);
    });
    let mut peer = Peer::connect(address);
    peer.send(&framed(&message("1")));
    assert_eq!(peer.msa(), "AA|1");
    bench.session.stop_station(id);
    bench.ended(id);
    let mut kept = Vec::new();
    pipehat::net::replay(folder.path(), |record| kept.push(record.content.to_vec())).expect("read");
    assert_eq!(kept, [message("1")]);
}

#[test]
fn faults_are_switched_while_it_listens() {
    let mut bench = Bench::new();
    let (id, address) = bench.listener(|plan| plan.ack = AckPlan::Immediate);
    let mut peer = Peer::connect(address);
    peer.send(&framed(&message("1")));
    assert_eq!(peer.msa(), "AA|1");
    let Some(StationPlan::Listener(mut plan)) = bench
        .session
        .station(id)
        .map(|station| station.plan().clone())
    else {
        panic!("a listener");
    };
    let mut fault = plan.faults.switch(pipehat::net::Fault::AnswerReject);
    fault.is_on = true;
    plan.faults.set(fault);
    bench
        .session
        .change_station(id, StationPlan::Listener(plan));
    assert!(
        !bench
            .session
            .station(id)
            .expect("it is there")
            .is_outdated()
    );
    peer.send(&framed(&message("2")));
    assert!(peer.msa().starts_with("AR|2"));
}

#[test]
fn http_is_spoken_to_a_url_with_credentials_from_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("credentials");
    std::fs::write(&file, "portal:secret\n").expect("written");
    let file = file.display().to_string();
    let mut bench = Bench::new();
    let (listener, address) = bench.listener(|plan| {
        plan.ack = AckPlan::Immediate;
        plan.frame.layer = LayerPlan::Http;
        plan.frame.path = "/hl7".to_owned();
        plan.frame.credentials.clone_from(&file);
    });
    bench
        .session
        .paste(&String::from_utf8(message("1")).expect("ASCII"));
    bench.session.settle();
    let url = format!("http://{address}/hl7");
    for (credentials, expect) in [(file, "AA"), (String::new(), "given back")] {
        let sender = bench.sender(address, |plan| {
            plan.target.clone_from(&url);
            plan.frame.credentials.clone_from(&credentials);
        });
        bench
            .session
            .send_messages(sender, ToSend::All)
            .expect("a message");
        assert_eq!(bench.ended(sender), StationState::Done);
        let exchanges = bench.exchanges(sender);
        let last = exchanges.last().expect("an exchange");
        assert_eq!(last.upshot.word, expect, "{:?}", steps(last));
    }
    let exchanges = bench.exchanges(listener);
    let first = exchanges.first().expect("an exchange");
    assert_eq!(first.upshot.word, "AA");
    let bytes: Vec<u8> = first
        .pieces
        .iter()
        .flat_map(|piece| piece.bytes.bytes.to_vec())
        .collect();
    assert!(bytes.starts_with(b"POST /hl7 HTTP/1.1\r\n"));
}

#[test]
fn a_script_makes_the_answers_and_its_faults_keep_the_port_closed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("answer.rhai");
    let name = file.display().to_string();
    std::fs::write(&file, "let a = ;").expect("written");
    let mut bench = Bench::new();
    let plan = ListenerPlan {
        address: "0".to_owned(),
        ack: AckPlan::Script,
        ack_script: name.clone(),
        ..ListenerPlan::default()
    };
    let id = bench.session.add_station(StationPlan::Listener(plan));
    bench.session.listen(id);
    let StationState::Failed(why) = bench.ended(id) else {
        panic!("the script is broken");
    };
    assert!(why.contains("answer.rhai:1:9"), "{why}");
    let script = r#"if msg["MSH-10"] == "2" { out["MSA-1"] = "AE"; out["MSA-3"] = "not today"; }"#;
    std::fs::write(&file, script).expect("written");
    let (id, address) = bench.listener(|plan| {
        (plan.ack, plan.ack_script) = (AckPlan::Script, name.clone());
    });
    let mut peer = Peer::connect(address);
    for (number, expect) in [("1", "AA|1"), ("2", "AE|2|not today")] {
        peer.send(&framed(&message(number)));
        assert_eq!(peer.msa(), expect);
    }
    bench.until("the answers", |session| {
        let log = session.station(id).expect("a station").log();
        log.entries()
            .iter()
            .filter(|one| one.message.is_some() && one.upshot.is_over)
            .count()
            == 2
    });
    let exchanges = bench.exchanges(id);
    let last = exchanges.last().expect("an exchange");
    assert!(
        steps(last).contains(&"the script decided AE: as the script made it"),
        "{:?}",
        steps(last)
    );
}
