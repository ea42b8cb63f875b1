//! What a peer can answer a sender that speaks HTTP, written as raw bytes.

use std::io::{ErrorKind, Read};
use std::net::TcpListener;
use std::time::Duration;

use pipehat::net::{
    Authorities, Closing, Credentials, Http, Layer, ListenerSettings, MinimumVersion, Repeat,
    SenderNews, SenderSettings, TlsClient, TlsServer,
};

use super::http::{self, next};
use super::mllp::{PATIENCE, SHORT, framed, message};
use super::mllp_sending::{
    Played, UNKNOWN, Watched, accepted, answer, check, check_contents, outcome,
};
use super::mllp_tls::Authority;

/// Speaks HTTP to a path.
fn to_path(path: &str) -> impl FnOnce(&mut SenderSettings) + use<> {
    let path = path.to_owned();
    move |settings| {
        settings.layer = Layer::Http(Http {
            path,
            ..Http::default()
        });
    }
}

fn respond(status: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status}\r\n");
    for header in headers {
        head.extend([header, "\r\n"]);
    }
    head.extend([format!("Content-Length: {}\r\n\r\n", body.len())]);
    [head.as_bytes(), body].concat()
}

fn ok(code: &str, id: &str) -> Vec<u8> {
    respond(
        "200 OK",
        &["Content-Type: application/hl7-v2"],
        &answer(code, id),
    )
}

/// The peer answers one request with these bytes, and closes; what becomes of the message.
fn check_answer(bytes: &[u8], expect: &str) -> String {
    let bytes = bytes.to_vec();
    let play = move |port: &TcpListener| {
        let mut peer = accepted(port);
        next(&mut peer);
        peer.send(&bytes);
    };
    check(
        to_path("/"),
        &["1"],
        play,
        &[&format!("message 1: {expect}")],
    )
}

#[test]
fn messages_are_posted_one_by_one_over_one_connection() {
    let play = |port: &TcpListener| {
        let mut peer = accepted(port);
        for id in ["1", "2"] {
            let request = next(&mut peer).unwrap();
            assert!(
                request
                    .head
                    .starts_with("POST /hl7/adt?site=1 HTTP/1.1\r\n"),
                "{}",
                request.head
            );
            assert_eq!(
                request.header("content-type"),
                "application/hl7-v2; charset=utf-8"
            );
            let host = format!("127.0.0.1:{}", port.local_addr().unwrap().port());
            assert_eq!(request.header("host"), host);
            assert!(request.header("date").ends_with("GMT"));
            assert!(request.header("authorization").is_empty());
            assert_eq!(request.body, message(id));
            peer.send(&ok("AA", id));
        }
        assert!(next(&mut peer).is_none());
    };
    let told = check(
        to_path("/hl7/adt?site=1"),
        &["1", "2"],
        play,
        &["message 1: accepted, AA", "message 2: accepted, AA"],
    );
    assert_eq!(told.matches("connected to").count(), 1, "{told}");
    assert!(
        told.ends_with("closed: nothing more to send\nstopped"),
        "{told}"
    );
}

#[test]
fn a_connection_for_each_message_is_announced() {
    let play = |port: &TcpListener| {
        for id in ["1", "2"] {
            let mut peer = accepted(port);
            let request = next(&mut peer).unwrap();
            assert_eq!(request.header("connection"), "close");
            peer.send(&ok("AA", id));
            assert!(next(&mut peer).is_none());
        }
    };
    let set = |settings: &mut SenderSettings| {
        to_path("/")(settings);
        settings.is_persistent = false;
    };
    check(
        set,
        &["1", "2"],
        play,
        &["message 1: accepted, AA", "message 2: accepted, AA"],
    );
}

