//! What a peer can send to a listener that takes HTTP, written as raw bytes.

use std::io::Write;
use std::net::Shutdown;
use std::sync::mpsc;

use flate2::Compression;
use flate2::write::GzEncoder;
use pipehat::net::{
    Ack, AckCode, BatchAnswer, Closing, Credentials, Decider, DuplicateRule, Http, Layer,
    ListenerNews, ListenerSettings, NotDelivered, Reply, Verdict,
};

use super::http::{Answer, answer, http, next, post, post_with, settings};
use super::mllp::{PATIENCE, SHORT, Watched, accept, framed, message, msa};

/// The peer writes these bytes and ends its sending: each answer as status and MSA or words, what is noted,
/// what is taken.
fn check(bytes: &[u8], answers: &[&str], notes: &[&str], taken: &[&str]) {
    check_with(settings(), bytes, answers, notes, taken);
}

fn check_with(
    settings: ListenerSettings,
    bytes: &[u8],
    answers: &[&str],
    notes: &[&str],
    taken: &[&str],
) {
    let mut watched = Watched::open(settings);
    let mut peer = watched.connect();
    peer.send(bytes);
    peer.stream.shutdown(Shutdown::Write).unwrap();
    let mut rest = peer.rest();
    let mut found = Vec::new();
    while !rest.is_empty() {
        found.push(Answer::take(&mut rest).to_string());
    }
    watched.closing();
    let lines = watched.lines().join("\n");
    assert_eq!(found, answers, "{lines}");
    assert_eq!(watched.notes(), notes, "{lines}");
    assert_eq!(watched.taken(), taken);
    assert!(
        !lines.contains("Ada") && !lines.contains("geheim"),
        "{lines}"
    );
    watched.finish();
}

#[test]
fn a_message_is_posted_and_answered() {
    let mut watched = Watched::open(settings());
    let mut peer = watched.connect();
    peer.send(&post(&message("1")));
    let first = answer(&mut peer);
    assert_eq!(first.status, 200);
    assert_eq!(
        first.header("content-type"),
        "application/hl7-v2; charset=utf-8"
    );
    assert_eq!(msa(&first.body), "AA|1");
    // The connection is kept; several requests in one write are answered in order.
    peer.send(&["2", "3"].map(|id| post(&message(id))).concat());
    assert_eq!(msa(&answer(&mut peer).body), "AA|2");
    assert_eq!(msa(&answer(&mut peer).body), "AA|3");
    drop(peer);
    assert_eq!(watched.closing(), Closing::Peer);
    assert_eq!(watched.taken(), ["1", "2", "3"]);
    assert!(watched.notes().is_empty());
    let last = watched.lines().pop().unwrap();
    assert!(
        last.starts_with("closed: the peer closed; 3 messages, "),
        "{last}"
    );
    watched.finish();
}

#[test]
fn one_byte_at_a_time() {
    let mut watched = Watched::open(settings());
    let mut peer = watched.connect();
    for byte in post(&message("1")) {
        peer.send(&[byte]);
    }
    assert_eq!(answer(&mut peer).to_string(), "200 AA|1");
    drop(peer);
    watched.closing();
    watched.finish();
}

#[test]
fn bodies_come_by_length_in_chunks_and_to_the_end() {
    let content = message("1");
    let (first, second) = content.split_at(30);
    let mut chunked = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for chunk in [first, second, b""] {
        chunked.extend(format!("{:x}\r\n", chunk.len()).bytes());
        chunked.extend_from_slice(chunk);
        chunked.extend(b"\r\n");
    }
    check(&chunked, &["200 AA|1"], &[], &["1"]);
    // HTTP/1.0 keeps no connection unless asked to.
    let old = post_with(&message("1"), &[]).replacen_version("HTTP/1.0");
    check(&[&old[..], &old].concat(), &["200 AA|1"], &[], &["1"]);
    let kept = post_with(&message("1"), &["Connection: keep-alive"]).replacen_version("HTTP/1.0");
    check(
        &[&kept[..], &kept].concat(),
        &["200 AA|1", "200 AA|1"],
        &[],
        &["1", "1"],
    );
}

/// Another version in the first line.
trait Version {
    fn replacen_version(self, version: &str) -> Vec<u8>;
}

