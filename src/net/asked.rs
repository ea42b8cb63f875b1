//! Which acknowledgments a message asks for: MSH-15 and MSH-16, chapter 2's enhanced mode.

use std::fmt;

use super::ack::{Ack, AckCode};
use super::header::Header;

/// When an acknowledgment is asked for (HL7 table 0155).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asks {
    /// The field is empty.
    #[default]
    Unstated,
    /// `AL`: always.
    Always,
    /// `NE`: never.
    Never,
    /// `ER`: of errors and rejections only.
    OnError,
    /// `SU`: of success only.
    OnSuccess,
}

/// What MSH-15 and MSH-16 of a message ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// MSH-15: that the message arrived and is safe.
    pub accept: Asks,
    /// MSH-16: what became of it.
    pub application: Asks,
}

/// The acknowledgments that a message gets, in the order in which they are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// CA, CE or CR.
    pub accept: Option<AckCode>,
    /// AA, AE or AR.
    pub application: Option<AckCode>,
}

impl Asks {
    /// Every value, as the tables of chapter 2 list them.
    pub const ALL: [Asks; 5] = [
        Asks::Always,
        Asks::Never,
        Asks::OnError,
        Asks::OnSuccess,
        Asks::Unstated,
    ];

    /// As the field says; a value that table 0155 lacks asks for an answer rather than for none.
    pub fn of(field: &str) -> Self {
        match field.trim().to_ascii_uppercase().as_str() {
            "" | "\"\"" => Asks::Unstated,
            "NE" => Asks::Never,
            "ER" => Asks::OnError,
            "SU" => Asks::OnSuccess,
            _ => Asks::Always,
        }
    }

    /// Its code in table 0155; empty for [`Asks::Unstated`].
    pub fn code(self) -> &'static str {
        match self {
            Asks::Unstated => "",
            Asks::Always => "AL",
            Asks::Never => "NE",
            Asks::OnError => "ER",
            Asks::OnSuccess => "SU",
        }
    }

    /// Whether an outcome of this kind is answered.
    fn covers(self, is_success: bool) -> bool {
        match self {
            Asks::Always => true,
            // In the enhanced mode a field that is left empty asks for nothing.
            Asks::Never | Asks::Unstated => false,
            Asks::OnError => !is_success,
            Asks::OnSuccess => is_success,
        }
    }
}

impl fmt::Display for Asks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Asks::Unstated => "empty (none)",
            Asks::Always => "AL (always)",
            Asks::Never => "NE (never)",
            Asks::OnError => "ER (of errors only)",
            Asks::OnSuccess => "SU (of success only)",
        })
    }
}

/// Which mode that is, and why.
impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_enhanced() {
            write!(
                f,
                "enhanced mode: commit acknowledgment by MSH-15 {}, application acknowledgment by MSH-16 {}",
                self.accept, self.application
            )
        } else {
            f.write_str(
                "original mode, as MSH-15 and MSH-16 are empty: one application acknowledgment",
            )
        }
    }
}

impl Asked {
    /// What a header asks for.
    pub fn of(header: &Header<'_>) -> Self {
        Self {
            accept: Asks::of(header.field(15)),
            application: Asks::of(header.field(16)),
        }
    }

    /// Whether the enhanced mode is asked for: one of the fields is not empty (chapter 2, 2.9.2).
    pub fn is_enhanced(self) -> bool {
        self != Self::default()
    }

    /// Whether some outcome of the message would be answered.
    pub fn any_answer(self) -> bool {
        [AckCode::Accept, AckCode::Error, AckCode::CommitError]
            .into_iter()
            .any(|code| self.answers(code) != Answers::default())
    }

    /// What is sent for an outcome.
    ///
    /// In the original mode that is one application acknowledgment, always. In the enhanced mode a commit
    /// that failed ends it: nobody processes what was not stored. A commit code says that another system
    /// sends the application acknowledgment later.
    pub fn answers(self, outcome: AckCode) -> Answers {
        if !self.is_enhanced() {
            return Answers {
                accept: None,
                application: Some(outcome.application()),
            };
        }
        let (commit, application) = match outcome {
            AckCode::Accept | AckCode::Error | AckCode::Reject => {
                (AckCode::CommitAccept, Some(outcome))
            }
            AckCode::CommitAccept | AckCode::CommitError | AckCode::CommitReject => (outcome, None),
        };
        Answers {
            accept: Some(commit).filter(|code| self.accept.covers(code.is_success())),
            application: application.filter(|code| self.application.covers(code.is_success())),
        }
    }

