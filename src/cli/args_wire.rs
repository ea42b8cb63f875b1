//! The words of `listen`, `send` and `torture`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, ValueEnum};

use super::args_layer::{Destination, Framing, HttpArguments, HttpPortArguments, LayerArguments};
use super::certificates::identity;
use super::environment::{listen_address, target};
use super::failure::Failure;
use super::help;
use crate::net::{
    AckCode, AddressRule, FaultRule, Faults, Identity, ListenAddress, MinimumVersion, Target,
};

/// Take messages over MLLP or HTTP, answer them, and say what the peer does
#[derive(Debug, Parser)]
#[command(after_long_help = help::listen())]
pub(super) struct Listen {
    /// Where to listen: a port is for this machine only, 0.0.0.0:PORT for all its networks. Port 0 takes one
    /// that is free. ${NAME} stands for what the environment says
    #[arg(value_name = "[HOST:]PORT", value_parser = listen_address)]
    pub(super) address: ListenAddress,
    /// The site profile whose mapping decides how a message is answered
    #[arg(long, value_name = "P")]
    pub(super) profile: Option<PathBuf>,
    /// How to answer: immediate, mapped, none, a code such as AE, or script:FILE, a Rhai script that finds the
    /// positive ACK in `out` and changes it; without it mapped with --profile, else immediate
    #[arg(long, value_name = "HOW")]
    pub(super) ack: Option<AckStyle>,
    /// With a code for --ack: why, as MSA-3 and ERR say it
    #[arg(long, value_name = "TEXT")]
    pub(super) ack_text: Option<String>,
    /// Who may connect: an address or a network such as 10.1.0.0/16; may be given several times
    #[arg(long, value_name = "ADDRESS")]
    pub(super) accept_from: Vec<AddressRule>,
    /// Close a connection on which nothing happens for so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(super) idle_timeout: Option<Duration>,
    /// Bytes of a message at most
    #[arg(long, value_name = "BYTES", default_value_t = 64 << 20)]
    pub(super) max_size: usize,
    /// Connections at once, at most
    #[arg(long, value_name = "N", default_value_t = 1024)]
    pub(super) connections: usize,
    /// Answer a message whose MSH-10 was accepted before from the same sender as the first one was, and take
    /// it only once; with --save and --ack immediate also where it was accepted before this start
    #[arg(long)]
    pub(super) once: bool,
    /// Answer a batch by a batch, not each of its messages
    #[arg(long)]
    pub(super) batch_ack: bool,
    /// Keep each message in a journal in this folder, safe on the disk before it is answered; `pipehat show
    /// DIR` and every other command read it
    #[arg(long, value_name = "DIR")]
    pub(super) save: Option<PathBuf>,
    /// End after so many messages are answered
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) count: Option<u64>,
    /// Speak TLS with a test certificate for this machine that is made now and written to this file, for the
    /// other side to trust
    #[arg(long, value_name = "PEM", conflicts_with = "tls_cert")]
    pub(super) tls_self_signed: Option<PathBuf>,
    /// Ask for client certificates that these CAs have signed
    #[arg(long, value_name = "PEM")]
    pub(super) tls_client_ca: Option<PathBuf>,
    #[command(flatten)]
    pub(super) tls: TlsArguments,
    #[command(flatten)]
    pub(super) faults: FaultArguments,
    #[command(flatten)]
    pub(super) framing: Framing,
    #[command(flatten)]
    pub(super) layer: LayerArguments,
    #[command(flatten)]
    pub(super) http: HttpPortArguments,
    /// Print one JSON object a line
    #[arg(long)]
    pub(super) json: bool,
}

/// How `listen` answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AckStyle {
    /// Positively as soon as the message is here, and stored where it is to be.
    Immediate,
    /// As the mapping turns out.
    Mapped,
    /// With this code.
    Code(AckCode),
    /// As this script makes it.
    Script(PathBuf),
    /// Not at all.
    Never,
}

