//! Listeners and senders as a person describes them: texts as typed, kept from one start to the next, and read
//! when one begins.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::environment::expanded;
use super::plan_text::{
    PlanError, above_zero, at_least_one, list, optional, read, seconds, whole, wrong,
};
use super::sending::Pace;
use super::wire_plan_parts::{ClientTlsPlan, FaultsPlan, FramePlan, ServerTlsPlan};
use crate::net::{
    AckCode, AddressRule, AfterFailure, BatchAnswer, DuplicateRule, HttpUrl, Layer, ListenAddress,
    ListenerSettings, Repeat, SenderSettings, Target,
};

/// Accepted messages that are remembered to find repeated ones.
const REMEMBERED: usize = 100_000;

/// A listener as it is described.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListenerPlan {
    /// `2575`, `0.0.0.0:2575`
    pub address: String,
    /// Addresses that may connect, with commas between them; empty: all.
    pub accept_from: String,
    /// Seconds; empty: a silent connection stays.
    pub idle_timeout: String,
    /// Connections at once.
    pub connections: String,
    /// How messages are answered.
    pub ack: AckPlan,
    /// The code that is sent where [`AckPlan::Fixed`] is chosen.
    pub ack_code: String,
    /// What stands in its MSA-3.
    pub ack_text: String,
    /// The file of the script, where [`AckPlan::Script`] is chosen.
    pub ack_script: String,
    /// Whether a repeated control id is answered again and the message taken once.
    pub once: bool,
    /// Whether a batch is answered by a batch.
    pub batch_ack: bool,
    /// Whether messages become samples.
    pub into_samples: bool,
    /// The folder in which messages are kept; empty: none.
    pub journal: String,
    /// The lower layer.
    pub frame: FramePlan,
    /// TLS.
    pub tls: ServerTlsPlan,
    /// What is done wrong on purpose.
    pub faults: FaultsPlan,
}

/// How a listener of the window answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AckPlan {
    /// As the mapping of the profile turns out.
    #[default]
    Mapped,
    /// Positively, as soon as the message is here and stored where it is to be.
    Immediate,
    /// With a code, whatever came.
    Fixed,
    /// As a script makes it.
    Script,
    /// Not at all.
    Never,
}

/// A sender as it is described.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a form")]
pub struct SenderPlan {
    /// `localhost:2575`
    pub target: String,
    /// When the next message goes.
    pub pace: PacePlan,
    /// Messages a second, for [`PacePlan::Rate`].
    pub rate: String,
    /// How many times as fast as the log, for [`PacePlan::Log`].
    pub speed: String,
    /// How often everything is sent.
    pub repeat: String,
    /// Connections that share the messages.
    pub connections: String,
    /// Messages that may wait for their answers on one connection.
    pub window: String,
    /// Whether each message has a connection of its own.
    pub connect_each: bool,
    /// Whether each message gets a control id that no other has.
    pub fresh_ids: bool,
    /// Seconds for an answer.
    pub timeout: String,
    /// Seconds for a connection.
    pub connect_timeout: String,
    /// Further tries to connect.
    pub reconnect: String,
    /// Further tries to send.
    pub resend: String,
    /// Seconds before each further try.
    pub pause: String,
    /// The codes that mean success, with commas between them.
    pub accept: String,
    /// Whether MSA-2 may be another one.
    pub any_id: bool,
    /// Whether nothing is sent after a message that failed.
    pub stop_on_failure: bool,
    /// A port of our own for the answers; empty: they come on the same connection.
    pub answers_at: String,
    /// The lower layer.
    pub frame: FramePlan,
    /// TLS.
    pub tls: ClientTlsPlan,
    /// What is done wrong on purpose.
    pub faults: FaultsPlan,
}

/// When the next message goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PacePlan {
    /// As soon as a connection is free.
    #[default]
    Free,
    /// So many a second.
    Rate,
    /// As far apart as MSH-7 are.
    Log,
}

impl Default for ListenerPlan {
    fn default() -> Self {
        Self {
            address: "2575".to_owned(),
            accept_from: String::new(),
            idle_timeout: String::new(),
            connections: "1024".to_owned(),
            ack: AckPlan::default(),
            ack_code: "AE".to_owned(),
            ack_text: String::new(),
            ack_script: String::new(),
            once: false,
            batch_ack: false,
            into_samples: true,
            journal: String::new(),
            frame: FramePlan::default(),
            tls: ServerTlsPlan::default(),
            faults: FaultsPlan::default(),
        }
    }
}

