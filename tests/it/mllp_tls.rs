//! TLS in both roles, and each of its failures in words: S18, and what L20 says of the TLS port.

use std::net::SocketAddr;
use std::time::Duration;

use pipehat::net::{
    Authorities, Closing, Identity, ListenerSettings, MinimumVersion, SelfSigned, TlsClient,
    TlsServer,
};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};

use super::mllp::{Peer, Watched, framed, message, settings};
use super::mllp_sending;

/// A CA of our own, and certificates that it signs.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    pub(super) fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            issuer: Issuer::new(params, key),
            pem,
        }
    }

    pub(super) fn signs(
        &self,
        name: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Identity {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Identity::from_pem(&certificate.pem(), &key.serialize_pem()).unwrap()
    }

    pub(super) fn trusted(&self) -> Authorities {
        Authorities::from_pem(&self.pem).unwrap()
    }
}

fn server(identity: Identity, clients: Option<&Authorities>) -> TlsServer {
    TlsServer::new(identity, clients, MinimumVersion::Tls12).unwrap()
}

fn client(trusted: &Authorities, identity: Option<Identity>) -> TlsClient {
    TlsClient::new(
        trusted,
        identity,
        MinimumVersion::Tls12,
        Some("lab.example"),
    )
    .unwrap()
}

fn send(address: SocketAddr, tls: Option<TlsClient>) -> String {
    let watched = mllp_sending::Watched::to(address, |settings| {
        settings.tls = tls;
        settings.ack_timeout = Duration::from_secs(1);
    });
    let found = mllp_sending::outcome(&watched.send("1")).to_string();
    watched.finish();
    found
}

/// A listener with TLS and a sender: what the sender says, why the listener closed, whether the message came.
fn check(listening: TlsServer, sending: Option<TlsClient>, expect: &str) -> Closing {
    let mut watched = Watched::open(ListenerSettings {
        tls: Some(listening),
        ..settings()
    });
    let address = watched.listener.address();
    let found = send(address, sending).replace(&address.to_string(), "PEER");
    assert_eq!(found, format!("message 1: {expect}"));
    let closing = watched.closing();
    assert_eq!(
        watched.taken().is_empty(),
        expect != "accepted, AA",
        "{closing:?}"
    );
    watched.finish();
    closing
}

#[test]
fn s18_a_private_ca_and_mutual_certificates() {
    let ca = Authority::new("North");
    let trusted = ca.trusted();
    check(
        server(ca.signs("lab.example", |_| {}), None),
        Some(client(&trusted, None)),
        "accepted, AA",
    );
    let mutual = server(ca.signs("lab.example", |_| {}), Some(&trusted));
    let shown = ca.signs("sender.example", |_| {});
    check(mutual, Some(client(&trusted, Some(shown))), "accepted, AA");
}

#[test]
fn s18_each_refused_certificate_is_told_apart_and_nothing_is_sent() {
    let ca = Authority::new("North");
    let trusted = ca.trusted();
    check(
        server(ca.signs("other.example", |_| {}), None),
        Some(client(&trusted, None)),
        "not sent: the certificate of PEER is for other.example, not for lab.example: connect by the name that stands in it",
    );
    let past = |params: &mut CertificateParams| {
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
    };
    check(
        server(ca.signs("lab.example", past), None),
        Some(client(&trusted, None)),
        "not sent: the certificate of PEER has expired: it needs a new one",
    );
    let future = |params: &mut CertificateParams| {
        params.not_before = date_time_ymd(2190, 1, 1);
        params.not_after = date_time_ymd(2191, 1, 1);
    };
    check(
        server(ca.signs("lab.example", future), None),
        Some(client(&trusted, None)),
        "not sent: the certificate of PEER is not valid yet: compare the clocks of both machines",
    );
    let stranger = Authority::new("South");
    let closing = check(
        server(stranger.signs("lab.example", |_| {}), None),
        Some(client(&trusted, None)),
        "not sent: the certificate of PEER is signed by nobody that is trusted here: add the certificate of its CA",
    );
    let Closing::Handshake(words) = closing else {
        panic!("{closing:?}");
    };
    assert!(
        words.ends_with(
            "does not trust the certificate that it was shown: it needs the certificate of its CA"
        ),
        "{words}"
    );
}

#[test]
fn s18_a_ca_of_the_same_name_with_another_key() {
    let trusted = Authority::new("North").trusted();
    check(
        server(Authority::new("North").signs("lab.example", |_| {}), None),
        Some(client(&trusted, None)),
        "not sent: the certificate of PEER names a CA that is trusted here, but another key has signed it: add the certificate of its CA",
    );
}