impl Version for Vec<u8> {
    fn replacen_version(self, version: &str) -> Vec<u8> {
        let text = String::from_utf8(self).unwrap();
        text.replacen("HTTP/1.1", version, 1).into_bytes()
    }
}

#[test]
fn a_peer_that_asks_whether_to_continue_is_told() {
    let watched = Watched::open(settings());
    let mut peer = watched.connect();
    let request = post_with(&message("1"), &["Expect: 100-continue"]);
    let body = request.len() - message("1").len();
    peer.send(&request[..body]);
    assert_eq!(answer(&mut peer).status, 100);
    peer.send(&request[body..]);
    assert_eq!(answer(&mut peer).to_string(), "200 AA|1");
    // One that may not send is told before it has sent its message.
    let mut peer = watched.connect();
    let other = String::from_utf8(request)
        .unwrap()
        .replacen("POST /", "POST /x", 1);
    peer.send(&other.as_bytes()[..=body]);
    assert_eq!(answer(&mut peer).status, 404);
    watched.finish();
}

#[test]
fn what_is_no_post_of_a_message_is_refused_with_words() {
    check(
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        &["405 messages are sent by POST, not by GET"],
        &["request-method"],
        &[],
    );
    check(
        b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nMSH",
        &["404 nobody takes messages there; they go to /"],
        &["request-path"],
        &[],
    );
    check(
        b"POST /?site=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
        &["400 the request has no body, and so no message"],
        &["request-empty"],
        &[],
    );
    check(
        &post_with(&message("1"), &["Content-Type: application/json"]),
        &[
            "415 Content-Type says application/json; application/hl7-v2 or x-application/hl7-v2+er7 is expected",
        ],
        &["request-media-type"],
        &[],
    );
    check(
        &post_with(&message("1"), &["Content-Encoding: br"]),
        &["415 Content-Encoding br is not unpacked here; send it plain or with gzip"],
        &["request-encoding"],
        &[],
    );
    let mut watched = Watched::open(settings());
    let mut peer = watched.connect();
    peer.send(b"PUT / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(answer(&mut peer).header("allow"), "POST");
    drop(peer);
    watched.closing();
    watched.finish();
}

#[test]
fn a_refused_request_leaves_the_connection_to_the_next_one() {
    let bytes = [
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".to_vec(),
        post(&message("1")),
    ]
    .concat();
    let words = "405 messages are sent by POST, not by GET";
    check(&bytes, &[words, "200 AA|1"], &["request-method"], &["1"]);
}

#[test]
fn media_types_are_those_of_the_field() {
    for (said, answered) in [
        (
            "x-application/hl7-v2+er7; charset=utf-8",
            "x-application/hl7-v2+er7",
        ),
        ("application/edi-hl7", "application/edi-hl7"),
        ("text/plain", "application/hl7-v2"),
        ("", "application/hl7-v2"),
    ] {
        let mut watched = Watched::open(settings());
        let mut peer = watched.connect();
        peer.send(&post_with(
            &message("1"),
            &[&format!("Content-Type: {said}")],
        ));
        let answer = answer(&mut peer);
        assert_eq!(answer.status, 200, "{said}");
        let expect = format!("{answered}; charset=utf-8");
        assert_eq!(answer.header("content-type"), expect);
        drop(peer);
        watched.closing();
        watched.finish();
    }
    let strict = |http: &mut Http| http.is_strict = true;
    check_with(
        http(strict),
        &post_with(&message("1"), &["Content-Type: text/plain"]),
        &[
            "415 Content-Type says text/plain; application/hl7-v2 or x-application/hl7-v2+er7 is expected",
        ],
        &["request-media-type"],
        &[],
    );
}

#[test]
fn the_charset_of_the_header_is_compared_with_that_of_the_message() {
    let content = "MSH|^~\\&|LAB||||||ADT^A01|1|P|2.5||||||8859/1\rPID|1||PATX||K\u{e4}fer\r";
    let latin: Vec<u8> = content.chars().map(|c| c as u8).collect();
    let mut watched = Watched::open(settings());
    let mut peer = watched.connect();
    peer.send(&post_with(
        &latin,
        &["Content-Type: application/hl7-v2; charset=UTF-8"],
    ));
    assert_eq!(answer(&mut peer).to_string(), "200 AA|1");
    peer.send(&post_with(
        &latin,
        &["Content-Type: text/plain; charset=klingon"],
    ));
    assert_eq!(answer(&mut peer).to_string(), "200 AA|1");
    peer.send(&post_with(
        &latin,
        &["Content-Type: text/hl7; charset=iso-8859-1"],
    ));
    assert_eq!(answer(&mut peer).to_string(), "200 AA|1");
    drop(peer);
    watched.closing();
    assert_eq!(
        watched.notes(),
        ["request-charset", "request-charset-unknown"]
    );
    assert_eq!(watched.taken_bytes(), vec![latin; 3]);
    let lines = watched.lines().join("\n");
    assert!(
        lines.contains("Content-Type says charset UTF-8 and MSH-18 says 8859/1"),
        "{lines}"
    );
    watched.finish();
}

#[test]
fn credentials_are_asked_for_and_never_told() {
    let asks = |http: &mut Http| {
        http.credentials = Some(Credentials::read("lab:geheim").unwrap());
    };
    let none = "401 credentials are asked for (basic authentication), and none were shown";
    let others = "401 the credentials that were shown are others than those asked for";
    let with = |value: &str| post_with(&message("1"), &[&format!("Authorization: {value}")]);
    let (right, wrong) = ("Basic bGFiOmdlaGVpbQ==", "Basic bGFiOmdlaGVpbXg=");
    check_with(http(asks), &with(right), &["200 AA|1"], &[], &["1"]);
    let notes = ["request-unauthorized"];
    check_with(http(asks), &with(wrong), &[others], &notes, &[]);
    check_with(http(asks), &with("Bearer x"), &[others], &notes, &[]);
    check_with(http(asks), &post(&message("1")), &[none], &notes, &[]);
    // Who shows none does not learn where they would be asked for.
    let elsewhere = b"POST /x HTTP/1.1\r\nHost: a\r\n\r\n";
    let words = ["404 nobody takes messages there"];
    check_with(http(asks), elsewhere, &words, &["request-path"], &[]);

    let mut watched = Watched::open(ListenerSettings {
        tells_bytes: true,
        ..http(asks)
    });
    let mut peer = watched.connect();
    peer.send(&post(&message("1")));
    let asked = answer(&mut peer).header("www-authenticate").to_owned();
    assert!(asked.starts_with("Basic realm="), "{asked}");
    drop(peer);
    watched.closing();
    let mut peer = watched.connect();
    peer.send(&with(right));
    assert_eq!(answer(&mut peer).status, 200);
    drop(peer);
    watched.closing();
    let pieces = watched.told.iter().filter_map(|news| match news {
        ListenerNews::Bytes(piece) => Some(piece.bytes.to_vec()),
        _ => None,
    });
    let bytes = pieces.collect::<Vec<_>>().concat();
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("Authorization: *****"), "{text}");
    assert!(!text.contains("bGFi") && !format!("{:?}", watched.told).contains("bGFi"));
    watched.finish();
}

