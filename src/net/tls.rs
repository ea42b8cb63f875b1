//! TLS for listeners and senders: who we are, whom we trust, and what went wrong in words.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rcgen::{CertificateParams, KeyPair};
use tokio_rustls::rustls::client::ResolvesClientCert;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{
    AlertDescription, CertificateError, ClientConfig, Error, InvalidMessage, RootCertStore,
    ServerConfig, SignatureScheme, SupportedProtocolVersion, version,
};

/// A certificate with the chain to its CA, and its key.
pub struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

/// The CAs whose certificates are trusted.
#[derive(Clone, Debug)]
pub struct Authorities(Arc<RootCertStore>);

/// The oldest version of TLS that is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MinimumVersion {
    /// RFC 5246
    #[default]
    Tls12,
    /// RFC 8446
    Tls13,
}

/// How a listener speaks TLS.
#[derive(Clone, Debug)]
pub struct TlsServer(pub(super) Arc<ServerConfig>);

/// How a sender speaks TLS.
#[derive(Clone, Debug)]
pub struct TlsClient {
    pub(super) config: Arc<ClientConfig>,
    pub(super) asked: Arc<AtomicBool>,
    /// The name that the certificate has to be for; none: that of the target.
    pub(super) name: Option<String>,
}

/// A certificate that its own key has signed, for tests.
#[derive(Clone)]
pub struct SelfSigned {
    /// What the other side is to trust.
    pub certificate_pem: String,
    /// To be kept.
    pub key_pem: String,
}

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A PEM text that holds something else.
    #[error("the PEM text of the {what} cannot be read: {why}")]
    Pem {
        /// `certificate`, `key` or `CA`.
        what: &'static str,
        /// As the reader says it.
        why: String,
    },
    /// A PEM text that holds nothing of the kind.
    #[error("the PEM text of the {0} holds none; it begins with -----BEGIN")]
    Nothing(&'static str),
    /// The parts do not go together.
    #[error("certificate and key cannot be used: {0}")]
    Identity(String),
    /// The CAs cannot be used.
    #[error("the CA certificates cannot be used: {0}")]
    Authorities(String),
    /// The name is none.
    #[error("{0:?} is no name or address that a certificate could be for")]
    Name(String),
}

impl Identity {
    /// Reads a chain, the own certificate first, and its key.
    ///
    /// # Errors
    ///
    /// Texts that hold something else.
    pub fn from_pem(chain: &str, key: &str) -> Result<Self, TlsError> {
        let chain = certificates("certificate", chain)?;
        let key =
            PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|error| pem("key", &error))?;
        Ok(Self { chain, key })
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity with {} certificates", self.chain.len())
    }
}

impl Authorities {
    /// Reads the certificates of CAs.
    ///
    /// # Errors
    ///
    /// A text that holds something else.
    pub fn from_pem(text: &str) -> Result<Self, TlsError> {
        let mut store = RootCertStore::empty();
        for certificate in certificates("CA", text)? {
            store
                .add(certificate)
                .map_err(|error| TlsError::Authorities(error.to_string()))?;
        }
        Ok(Self(Arc::new(store)))
    }

    /// Those that this system trusts.
    ///
    /// # Errors
    ///
    /// It has none, or none that can be read.
    pub fn of_system() -> Result<Self, TlsError> {
        let found = rustls_native_certs::load_native_certs();
        let mut store = RootCertStore::empty();
        // Systems carry old ones that nobody reads any more.
        let (added, _) = store.add_parsable_certificates(found.certs);
        if added > 0 {
            return Ok(Self(Arc::new(store)));
        }
        let why = found.errors.first().map(|error| format!(" ({error})"));
        let why = why.unwrap_or_default();
        Err(TlsError::Authorities(format!(
            "this system has none{why}; install its ca-certificates, or name a PEM file"
        )))
    }
}

impl TlsServer {
    /// Shows an identity, and asks for certificates of clients where their CAs are given.
    ///
    /// # Errors
    ///
    /// Parts that do not go together.
    pub fn new(
        identity: Identity,
        clients: Option<&Authorities>,
        minimum: MinimumVersion,
    ) -> Result<Self, TlsError> {
        let builder = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(minimum.versions())
            .map_err(|error| TlsError::Identity(error.to_string()))?;
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(Authorities(roots)) => {
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::clone(roots), provider());
                let verifier = verifier
                    .build()
                    .map_err(|error| TlsError::Authorities(error.to_string()))?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let config = builder.with_single_cert(identity.chain, identity.key);
        let config = config.map_err(|error| TlsError::Identity(error.to_string()))?;
        Ok(Self(Arc::new(config)))
    }
}

impl TlsClient {
    /// Trusts these CAs, and shows an identity where one is asked for.
    ///
    /// # Errors
    ///
    /// Parts that do not go together, a name that is none.
    pub fn new(
        authorities: &Authorities,
        identity: Option<Identity>,
        minimum: MinimumVersion,
        name: Option<&str>,
    ) -> Result<Self, TlsError> {
        if let Some(name) = name {
            server_name(name)?;
        }
        let builder = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(minimum.versions())
            .map_err(|error| TlsError::Identity(error.to_string()))?
            .with_root_certificates(Arc::clone(&authorities.0));
        let key = match identity {
            None => None,
            Some(Identity { chain, key }) => {
                let key = CertifiedKey::from_der(chain, key, &provider());
                Some(Arc::new(
                    key.map_err(|error| TlsError::Identity(error.to_string()))?,
                ))
            }
        };
        let asked = Arc::new(AtomicBool::new(false));
        let shown = Shown {
            key,
            asked: Arc::clone(&asked),
        };
        let config = builder.with_client_cert_resolver(Arc::new(shown));
        Ok(Self {
            config: Arc::new(config),
            asked,
            name: name.map(str::to_owned),
        })
    }
}

