//! Codes of many messages that code tables hold, counted by table and code.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::unmapped::visit_fields;
use crate::hl7::Message;
use crate::mapping::{Outcome, Reads};
use crate::profile::Profile;

/// How often the codes of each code table stand in messages, counted message by message.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ListedCounts {
    tables: BTreeMap<Arc<str>, BTreeMap<Arc<str>, u64>>,
}

impl ListedCounts {
    /// Counts what a message has: what its mapping asked a table for, else the fields that the profile
    /// says have codes of that table. `outcome` says what was read.
    pub fn add(&mut self, message: &Message, outcome: &Outcome, profile: &Profile) {
        let mut asked: BTreeSet<Arc<str>> = outcome
            .unmapped
            .iter()
            .map(|code| Arc::clone(&code.table))
            .collect();
        for (table, code, count) in outcome.reads.iter().flat_map(Reads::listed) {
            self.count(table, code, count);
            asked.insert(Arc::clone(table));
        }
        visit_fields(message, profile, |table, codes, code, _| {
            if !asked.contains(table) && codes.holds(code) {
                self.count(table, code, 1);
            }
        });
    }

    fn count(&mut self, table: &Arc<str>, code: &str, count: u64) {
        if !self.tables.contains_key(table) {
            self.tables.insert(Arc::clone(table), BTreeMap::new());
        }
        let Some(codes) = self.tables.get_mut(table) else {
            return;
        };
        match codes.get_mut(code) {
            Some(known) => *known += count,
            None => drop(codes.insert(code.into(), count)),
        }
    }

    /// How often a code that a table holds stands in the messages.
    pub fn of(&self, table: &str, code: &str) -> u64 {
        let counted = self.tables.get(table).and_then(|codes| codes.get(code));
        counted.copied().unwrap_or_default()
    }
}

/// Shows no code: it is a patient's.
impl fmt::Debug for ListedCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ListedCounts({} tables)", self.tables.len())
    }
}

#[cfg(test)]
mod tests {
    use super::super::corpus::Corpus;
    use super::super::coverage::Coverage;
    use super::super::inputs::Snapshot;
    use super::super::memo::Memo;
    use super::super::source::{Origin, Source};
    use crate::cancel::Cancel;
    use crate::profile::read;

    fn check(parts: &str, sexes: &[&str], expect: &[(&str, u64)]) {
        let text = format!(
            "Profile(format: 1, name: \"a\", standard: \"2.5.1\", {parts}
            codes: {{\"sex\": Codes(values: {{\"M\": \"Male\"}}, maps: {{\"1\": \"M\"}})}},
            tables: {{\"patient\": Table(columns: [Column(name: \"sex\", type: Text)])}})"
        );
        let profile = std::sync::Arc::new(read(&text).unwrap());
        let now = "20260301".parse().unwrap();
        let snapshot = Snapshot::new(
            std::sync::Arc::clone(&profile),
            std::sync::Arc::default(),
            now,
        );
        let mut coverage = Coverage::new(&profile);
        let mut memo = Memo::default();
        for sex in sexes {
            let text = format!(
                "MSH|^~\\&|A|B|C|D|20260301||ADT^A01^ADT_A01|1|P|2.5.1\rPID|1||7||A|||{sex}\r"
            );
            let source = Source::from_bytes(Origin::Paste(1), text.into_bytes()).unwrap();
            let corpus = Corpus::default().with(std::sync::Arc::new(source));
            let sample = corpus.sample(0).unwrap();
            let cancel = Cancel::never();
            coverage
                .add(&snapshot, &sample, &mut memo, &cancel)
                .unwrap();
        }
        for (code, count) in expect {
            assert_eq!(coverage.listed.of("sex", code), *count, "{code} by {parts}");
        }
    }

    #[test]
    fn listed_codes_are_counted_once_whoever_asks() {
        let rows = "rows: [Rows(table: \"patient\", root: \"PID\", columns: {\"sex\": From(\"PID-8\", codes: \"sex\")})]";
        let field = "segments: {\"PID\": Segment(fields: [Field(number: 8, codes: \"sex\")])},";
        let script = "script: Some(Inline(\"codes(\\\"sex\\\", msg[\\\"PID-8\\\"]);\"))";
        let sexes = ["1", "M", "M", "", "9", "\"\""];
        let expect = [("1", 1), ("M", 2), ("9", 0), ("", 0)];
        let message = |what: &str| format!("messages: [Message(name: \"m\", {what})],");
        check(&message(rows), &sexes, &expect);
        check(&message(script), &sexes, &expect);
        check(&format!("{}{field}", message("")), &sexes, &expect);
        check(&format!("{}{field}", message(rows)), &sexes, &expect);
    }
}