#[test]
fn a_body_over_the_limit_is_refused_and_its_connection_closed() {
    let small = || ListenerSettings {
        most_bytes: 200,
        ..settings()
    };
    let words = ["413 the body is longer than 200 bytes"];
    let notes = ["request-too-long"];
    let long = post(&[message("1"), vec![b'x'; 300]].concat());
    check_with(small(), &long, &words, &notes, &[]);
    // In chunks nobody knows before.
    let mut chunked = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..4 {
        chunked.extend(b"64\r\n");
        chunked.extend(vec![b'x'; 100]);
        chunked.extend(b"\r\n");
    }
    check_with(small(), &chunked, &words, &notes, &[]);
    check_with(small(), &gzipped(&vec![b'x'; 5000]), &words, &notes, &[]);
    let mut watched = Watched::open(small());
    let mut peer = watched.connect();
    peer.send(&long);
    assert_eq!(answer(&mut peer).header("connection"), "close");
    assert_eq!(watched.closing(), Closing::TooLong(200));
    watched.finish();
}

fn gzipped(content: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(content).unwrap();
    post_with(&packed.finish().unwrap(), &["Content-Encoding: gzip"])
}

#[test]
fn what_is_packed_by_gzip_is_unpacked() {
    check(&gzipped(&message("1")), &["200 AA|1"], &[], &["1"]);
    check(
        &post_with(&message("1"), &["Content-Encoding: gzip"]),
        &["400 Content-Encoding says gzip, and the body cannot be unpacked as such"],
        &["request-packed"],
        &[],
    );
}