impl std::str::FromStr for AckStyle {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "immediate" => Ok(Self::Immediate),
            "mapped" => Ok(Self::Mapped),
            "none" => Ok(Self::Never),
            "script:" => Err("name the script: script:answer.rhai".to_owned()),
            text if text.starts_with("script:") => {
                Ok(Self::Script(text.trim_start_matches("script:").into()))
            }
            code => code.parse().map(Self::Code).map_err(|_| {
                "write immediate, mapped, none, script:FILE, or a code: AA, AE, AR, CA, CE, CR"
                    .to_owned()
            }),
        }
    }
}

/// Send messages over MLLP or HTTP and say what became of each
#[derive(Debug, Parser)]
#[command(after_long_help = help::send())]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
pub(super) struct Send {
    /// Whom to send to: HOST:PORT, or http://HOST/PATH or https://HOST/PATH for HL7 over HTTP. ${NAME} stands
    /// for what the environment says
    #[arg(value_name = "HOST:PORT|URL")]
    pub(super) target: Destination,
    /// Files or folders; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Messages a second, at most
    #[arg(long, value_name = "N", value_parser = rate, conflicts_with = "like_log")]
    pub(super) rate: Option<f64>,
    /// Send as far apart as MSH-7 of the messages are, SPEED times as fast
    #[arg(long, value_name = "SPEED", value_parser = rate, num_args = 0..=1, default_missing_value = "1")]
    pub(super) like_log: Option<f64>,
    /// Send everything so many times
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) repeat: u64,
    /// Connections that share the messages; with more than one their order is not kept
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) connections: u16,
    /// Messages that may wait for their answers on one connection at once; answers find them by MSA-2
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024), conflicts_with_all = ["connect_each", "any_id"])]
    pub(super) window: u16,
    /// A connection of its own for each message
    #[arg(long)]
    pub(super) connect_each: bool,
    /// Give each message a control id (MSH-10) that no other has
    #[arg(long)]
    pub(super) fresh_ids: bool,
    /// Wait so many seconds for an answer
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "30")]
    pub(super) timeout: Duration,
    /// Wait so many seconds for a connection
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "10")]
    pub(super) connect_timeout: Duration,
    /// Try to connect again so many times
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) reconnect: u32,
    /// Send a message again so many times that did not arrive, or of which nobody knows whether it did: the
    /// peer may get it twice
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) resend: u32,
    /// Seconds before each further try
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "1")]
    pub(super) pause: Duration,
    /// The codes that mean success
    #[arg(
        long,
        value_name = "CODES",
        value_delimiter = ',',
        default_value = "AA,CA"
    )]
    pub(super) accept: Vec<AckCode>,
    /// Take an answer whose MSA-2 is not the message's MSH-10, too
    #[arg(long)]
    pub(super) any_id: bool,
    /// Send nothing more after a message that failed
    #[arg(long)]
    pub(super) stop_on_failure: bool,
    /// A port of our own at which the peer delivers its answers
    #[arg(long, value_name = "[HOST:]PORT", value_parser = listen_address)]
    pub(super) answers_at: Option<ListenAddress>,
    /// Speak TLS and trust certificates that the CAs of this system have signed; https:// does, too
    #[arg(long = "tls")]
    pub(super) speaks_tls: bool,
    /// Speak TLS and trust certificates that the CAs in this PEM file have signed, and no others
    #[arg(long, value_name = "PEM")]
    pub(super) tls_ca: Option<PathBuf>,
    /// The name that the peer's certificate must be for, where it is not HOST
    #[arg(long, value_name = "NAME")]
    pub(super) tls_name: Option<String>,
    #[command(flatten)]
    pub(super) tls: TlsArguments,
    #[command(flatten)]
    pub(super) faults: FaultArguments,
    #[command(flatten)]
    pub(super) framing: Framing,
    #[command(flatten)]
    pub(super) layer: LayerArguments,
    #[command(flatten)]
    pub(super) http: HttpArguments,
    /// Print one JSON object a line
    #[arg(long)]
    pub(super) json: bool,
}

/// What both sides of TLS are told.
#[derive(Debug, Args)]
pub(super) struct TlsArguments {
    /// Our certificate (and its chain): a listener speaks TLS with it, a sender shows it where the peer asks
    /// for one
    #[arg(
        id = "tls_cert",
        long = "tls-cert",
        value_name = "PEM",
        requires = "tls_key"
    )]
    pub(super) chain: Option<PathBuf>,
    /// The key of --tls-cert
    #[arg(
        id = "tls_key",
        long = "tls-key",
        value_name = "PEM",
        requires = "tls_cert"
    )]
    pub(super) key: Option<PathBuf>,
    /// The oldest version of TLS that is spoken; 1.2 unless said
    #[arg(id = "tls_min", long = "tls-min", value_name = "VERSION", value_enum)]
    pub(super) oldest: Option<TlsVersion>,
}

