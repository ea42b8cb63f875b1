//! The URL of a peer that takes messages over HTTP.

use std::fmt;
use std::str::FromStr;

use hyper::Uri;
use percent_encoding::percent_decode_str;

use super::http::Credentials;
use super::sender_settings::Target;

/// `https://portal.example/hl7/adt`: who is sent to, where, and whether over TLS.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpUrl {
    /// `https`, not `http`.
    pub is_secure: bool,
    /// Its host and port; 443 or 80 where it names none.
    pub target: Target,
    /// Its path and query.
    pub path: String,
    /// Those before an `@`, if any.
    pub credentials: Option<Credentials>,
}

/// A text that is no such URL. What stands before an `@` is not repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no URL that messages can be sent to; https://portal.example:8443/hl7 is one")]
pub struct HttpUrlError(String);

impl HttpUrl {
    /// Whether a text is meant to be a URL, and no host and port.
    pub fn is_meant(text: &str) -> bool {
        text.contains("://")
    }

    /// A text that may be a URL, without what stands before an `@`.
    pub fn masked(text: &str) -> String {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (format!("{scheme}://"), rest),
            None => (String::new(), text),
        };
        match rest.rsplit_once('@') {
            Some((_, host)) => format!("{scheme}…@{host}"),
            None => text.to_owned(),
        }
    }
}

impl FromStr for HttpUrl {
    type Err = HttpUrlError;

    fn from_str(text: &str) -> Result<Self, HttpUrlError> {
        let error = || HttpUrlError(Self::masked(text.trim()));
        let uri: Uri = text.trim().parse().map_err(|_| error())?;
        let (is_secure, usual) = match uri.scheme_str() {
            Some("https") => (true, 443),
            Some("http") => (false, 80),
            Some(_) | None => return Err(error()),
        };
        let authority = uri.authority().ok_or_else(error)?;
        let credentials = match authority.as_str().rsplit_once('@') {
            Some((pair, _)) => {
                let (user, password) = pair.split_once(':').unwrap_or((pair, ""));
                let plain = |text| percent_decode_str(text).decode_utf8_lossy();
                let read = Credentials::new(&plain(user), &plain(password));
                Some(read.map_err(|_| error())?)
            }
            None => None,
        };
        let place = authority.as_str();
        let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
        let host = authority.host();
        let port = match place.strip_prefix(host) {
            Some("") => usual,
            Some(rest) => {
                let port = rest.strip_prefix(':').and_then(|port| port.parse().ok());
                port.filter(|port| *port > 0).ok_or_else(error)?
            }
            None => return Err(error()),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err(error());
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        Ok(Self {
            is_secure,
            target: Target {
                host: host.to_owned(),
                port,
            },
            path: path.to_owned(),
            credentials,
        })
    }
}

/// Without credentials.
impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_secure { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.target, self.path)
    }
}

/// Without credentials.
impl fmt::Debug for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::HttpUrl;

    #[test]
    fn a_url_names_host_port_and_path() {
        for (text, expect) in [
            ("http://localhost", "http://localhost:80/"),
            (
                " https://portal.example/hl7?site=1 ",
                "https://portal.example:443/hl7?site=1",
            ),
            ("https://[fd00::1]:8443/a/b", "https://[fd00::1]:8443/a/b"),
            ("http://lab:s%40crEt@10.1.2.3:81/", "http://10.1.2.3:81/"),
        ] {
            let url: HttpUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), expect);
            assert_eq!(format!("{url:?}"), expect);
            assert_eq!(url.credentials.is_some(), text.contains('@'));
        }
    }

    #[test]
    fn what_is_no_url_is_told_without_its_password() {
        for text in [
            "",
            "localhost:80",
            "ftp://a/b",
            "http://",
            "http:///a",
            "https://host:0/",
            "https://host:",
            "https://host:70000/",
            "http://a b/",
            "http://lab:s crEt@host/",
            "http://lab:scrEt@",
            "gopher://lab:scrEt@host/",
        ] {
            let error = text.parse::<HttpUrl>().unwrap_err().to_string();
            assert!(!error.contains("crEt"), "{error}");
            assert!(
                error.contains("is no URL that messages can be sent to"),
                "{error}"
            );
        }
    }
}
