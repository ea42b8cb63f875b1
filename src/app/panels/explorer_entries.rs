//! The parts of the profile as the explorer lists them: what stands in its tree, and how it is said.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::cx::Cx;
use super::super::part::Part;
use super::super::status::plural;
use crate::diagnostic::Severity;
use crate::hl7::SegmentId;
use crate::profile::{PartOrigin, PartPath, PartProblem};
use crate::standard;

/// A row of the explorer.
pub(super) struct Entry {
    pub(super) part: Part,
    pub(super) depth: u16,
    /// Whether the rows below are shown; `None` when there are none.
    pub(super) open: Option<bool>,
    pub(super) label: String,
    /// What it holds, in a few words.
    pub(super) detail: String,
    /// How many it holds, or how many samples fall under it.
    pub(super) count: Option<usize>,
    /// Who says it; `None` for what only holds others.
    pub(super) origin: Option<PartOrigin>,
    pub(super) problems: usize,
    pub(super) severity: Severity,
}

impl Entry {
    /// What a screen reader says of the row.
    pub(super) fn name(&self) -> String {
        let kind = match &self.part {
            Part::Message(_) => "Message ",
            Part::Segment(_) => "Segment ",
            Part::Table(_) => "Table ",
            Part::Type(_) => "Type ",
            Part::Codes(_) => "Codes ",
            Part::Profile
            | Part::Rules
            | Part::Messages
            | Part::Segments
            | Part::Types
            | Part::CodeTables
            | Part::Tables => "",
        };
        let mut name = format!("{kind}{}", self.label);
        if !self.detail.is_empty() {
            name = format!("{name}, {}", self.detail);
        }
        if let Some(origin) = &self.origin {
            name = format!("{name}, {origin}");
        }
        match (self.count, &self.part) {
            (Some(count), Part::Message(_)) => {
                name = format!("{name}, {}", plural(count, "sample"));
            }
            (Some(count), _) => name = format!("{name}, {count}"),
            (None, _) => {}
        }
        if self.problems > 0 {
            name = format!("{name}, {}", plural(self.problems, "problem"));
        }
        name
    }
}

/// What the rows are made of.
pub(super) struct Listed<'a, 'c> {
    pub(super) cx: &'a Cx<'c>,
    pub(super) filter: String,
    pub(super) closed: &'a BTreeSet<Part>,
    entries: Vec<Entry>,
}

/// So many segments of the standard are listed for what is searched.
const FOUND: usize = 24;

impl<'a, 'c> Listed<'a, 'c> {
    /// The rows for what is searched, all of them where nothing is.
    pub(super) fn entries(cx: &'a Cx<'c>, filter: &str, closed: &'a BTreeSet<Part>) -> Vec<Entry> {
        let mut listed = Self {
            cx,
            filter: filter.trim().to_lowercase(),
            closed,
            entries: Vec::new(),
        };
        let profile = cx.session.profile();
        let name = profile.name.to_string();
        let head = listed.entry(Part::Profile, 0, "Profile".to_owned(), name);
        if listed.fits(&head) {
            listed.entries.push(head);
        }
        listed.rules();
        listed.messages();
        listed.segments();
        listed.types();
        listed.codes();
        listed.tables();
        listed.entries
    }

    fn rules(&mut self) {
        let profile = self.cx.session.profile();
        let words = "severities and waivers".to_owned();
        let mut head = self.entry(Part::Rules, 0, "Rules".to_owned(), words);
        head.origin = None;
        head.count = Some(profile.severity.len() + profile.waivers.len());
        if self.fits(&head) {
            self.entries.push(head);
        }
    }

    fn messages(&mut self) {
        let messages = &self.cx.session.profile().messages;
        let counts = self.cx.session.match_counts();
        let inner = messages.iter().enumerate().map(|(index, definition)| {
            let label = definition.name.to_string();
            let mut entry = self.entry(Part::Message(index), 1, label, String::new());
            let counts = counts.filter(|counts| counts.total > 0);
            entry.count = counts.and_then(|counts| counts.matched.get(index).copied());
            entry
        });
        let inner = inner.collect();
        self.group(Part::Messages, "Messages", messages.len(), inner);
    }

    fn segments(&mut self) {
        let profile = self.cx.session.profile();
        let dictionary = standard::dictionary(profile.version());
        let words = |id: SegmentId| {
            let own = profile
                .segments
                .get(&id)
                .map(|overlay| &*overlay.description);
            let found = dictionary.segment(id.as_str()).map(|found| found.name);
            own.filter(|text| !text.is_empty())
                .or(found)
                .unwrap_or_default()
                .to_owned()
        };
        let mut inner: Vec<Entry> = profile
            .segments
            .keys()
            .map(|id| self.entry(Part::Segment(*id), 1, id.to_string(), words(*id)))
            .collect();
        if !self.filter.is_empty() {
            let others = dictionary
                .segments()
                .filter_map(|found| SegmentId::new(found.id));
            let others = others
                .filter(|id| !profile.segments.contains_key(id))
                .map(|id| self.entry(Part::Segment(id), 1, id.to_string(), words(id)))
                .filter(|entry| self.fits(entry));
            inner.extend(others.take(FOUND));
        }
        self.group(Part::Segments, "Segments", profile.segments.len(), inner);
    }

