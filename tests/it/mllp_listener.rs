//! What a peer can do to a listener with its bytes and its connection: one test for each row L1 to L18.

use std::io::Write;
use std::net::Shutdown;
use std::sync::mpsc;
use std::time::Instant;

use pipehat::net::{
    Ack, AckCode, Closing, Decider, Direction, ListenerNews, ListenerSettings, NotDelivered, Reply,
    Verdict,
};

use super::mllp::{PATIENCE, SHORT, Watched, accept, check, framed, message, settings};

#[test]
fn l01_one_byte_at_a_time() {
    let frame = framed(&message("1"));
    let bytes: Vec<&[u8]> = frame.chunks(1).collect();
    check(&bytes, &["AA|1"], &[], &["1"]);
}

#[test]
fn l02_the_end_over_two_packets() {
    let frame = framed(&message("1"));
    let (start, end) = frame.split_at(frame.len() - 1);
    check(&[start, end], &["AA|1"], &[], &["1"]);
}

#[test]
fn l03_three_messages_in_one_write() {
    let all = ["1", "2", "3"].map(|id| framed(&message(id))).concat();
    check(&[&all], &["AA|1", "AA|2", "AA|3"], &[], &["1", "2", "3"]);
}

#[test]
fn l03_answers_keep_the_order_when_verdicts_do_not() {
    let (sender, replies) = mpsc::channel::<Reply>();
    let decider = Decider::new(move |_, reply| drop(sender.send(reply)));
    let watched = Watched::decided(settings(), decider);
    let mut peer = watched.connect();
    peer.send(&["1", "2", "3"].map(|id| framed(&message(id))).concat());
    let mut replies: Vec<Reply> = (0..3)
        .map(|_| replies.recv_timeout(PATIENCE).unwrap())
        .collect();
    let codes = [AckCode::Accept, AckCode::Reject, AckCode::Error];
    for code in codes {
        replies.pop().unwrap().give(Verdict::Ack(Ack::of(code)));
    }
    assert_eq!(
        [peer.msa(), peer.msa(), peer.msa()],
        ["AE|1", "AR|2", "AA|3"]
    );
    watched.finish();
}

#[test]
fn l04_no_carriage_return_behind_the_end() {
    let pieces = [b"\x0B", &message("1")[..], b"\x1C", &framed(&message("2"))].concat();
    check(
        &[&pieces],
        &["AA|1", "AA|2"],
        &["frame-end-incomplete"],
        &["1", "2"],
    );
}

#[test]
fn l04_and_the_peer_waits_for_its_answer() {
    let mut watched = Watched::open(settings());
    let mut peer = watched.connect();
    peer.send(&[b"\x0B", &message("1")[..], b"\x1C"].concat());
    assert_eq!(peer.msa(), "AA|1");
    // The byte that was late after all is no junk.
    peer.send(&[b"\r", &framed(&message("2"))[..]].concat());
    assert_eq!(peer.msa(), "AA|2");
    drop(peer);
    assert_eq!(watched.closing(), Closing::Peer);
    assert_eq!(watched.notes(), ["frame-end-incomplete"]);
    let words = watched.lines().join("\n");
    assert!(
        words.contains("the end of the frame lacks its 0x0D"),
        "{words}"
    );
    watched.finish();
}

#[test]
fn l05_a_line_feed_behind_the_end_and_half_a_message() {
    let second = framed(&message("2"));
    let (half, rest) = second.split_at(40);
    let first = [&framed(&message("1"))[..], b"\n", half].concat();
    check(&[&first, rest], &["AA|1", "AA|2"], &[], &["1", "2"]);
}

#[test]
fn l06_junk_before_between_and_after() {
    let frame = framed(&message("1"));
    let pieces = [
        b"ping ",
        &frame[..],
        b"x\x1Cy",
        &framed(&message("2")),
        b"bye",
    ]
    .concat();
    check(
        &[&pieces],
        &["AA|1", "AA|2"],
        &["frame-junk"; 3],
        &["1", "2"],
    );
    // Junk with a start in it begins a frame, which the next start gives up.
    let pieces = [b"a\x0Bb\x1Cc", &frame[..]].concat();
    let notes = ["frame-junk", "frame-end-inside", "frame-start-inside"];
    check(&[&pieces], &["AA|1"], &notes, &["1"]);
}