impl Default for SenderPlan {
    fn default() -> Self {
        Self {
            target: "localhost:2575".to_owned(),
            pace: PacePlan::default(),
            rate: "10".to_owned(),
            speed: "1".to_owned(),
            repeat: "1".to_owned(),
            connections: "1".to_owned(),
            window: "1".to_owned(),
            connect_each: false,
            fresh_ids: false,
            timeout: "30".to_owned(),
            connect_timeout: "10".to_owned(),
            reconnect: "0".to_owned(),
            resend: "0".to_owned(),
            pause: "1".to_owned(),
            accept: "AA, CA".to_owned(),
            any_id: false,
            stop_on_failure: false,
            answers_at: String::new(),
            frame: FramePlan::default(),
            tls: ClientTlsPlan::default(),
            faults: FaultsPlan::default(),
        }
    }
}

impl ListenerPlan {
    /// What the listener is told, but for TLS, which stands in files.
    ///
    /// # Errors
    ///
    /// A text that cannot be used.
    pub fn settings(&self) -> Result<ListenerSettings, PlanError> {
        let address: ListenAddress = read("Address", &named("Address", &self.address)?)?;
        if self.ack == AckPlan::Fixed {
            self.code()?;
        }
        if self.ack == AckPlan::Script && self.ack_script.trim().is_empty() {
            return Err(wrong(
                "Script",
                "name the file of the script that makes the ACK",
            ));
        }
        Ok(ListenerSettings {
            address: address.socket(),
            marks: self.frame.marks()?,
            layer: self.frame.layer(),
            accept_from: list::<AddressRule>("Accept from", &self.accept_from)?,
            idle_timeout: optional("Idle time-out", &self.idle_timeout)?,
            most_connections: at_least_one("Connections", &self.connections)?,
            batch_answer: if self.batch_ack {
                BatchAnswer::Batch
            } else {
                BatchAnswer::EachMessage
            },
            duplicates: if self.once {
                DuplicateRule::AnswerAgain {
                    remembered: REMEMBERED,
                }
            } else {
                DuplicateRule::Accept
            },
            tells_bytes: true,
            faults: self.faults.faults()?,
            ..ListenerSettings::default()
        })
    }

    /// The code that is sent where one is fixed.
    ///
    /// # Errors
    ///
    /// There is no such code.
    pub fn code(&self) -> Result<AckCode, PlanError> {
        read("Code", &self.ack_code)
    }

    /// Whether other machines can connect, as far as the address can be read.
    pub fn is_open_to_others(&self) -> bool {
        let address = expanded(&self.address).and_then(|text| {
            let address = text.parse::<ListenAddress>();
            address.map_err(|error| error.to_string())
        });
        address.is_ok_and(|address| !address.is_local())
    }

    /// Where messages are kept.
    pub fn journal(&self) -> Option<PathBuf> {
        let folder = self.journal.trim();
        (!folder.is_empty()).then(|| folder.into())
    }
}

impl SenderPlan {
    /// What each sender is told, but for TLS, which stands in files.
    ///
    /// # Errors
    ///
    /// A text that cannot be used.
    pub fn settings(&self) -> Result<SenderSettings, PlanError> {
        let url = self.url()?;
        let target: Target = match &url {
            Some(url) => url.target.clone(),
            None => read("To", &named("To", &self.target)?)?,
        };
        let pause = seconds("Pause", &self.pause)?;
        let again = |field, text: &str| {
            let times = whole(field, text)?;
            Ok::<_, PlanError>(Repeat { times, pause })
        };
        let mut settings = SenderSettings::to(target);
        settings.marks = self.frame.marks()?;
        settings.layer = match &url {
            Some(url) => Layer::Http(self.frame.http(&url.path)),
            None => self.frame.layer(),
        };
        settings.connect_timeout = seconds("Connect time-out", &self.connect_timeout)?;
        settings.ack_timeout = seconds("Answer time-out", &self.timeout)?;
        settings.application_timeout = settings.ack_timeout;
        settings.write_timeout = settings.ack_timeout;
        settings.is_persistent = !self.connect_each;
        settings.window = at_least_one("Unanswered", &self.window)?;
        settings.reconnect = again("Reconnect", &self.reconnect)?;
        settings.resend = again("Resend", &self.resend)?;
        settings.accepted = list("Accepted codes", &self.accept)?;
        settings.checks_control_id = !self.any_id;
        let answers_at: Option<ListenAddress> = Some(self.answers_at.trim())
            .filter(|text| !text.is_empty())
            .map(|text| read("Answers at", &named("Answers at", text)?))
            .transpose()?;
        settings.answers_at = answers_at.map(ListenAddress::socket);
        settings.tells_bytes = true;
        settings.faults = self.faults.faults()?;
        if self.stop_on_failure {
            settings.after_failure = AfterFailure::Stop;
        }
        Ok(settings)
    }

    /// The target as a URL, where it is one.
    ///
    /// # Errors
    ///
    /// It is none that can be used, or holds credentials, which would be kept with the settings.
    pub fn url(&self) -> Result<Option<HttpUrl>, PlanError> {
        if !HttpUrl::is_meant(&self.target) {
            return Ok(None);
        }
        let url: HttpUrl = read("To", &named("To", &self.target)?)?;
        if url.credentials.is_some() && !self.target.contains("${") {
            return Err(wrong(
                "To",
                "credentials would be kept with the settings: put them into a file and name that below",
            ));
        }
        Ok(Some(url))
    }