    /// The acknowledgments for an outcome, with its words on the one that tells of them.
    pub fn acks(self, outcome: &Ack) -> Vec<Ack> {
        let Answers {
            accept,
            application,
        } = self.answers(outcome.code);
        [accept, application]
            .into_iter()
            .flatten()
            .map(|code| {
                if code.is_success() == outcome.code.is_success() {
                    Ack {
                        code,
                        ..outcome.clone()
                    }
                } else {
                    Ack::of(code)
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Asked, Asks};
    use crate::net::AckCode;

    fn told(asked: Asked, outcome: AckCode) -> String {
        let answers = asked.answers(outcome);
        let codes = [answers.accept, answers.application];
        let codes: Vec<_> = codes.into_iter().flatten().map(AckCode::name).collect();
        codes.join("+")
    }

    /// A row: MSH-15, MSH-16, what is sent for AA, AE, AR, CA, CE, CR.
    const ROWS: [(&str, &str, [&str; 6]); 25] = [
        ("AL", "AL", ["CA+AA", "CA+AE", "CA+AR", "CA", "CE", "CR"]),
        ("AL", "NE", ["CA", "CA", "CA", "CA", "CE", "CR"]),
        ("AL", "ER", ["CA", "CA+AE", "CA+AR", "CA", "CE", "CR"]),
        ("AL", "SU", ["CA+AA", "CA", "CA", "CA", "CE", "CR"]),
        ("AL", "", ["CA", "CA", "CA", "CA", "CE", "CR"]),
        ("NE", "AL", ["AA", "AE", "AR", "", "", ""]),
        ("NE", "NE", ["", "", "", "", "", ""]),
        ("NE", "ER", ["", "AE", "AR", "", "", ""]),
        ("NE", "SU", ["AA", "", "", "", "", ""]),
        ("NE", "", ["", "", "", "", "", ""]),
        ("ER", "AL", ["AA", "AE", "AR", "", "CE", "CR"]),
        ("ER", "NE", ["", "", "", "", "CE", "CR"]),
        ("ER", "ER", ["", "AE", "AR", "", "CE", "CR"]),
        ("ER", "SU", ["AA", "", "", "", "CE", "CR"]),
        ("ER", "", ["", "", "", "", "CE", "CR"]),
        ("SU", "AL", ["CA+AA", "CA+AE", "CA+AR", "CA", "", ""]),
        ("SU", "NE", ["CA", "CA", "CA", "CA", "", ""]),
        ("SU", "ER", ["CA", "CA+AE", "CA+AR", "CA", "", ""]),
        ("SU", "SU", ["CA+AA", "CA", "CA", "CA", "", ""]),
        ("SU", "", ["CA", "CA", "CA", "CA", "", ""]),
        ("", "AL", ["AA", "AE", "AR", "", "", ""]),
        ("", "NE", ["", "", "", "", "", ""]),
        ("", "ER", ["", "AE", "AR", "", "", ""]),
        ("", "SU", ["AA", "", "", "", "", ""]),
        ("", "", ["AA", "AE", "AR", "AA", "AE", "AR"]),
    ];

    #[test]
    fn every_pair_of_values_gets_the_answers_of_the_enhanced_mode() {
        for (accept, application, expect) in ROWS {
            let asked = Asked {
                accept: Asks::of(accept),
                application: Asks::of(application),
            };
            let found = AckCode::ALL.map(|code| told(asked, code));
            assert_eq!(found, expect, "MSH-15 {accept:?}, MSH-16 {application:?}");
            assert_eq!(
                asked.any_answer(),
                expect.iter().any(|codes| !codes.is_empty())
            );
        }
        let pairs: std::collections::BTreeSet<_> = ROWS.iter().map(|row| (row.0, row.1)).collect();
        assert_eq!(pairs.len(), Asks::ALL.len() * Asks::ALL.len());
    }

    #[test]
    fn codes_are_read_as_they_are_written() {
        for asks in Asks::ALL {
            assert_eq!(Asks::of(asks.code()), asks);
        }
        assert_eq!(
            (Asks::of("ne "), Asks::of("\"\""), Asks::of("XX")),
            (Asks::Never, Asks::Unstated, Asks::Always)
        );
    }
}