#[test]
fn l06_junk_is_told_by_its_size_and_never_shown() {
    let mut watched = Watched::open(settings());
    let mut peer = watched.connect();
    peer.send(&[b"SECRET NAME", &framed(&message("1"))[..]].concat());
    assert_eq!(peer.msa(), "AA|1");
    drop(peer);
    watched.closing();
    let words = watched.lines().join("\n");
    assert!(words.contains("11 bytes outside of any frame"), "{words}");
    let all = format!("{words}\n{:?}", watched.told);
    assert!(!all.contains("SECRET") && !all.contains("Ada"), "{all}");
    watched.finish();
}

#[test]
fn l06_a_flood_of_notes_is_counted() {
    let mut watched = Watched::open(settings());
    let mut peer = watched.connect();
    peer.send(&[vec![0x0B; 1000], framed(&message("1"))].concat());
    assert_eq!(peer.msa(), "AA|1");
    drop(peer);
    watched.closing();
    assert_eq!(watched.notes().len(), 100);
    let last = watched.lines().pop().unwrap();
    assert!(last.ends_with("; 900 more notes on framing"), "{last}");
    watched.finish();
}

#[test]
fn l07_blanks_between_frames_are_silence() {
    let pieces = [
        b"\0\0 ",
        &framed(&message("1"))[..],
        b"\r\n\t\0",
        &framed(&message("2")),
        b"\n",
    ]
    .concat();
    check(&[&pieces], &["AA|1", "AA|2"], &[], &["1", "2"]);
}

#[test]
fn l08_a_start_in_the_payload() {
    let whole = framed(&message("1"));
    let pieces = [&whole[..60], b"\x0B", &whole[60..]].concat();
    let notes = ["frame-start-inside", "content-no-header"];
    let words = "AR||the frame does not begin with MSH, FHS or BHS";
    check(&[&pieces], &[words], &notes, &["none"]);
    // What is whole behind the start counts.
    let pieces = [&whole[..60], &framed(&message("2"))[..]].concat();
    check(&[&pieces], &["AA|2"], &notes[..1], &["2"]);
}

#[test]
fn l09_the_first_byte_of_an_end_in_the_payload() {
    let mut content = message("1");
    content.extend(b"NTE|1||a\x1Cb\r");
    let mut watched = Watched::open(settings());
    let mut peer = watched.connect();
    peer.send(&framed(&content));
    assert_eq!(peer.msa(), "AA|1");
    drop(peer);
    watched.closing();
    assert_eq!(watched.taken_bytes(), [content]);
    assert_eq!(watched.notes(), ["frame-end-inside"]);
    watched.finish();
}

#[test]
fn l09_an_answer_never_carries_a_byte_of_the_frame() {
    check(
        &[&framed(&message("1\x1C2"))],
        &["AA|1?2"],
        &["frame-end-inside"],
        &["1\x1C2"],
    );
}

#[test]
fn l10_an_empty_frame() {
    let pieces = [b"\x0B\x1C\r", &framed(&message("1"))[..]].concat();
    check(&[&pieces], &["AA|1"], &["frame-empty"], &["1"]);
}

#[test]
fn l11_a_message_without_a_start() {
    let mut watched = Watched::open(settings());
    let mut peer = watched.connect();
    peer.send(&message("1"));
    let news = watched.wait("the note", |news| matches!(news, ListenerNews::Framing(_)));
    let words = news.to_string();
    assert!(
        words.starts_with("byte 0: a message without a start of a frame before it"),
        "{words}"
    );
    peer.stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(peer.rest(), b"");
    assert!(watched.taken().is_empty());
    watched.finish();
}

#[test]
fn l12_doubled_framing() {
    let pieces = [b"\x0B", &framed(&message("1"))[..], b"\x1C\r"].concat();
    check(
        &[&pieces],
        &["AA|1"],
        &["frame-start-twice", "frame-end-twice"],
        &["1"],
    );
}

#[test]
fn l13_a_frame_without_end() {
    let mut watched = Watched::open(ListenerSettings {
        most_bytes: 4096,
        ..settings()
    });
    let mut peer = watched.connect();
    peer.send(&[b"\x0B", &message("1")[..]].concat());
    // It goes on for far more than may be, for as long as anybody reads.
    let mut more = peer.stream.try_clone().unwrap();
    let writer = std::thread::spawn(move || while more.write_all(&[b'x'; 8192]).is_ok() {});
    assert_eq!(
        peer.msa(),
        "AR|1|the frame is longer than the limit of 4096 bytes and was cut"
    );
    peer.rest();
    writer.join().unwrap();
    assert_eq!(watched.closing(), Closing::TooLong(4096));
    assert!(watched.taken().is_empty());
    assert_eq!(watched.notes(), ["frame-too-long"]);
    watched.finish();
}

