//! What descriptions of listeners and senders have in common: frames, TLS, faults.

use serde::{Deserialize, Serialize};

use super::files::read_text;
use super::plan_text::{PlanError, hexadecimal, read, whole, wrong};
use crate::net::{
    BlockCheck, BlockSize, Credentials, Fault, FaultRule, Faults, Hllp, Http, Layer, Marks,
    MinimumVersion, When,
};

/// What frames are made of and what stands in them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FramePlan {
    /// The protocol.
    pub layer: LayerPlan,
    /// Hexadecimal.
    pub start: String,
    /// Hexadecimal.
    pub end: String,
    /// What the size of a block counts.
    pub block_size: BlockSizePlan,
    /// How a block is checked.
    pub block_check: BlockCheckPlan,
    /// Where HTTP takes messages.
    pub path: String,
    /// A file that holds `user:password`; empty: nobody is asked. They are not kept with the settings.
    pub credentials: String,
    /// Whether only media types of HL7 are taken.
    pub is_strict: bool,
}

/// The lower layer protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LayerPlan {
    /// MLLP release 1.
    #[default]
    Mllp,
    /// MLLP release 2.
    MllpRelease2,
    /// The hybrid lower layer protocol.
    Hllp,
    /// HTTP: one POST a message.
    Http,
}

/// What the size of a block counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BlockSizePlan {
    /// From the start of the frame to the end of the data.
    #[default]
    Block,
    /// The data alone.
    Data,
    /// Anything: it is not looked at.
    Ignored,
}

/// How a block is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BlockCheckPlan {
    /// Exclusive-or of all bytes.
    #[default]
    ExclusiveOr,
    /// Their sum.
    Sum,
    /// Not at all.
    None,
}

/// How a listener speaks TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServerTlsPlan {
    /// In the clear, with a test certificate, or with one from files.
    pub choice: ServerTls,
    /// A PEM file with our chain.
    pub chain: String,
    /// A PEM file with its key.
    pub key: String,
    /// A PEM file with the CAs of clients; empty: clients need no certificate.
    pub client_ca: String,
    /// Whether TLS 1.2 is refused.
    pub only_13: bool,
}

/// How a listener speaks TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServerTls {
    /// Not at all.
    #[default]
    Off,
    /// With a certificate that is made when it starts.
    SelfSigned,
    /// With one from files.
    Files,
}

/// How a sender speaks TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientTlsPlan {
    /// Whom it trusts.
    pub choice: ClientTls,
    /// A PEM file with the CAs.
    pub ca: String,
    /// The name that the certificate must be for; empty: the host.
    pub name: String,
    /// A PEM file with our own chain, where the peer asks for one.
    pub chain: String,
    /// A PEM file with its key.
    pub key: String,
    /// Whether TLS 1.2 is refused.
    pub only_13: bool,
}

/// Whom a sender trusts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClientTls {
    /// TLS is not spoken.
    #[default]
    Off,
    /// The CAs that the system trusts.
    System,
    /// The CAs of a file.
    Files,
    /// The test certificates of this window's listeners.
    OwnListeners,
}

/// Faults as switches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FaultsPlan {
    /// Those that were switched on once, with what was typed; others are off.
    pub switches: Vec<FaultSwitch>,
    /// The same seed gives the same chances.
    pub seed: String,
}

/// A fault and how it is had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultSwitch {
    /// Its name.
    pub fault: String,
    /// Whether it is had at all.
    pub is_on: bool,
    /// `3`: every third message; `10%`: one in ten.
    pub when: String,
    /// A time, bytes, or a text that the message must hold; empty: the usual one.
    pub value: String,
}

impl Default for FramePlan {
    fn default() -> Self {
        Self {
            layer: LayerPlan::default(),
            start: "0B".to_owned(),
            end: "1C0D".to_owned(),
            block_size: BlockSizePlan::default(),
            block_check: BlockCheckPlan::default(),
            path: "/".to_owned(),
            credentials: String::new(),
            is_strict: false,
        }
    }
}

impl Default for FaultsPlan {
    fn default() -> Self {
        Self {
            switches: Vec::new(),
            seed: "1".to_owned(),
        }
    }
}

impl FramePlan {
    pub(super) fn marks(&self) -> Result<Marks, PlanError> {
        let start = hexadecimal("Start of frame", &self.start)?;
        let end = hexadecimal("End of frame", &self.end)?;
        Marks::new(&start, &end).map_err(|error| wrong("Frame", error))
    }