impl MinimumVersion {
    fn versions(self) -> &'static [&'static SupportedProtocolVersion] {
        match self {
            MinimumVersion::Tls12 => FROM_12,
            MinimumVersion::Tls13 => FROM_13,
        }
    }
}

impl SelfSigned {
    /// A fresh one for these names and addresses.
    ///
    /// # Errors
    ///
    /// A name that cannot stand in a certificate.
    pub fn new(names: &[String]) -> Result<Self, TlsError> {
        let error = |error: rcgen::Error| TlsError::Identity(error.to_string());
        let key = KeyPair::generate().map_err(error)?;
        let params = CertificateParams::new(names.to_vec()).map_err(error)?;
        let certificate = params.self_signed(&key).map_err(error)?;
        Ok(Self {
            certificate_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
        })
    }
}

static FROM_12: &[&SupportedProtocolVersion] = &[&version::TLS13, &version::TLS12];
static FROM_13: &[&SupportedProtocolVersion] = &[&version::TLS13];

/// The key is nobody's to see.
impl fmt::Debug for SelfSigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SelfSigned")
    }
}

/// Shows a certificate, and keeps that it was asked for: with TLS 1.3 a client whose certificate is refused
/// learns it only after it believes to be connected.
#[derive(Debug)]
struct Shown {
    key: Option<Arc<CertifiedKey>>,
    asked: Arc<AtomicBool>,
}

impl ResolvesClientCert for Shown {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.asked.store(true, Ordering::Relaxed);
        self.key.clone()
    }

    fn has_certs(&self) -> bool {
        // What is asked for is to be heard of, also where there is none.
        true
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn pem(what: &'static str, error: &impl fmt::Display) -> TlsError {
    TlsError::Pem {
        what,
        why: error.to_string(),
    }
}

fn certificates(what: &'static str, text: &str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    let found = found.map_err(|error| pem(what, &error))?;
    if found.is_empty() {
        Err(TlsError::Nothing(what))
    } else {
        Ok(found)
    }
}

/// The name or address that a certificate has to be for.
pub(super) fn server_name(name: &str) -> Result<ServerName<'static>, TlsError> {
    ServerName::try_from(name.to_owned()).map_err(|_| TlsError::Name(name.to_owned()))
}

/// Why no TLS came about, in words; `peer` is who was talked to.
pub(super) fn told(error: &io::Error, peer: &str) -> String {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Error>());
    let Some(inner) = inner else {
        return match error.kind() {
            io::ErrorKind::UnexpectedEof => format!(
                "{peer} closed in the middle of the TLS handshake: perhaps it does not speak TLS"
            ),
            _ => format!("the TLS handshake with {peer} failed: {error}"),
        };
    };
    match inner {
        Error::InvalidCertificate(certificate) => of_certificate(certificate, peer),
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            format!("{peer} does not speak TLS but something else: turn TLS off here or on there")
        }
        Error::NoCertificatesPresented => format!(
            "{peer} shows no certificate, and this port asks for one: give the client a certificate"
        ),
        Error::AlertReceived(alert) => of_alert(*alert, peer),
        Error::PeerIncompatible(_) => {
            format!("{peer} and this program have no version or cipher of TLS in common: {inner}")
        }
        _ => format!("the TLS handshake with {peer} failed: {inner}"),
    }
}

fn of_certificate(error: &CertificateError, peer: &str) -> String {
    match error {
        CertificateError::NotValidForName => format!(
            "the certificate of {peer} is for another name: connect by the name that stands in it"
        ),
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => {
            let names: Vec<String> = presented.iter().map(|name| readable(name)).collect();
            format!(
                "the certificate of {peer} is for {}, not for {}: connect by the name that stands in it",
                names.join(", "),
                expected.to_str()
            )
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            format!("the certificate of {peer} has expired: it needs a new one")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => format!(
            "the certificate of {peer} is not valid yet: compare the clocks of both machines"
        ),
        CertificateError::UnknownIssuer => format!(
            "the certificate of {peer} is signed by nobody that is trusted here: add the certificate of its CA"
        ),
        CertificateError::BadSignature => format!(
            "the certificate of {peer} names a CA that is trusted here, but another key has signed it: add the certificate of its CA"
        ),
        CertificateError::Revoked => format!("the certificate of {peer} was revoked"),
        other => format!("the certificate of {peer} is not accepted: {other}"),
    }
}

/// `DnsName("lab.example")` as `lab.example`.
fn readable(name: &str) -> String {
    let inner = name.split('"').nth(1);
    inner.unwrap_or(name).to_owned()
}

fn of_alert(alert: AlertDescription, peer: &str) -> String {
    match alert {
        AlertDescription::CertificateRequired => {
            format!("{peer} asks for a client certificate, and none is set here")
        }
        AlertDescription::UnknownCA => format!(
            "{peer} does not trust the certificate that it was shown: it needs the certificate of its CA"
        ),
        AlertDescription::BadCertificate
        | AlertDescription::CertificateUnknown
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateRevoked
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::AccessDenied
        | AlertDescription::DecryptError => {
            format!("{peer} does not accept the certificate that it was shown ({alert:?})")
        }
        AlertDescription::ProtocolVersion => format!(
            "{peer} speaks no version of TLS that is allowed here: lower the minimum version or update it"
        ),
        AlertDescription::HandshakeFailure => format!(
            "{peer} gave up the TLS handshake: it wants a client certificate, or there is no cipher in common"
        ),
        other => format!("{peer} gave up the TLS handshake ({other:?})"),
    }
}