#[test]
fn a_frame_in_the_body_is_taken_with_a_warning() {
    check(
        &post(&framed(&message("1"))),
        &["200 AA|1"],
        &["frame-in-body"],
        &["1"],
    );
    let cut = [b"\x0B", &message("1")[..], b"\x1C"].concat();
    check(&post(&cut), &["200 AA|1"], &["frame-in-body"], &["1"]);
}

#[test]
fn a_body_that_is_no_message_is_answered_as_over_mllp() {
    let words = "200 AR||the frame does not begin with MSH, FHS or BHS";
    check(&post(b"hello"), &[words], &["content-no-header"], &["none"]);
}

#[test]
fn half_a_body_is_nothing() {
    let request = post(&message("1"));
    let mut watched = Watched::open(settings());
    let mut peer = watched.connect();
    peer.send(&request[..request.len() - 20]);
    drop(peer);
    assert_eq!(watched.closing(), Closing::Peer);
    assert_eq!(watched.notes(), ["request-unfinished"]);
    let lines = watched.lines().join("\n");
    assert!(
        lines.contains("the request ended within its body, after "),
        "{lines}"
    );
    // Half a head, too.
    let mut peer = watched.connect();
    peer.send(b"POST / HT");
    drop(peer);
    assert_eq!(watched.closing(), Closing::Peer);
    assert!(watched.taken().is_empty());
    watched.finish();
}

#[test]
fn a_slow_body_is_given_up_after_the_idle_time() {
    let mut watched = Watched::open(ListenerSettings {
        idle_timeout: Some(SHORT),
        ..settings()
    });
    let request = post(&message("1"));
    let mut peer = watched.connect();
    peer.send(&request[..request.len() - 20]);
    assert_eq!(watched.closing(), Closing::Idle(SHORT));
    // And one that sends nothing at all.
    let silent = watched.connect();
    assert_eq!(watched.closing(), Closing::Idle(SHORT));
    drop((peer, silent));
    assert!(watched.taken().is_empty());
    watched.finish();
}

#[test]
fn a_verdict_may_take_longer_than_the_idle_time() {
    let (sender, replies) = mpsc::channel::<Reply>();
    let decider = Decider::new(move |_, reply| drop(sender.send(reply)));
    let settings = ListenerSettings {
        idle_timeout: Some(SHORT),
        ..settings()
    };
    let watched = Watched::decided(settings, decider);
    let mut peer = watched.connect();
    peer.send(&post(&message("1")));
    let reply = replies.recv_timeout(PATIENCE).unwrap();
    std::thread::sleep(SHORT * 2);
    reply.give(accept());
    assert_eq!(answer(&mut peer).to_string(), "200 AA|1");
    watched.finish();
}

#[test]
fn peers_that_speak_something_else_are_named() {
    for (bytes, expect) in [
        (
            framed(&message("1")),
            "the peer speaks MLLP, and this port takes HL7 over HTTP",
        ),
        (
            message("1"),
            "the peer sends HL7 without a request, and this port takes HL7 over HTTP",
        ),
        (
            b"\x16\x03\x01\x02\x00\x01\x00".to_vec(),
            "the peer speaks TLS and this port is not encrypted",
        ),
        (
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
            "the peer speaks HTTP/2, and",
        ),
        (b"\x00\x01\x02".to_vec(), "the peer speaks no HTTP/1.1 ("),
    ] {
        let mut watched = Watched::open(settings());
        let mut peer = watched.connect();
        peer.send(&bytes);
        peer.stream.shutdown(Shutdown::Write).unwrap();
        let closing = watched.closing().to_string();
        assert!(closing.starts_with(expect), "{closing}");
        assert!(watched.taken().is_empty());
        watched.finish();
    }
}

