//! How many messages came to each statement and branch of a profile's scripts.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::mapping::{CountedScript, PartKind, RanScript};

/// How many messages came to each statement and branch of each script.
#[derive(Debug, Default)]
pub struct LineCoverage {
    scripts: BTreeMap<Arc<str>, ScriptCounts>,
}

#[derive(Debug)]
struct ScriptCounts {
    script: Arc<CountedScript>,
    /// Messages that the script ran for.
    runs: u64,
    /// Of each part, messages that came to it.
    messages: Vec<u64>,
}

/// A statement or a branch of a script, and how many messages came to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartCount {
    /// The script's name, as diagnostics show it.
    pub script: Arc<str>,
    /// What it is.
    pub kind: PartKind,
    /// Where it begins, counted from 1.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
    /// The text of that line, without the blanks around it.
    pub text: String,
    /// Messages that came to it.
    pub messages: u64,
    /// Messages that the script ran for.
    pub runs: u64,
    /// Whether it lies in a branch that no message came to.
    pub is_within_unreached: bool,
}

/// What is known of one line of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineCount {
    /// Messages that came to a statement which begins on the line.
    pub messages: u64,
    /// Messages that the script ran for.
    pub runs: u64,
    /// Whether a statement or a branch begins there that no message came to.
    pub has_unreached: bool,
}

impl LineCoverage {
    /// A script that may run.
    pub(super) fn know(&mut self, script: &Arc<CountedScript>) {
        self.counts(script);
    }

    /// What the scripts of a message came to.
    pub(super) fn add(&mut self, ran: &[RanScript]) {
        for one in ran {
            let counts = self.counts(&one.script);
            counts.runs += 1;
            for (count, ran) in counts.messages.iter_mut().zip(&one.ran) {
                *count += u64::from(*ran);
            }
        }
    }

    /// The statements and branches of all scripts in the order of their text, those in a branch behind it.
    pub fn parts(&self) -> Vec<PartCount> {
        let mut all = Vec::new();
        for (name, counts) in &self.scripts {
            // Up to which part all lie in a branch that no message came to.
            let mut within = 0;
            let parts = counts.script.parts().iter().zip(&counts.messages);
            for (at, (part, messages)) in parts.enumerate() {
                all.push(PartCount {
                    script: Arc::clone(name),
                    kind: part.kind,
                    line: part.line,
                    column: part.column,
                    text: counts.script.line(part.line).trim().to_owned(),
                    messages: *messages,
                    runs: counts.runs,
                    is_within_unreached: at < within,
                });
                if *messages == 0 && at >= within {
                    within = at + 1 + part.holds;
                }
            }
        }
        // Functions stand behind what calls them.
        all.sort_by(|a, b| {
            let place = |part: &PartCount| (part.line, part.column);
            (&a.script, place(a)).cmp(&(&b.script, place(b)))
        });
        all
    }

    /// What no message came to: of a branch the branch alone, not what lies in it.
    pub fn unreached(&self) -> Vec<PartCount> {
        let mut parts = self.parts();
        parts.retain(|part| part.messages == 0 && !part.is_within_unreached);
        parts
    }

    /// What is known of a line of a script; `None` where no statement and no branch begins on it.
    pub fn line(&self, script: &str, line: u32) -> Option<LineCount> {
        let counts = self.scripts.get(script)?;
        let parts = counts.script.parts().iter().zip(&counts.messages);
        let mut found: Option<LineCount> = None;
        for (_, messages) in parts.filter(|(part, _)| part.line == line) {
            let found = found.get_or_insert(LineCount {
                messages: 0,
                runs: counts.runs,
                has_unreached: false,
            });
            found.messages = found.messages.max(*messages);
            found.has_unreached |= *messages == 0;
        }
        found
    }

    /// The lines of a script on which a statement or a branch begins that no message came to, in order;
    /// none where no message ran the script.
    pub fn unreached_lines(&self, script: &str) -> Vec<u32> {
        let counts = self.scripts.get(script).filter(|counts| counts.runs > 0);
        let parts = counts.into_iter().flat_map(|counts| {
            let parts = counts.script.parts().iter();
            parts.zip(&counts.messages)
        });
        let unreached = parts.filter(|(_, messages)| **messages == 0);
        let mut lines: Vec<u32> = unreached.map(|(part, _)| part.line).collect();
        lines.sort_unstable();
        lines.dedup();
        lines
    }

    fn counts(&mut self, script: &Arc<CountedScript>) -> &mut ScriptCounts {
        let new = || ScriptCounts {
            script: Arc::clone(script),
            runs: 0,
            messages: vec![0; script.parts().len()],
        };
        let known = self
            .scripts
            .entry(Arc::clone(script.name()))
            .or_insert_with(new);
        // One name may be another's text only where a definition is named like the file of a script.
        if known.script.source() != script.source() {
            *known = new();
        }
        known
    }
}