#[test]
fn s18_a_client_certificate_that_is_missing_or_a_strangers() {
    let ca = Authority::new("North");
    let trusted = ca.trusted();
    for version in [MinimumVersion::Tls12, MinimumVersion::Tls13] {
        let mutual =
            || TlsServer::new(ca.signs("lab.example", |_| {}), Some(&trusted), version).unwrap();
        let closing = check(
            mutual(),
            Some(client(&trusted, None)),
            "not sent: PEER asks for a client certificate, and none is set here",
        );
        let Closing::Handshake(words) = closing else {
            panic!("{closing:?}");
        };
        assert!(
            words.ends_with(
                "shows no certificate, and this port asks for one: give the client a certificate"
            ),
            "{words}"
        );
        let stranger = Authority::new("South").signs("sender.example", |_| {});
        check(
            mutual(),
            Some(client(&trusted, Some(stranger))),
            "not sent: PEER does not trust the certificate that it was shown: it needs the certificate of its CA",
        );
    }
}

#[test]
fn l20_plain_to_the_tls_port_and_tls_to_the_plain_one() {
    let ca = Authority::new("North");
    let tls = server(ca.signs("lab.example", |_| {}), None);
    let mut watched = Watched::open(ListenerSettings {
        tls: Some(tls),
        ..settings()
    });
    let mut peer = watched.connect();
    peer.send(&framed(&message("1")));
    peer.rest();
    let closing = watched.closing();
    let Closing::Handshake(words) = closing else {
        panic!("{closing:?}");
    };
    assert!(
        words.ends_with("does not speak TLS but something else: turn TLS off here or on there"),
        "{words}"
    );
    assert!(watched.taken().is_empty());
    watched.finish();

    let mut watched = Watched::open(settings());
    let address = watched.listener.address();
    let found = send(address, Some(client(&ca.trusted(), None)));
    assert_eq!(
        found,
        format!(
            "message 1: not sent: {address} closed in the middle of the TLS handshake: perhaps it does not speak TLS"
        )
    );
    assert_eq!(watched.closing(), Closing::Tls);
    watched.finish();
}

#[test]
fn a_self_signed_certificate_is_enough_for_a_test() {
    let names = [String::from("lab.example"), String::from("127.0.0.1")];
    let made = SelfSigned::new(&names).unwrap();
    let identity = Identity::from_pem(&made.certificate_pem, &made.key_pem).unwrap();
    let trusted = Authorities::from_pem(&made.certificate_pem).unwrap();
    // By the address, which stands in it, too.
    let by_address = TlsClient::new(&trusted, None, MinimumVersion::Tls13, None).unwrap();
    check(server(identity, None), Some(by_address), "accepted, AA");
    assert!(!format!("{made:?}").contains("KEY"));
}

#[test]
fn an_old_version_is_refused_in_words() {
    let ca = Authority::new("North");
    let trusted = ca.trusted();
    let new = TlsServer::new(ca.signs("lab.example", |_| {}), None, MinimumVersion::Tls13).unwrap();
    let mut watched = Watched::open(ListenerSettings {
        tls: Some(new),
        ..settings()
    });
    // A client hello of TLS 1.2, as an old client writes it.
    let mut peer = Peer::connect(watched.listener.address());
    let body = [
        &[3, 3][..],
        &[7; 32],
        &[0, 0, 4, 0xC0, 0x2F, 0xC0, 0x30, 1, 0],
        &[0, 14, 0, 13, 0, 4, 0, 2, 4, 3, 0, 10, 0, 2, 0, 0],
    ]
    .concat();
    let hello = [&[1, 0, 0, body.len() as u8][..], &body].concat();
    peer.send(&[&[0x16, 3, 1, 0, hello.len() as u8][..], &hello].concat());
    peer.rest();
    let closing = watched.closing();
    let Closing::Handshake(words) = closing else {
        panic!("{closing:?}");
    };
    assert!(
        words.contains("no version or cipher of TLS in common") || words.contains("failed"),
        "{words}"
    );
    watched.finish();
    drop(trusted);
}

#[test]
fn texts_that_are_no_certificates_are_told() {
    let made = SelfSigned::new(&[String::from("lab.example")]).unwrap();
    for (chain, key, expect) in [
        (
            "",
            made.key_pem.as_str(),
            "the PEM text of the certificate holds none; it begins with -----BEGIN",
        ),
        (
            &made.certificate_pem,
            "nothing",
            "the PEM text of the key cannot be read: ",
        ),
        (
            &made.key_pem,
            &made.key_pem,
            "the PEM text of the certificate holds none",
        ),
    ] {
        let error = Identity::from_pem(chain, key).unwrap_err().to_string();
        assert!(error.starts_with(expect), "{error}");
    }
    let other = SelfSigned::new(&[String::from("lab.example")]).unwrap();
    let mixed = Identity::from_pem(&made.certificate_pem, &other.key_pem).unwrap();
    let error = TlsServer::new(mixed, None, MinimumVersion::Tls12)
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("certificate and key cannot be used: "),
        "{error}"
    );
}
