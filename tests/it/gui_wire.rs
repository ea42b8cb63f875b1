//! Listeners and senders in the window, by what a screen reader would hear.

use std::time::Instant;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};

use super::gui::{Hand, click, example, open, settle, shows};
use super::mllp::{PATIENCE, Peer, framed, message};

/// Looks again until it is so: what sockets do is no work that could be waited for.
fn until(hand: &mut Hand, what: &str, is_so: impl Fn(&Hand) -> bool) {
    let since = Instant::now();
    loop {
        settle(hand);
        if is_so(hand) {
            return;
        }
        assert!(since.elapsed() < PATIENCE, "{what} never came");
    }
}

/// Chooses a command by its letters.
fn command(hand: &mut Hand, name: &str) {
    hand.key_press_modifiers(Modifiers::COMMAND, Key::K);
    hand.run();
    hand.get_by_role_and_label(Role::TextInput, "Find a command")
        .type_text(name);
    hand.run();
    hand.key_press(Key::Enter);
    settle(hand);
}

fn write(hand: &mut Hand, field: &str, text: &str) {
    hand.get_by_role_and_label(Role::TextInput, field).focus();
    hand.run();
    hand.key_press_modifiers(Modifiers::COMMAND, Key::A);
    hand.run();
    hand.get_by_role_and_label(Role::TextInput, field)
        .type_text(text);
    hand.run();
}

/// A listener on a free port of this machine; where it listens.
fn listen(hand: &mut Hand) -> std::net::SocketAddr {
    hand.key_press_modifiers(Modifiers::COMMAND, Key::Num4);
    settle(hand);
    command(hand, "New listener");
    write(hand, "Address", "0");
    click(hand, "Listen");
    until(hand, "the port", |hand| {
        hand.query_by_label_contains("Listening on 127.0.0.1:")
            .is_some()
    });
    let words = hand.get_by_label_contains("Listening on 127.0.0.1:");
    let words = words.value().expect("words");
    let address = words.split_whitespace().nth(2).expect("an address");
    address.parse().expect("an address")
}

#[test]
fn the_empty_panel_offers_a_listener_and_a_sender() {
    let mut hand = open(&[]);
    hand.key_press_modifiers(Modifiers::COMMAND, Key::Num4);
    settle(&mut hand);
    assert!(shows(&hand, "Nothing on the wire"));
    click(&mut hand, "New sender");
    assert!(shows(&hand, "Ready to send"));
    // Without a message there is nothing to send.
    let button = hand.get_by_role_and_label(Role::Button, "Send the selected sample");
    assert!(button.accesskit_node().is_disabled());
}

#[test]
fn a_message_that_comes_is_answered_explained_and_among_the_samples() {
    let (_folder, _, mut hand) = example();
    let address = listen(&mut hand);
    assert!(
        shows(&hand, "1 listener"),
        "the status bar says that it runs"
    );
    let mut peer = Peer::connect(address);
    peer.send(&[b"junk", &framed(&message("W1"))[..]].concat());
    assert_eq!(peer.msa(), "AA|W1");
    until(&mut hand, "the exchange", |hand| {
        hand.query_by_label_contains("AA ADT^A01 W1").is_some()
    });
    hand.get_by_label_contains("AA ADT^A01 W1").click();
    settle(&mut hand);
    for words in [
        "original mode",
        "4 bytes",
        "the mapping decided AA",
        "message 1 answered AA",
    ] {
        assert!(shows(&hand, words), "{words}");
    }
    click(&mut hand, "Bytes");
    assert!(
        shows(&hand, "6a 75 6e 6b 0b 4d 53 48"),
        "the junk, the start, the header"
    );
    click(&mut hand, "ACK AA");
    let text = hand.get_by_label("Text of the exchange").value();
    assert!(text.is_some_and(|text| text.contains("MSA|AA|W1")));
    click(&mut hand, "Stop");
    until(&mut hand, "the end", |hand| shows(hand, "Stopped"));
}

#[test]
fn a_sample_is_sent_edited_and_sent_again() {
    let (_folder, _, mut hand) = example();
    let address = listen(&mut hand);
    command(&mut hand, "New sender");
    write(&mut hand, "To", &address.to_string());
    click(&mut hand, "Send the selected sample");
    until(&mut hand, "the answer", |hand| shows(hand, "All sent"));
    assert!(shows(&hand, "1 message"));
    hand.get_by_label_contains("AA ADT^A01").click();
    settle(&mut hand);
    assert!(shows(&hand, "accepted, AA"));
    click(&mut hand, "Edit and resend…");
    assert!(shows(&hand, "Send the edited message"));
    click(&mut hand, "Leave it");
    click(&mut hand, "Send again");
    until(&mut hand, "the second answer", |hand| {
        shows(hand, "All sent") && shows(hand, "2 messages")
    });
}

#[test]
fn what_is_typed_wrongly_is_told_below_its_field_and_at_the_start() {
    let mut hand = open(&[]);
    command(&mut hand, "New listener");
    write(&mut hand, "Address", "hub");
    assert!(shows(&hand, "is no address to listen on"));
    click(&mut hand, "Listen");
    until(&mut hand, "the reason", |hand| {
        hand.query_all_by_label_contains("Failed").next().is_some()
    });
    // The same field, mended, listens.
    click(&mut hand, "Settings");
    write(&mut hand, "Address", "0");
    click(&mut hand, "Listen");
    until(&mut hand, "the port", |hand| shows(hand, "Listening on"));
    assert!(!shows(&hand, "Other machines can connect"));
}

#[test]
fn a_fault_is_switched_on_while_it_listens() {
    let (_folder, _, mut hand) = example();
    hand.set_size(egui::vec2(1900.0, 1400.0));
    let address = listen(&mut hand);
    click(&mut hand, "Faults");
    hand.get_by_role_and_label(Role::CheckBox, "never-answer")
        .click();
    settle(&mut hand);
    assert!(shows(&hand, "Faults (1 on)"));
    write(&mut hand, "When never-answer", "often");
    assert!(shows(&hand, "is no time for a fault"));
    write(&mut hand, "When never-answer", "1");
    let mut peer = Peer::connect(address);
    peer.send(&framed(&message("F1")));
    click(&mut hand, "Exchanges");
    until(&mut hand, "the exchange", |hand| {
        shows(hand, "no ACK ADT^A01 F1")
    });
}