#[test]
fn credentials_are_shown_to_the_peer_and_to_nobody_else() {
    let played = Played::by(|port| {
        let mut peer = accepted(port);
        let request = next(&mut peer).unwrap();
        assert_eq!(request.header("authorization"), "Basic bGFiOmdlaGVpbQ==");
        peer.send(&ok("AA", "1"));
        next(&mut peer);
    });
    let mut sending = Watched::to(played.address, |settings| {
        let credentials = Credentials::read("lab:geheim").ok();
        settings.layer = Layer::Http(Http {
            credentials,
            ..Http::default()
        });
        let shown = format!("{settings:?}");
        assert!(!shown.contains("geheim"), "{shown}");
        settings.tells_bytes = true;
    });
    assert_eq!(
        outcome(&sending.send("1")).to_string(),
        "message 1: accepted, AA"
    );
    sending.wait("the end", |news| matches!(news, SenderNews::Finished(_)));
    let pieces = sending.told.iter().filter_map(|news| match news {
        SenderNews::Bytes(piece) => Some(piece.bytes.to_vec()),
        _ => None,
    });
    let bytes = pieces.collect::<Vec<_>>().concat();
    let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
    assert!(text.contains("authorization: *****"), "{text}");
    assert!(!text.contains("bgfi") && !text.contains("geheim"), "{text}");
    sending.finish();
    played.thread.join().unwrap();
}

#[test]
fn each_status_is_told_in_words() {
    let with = |status: &str| respond(status, &["Content-Type: text/html"], b"<html>SECRET</html>");
    for (status, expect) in [
        (
            "401 Unauthorized",
            "given back: HTTP status 401, the peer asks for credentials, or for others: check user and password",
        ),
        (
            "403 Forbidden",
            "given back: HTTP status 403, the peer knows who sends and does not let it: it has to be allowed there",
        ),
        (
            "404 Not Found",
            "given back: HTTP status 404, nobody takes messages at that path: check the URL",
        ),
        (
            "413 Too Large",
            "given back: HTTP status 413, the message is longer than the peer takes",
        ),
        (
            "418 Teapot",
            "given back: HTTP status 418, the peer refuses the request",
        ),
        (
            "503 Busy",
            "given back: HTTP status 503, the peer takes nothing at present",
        ),
    ] {
        let told = check_answer(&with(status), expect);
        assert!(!told.contains("SECRET"), "{told}");
    }
    for (status, expect) in [
        ("500 Oops", "HTTP status 500, the peer failed"),
        (
            "502 Bad",
            "HTTP status 502, a proxy got no answer, or no good one, from who is behind it",
        ),
        (
            "504 Late",
            "HTTP status 504, a proxy waited in vain for who is behind it",
        ),
        (
            "200 OK",
            "HTTP status 200, and an HTML page of 19 bytes instead of an acknowledgment",
        ),
    ] {
        check_answer(&with(status), &format!("{UNKNOWN} {expect}"));
    }
    let plain = respond(
        "415 No",
        &["Content-Type: text/plain"],
        b"send hl7\r\nand more",
    );
    let words = "given back: HTTP status 415, the peer does not take this content type; in its words: send hl7";
    check_answer(&plain, words);
}

#[test]
fn a_redirection_is_told_and_not_followed() {
    let moved = respond(
        "307 Moved",
        &["Location: https://a:b@other.example/hl7"],
        b"",
    );
    let words = "given back: HTTP status 307, the peer sends it elsewhere, and redirections are not followed; it goes to https://…@other.example/hl7";
    check_answer(&moved, words);
}