#[test]
fn l14_a_silent_peer() {
    let mut watched = Watched::open(ListenerSettings {
        idle_timeout: Some(SHORT),
        ..settings()
    });
    let mut silent = watched.connect();
    let since = Instant::now();
    assert_eq!(silent.rest(), b"");
    assert!(since.elapsed() >= SHORT);
    assert_eq!(watched.closing(), Closing::Idle(SHORT));
    assert_eq!(watched.notes(), [""; 0]);
    watched.finish();
}

#[test]
fn l15_peers_that_come_and_go() {
    let mut watched = Watched::open(settings());
    for turn in 0..100 {
        let peer = watched.connect();
        if turn % 2 == 0 {
            drop(peer);
        } else {
            peer.reset();
        }
        watched.closing();
    }
    let mut peer = watched.connect();
    peer.send(&framed(&message("1")));
    assert_eq!(peer.msa(), "AA|1");
    assert_eq!(
        watched.listener.open_tasks(),
        2,
        "the port and one connection"
    );
    watched.finish();
}

#[test]
fn l16_a_half_closed_connection_is_answered() {
    let mut watched = Watched::open(settings());
    let mut peer = watched.connect();
    peer.send(&framed(&message("1")));
    peer.stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(peer.msa(), "AA|1");
    assert_eq!(watched.closing(), Closing::Peer);
    watched.finish();
}

#[test]
fn l17_a_reset_before_the_answer() {
    let (sender, asked) = mpsc::channel();
    let decider = Decider::new(move |received, reply| drop(sender.send((received, reply))));
    let mut watched = Watched::decided(settings(), decider);
    let mut peer = watched.connect();
    peer.send(&framed(&message("1")));
    // The message is with whoever keeps it before the peer is gone.
    let (received, reply) = asked.recv_timeout(PATIENCE).unwrap();
    assert_eq!(received.content, message("1"));
    peer.reset();
    let lost = |news: &ListenerNews| {
        matches!(
            news,
            ListenerNews::NotDelivered {
                number: 1,
                why: NotDelivered::Gone(_)
            }
        )
    };
    watched.wait("the loss of the answer", lost);
    assert!(matches!(watched.closing(), Closing::Reset(_)));
    reply.give(accept());
    watched.finish();
}

#[test]
fn l18_a_peer_that_reads_no_answers() {
    let settings = ListenerSettings {
        write_timeout: SHORT,
        ..settings()
    };
    // An answer as large as the buffers of the system soon fills them.
    let answer = Verdict::Bytes(vec![b'x'; 1 << 20].into());
    let mut watched = Watched::with(settings, move |_| answer.clone());
    let mut peer = watched.connect();
    let frame = framed(&message("1"));
    let mut stream = peer.stream.try_clone().unwrap();
    let writer = std::thread::spawn(move || {
        let mut written = 0;
        while stream.write_all(&frame).is_ok() {
            written += 1;
        }
        written
    });
    assert_eq!(watched.closing(), Closing::NotRead(SHORT));
    let lost = watched.lines().join("\n");
    assert!(
        lost.contains("was not delivered: the peer read nothing for 150 ms"),
        "{lost}"
    );
    peer.rest();
    writer.join().unwrap();
    watched.finish();
}

#[test]
fn every_byte_is_told_where_that_is_asked_for() {
    let mut watched = Watched::open(ListenerSettings {
        tells_bytes: true,
        ..settings()
    });
    let mut peer = watched.connect();
    let sent = [b"junk", &framed(&message("1"))[..]].concat();
    peer.send(&sent);
    let answer = peer.frame().expect("an answer");
    peer.stream.shutdown(Shutdown::Write).unwrap();
    watched.closing();
    for (direction, expect) in [(Direction::In, sent), (Direction::Out, framed(&answer))] {
        let mut told = Vec::new();
        for news in &watched.told {
            if let ListenerNews::Bytes(piece) = news
                && piece.direction == direction
            {
                assert_eq!(piece.at, told.len() as u64);
                told.extend_from_slice(&piece.bytes);
            }
        }
        assert_eq!(told, expect, "{direction:?}");
    }
    watched.finish();
}
