//! What the rules find in real messages (where the corpus is present): their defaults are as lenient
//! as the world is.

#![allow(clippy::print_stderr, reason = "the shares are there to be read")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pipehat::cancel::Cancel;
use pipehat::diagnostic::Severity;
use pipehat::profile::Profile;
use pipehat::workbench::{Corpus, Memo, Snapshot, Source, derive};

use crate::corpus::root;

/// What was counted.
#[derive(Default)]
struct Shares {
    messages: u32,
    without_error: u32,
    /// By rule: messages in which it speaks, findings, the gravest severity.
    rules: BTreeMap<String, (u32, u32, Option<Severity>)>,
    /// By code and trigger: messages, and those whose segments all stand where the structure has them.
    types: BTreeMap<String, (u32, u32)>,
}

/// Rules about segments: a message without a finding of them binds to its structure.
const OF_SEGMENTS: [&str; 6] = [
    "segment-unknown",
    "segment-not-in-structure",
    "segment-out-of-order",
    "segment-missing",
    "segment-glued",
    "message-type-unknown",
];

#[test]
fn the_defaults_are_as_lenient_as_real_messages_are() {
    let Some(root) = root() else { return };
    let mut shares = Shares::default();
    let mut memo = Memo::default();
    let now = "20260301".parse().unwrap();
    let alone = Snapshot::new(Arc::new(Profile::new("Any")), Arc::default(), now);
    for path in files(&root.join("corpus")) {
        // Those messages are odd on purpose.
        if path.to_string_lossy().contains("synthetic-oddities") {
            continue;
        }
        let Ok(source) = Source::open(&path) else {
            continue;
        };
        let corpus = Corpus::default().with(Arc::new(source));
        for sample in (0..corpus.len()).filter_map(|at| corpus.sample(at)) {
            let snapshot = alone.clone().with_sample(sample);
            let preview = derive(&snapshot, &mut memo, &Cancel::never()).unwrap();
            shares.add(&preview);
        }
    }
    shares.print();
    assert!(shares.messages > 500, "the corpus has messages");
    let share = |part: u32| f64::from(part) / f64::from(shares.messages);
    assert!(
        share(shares.without_error) > 0.98,
        "few messages have an error"
    );
    for (rule, (messages, _, gravest)) in &shares.rules {
        if *gravest == Some(Severity::Error) {
            assert!(share(*messages) < 0.01, "{rule} is no error for so many");
        }
    }
    let bound: u32 = shares.types.values().map(|(_, clean)| clean).sum();
    assert!(share(bound) > 0.55, "most messages bind without a finding");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let is_message = path
                .extension()
                .is_some_and(|end| ["hl7", "txt", "mllp"].iter().any(|known| end == *known));
            if path.is_dir() {
                waiting.push(path);
            } else if is_message {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

impl Shares {
    fn add(&mut self, preview: &pipehat::workbench::Preview) {
        self.messages += 1;
        let mut seen: BTreeMap<&str, (u32, Severity)> = BTreeMap::new();
        for finding in &preview.findings {
            let severity = finding.diagnostic.severity;
            let known = seen.entry(finding.rule_name()).or_insert((0, severity));
            *known = (known.0 + 1, known.1.max(severity));
        }
        let has_error = seen
            .values()
            .any(|(_, severity)| *severity == Severity::Error);
        self.without_error += u32::from(!has_error);
        for (rule, (count, severity)) in &seen {
            let all = self.rules.entry((*rule).to_owned()).or_default();
            *all = (all.0 + 1, all.1 + count, all.2.max(Some(*severity)));
        }
        let part = |location: &str| {
            let text = preview.message.text_at(&location.parse().unwrap());
            let is_plain = text.len() == 3 && text.bytes().all(|b| b.is_ascii_alphanumeric());
            if is_plain {
                text.into_owned()
            } else {
                "?".to_owned()
            }
        };
        let kind = format!("{}^{}", part("MSH-9.1"), part("MSH-9.2"));
        let binds = OF_SEGMENTS.iter().all(|rule| !seen.contains_key(rule));
        let (all, clean) = self.types.entry(kind).or_default();
        *all += 1;
        *clean += u32::from(binds);
    }

    fn print(&self) {
        let percent = |part: u32, all: u32| 100.0 * f64::from(part) / f64::from(all.max(1));
        let bound: u32 = self.types.values().map(|(_, clean)| clean).sum();
        eprintln!(
            "{} messages: {:.1} % without an error, {:.1} % bind without a finding",
            self.messages,
            percent(self.without_error, self.messages),
            percent(bound, self.messages)
        );
        let mut rules: Vec<_> = self.rules.iter().collect();
        rules.sort_by_key(|(_, (messages, ..))| std::cmp::Reverse(*messages));
        for (rule, (messages, findings, severity)) in rules {
            eprintln!(
                "{:>6.1} % {findings:>7} {:<8} {rule}",
                percent(*messages, self.messages),
                severity.map_or("", Severity::name)
            );
        }
        let mut types: Vec<_> = self.types.iter().collect();
        types.sort_by_key(|(_, (all, _))| std::cmp::Reverse(*all));
        for (kind, (all, clean)) in types.iter().take(30) {
            eprintln!(
                "{kind}: {all} messages, {:.1} % bind",
                percent(*clean, *all)
            );
        }
    }
}