#[test]
fn an_acknowledgment_counts_whatever_carries_it() {
    check_answer(
        &respond("200 OK", &["Content-Type: text/html"], &answer("AA", "1")),
        "accepted, AA",
    );
    check_answer(
        &respond("201 Made", &[], &answer("AA", "1")),
        "accepted, AA",
    );
    check_answer(&ok("AE", "1"), "refused, AE");
    // As HAPI's own implementation answers errors, beside what its specification says.
    check_answer(&respond("500 Oops", &[], &answer("AE", "1")), "refused, AE");
    check_answer(&respond("400 Bad", &[], &answer("AR", "1")), "refused, AR");
    let words = "HTTP status 500 with AA: the one says that it failed, the other that it did not";
    let both = respond("500 Oops", &[], &answer("AA", "1"));
    check_answer(&both, &format!("{UNKNOWN} {words}"));
    let told = check_answer(
        &respond("200 OK", &[], &framed(&answer("AA", "1"))),
        "accepted, AA",
    );
    assert!(
        told.contains("the body of HTTP holds an MLLP frame"),
        "{told}"
    );
    let chunked = [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec(),
        format!("{:x}\r\n", answer("AA", "1").len()).into_bytes(),
        answer("AA", "1"),
        b"\r\n0\r\n\r\n".to_vec(),
    ];
    check_answer(&chunked.concat(), "accepted, AA");
    // Until the peer closes.
    let open = [b"HTTP/1.0 200 OK\r\n\r\n".to_vec(), answer("AA", "1")].concat();
    check_answer(&open, "accepted, AA");
}

#[test]
fn an_answer_that_acknowledges_nothing_is_never_taken_for_one() {
    let unknown = |words: &str| format!("{UNKNOWN} {words}");
    check_answer(
        &respond("200 OK", &[], b""),
        &unknown("HTTP status 200, and no acknowledgment with it"),
    );
    check_answer(
        &respond("200 OK", &["Content-Type: text/plain"], b"accepted"),
        &unknown("HTTP status 200, and a text of 8 bytes instead of an acknowledgment"),
    );
    check_answer(
        &ok("AA", "77"),
        &unknown("the answer is to another message: MSA-2 is \"77\", and MSH-10 was \"1\""),
    );
    check_answer(
        &respond("200 OK", &["Content-Encoding: gzip"], b"\x1f\x8b"),
        &unknown("the answer has Content-Encoding gzip, which was not asked for"),
    );
    check_answer(
        &respond("200 OK", &[], b"MSH|^~\\&|HIS||||||ADT^A01|9|P|2.5\r"),
        &unknown("the answer is a message of type \"ADT^A01\" without MSA"),
    );
    check_answer(
        &framed(&answer("AA", "1")),
        &unknown(
            "what came is no answer of HTTP: the peer speaks MLLP: send to HOST:PORT without HTTP",
        ),
    );
    check_answer(
        b"\x15\x03\x01\x00\x02\x02\x0A",
        &unknown(
            "what came is no answer of HTTP: the peer speaks TLS: send to https://, or turn TLS on here",
        ),
    );
    check_answer(
        b"220 mail.example\r\n",
        &unknown("what came is no answer of HTTP: the peer speaks something else"),
    );
}

#[test]
fn a_commit_alone_is_told_as_one() {
    let content = String::from_utf8(message("1")).unwrap();
    let content = content.replacen("|2.5.1", "|2.5.1|||AL|AL", 1).into_bytes();
    let checked = |body: Vec<u8>, expect: &str| {
        let play = move |port: &TcpListener| {
            let mut peer = accepted(port);
            next(&mut peer);
            peer.send(&respond("200 OK", &[], &body));
        };
        let contents = [content.clone()];
        check_contents(to_path("/"), &contents, play, &[expect]);
    };
    checked(
        answer("CA", "1"),
        "message 1: stored by the peer, CA; what became of it is not known",
    );
    let both = [answer("CA", "1"), answer("AE", "1")].concat();
    checked(both, "message 1: refused, AE");
}

#[test]
fn a_message_that_asks_for_no_answer_is_sent() {
    let content = String::from_utf8(message("1")).unwrap();
    let content = content.replacen("|2.5.1", "|2.5.1|||NE|NE", 1).into_bytes();
    let play = |port: &TcpListener| {
        let mut peer = accepted(port);
        next(&mut peer);
        peer.send(&respond("202 Accepted", &[], b""));
    };
    let expect = "message 1: sent; MSH-15 and MSH-16 ask for no answer";
    check_contents(to_path("/"), &[content], play, &[expect]);
}