#[test]
fn answers_are_those_that_the_message_asks_for() {
    let of = |accept: &str, application: &str| {
        let content = message("1");
        let text = String::from_utf8(content).unwrap();
        text.replacen("|2.5.1", &format!("|2.5.1|||{accept}|{application}"), 1)
            .into_bytes()
    };
    // Where both are asked for, an answer of HTTP has room for the last word alone.
    for (accept, application, expect) in [
        ("AL", "AL", "200 AA|1"),
        ("AL", "NE", "200 CA|1"),
        ("NE", "AL", "200 AA|1"),
        ("NE", "NE", "202 "),
    ] {
        check(&post(&of(accept, application)), &[expect], &[], &["1"]);
    }
    for (code, expect) in [(AckCode::Error, "200 AE|1"), (AckCode::Reject, "200 AR|1")] {
        let watched = Watched::with(settings(), move |_| Verdict::Ack(Ack::of(code)));
        let mut peer = watched.connect();
        peer.send(&post(&message("1")));
        assert_eq!(answer(&mut peer).to_string(), expect);
        watched.finish();
    }
}

#[test]
fn batches_and_duplicates_are_as_over_mllp() {
    let batch = [
        b"BHS|^~\\&|B\r".to_vec(),
        message("1"),
        message("2"),
        b"BTS|2\r".to_vec(),
    ]
    .concat();
    let mut watched = Watched::open(settings());
    let mut peer = watched.connect();
    peer.send(&post(&batch));
    let both = answer(&mut peer);
    let text = String::from_utf8_lossy(&both.body);
    assert_eq!(text.matches("MSA|AA|").count(), 2, "{text}");
    drop(peer);
    watched.closing();
    watched.finish();
    let as_batch = ListenerSettings {
        batch_answer: BatchAnswer::Batch,
        ..settings()
    };
    let watched = Watched::open(as_batch);
    let mut peer = watched.connect();
    peer.send(&post(&batch));
    let body = answer(&mut peer).body;
    assert!(body.starts_with(b"BHS|"), "{}", body.escape_ascii());
    watched.finish();
    let once = ListenerSettings {
        duplicates: DuplicateRule::AnswerAgain { remembered: 9 },
        ..settings()
    };
    let twice = [post(&message("1")), post(&message("1"))].concat();
    check_with(
        once,
        &twice,
        &["200 AA|1", "200 AA|1"],
        &["content-repeated"],
        &["1"],
    );
}

#[test]
fn a_peer_that_breaks_off_before_its_answer_is_told() {
    let (sender, replies) = mpsc::channel::<Reply>();
    let decider = Decider::new(move |_, reply| drop(sender.send(reply)));
    let mut watched = Watched::decided(settings(), decider);
    let mut peer = watched.connect();
    peer.send(&post(&message("1")));
    let reply = replies.recv_timeout(PATIENCE).unwrap();
    peer.reset();
    reply.give(accept());
    let lost = watched.wait("the loss", |news| {
        matches!(news, ListenerNews::NotDelivered { .. })
    });
    let ListenerNews::NotDelivered { number, why } = lost else {
        panic!("{lost}");
    };
    assert_eq!(number, 1);
    assert!(matches!(why, NotDelivered::Gone(_)), "{why}");
    assert!(matches!(watched.closing(), Closing::Reset(_)));
    watched.finish();
}

#[test]
fn a_peer_that_reads_no_answer_is_dropped() {
    let big = Verdict::Bytes(vec![b'x'; 32 << 20].into());
    let settings = ListenerSettings {
        write_timeout: SHORT,
        ..settings()
    };
    let mut watched = Watched::with(settings, move |_| big.clone());
    let mut peer = watched.connect();
    peer.send(&post(&message("1")));
    assert_eq!(watched.closing(), Closing::NotRead(SHORT));
    assert!(
        watched
            .lines()
            .join("\n")
            .contains("the answer to message 1 was not delivered")
    );
    watched.finish();
}

