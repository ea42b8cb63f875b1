//! The words of the wire that say to whom and how messages are carried.

use std::convert::Infallible;
use std::env;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::failure::Failure;
use crate::net::{
    BlockCheck, BlockSize, Credentials, Hllp, Http, HttpUrl, HttpUrlError, Layer, Marks, Target,
    TargetError,
};
use crate::workbench::expanded;
use crate::workbench::read_text;

/// Whom to send to, as it was written: a password may stand in it, so nobody repeats it.
#[derive(Clone)]
pub(super) struct Destination(String);

/// Where HTTP credentials may stand beside a file.
const AUTH: &str = "PIPEHAT_HTTP_AUTH";

impl FromStr for Destination {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HttpUrl::masked(&self.0))
    }
}

impl Destination {
    /// The URL that it is, where it is meant to be one.
    pub(super) fn url(&self) -> Result<Option<HttpUrl>, Failure> {
        let text = expanded(&self.0).map_err(Failure::Argument)?;
        if !HttpUrl::is_meant(&text) {
            return Ok(None);
        }
        let url = text.parse();
        url.map(Some)
            .map_err(|error: HttpUrlError| Failure::Argument(error.to_string()))
    }

    /// Whether whoever lists processes can read the credentials in it.
    pub(super) fn shows_credentials(&self) -> bool {
        HttpUrl::masked(&self.0) != self.0 && !self.0.contains("${")
    }

    /// The host and port that it is.
    pub(super) fn target(&self) -> Result<Target, Failure> {
        let text = expanded(&self.0).map_err(Failure::Argument)?;
        let target = HttpUrl::masked(&text).parse();
        target.map_err(|error: TargetError| {
            Failure::Argument(format!("{error}, and so does https://HOST/PATH"))
        })
    }
}

/// How HTTP is spoken.
#[derive(Debug, Args)]
pub(super) struct HttpArguments {
    /// Over HTTP: a file with user:password, for basic authentication. Without it, PIPEHAT_HTTP_AUTH of the
    /// environment is used, where it is set; on the command line everybody could read them who lists processes
    #[arg(long = "http-auth", value_name = "FILE")]
    pub(super) auth: Option<PathBuf>,
    /// Over HTTP: the Content-Type that is sent; application/hl7-v2 unless said
    #[arg(long = "http-type", value_name = "TYPE")]
    pub(super) media_type: Option<String>,
}

/// How a listener speaks HTTP.
#[derive(Debug, Args)]
pub(super) struct HttpPortArguments {
    /// With --layer http: the path at which messages are taken; / unless said
    #[arg(long = "http-path", value_name = "PATH")]
    path: Option<String>,
    /// With --layer http: take content types of HL7 only, no text/plain and none that is not said
    #[arg(long = "http-strict")]
    is_strict: bool,
    #[command(flatten)]
    both: HttpArguments,
}

impl HttpPortArguments {
    /// How HTTP is spoken, where it is.
    pub(super) fn http(&self, layer: &LayerArguments) -> Result<Option<Http>, Failure> {
        let path = self.path.as_deref().unwrap_or("/");
        if !layer.is_http() {
            let are_given = self.path.is_some() || self.is_strict || self.both.are_given();
            return if are_given {
                Err(Failure::Argument(
                    "--http-path, --http-auth, --http-type and --http-strict go with --layer http"
                        .to_owned(),
                ))
            } else {
                Ok(None)
            };
        }
        let is_of_path = |c: char| c.is_ascii_graphic() && !matches!(c, '?' | '#');
        if !path.starts_with('/') || !path.chars().all(is_of_path) {
            return Err(Failure::Argument(format!(
                "--http-path {path}: write a path as it stands in a URL, such as /hl7/adt"
            )));
        }
        let mut http = self.both.http(path.to_owned())?;
        http.is_strict = self.is_strict;
        Ok(Some(http))
    }
}

impl HttpArguments {
    /// Whether anything is said that is of HTTP alone.
    pub(super) fn are_given(&self) -> bool {
        self.auth.is_some() || self.media_type.is_some()
    }

    /// How HTTP is spoken at a path.
    pub(super) fn http(&self, path: String) -> Result<Http, Failure> {
        let mut http = Http {
            path,
            credentials: self.credentials()?,
            ..Http::default()
        };
        if let Some(media_type) = &self.media_type {
            let is_type = |c: char| c.is_ascii_graphic() && !matches!(c, ';' | ',' | '"');
            if !media_type.chars().all(is_type) || media_type.split('/').count() != 2 {
                return Err(Failure::Argument(format!(
                    "--http-type {media_type}: write a media type without parameters, such as x-application/hl7-v2+er7"
                )));
            }
            http.media_type.clone_from(media_type);
        }
        Ok(http)
    }