    pub(super) fn layer(&self) -> Layer {
        match self.layer {
            LayerPlan::Mllp => Layer::Mllp,
            LayerPlan::MllpRelease2 => Layer::MllpRelease2,
            LayerPlan::Hllp => Layer::Hllp(Hllp {
                size: match self.block_size {
                    BlockSizePlan::Block => BlockSize::Block,
                    BlockSizePlan::Data => BlockSize::Data,
                    BlockSizePlan::Ignored => BlockSize::Ignored,
                },
                check: match self.block_check {
                    BlockCheckPlan::ExclusiveOr => BlockCheck::ExclusiveOr,
                    BlockCheckPlan::Sum => BlockCheck::Sum,
                    BlockCheckPlan::None => BlockCheck::None,
                },
                ..Hllp::default()
            }),
            LayerPlan::Http => Layer::Http(self.http(&self.path)),
        }
    }

    /// HTTP at a path, without the credentials, which stand in a file.
    pub(super) fn http(&self, path: &str) -> Http {
        let path = path.trim();
        Http {
            path: if path.starts_with('/') {
                path.to_owned()
            } else {
                format!("/{path}")
            },
            is_strict: self.is_strict,
            ..Http::default()
        }
    }
}

impl FaultsPlan {
    /// Those that are on.
    ///
    /// # Errors
    ///
    /// One of them is described by a text that cannot be used.
    pub fn faults(&self) -> Result<Faults, PlanError> {
        let on = self.switches.iter().filter(|switch| switch.is_on);
        Ok(Faults {
            rules: on.map(FaultSwitch::rule).collect::<Result<_, _>>()?,
            seed: whole("Seed", &self.seed)?,
        })
    }

    /// How many are on.
    pub fn count(&self) -> usize {
        self.switches.iter().filter(|switch| switch.is_on).count()
    }

    /// The switch of a fault; one that is off where nobody touched it.
    pub fn switch(&self, fault: Fault) -> FaultSwitch {
        let known = self.switches.iter();
        let mut known = known.filter(|switch| switch.fault == fault.name());
        known.next().cloned().unwrap_or_else(|| FaultSwitch {
            fault: fault.name().to_owned(),
            is_on: false,
            when: "1".to_owned(),
            value: String::new(),
        })
    }

    /// Keeps a switch.
    pub fn set(&mut self, switch: FaultSwitch) {
        match self
            .switches
            .iter_mut()
            .find(|known| known.fault == switch.fault)
        {
            Some(known) => *known = switch,
            None => self.switches.push(switch),
        }
    }
}

impl FaultSwitch {
    /// The rule.
    ///
    /// # Errors
    ///
    /// A text that cannot be used.
    pub fn rule(&self) -> Result<FaultRule, PlanError> {
        let fault: Fault = read("Faults", &self.fault)?;
        let when: When = read(fault.name(), &self.when)?;
        // Only the whole rule says whether the value fits.
        let text = if self.value.is_empty() {
            format!("{fault}@1")
        } else {
            format!("{fault}={}@1", self.value)
        };
        let rule: FaultRule = read(fault.name(), &text)?;
        Ok(FaultRule { when, ..rule })
    }
}

/// The same settings with the credentials of a file, where HTTP asks for some.
pub(super) fn with_credentials(layer: Layer, file: &str) -> Result<Layer, String> {
    let (Layer::Http(http), false) = (&layer, file.trim().is_empty()) else {
        return Ok(layer);
    };
    let words = |error: &dyn std::fmt::Display| format!("Credentials: {error}");
    let (text, _) = read_text(file.trim().as_ref()).map_err(|error| words(&error))?;
    let credentials = Credentials::read(&text).map_err(|error| words(&error))?;
    Ok(Layer::Http(Http {
        credentials: Some(credentials),
        ..http.clone()
    }))
}

/// The oldest version of TLS.
pub(super) fn oldest(only_13: bool) -> MinimumVersion {
    if only_13 {
        MinimumVersion::Tls13
    } else {
        MinimumVersion::Tls12
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_those_that_are_on() {
        let mut plan = FaultsPlan::default();
        let mut delay = plan.switch(Fault::DelayBefore);
        (delay.is_on, delay.value, delay.when) = (true, "250ms".into(), "10%".into());
        plan.set(delay.clone());
        plan.set(plan.switch(Fault::Drop));
        let faults = plan.faults().expect("readable");
        let rules: Vec<String> = faults.rules.iter().map(ToString::to_string).collect();
        assert_eq!(rules, ["delay-before=250ms@10%"]);
        delay.value = "a while".into();
        plan.set(delay);
        let error = plan.faults().expect_err("no time");
        assert_eq!(error.field, "delay-before");
    }
}