    /// When the next message goes.
    ///
    /// # Errors
    ///
    /// A number that is none.
    pub fn pace(&self) -> Result<Pace, PlanError> {
        Ok(match self.pace {
            PacePlan::Free => Pace::Free,
            PacePlan::Rate => Pace::Rate(above_zero("Messages a second", &self.rate)?),
            PacePlan::Log => Pace::Log(above_zero("Speed", &self.speed)?),
        })
    }

    /// How often everything is sent.
    ///
    /// # Errors
    ///
    /// A number that is none.
    pub fn repeat(&self) -> Result<usize, PlanError> {
        at_least_one("Repeat", &self.repeat)
    }

    /// Connections that share the messages.
    ///
    /// # Errors
    ///
    /// A number that is none.
    pub fn connections(&self) -> Result<usize, PlanError> {
        let count = at_least_one("Connections", &self.connections)?;
        if count > 1024 {
            return Err(wrong("Connections", "1024 at most"));
        }
        Ok(count)
    }
}

/// A text with what the variables of the environment in it say.
fn named(field: &'static str, text: &str) -> Result<String, PlanError> {
    expanded(text).map_err(|why| wrong(field, why))
}

#[cfg(test)]
mod tests {
    use super::super::wire_plan_parts::FaultSwitch;
    use super::*;
    use crate::net::Fault;

    #[test]
    fn a_plan_that_nobody_touched_can_be_used() {
        let listener = ListenerPlan::default().settings().expect("usable");
        assert_eq!(listener.address.to_string(), "127.0.0.1:2575");
        assert!(listener.idle_timeout.is_none() && listener.accept_from.is_empty());
        let sender = SenderPlan::default().settings().expect("usable");
        assert_eq!(sender.target.to_string(), "localhost:2575");
        assert_eq!(sender.accepted, [AckCode::Accept, AckCode::CommitAccept]);
    }

    #[test]
    fn what_cannot_be_used_is_named_with_its_field() {
        type Change = fn(&mut ListenerPlan);
        let cases: [(Change, &str); 7] = [
            (
                |plan| plan.address = "${PIPEHAT_NO_SUCH_PORT}".into(),
                "Address: the variable PIPEHAT_NO_SUCH_PORT is not set",
            ),
            (
                |plan| plan.address = "hub".into(),
                "Address: \"hub\" is no address to listen on",
            ),
            (
                |plan| plan.accept_from = "10.1.2.3, all".into(),
                "Accept from: \"all\" is no address",
            ),
            (
                |plan| plan.idle_timeout = "soon".into(),
                "Idle time-out: write seconds",
            ),
            (
                |plan| plan.connections = "0".into(),
                "Connections: write a whole number from 1",
            ),
            (
                |plan| plan.frame.end = "1C0".into(),
                "End of frame: write two hexadecimal digits",
            ),
            (
                |plan| {
                    (plan.ack, plan.ack_code) = (AckPlan::Fixed, "OK".into());
                },
                "Code: ",
            ),
        ];
        for (change, expect) in cases {
            let mut plan = ListenerPlan::default();
            change(&mut plan);
            let error = plan.settings().expect_err(expect);
            assert!(error.to_string().starts_with(expect), "{error}");
        }
    }

    #[test]
    fn a_url_is_http_and_keeps_no_credentials() {
        let mut plan = SenderPlan {
            target: "http://portal.example/hl7/adt".into(),
            ..SenderPlan::default()
        };
        let settings = plan.settings().expect("usable");
        assert_eq!(settings.target.to_string(), "portal.example:80");
        let Layer::Http(http) = settings.layer else {
            panic!("it is HTTP");
        };
        assert_eq!(http.path, "/hl7/adt");
        plan.target = "https://eva:secret@portal.example/".into();
        let error = plan.settings().expect_err("a password");
        assert!(
            error.why.starts_with("credentials would be kept"),
            "{error}"
        );
        plan.target = "ftp://portal.example/".into();
        assert_eq!(plan.settings().expect_err("no HTTP").field, "To");
    }

    #[test]
    fn a_plan_survives_being_written() {
        let mut plan = SenderPlan {
            target: "hub.example:104".into(),
            ..SenderPlan::default()
        };
        plan.faults.set(FaultSwitch {
            is_on: true,
            ..plan.faults.switch(Fault::Trickle)
        });
        let text = ron::to_string(&plan).expect("written");
        assert_eq!(ron::from_str::<SenderPlan>(&text).expect("read"), plan);
        // A plan of an older program lacks what is new.
        let old: SenderPlan = ron::from_str("(target: \"a:1\")").expect("read");
        assert_eq!(old.accept, SenderPlan::default().accept);
    }
}