#[test]
fn what_does_not_come_is_not_known() {
    let soon = |settings: &mut SenderSettings| {
        to_path("/")(settings);
        settings.ack_timeout = SHORT;
    };
    let half = |bytes: &'static [u8]| {
        move |port: &TcpListener| {
            let mut peer = accepted(port);
            next(&mut peer);
            peer.send(bytes);
            // The connection is given up.
            assert_eq!(peer.stream.read(&mut [0; 1]).unwrap(), 0);
        }
    };
    let silence = format!("message 1: {UNKNOWN} the peer answered nothing for 150 ms");
    check(soon, &["1"], half(b""), &[&silence]);
    let begun =
        format!("message 1: {UNKNOWN} an answer began and did not end within 2 s: 17 bytes");
    let later = |settings: &mut SenderSettings| {
        to_path("/")(settings);
        settings.ack_timeout = Duration::from_secs(2);
    };
    check(later, &["1"], half(b"HTTP/1.1 200 OK\r\n"), &[&begun]);
    check_answer(
        b"",
        &format!("{UNKNOWN} the peer closed before it answered"),
    );
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nMSH|";
    let words = format!("{UNKNOWN} the peer closed within its answer, after 44 bytes");
    check_answer(cut, &words);
    let reset = |port: &TcpListener| {
        let mut peer = accepted(port);
        next(&mut peer);
        peer.reset();
    };
    let played = Played::by(reset);
    let sending = Watched::to(played.address, to_path("/"));
    let found = outcome(&sending.send("1")).to_string();
    assert!(
        found.starts_with(&format!(
            "message 1: {UNKNOWN} the connection broke before the answer"
        )),
        "{found}"
    );
    sending.finish();
    played.thread.join().unwrap();
}

#[test]
fn a_connection_that_the_peer_closed_between_messages_is_made_anew() {
    let played = Played::by(|port| {
        for id in ["1", "2"] {
            let mut peer = accepted(port);
            next(&mut peer);
            peer.send(&ok("AA", id));
            drop(peer);
        }
    });
    let mut sending = Watched::to(played.address, to_path("/"));
    assert_eq!(
        outcome(&sending.send("1")).to_string(),
        "message 1: accepted, AA"
    );
    sending.wait("the end", |news| matches!(news, SenderNews::Closed(_)));
    assert_eq!(
        outcome(&sending.send("2")).to_string(),
        "message 2: accepted, AA"
    );
    sending.finish();
    played.thread.join().unwrap();
}

#[test]
fn bytes_that_nobody_asked_for_end_the_connection() {
    let play = |port: &TcpListener| {
        let mut first = accepted(port);
        next(&mut first);
        first.send(&[ok("AA", "1"), ok("AA", "2")].concat());
        let mut second = accepted(port);
        next(&mut second);
        second.send(&ok("AE", "2"));
        next(&mut second);
    };
    check(
        to_path("/"),
        &["1", "2"],
        play,
        &["message 1: accepted, AA", "message 2: refused, AE"],
    );
}

#[test]
fn what_passes_is_sent_again_and_what_does_not_is_not() {
    let again = |settings: &mut SenderSettings| {
        to_path("/")(settings);
        settings.resend = Repeat {
            times: 3,
            pause: Duration::ZERO,
        };
    };
    let play = |port: &TcpListener| {
        let mut peer = accepted(port);
        next(&mut peer);
        peer.send(&respond("503 Busy", &[], b""));
        next(&mut peer);
        peer.send(&ok("AA", "1"));
        next(&mut peer);
    };
    check(
        again,
        &["1"],
        play,
        &["message 1: accepted, AA (after 2 attempts)"],
    );
    let play = |port: &TcpListener| {
        let mut peer = accepted(port);
        next(&mut peer);
        peer.send(&respond("403 No", &[], b""));
        assert!(next(&mut peer).is_none());
    };
    let words = "message 1: given back: HTTP status 403, the peer knows who sends and does not let it: it has to be allowed there";
    check(again, &["1"], play, &[words]);
}