    fn types(&mut self) {
        let profile = self.cx.session.profile();
        let dictionary = standard::dictionary(profile.version());
        let inner = profile.types.iter().map(|(name, overlay)| {
            let said = Some(&*overlay.description).filter(|text| !text.is_empty());
            let found = dictionary.data_type(name).map(|found| found.name);
            let words = said.or(found).unwrap_or_default().to_owned();
            self.entry(Part::Type(Arc::clone(name)), 1, name.to_string(), words)
        });
        let mut inner: Vec<Entry> = inner.collect();
        if !self.filter.is_empty() {
            let others = dictionary.data_types();
            let others = others
                .filter(|found| !profile.types.contains_key(found.id))
                .map(|found| {
                    let (id, name) = (found.id.to_owned(), found.name.to_owned());
                    self.entry(Part::Type(found.id.into()), 1, id, name)
                })
                .filter(|entry| self.fits(entry));
            inner.extend(others.take(FOUND));
        }
        self.group(Part::Types, "Types", profile.types.len(), inner);
    }

    fn codes(&mut self) {
        let profile = self.cx.session.profile();
        let inner = profile.codes.iter().map(|(name, codes)| {
            let words = match codes.maps.len() {
                0 => plural(codes.values.len(), "value"),
                maps => format!("{maps} mapped"),
            };
            self.entry(Part::Codes(Arc::clone(name)), 1, name.to_string(), words)
        });
        let inner = inner.collect();
        self.group(Part::CodeTables, "Codes", profile.codes.len(), inner);
    }

    fn tables(&mut self) {
        let tables = &self.cx.session.profile().tables;
        let inner = tables.iter().map(|(name, table)| {
            let part = Part::Table(Arc::clone(name));
            let detail = plural(table.columns.len(), "column");
            self.entry(part, 1, name.to_string(), detail)
        });
        let inner = inner.collect();
        self.group(Part::Tables, "Tables", tables.len(), inner);
    }

    /// A row that holds others.
    fn group(&mut self, part: Part, label: &str, count: usize, inner: Vec<Entry>) {
        let is_sought = !self.filter.is_empty();
        let inner: Vec<Entry> = inner.into_iter().filter(|entry| self.fits(entry)).collect();
        let is_open = is_sought || !self.closed.contains(&part);
        let mut head = self.entry(part, 0, label.to_owned(), String::new());
        if is_sought && inner.is_empty() && !self.fits(&head) {
            return;
        }
        head.count = Some(count);
        head.origin = None;
        head.open = (!inner.is_empty()).then_some(is_open);
        if is_open {
            // The rows below tell their own.
            head.problems = head
                .problems
                .saturating_sub(inner.iter().map(|one| one.problems).sum());
        }
        self.entries.push(head);
        if is_open {
            self.entries.extend(inner);
        }
    }

    fn entry(&self, part: Part, depth: u16, label: String, detail: String) -> Entry {
        let path = part.path(self.cx.session.profile());
        let found = problems_in(self.cx, &path);
        let (problems, severity) = match part {
            // Its page shows only what it says itself.
            Part::Profile => (0, Severity::Info),
            _ => found.fold((0, Severity::Info), |(count, worst), one| {
                (count + 1, worst.max(one.diagnostic.severity))
            }),
        };
        let drafts = self.cx.session.cell_drafts_in(&path);
        let (problems, severity) = match drafts {
            0 => (problems, severity),
            drafts => (problems + drafts, Severity::Error),
        };
        let origin = match part {
            Part::Profile => None,
            _ => Some(self.cx.session.origins().of(&path)),
        };
        Entry {
            part,
            depth,
            open: None,
            label,
            detail,
            count: None,
            origin,
            problems,
            severity,
        }
    }

    fn fits(&self, entry: &Entry) -> bool {
        self.filter.is_empty()
            || entry.label.to_lowercase().contains(&self.filter)
            || entry.detail.to_lowercase().contains(&self.filter)
    }
}

/// What is wrong with a part of the profile, as the newest preview tells.
pub(super) fn problems_in<'c>(
    cx: &'c Cx<'_>,
    path: &PartPath,
) -> impl Iterator<Item = &'c PartProblem> {
    let preview = cx.session.preview();
    let all = preview.map_or(&[][..], |preview| &preview.part_problems[..]);
    all.iter().filter(move |found| found.part.is_in(path))
}
