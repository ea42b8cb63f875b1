//! The list of samples: what each is, what became of those that were looked at, and a filter.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::{Role, TextEdit, Ui};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::status::plural;
use super::super::theme::{Colour, Theme};
use super::super::widgets::{ColumnSpec, RowSource, RowsView, Width, cell_text, dot};
use super::parts::{bar_ui, empty_ui, weak};
use crate::diagnostic::Severity;
use crate::mapping::Verdict;
use crate::profile::{Profile, SiteCharset};
use crate::workbench::{Corpus, Header, Preview, SampleId};

/// So many samples are compared with the filter in one frame.
const SCANNED_A_FRAME: usize = 400;
/// So many headers are kept.
const HEADERS: usize = 2_000;

/// The view of the list.
#[derive(Default)]
pub(crate) struct State {
    query: String,
    found: Vec<usize>,
    scanned: usize,
    key: (String, usize, Option<SampleId>),
    headers: BTreeMap<SampleId, Header>,
    results: BTreeMap<SampleId, Verdicts>,
    results_of: Option<Arc<Profile>>,
    charset: SiteCharset,
    seen: Option<SampleId>,
    reveal: bool,
}

/// What became of a sample when it was last looked at.
#[derive(Clone, Debug)]
struct Verdicts {
    text: String,
    severity: Option<Severity>,
}

impl State {
    /// Scrolls to the selected sample in the next frame.
    pub(crate) fn reveal(&mut self) {
        self.reveal = true;
    }

    /// What the list shows by its filter, in its order.
    pub(crate) fn listed(&self, corpus: &Corpus) -> Vec<SampleId> {
        let all = || (0..corpus.len()).collect();
        let rows = if self.query.trim().is_empty() {
            all()
        } else {
            self.found.clone()
        };
        let samples = rows.into_iter().filter_map(|row| corpus.sample(row));
        samples.map(|sample| sample.id()).collect()
    }

    /// In another charset the same bytes are other names.
    fn read_as(&mut self, charset: SiteCharset) {
        if self.charset != charset {
            self.charset = charset;
            self.headers.clear();
            self.key = Default::default();
        }
    }

    fn header(&mut self, corpus: &Corpus, row: usize) -> Option<(SampleId, Header)> {
        let sample = corpus.sample(row)?;
        let id = sample.id();
        if self.headers.len() > HEADERS {
            self.headers.clear();
        }
        let header = self
            .headers
            .entry(id)
            .or_insert_with(|| sample.header(self.charset));
        Some((id, header.clone()))
    }

    /// Compares a few more samples with the filter; whether there are more.
    fn scan(&mut self, corpus: &Corpus) -> bool {
        let first = corpus.sample(0).map(|sample| sample.id());
        let key = (self.query.trim().to_lowercase(), corpus.len(), first);
        if key != self.key {
            self.key = key;
            self.found.clear();
            self.scanned = 0;
        }
        let end = (self.scanned + SCANNED_A_FRAME).min(corpus.len());
        for row in self.scanned..end {
            let Some((_, header)) = self.header(corpus, row) else {
                continue;
            };
            let words = [
                &header.kind,
                &header.control_id,
                &header.patient_id,
                &header.patient_name,
                &header.time,
            ];
            if words
                .iter()
                .any(|word| word.to_lowercase().contains(&self.key.0))
            {
                self.found.push(row);
            }
        }
        self.scanned = end;
        end < corpus.len()
    }

    fn remember(&mut self, preview: &Preview, profile: &Arc<Profile>) {
        if self.results_of.as_ref() != Some(profile) {
            self.results_of = Some(Arc::clone(profile));
            self.results.clear();
        }
        if let Some(id) = preview.sample {
            self.results.insert(id, verdicts(preview));
        }
    }
}

fn verdicts(preview: &Preview) -> Verdicts {
    let worst = crate::diagnostic::gravest(&preview.diagnostics);
    let count = |severity| {
        preview
            .diagnostics
            .iter()
            .filter(|found| found.severity == severity)
            .count()
    };
    let text = match (
        &preview.outcome.as_ref().map(|outcome| &outcome.verdict),
        worst,
    ) {
        (_, Some(Severity::Error)) => plural(count(Severity::Error), "error"),
        (Some(Verdict::Rejected(_)), _) => "rejected".to_owned(),
        (Some(Verdict::Skipped(_)), _) => "skipped".to_owned(),
        (_, Some(Severity::Warning)) => plural(count(Severity::Warning), "warning"),
        (None, _) => "unmatched".to_owned(),
        (Some(Verdict::Accepted), _) => "ok".to_owned(),
    };
    // Green is for what was mapped: the rest has no output, though nothing is wrong with it.
    let without_output = match &preview.outcome {
        None => Some(Severity::Info),
        Some(outcome) => match outcome.verdict {
            Verdict::Accepted => None,
            Verdict::Skipped(_) => Some(Severity::Info),
            Verdict::Rejected(_) => Some(Severity::Warning),
        },
    };
    Verdicts {
        text,
        // A remark takes nothing away from a message that was mapped.
        severity: worst
            .filter(|worst| *worst > Severity::Info)
            .max(without_output),
    }
}