#[test]
fn an_answer_that_comes_before_all_is_sent_is_heard() {
    let big = [message("1"), vec![b'x'; 32 << 20]].concat();
    let play = |port: &TcpListener| {
        let mut peer = accepted(port);
        peer.stream.read_exact(&mut [0; 1000]).unwrap();
        peer.send(&respond("413 Too Large", &["Connection: close"], b""));
        // It reads on until the sender gives up, as a server does that lingers.
        let mut rest = Vec::new();
        if let Err(error) = peer.stream.read_to_end(&mut rest) {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}");
        }
    };
    let words = "message 1: given back: HTTP status 413, the message is longer than the peer takes";
    check_contents(to_path("/"), &[big], play, &[words]);
}

#[test]
fn a_peer_that_reads_nothing_is_given_up() {
    let big = [message("1"), vec![b'x'; 32 << 20]].concat();
    let (given_up, goes) = std::sync::mpsc::channel::<()>();
    let played = Played::by(move |port| {
        let mut peer = accepted(port);
        // Until the sender has given up.
        let _ = goes.recv();
        let _ = peer.stream.read_to_end(&mut Vec::new());
    });
    let sending = Watched::to(played.address, |settings| {
        to_path("/")(settings);
        settings.write_timeout = SHORT;
    });
    let found = outcome(&sending.sender.send(big)).to_string();
    assert!(
        found.starts_with("message 1: not sent: the peer read nothing for 150 ms, after "),
        "{found}"
    );
    drop(given_up);
    sending.finish();
    played.thread.join().unwrap();
}

#[test]
fn a_big_message_goes_from_our_sender_to_our_listener() {
    let mut watched = super::mllp::Watched::open(http::settings());
    let mut line = b"OBX|1|ED|1||".to_vec();
    line.resize(24 << 20, b'A');
    let big = [message("1"), line, b"\r".to_vec()].concat();
    let sending = Watched::to(watched.listener.address(), to_path("/"));
    let ticket = sending.sender.send(big.clone());
    assert_eq!(outcome(&ticket).to_string(), "message 1: accepted, AA");
    assert_eq!(
        outcome(&sending.send("2")).to_string(),
        "message 2: accepted, AA"
    );
    sending.finish();
    assert_eq!(watched.closing(), Closing::Peer);
    assert!(watched.taken_bytes()[0] == big, "all of it came");
    watched.finish();
}

#[test]
fn https_with_a_private_ca_and_client_certificates() {
    let ca = Authority::new("North");
    let trusted = ca.trusted();
    let server = |clients: Option<&Authorities>| {
        let identity = ca.signs("lab.example", |_| {});
        TlsServer::new(identity, clients, MinimumVersion::Tls12).unwrap()
    };
    let send = |tls: TlsServer, shows: bool| {
        let mut watched = super::mllp::Watched::open(ListenerSettings {
            tls: Some(tls),
            ..http::settings()
        });
        let identity = shows.then(|| ca.signs("sender.example", |_| {}));
        let name = Some("lab.example");
        let client = TlsClient::new(&trusted, identity, MinimumVersion::Tls13, name).unwrap();
        let sending = Watched::to(watched.listener.address(), |settings| {
            to_path("/")(settings);
            settings.tls = Some(client);
        });
        let found = [outcome(&sending.send("1")), outcome(&sending.send("2"))];
        sending.finish();
        watched.closing();
        watched.finish();
        found.map(|outcome| outcome.to_string())
    };
    let both = ["message 1: accepted, AA", "message 2: accepted, AA"];
    assert_eq!(send(server(None), false), both);
    assert_eq!(send(server(Some(&trusted)), true), both);
    let [refused, _] = send(server(Some(&trusted)), false);
    assert!(
        refused.contains("asks for a client certificate, and none is set here"),
        "{refused}"
    );
}