    fn credentials(&self) -> Result<Option<Credentials>, Failure> {
        let (text, place) = match (&self.auth, env::var(AUTH)) {
            (Some(path), _) => {
                let (text, _) = read_text(path)?;
                (text, path.display().to_string())
            }
            (None, Ok(text)) if !text.is_empty() => (text, AUTH.to_owned()),
            (None, _) => return Ok(None),
        };
        let read = Credentials::read(&text);
        read.map(Some)
            .map_err(|error| Failure::Argument(format!("{place}: {error}")))
    }
}

/// What frames are made of.
#[derive(Debug, Args)]
pub(super) struct Framing {
    /// Bytes before a message, in hexadecimal
    #[arg(long, value_name = "HEX", default_value = "0B")]
    pub(super) frame_start: String,
    /// Bytes behind a message, in hexadecimal
    #[arg(long, value_name = "HEX", default_value = "1C0D")]
    pub(super) frame_end: String,
}

/// What carries messages.
#[derive(Debug, Args)]
pub(super) struct LayerArguments {
    /// What carries messages: frames with the message (mllp, unless said or the target is a URL), with the
    /// message and a commit by a byte (MLLP release 2), or with a block with its size and check (the hybrid
    /// lower layer protocol); or HL7 over HTTP
    #[arg(long, value_enum)]
    pub(super) layer: Option<LayerName>,
    /// With --layer hllp: what the size of a block counts; block unless said
    #[arg(long, value_enum)]
    pub(super) hllp_size: Option<SizeName>,
    /// With --layer hllp: how the check of a block is worked out; xor unless said
    #[arg(long, value_enum)]
    pub(super) hllp_check: Option<CheckName>,
}

impl LayerArguments {
    /// Whether HTTP is asked for by its name.
    pub(super) fn is_http(&self) -> bool {
        self.layer == Some(LayerName::Http)
    }

    /// The lower layer protocol; `http` is how HTTP is spoken, where it is.
    pub(super) fn layer(&self, http: Option<Http>) -> Result<Layer, String> {
        let has_more = self.hllp_size.is_some() || self.hllp_check.is_some();
        match (self.layer, http) {
            (None | Some(LayerName::Mllp | LayerName::Mllp2 | LayerName::Http), _) if has_more => {
                Err("--hllp-size and --hllp-check go with --layer hllp".to_owned())
            }
            (None | Some(LayerName::Http), Some(http)) => Ok(Layer::Http(http)),
            (Some(LayerName::Mllp | LayerName::Mllp2 | LayerName::Hllp), Some(_)) => {
                Err("a URL is sent to over HTTP: leave --layer out, or name HOST:PORT".to_owned())
            }
            (Some(LayerName::Http), None) => Ok(Layer::Http(Http::default())),
            (None | Some(LayerName::Mllp), None) => Ok(Layer::Mllp),
            (Some(LayerName::Mllp2), None) => Ok(Layer::MllpRelease2),
            (Some(LayerName::Hllp), None) => Ok(Layer::Hllp(Hllp {
                size: match self.hllp_size {
                    None | Some(SizeName::Block) => BlockSize::Block,
                    Some(SizeName::Data) => BlockSize::Data,
                    Some(SizeName::Ignored) => BlockSize::Ignored,
                },
                check: match self.hllp_check {
                    None | Some(CheckName::Xor) => BlockCheck::ExclusiveOr,
                    Some(CheckName::Sum) => BlockCheck::Sum,
                    Some(CheckName::None) => BlockCheck::None,
                },
                ..Hllp::default()
            })),
        }
    }
}

/// A lower layer protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LayerName {
    /// MLLP release 1
    Mllp,
    /// MLLP release 2
    Mllp2,
    /// The hybrid lower layer protocol
    Hllp,
    /// HL7 over HTTP: one POST a message, its acknowledgment in the answer
    Http,
}

/// What the size of a block counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SizeName {
    /// From the start of the frame to the end of the data
    Block,
    /// The data alone
    Data,
    /// Whatever it says, it is not looked at
    Ignored,
}

/// How the check of a block is worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckName {
    /// Exclusive-or of all bytes
    Xor,
    /// Their sum, modulo 256
    Sum,
    /// 999 is written, and none looked at
    None,
}

impl Framing {
    /// The bytes.
    pub(super) fn marks(&self) -> Result<Marks, String> {
        let start = hexadecimal("--frame-start", &self.frame_start)?;
        let end = hexadecimal("--frame-end", &self.frame_end)?;
        Marks::new(&start, &end).map_err(|error| format!("--frame-start, --frame-end: {error}"))
    }
}

fn hexadecimal(option: &str, text: &str) -> Result<Vec<u8>, String> {
    let digits: Vec<u32> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16))
        .collect::<Option<_>>()
        .filter(|digits: &Vec<u32>| digits.len().is_multiple_of(2))
        .ok_or_else(|| {
            format!("{option} {text}: write two hexadecimal digits a byte, such as 1C0D")
        })?;
    let byte = |pair: &[u32]| pair.iter().fold(0, |byte, digit| byte << 4 | digit);
    let bytes = digits.chunks(2).map(byte);
    Ok(bytes.filter_map(|byte| u8::try_from(byte).ok()).collect())
}