impl TlsArguments {
    /// The certificate and its key.
    pub(super) fn identity(&self) -> Result<Option<Identity>, Failure> {
        match (&self.chain, &self.key) {
            (Some(chain), Some(key)) => identity(chain, key).map(Some),
            (Some(_), None) | (None, _) => Ok(None),
        }
    }

    /// The oldest version.
    pub(super) fn minimum(&self) -> MinimumVersion {
        match self.oldest {
            None | Some(TlsVersion::V12) => MinimumVersion::Tls12,
            Some(TlsVersion::V13) => MinimumVersion::Tls13,
        }
    }
}

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TlsVersion {
    /// 1.2
    #[value(name = "1.2")]
    V12,
    /// 1.3
    #[value(name = "1.3")]
    V13,
}

/// How to misbehave.
#[derive(Debug, Args)]
pub(super) struct FaultArguments {
    /// Misbehave on purpose: NAME[=VALUE][@N or @PERCENT%], such as delay-before=2s@3; may be given several
    /// times
    #[arg(long = "fault", value_name = "FAULT")]
    pub(super) rules: Vec<FaultRule>,
    /// The same seed gives the same chances
    #[arg(long = "fault-seed", value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,
}

impl FaultArguments {
    /// What is to be played.
    pub(super) fn faults(&self) -> Faults {
        Faults {
            rules: self.rules.clone(),
            seed: self.seed,
        }
    }
}

/// Torment somebody's listener, or with --listen somebody's sender, and report what it made of it
#[derive(Debug, Parser)]
#[command(after_long_help = help::TORTURE)]
pub(super) struct Torture {
    /// Whose listener: use one that nobody works with
    #[arg(value_name = "HOST:PORT", value_parser = target, required_unless_present_any = ["listen", "cases"])]
    pub(super) target: Option<Target>,
    /// Listen here instead, and torment the sender that sends: one case a message, in order
    #[arg(long, value_name = "[HOST:]PORT", value_parser = listen_address, conflicts_with = "target")]
    pub(super) listen: Option<ListenAddress>,
    /// A file whose first message the listener accepts; each case gives it control ids of its own. Without it,
    /// an admission of an invented patient
    #[arg(long, value_name = "FILE", conflicts_with = "listen")]
    pub(super) message: Option<PathBuf>,
    /// Play only this case, such as L4 or S2; may be given several times
    #[arg(long = "case", value_name = "ID")]
    pub(super) only: Vec<String>,
    /// List the cases, and do nothing else
    #[arg(long)]
    pub(super) cases: bool,
    /// Seconds for an answer; with --listen, seconds to wait for a message or for what the sender does next,
    /// longer than its own time-outs
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(super) timeout: Option<Duration>,
    /// Bytes of a frame that never ends, at most
    #[arg(long, value_name = "BYTES", default_value_t = 80 << 20)]
    pub(super) max_size: usize,
    /// How to report
    #[arg(long, value_enum, default_value_t = TortureFormat::Text)]
    pub(super) format: TortureFormat,
    /// Show what went and what came, byte by byte
    #[arg(long)]
    pub(super) bytes: bool,
    /// Where to write the report; the file appears only when all is done. `-` is standard output
    #[arg(long, value_name = "PATH")]
    pub(super) out: Option<PathBuf>,
    #[command(flatten)]
    pub(super) framing: Framing,
}

/// How `torture` reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TortureFormat {
    /// A line a case, as it is played
    Text,
    /// The XML of JUnit
    Junit,
    /// A page for a browser
    Html,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok();
    seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "write seconds, such as 30 or 0.5".to_owned())
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok();
    rate.filter(|rate: &f64| rate.is_finite() && *rate > 0.0)
        .ok_or_else(|| "write a number above 0, such as 10 or 0.5".to_owned())
}