#[test]
fn faults_are_had_by_a_sender() {
    for (rule, expect) in [
        ("trickle=1ms", "accepted, AA"),
        ("split", "accepted, AA"),
        ("delay-before=10ms", "accepted, AA"),
        ("delay-after=10ms", "accepted, AA"),
        ("end-inside", "accepted, AA"),
        (
            "close-before",
            "not sent: a fault that was asked for cuts it",
        ),
        (
            "close-inside",
            "not sent: a fault that was asked for cuts it",
        ),
        (
            "reset-inside",
            "not sent: a fault that was asked for cuts it",
        ),
        ("drop", "not sent: a fault that was asked for cuts it"),
        (
            "close-after",
            "sent, but whether the peer took it is not known: a fault that was asked for ends the connection first",
        ),
        (
            "never-read",
            "sent, but whether the peer took it is not known: the peer answered nothing for 150 ms",
        ),
    ] {
        let watched = super::mllp::Watched::open(http::settings());
        let sending = Watched::to(watched.listener.address(), |settings| {
            to_path("/")(settings);
            settings.faults.rules = vec![rule.parse().unwrap()];
            if rule == "never-read" {
                settings.ack_timeout = SHORT;
            }
        });
        let found = outcome(&sending.send("1")).to_string();
        assert_eq!(found, format!("message 1: {expect}"), "{rule}");
        sending.finish();
        if rule.ends_with("inside") && rule != "end-inside" {
            assert!(watched.taken().is_empty(), "{rule}");
        }
        watched.finish();
    }
    let wire = pipehat::net::Wire::start().unwrap();
    let mut settings = SenderSettings::to("localhost:1".parse().unwrap());
    to_path("/")(&mut settings);
    settings.faults.rules = vec!["double".parse().unwrap()];
    let refused = wire.sender(settings, std::sync::Arc::new(|_| {}));
    assert_eq!(
        refused.err().map(|error| error.to_string()).as_deref(),
        Some("the fault double cannot be had over HTTP: it answers each request once")
    );
}

#[test]
fn a_message_is_called_back_at_each_stage() {
    let played = Played::by(|port| {
        let mut peer = accepted(port);
        next(&mut peer);
        let mut rest = Vec::new();
        let _ = peer.stream.read_to_end(&mut rest);
    });
    let mut sending = Watched::to(played.address, to_path("/"));
    let mut ticket = sending.send("1");
    sending.wait("the message", |news| {
        matches!(news, SenderNews::Sent { .. })
    });
    ticket.cancel();
    assert_eq!(
        outcome(&ticket).to_string(),
        format!("message 1: {UNKNOWN} cancelled before the answer came")
    );
    sending.finish();
    played.thread.join().unwrap();
}

#[test]
fn answers_may_come_by_a_port_of_our_own() {
    let (address, answers) = std::sync::mpsc::channel::<std::net::SocketAddr>();
    let played = Played::by(move |port| {
        let mut peer = accepted(port);
        next(&mut peer);
        peer.send(&respond("200 OK", &[], &answer("CA", "1")));
        let to = answers.recv_timeout(PATIENCE).unwrap();
        let mut back = super::mllp::Peer::connect(to);
        back.send(&http::post(&answer("AE", "1")));
        assert_eq!(http::answer(&mut back).status, 202);
        next(&mut peer);
    });
    let sending = Watched::to(played.address, |settings| {
        to_path("/")(settings);
        settings.answers_at = Some("127.0.0.1:0".parse().unwrap());
    });
    address
        .send(sending.sender.answer_address().unwrap())
        .unwrap();
    let content = String::from_utf8(message("1")).unwrap();
    let content = content.replacen("|2.5.1", "|2.5.1|||AL|AL", 1).into_bytes();
    let ticket = sending.sender.send(content);
    assert_eq!(outcome(&ticket).to_string(), "message 1: refused, AE");
    sending.finish();
    played.thread.join().unwrap();
}