/// What a column shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fact {
    Kind,
    Time,
    Patient,
    ControlId,
    Result,
}

impl Fact {
    fn title(self) -> &'static str {
        match self {
            Self::Kind => "Type",
            Self::Time => "Time",
            Self::Patient => "Patient",
            Self::ControlId => "Control ID",
            Self::Result => "Result",
        }
    }

    fn width(self) -> Width {
        match self {
            Self::Kind => Width::Points(72.0),
            Self::Time => Width::Points(144.0),
            Self::Patient => Width::Rest,
            Self::ControlId => Width::Points(88.0),
            Self::Result => Width::Points(104.0),
        }
    }
}

/// As many columns as the width has room for; the last one takes what the others leave.
fn shown_columns(width: f32) -> Vec<Fact> {
    match width {
        ..230.0 => vec![Fact::Kind, Fact::Result],
        230.0..400.0 => vec![Fact::Kind, Fact::Result, Fact::Patient],
        400.0..500.0 => vec![Fact::Kind, Fact::Time, Fact::Result, Fact::Patient],
        _ => vec![
            Fact::Kind,
            Fact::Time,
            Fact::ControlId,
            Fact::Result,
            Fact::Patient,
        ],
    }
}

/// Shows the list.
pub(crate) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let corpus = cx.session.corpus();
    if corpus.is_empty() {
        let text = "Samples are the messages that a site really sends. Open files or folders, paste one, or drop them here";
        let steps = [
            Command::OpenSamples,
            Command::OpenFolder,
            Command::PasteMessage,
            Command::TryExample,
        ];
        return empty_ui(ui, cx, "No samples yet", text, &steps);
    }
    if let Some(preview) = cx.preview().filter(|_| cx.session.is_preview_current()) {
        state.remember(preview, cx.session.profile());
    }
    state.read_as(cx.session.profile().charset());
    let filtered = !state.query.trim().is_empty();
    if filtered && state.scan(corpus) {
        ui.ctx().request_repaint();
    }
    filter_ui(ui, cx, state, filtered);
    let shown = if filtered {
        state.found.len()
    } else {
        corpus.len()
    };
    if shown == 0 && state.scanned == corpus.len() {
        let text = "No message has these letters in its type, time, patient or control ID";
        empty_ui(ui, cx, "Nothing fits the filter", text, &[]);
        return;
    }
    let selected = cx.session.selected();
    let place = cx.session.selected_position();
    let row_of = |place: usize| {
        if filtered {
            state.found.binary_search(&place).ok()
        } else {
            Some(place)
        }
    };
    let facts = shown_columns(ui.available_width());
    let spec = |fact: &Fact| ColumnSpec::new(fact.title(), fact.width());
    let columns: Vec<_> = facts.iter().map(spec).collect();
    let view = RowsView {
        name: "Samples",
        role: Role::Grid,
        columns: &columns,
        count: shown,
        selected: place.and_then(row_of),
        reveal: std::mem::take(&mut state.reveal) || state.seen != selected,
    };
    state.seen = selected;
    let response = view.ui(
        ui,
        &mut Rows {
            cx,
            state,
            filtered,
            facts: &facts,
        },
    );
    if let Some(sample) = response
        .selected
        .and_then(|row| corpus.sample(state.place(row, filtered)))
    {
        cx.send(Action::SelectSample(sample.id()));
    }
}

impl State {
    fn place(&self, row: usize, filtered: bool) -> usize {
        if filtered {
            self.found.get(row).copied().unwrap_or(usize::MAX)
        } else {
            row
        }
    }
}