#[test]
fn draining_answers_what_has_come_and_stopping_does_not_wait() {
    let (sender, replies) = mpsc::channel::<Reply>();
    let decider = Decider::new(move |_, reply| drop(sender.send(reply)));
    let mut watched = Watched::decided(settings(), decider);
    let idle = watched.connect();
    let mut busy = watched.connect();
    busy.send(&post(&message("1")));
    let reply = replies.recv_timeout(PATIENCE).unwrap();
    watched.listener.drain();
    assert_eq!(watched.closing(), Closing::Stopped);
    reply.give(accept());
    assert_eq!(answer(&mut busy).to_string(), "200 AA|1");
    assert!(next(&mut busy).is_none(), "it closes behind the answer");
    assert_eq!(watched.closing(), Closing::Stopped);
    watched.wait_until_closed();
    drop(idle);

    let (sender, replies) = mpsc::channel::<Reply>();
    let decider = Decider::new(move |_, reply| drop(sender.send(reply)));
    let mut watched = Watched::decided(settings(), decider);
    let mut peer = watched.connect();
    peer.send(&post(&message("1")));
    let reply = replies.recv_timeout(PATIENCE).unwrap();
    watched.listener.stop();
    assert_eq!(watched.closing(), Closing::Stopped);
    let lines = watched.lines().join("\n");
    assert!(
        lines.contains("the answer to message 1 was not delivered: the listener was stopped first"),
        "{lines}"
    );
    drop(reply);
    watched.finish();
}

#[test]
fn faults_are_had_over_http_or_refused_with_a_reason() {
    let with = |rule: &str| {
        let mut settings = settings();
        settings.faults.rules = vec![rule.parse().unwrap()];
        settings
    };
    for (rule, expect) in [
        (
            "answer-error",
            "200 AE|1|a fault that was asked for answers so",
        ),
        ("wrong-id=77", "200 AA|77"),
        ("fixed-answer=x", "200 no MSA in \"x\""),
        ("delay-before=10ms", "200 AA|1"),
        ("trickle=1ms", "200 AA|1"),
        ("split", "200 AA|1"),
        ("delay-after=10ms", "200 AA|1"),
        ("close-after", "200 AA|1"),
    ] {
        let mut watched = Watched::open(with(rule));
        let mut peer = watched.connect();
        peer.send(&post(&message("1")));
        assert_eq!(answer(&mut peer).to_string(), expect, "{rule}");
        drop(peer);
        watched.closing();
        watched.finish();
    }
    for rule in [
        "close-before",
        "reset-before",
        "close-inside",
        "reset-inside",
        "drop",
    ] {
        let mut watched = Watched::open(with(rule));
        let mut peer = watched.connect();
        // The connection may be gone already.
        let _ = peer.stream.write_all(&post(&message("1")));
        let rest = peer.rest();
        let text = String::from_utf8_lossy(&rest);
        assert!(!text.contains("MSA|AA|1\r"), "{rule}: {text}");
        assert_eq!(watched.closing(), Closing::Fault, "{rule}");
        watched.finish();
    }
    let held = Watched::open(with("never-answer"));
    let mut peer = held.connect();
    peer.send(&post(&message("1")));
    peer.stream.set_read_timeout(Some(SHORT)).unwrap();
    let mut byte = [0];
    assert!(std::io::Read::read(&mut peer.stream, &mut byte).is_err());
    held.finish();
    let wire = pipehat::net::Wire::start().unwrap();
    let decider = Decider::always(accept());
    let refused = wire.listen(with("omit-end"), decider, std::sync::Arc::new(|_| {}));
    assert_eq!(
        refused.err().map(|error| error.to_string()).as_deref(),
        Some("the fault omit-end cannot be had over HTTP: it has no frames")
    );
    let watched = Watched::open(settings());
    let faults = with("late").faults;
    assert!(watched.listener.set_faults(&faults).is_err());
    watched.finish();
}

#[test]
fn a_flood_of_refused_requests_is_counted() {
    let mut watched = Watched::open(settings());
    let mut peer = watched.connect();
    let flood = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(150);
    peer.send(&flood);
    peer.stream.shutdown(Shutdown::Write).unwrap();
    peer.rest();
    watched.closing();
    assert_eq!(watched.notes().len(), 100);
    let last = watched.lines().pop().unwrap();
    assert!(last.ends_with("; 50 more notes on framing"), "{last}");
    watched.finish();
}

#[test]
fn a_connection_that_sends_frames_is_told_where_http_goes() {
    // What a port for frames says of a peer that speaks HTTP has not changed.
    let mut watched = Watched::open(ListenerSettings {
        layer: Layer::Mllp,
        ..settings()
    });
    let mut peer = watched.connect();
    peer.send(&post(&message("1")));
    assert_eq!(watched.closing(), Closing::Http);
    watched.finish();
}