fn filter_ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, filtered: bool) {
    let theme = Theme::of(ui);
    bar_ui(ui, |ui| {
        let width = (ui.available_width() - theme.grid(24)).max(theme.grid(20));
        let field = TextEdit::singleline(&mut state.query)
            .hint_text("Filter by type, patient, ID")
            .desired_width(width);
        let field = ui.add(field);
        field
            .ctx
            .accesskit_node_builder(field.id, |node| node.set_label("Filter samples"));
        cx.keeps_own_undo(field.has_focus());
        let all = cx.session.corpus().len();
        let count = if filtered {
            format!("{} of {all}", state.found.len())
        } else {
            plural(all, "message")
        };
        weak(ui, count);
    });
}

struct Rows<'a> {
    cx: &'a Cx<'a>,
    state: &'a mut State,
    filtered: bool,
    facts: &'a [Fact],
}

impl RowSource for Rows<'_> {
    fn name(&self, row: usize) -> String {
        let sample = self
            .cx
            .session
            .corpus()
            .sample(self.state.place(row, self.filtered));
        sample.map(|sample| sample.name()).unwrap_or_default()
    }

    fn has_menu(&self) -> bool {
        true
    }

    fn menu_ui(&mut self, ui: &mut Ui, _row: usize) {
        // The row that the menu is of was chosen with it.
        for command in [
            Command::DefineFromSample,
            Command::RestoreMessage,
            Command::CloseSource,
        ] {
            let words = command.words();
            let button = egui::Button::new(words.name);
            let button = ui.add_enabled(self.cx.can(command), button);
            if button.on_hover_text(words.tip).clicked() {
                self.cx.run(command);
                ui.close();
            }
        }
    }

    fn cell_ui(&mut self, ui: &mut Ui, row: usize, column: usize) {
        let place = self.state.place(row, self.filtered);
        let Some((id, header)) = self.state.header(self.cx.session.corpus(), place) else {
            return;
        };
        let theme = Theme::of(ui);
        let colour = |text: String, colour: Colour| egui::RichText::new(text).color(*colour);
        match self.facts.get(column) {
            None => {}
            Some(Fact::Kind) => {
                let kind = if header.kind.is_empty() {
                    "no MSH"
                } else {
                    &header.kind
                };
                let text = egui::RichText::new(kind)
                    .font(theme.strong_font())
                    .color(*theme.text.strong);
                let tip = self.name(row);
                cell_text(ui, text).on_hover_text(tip);
            }
            Some(Fact::Time) => {
                cell_text(ui, colour(time_text(&header.time), theme.text.weak));
            }
            Some(Fact::Patient) => {
                let patient = if header.patient_id.is_empty() {
                    &header.patient_name
                } else {
                    &header.patient_id
                };
                cell_text(ui, colour(patient.clone(), theme.text.body))
                    .on_hover_text(header.patient_name.as_str());
            }
            Some(Fact::ControlId) => {
                cell_text(ui, colour(header.control_id.clone(), theme.text.weak));
            }
            Some(Fact::Result) => self.result_ui(ui, theme, id),
        }
    }
}

impl Rows<'_> {
    fn result_ui(&self, ui: &mut Ui, theme: &Theme, id: SampleId) {
        let edited = self
            .cx
            .session
            .sample_of(id)
            .is_some_and(|sample| sample.edited().is_some());
        let Some(result) = self.state.results.get(&id) else {
            return;
        };
        let colour = match result.severity {
            Some(Severity::Error) => theme.severity.error,
            Some(Severity::Warning) => theme.severity.warning,
            Some(Severity::Info) => theme.severity.info,
            None => theme.severity.good,
        };
        dot(ui, *colour);
        let more = if edited { " · edited" } else { "" };
        cell_text(
            ui,
            egui::RichText::new(format!("{}{more}", result.text)).color(*theme.text.body),
        );
    }
}

/// `20260103081500` as `2026-01-03 08:15`; anything else as it stands.
fn time_text(time: &str) -> String {
    let digits = time.bytes().take_while(u8::is_ascii_digit).count();
    match (
        digits,
        time.get(0..4),
        time.get(4..6),
        time.get(6..8),
        time.get(8..10),
        time.get(10..12),
    ) {
        (12.., Some(y), Some(m), Some(d), Some(h), Some(min)) => format!("{y}-{m}-{d} {h}:{min}"),
        (8..12, Some(y), Some(m), Some(d), _, _) => format!("{y}-{m}-{d}"),
        _ => time.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::time_text;

    #[test]
    fn times_are_shown_as_people_write_them() {
        let check = |time, expect| assert_eq!(time_text(time), expect);
        check("20260103081500", "2026-01-03 08:15");
        check("202601030815+0100", "2026-01-03 08:15");
        check("20260103", "2026-01-03");
        check("noon", "noon");
    }
}
