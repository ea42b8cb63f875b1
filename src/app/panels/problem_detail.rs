//! A problem in full: its rule, what was expected and found, the fix, and how it is waived.

use std::borrow::Cow;
use std::sync::Arc;

use egui::{Button, Frame, Key, Label, RichText, TextEdit, Ui};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::part::Part;
use super::super::theme::Theme;
use super::codes_seen::add;
use super::parts::describe_ui;
use super::profile_waivers::a_reason;
use crate::diagnostic::{Diagnostic, Place, ProfileLine};
use crate::grammar::{Finding, Fix, rule};
use crate::hl7::{Location, SegmentId};
use crate::profile::{Edit, Waiver};

/// Something that was found; by a rule, or otherwise.
#[derive(Clone, Copy)]
pub(super) struct Problem<'a> {
    pub(super) diagnostic: &'a Diagnostic,
    pub(super) finding: Option<&'a Finding>,
}

impl<'a> Problem<'a> {
    pub(super) fn of(diagnostic: &'a Diagnostic) -> Self {
        Self {
            diagnostic,
            finding: None,
        }
    }

    pub(super) fn of_rule(finding: &'a Finding) -> Self {
        Self {
            diagnostic: &finding.diagnostic,
            finding: Some(finding),
        }
    }

    /// What a screen reader says of it; `file` is the profile's.
    pub(super) fn name(&self, file: Option<&str>) -> String {
        let diagnostic = placed(self.diagnostic, file);
        match self.waived() {
            Some(reason) => format!("waived: {diagnostic}: {reason}"),
            None => diagnostic.to_string(),
        }
    }

    /// What severities and waivers know its rule by.
    pub(super) fn rule(&self) -> &'a str {
        self.finding
            .map_or(self.diagnostic.code, Finding::rule_name)
    }

    pub(super) fn waived(&self) -> Option<&'a Arc<str>> {
        Some(&self.finding?.waived.as_ref()?.reason)
    }

    /// Whether it has a rule and a place that a waiver can name.
    pub(super) fn can_be_waived(&self) -> bool {
        self.finding
            .is_some_and(|finding| finding.waived.is_none() && finding.location().is_some())
    }

    /// The segment that it says nobody describes.
    pub(super) fn undescribed(&self) -> Option<SegmentId> {
        let finding = self.finding?;
        let is_unknown = finding.diagnostic.code == "segment-unknown";
        is_unknown.then(|| Some(finding.location()?.segment))?
    }

    /// The code table of the profile that the mapping asked for a code which it does not list, and the code.
    pub(super) fn unlisted<'c>(&self, cx: &'c Cx<'_>) -> Option<(&'c Arc<str>, &'c Arc<str>)> {
        let finding = self
            .finding
            .filter(|found| found.diagnostic.code == "code-unknown")?;
        let outcome = cx.preview()?.outcome.as_ref()?;
        let one = outcome.unmapped.iter().find(|one| {
            let table = format!("\"{}\"", one.table);
            *one.code == *finding.found && finding.diagnostic.message.contains(&table)
        })?;
        let is_own = cx.session.profile().codes.contains_key(&one.table);
        is_own.then_some((&one.table, &one.code))
    }

    /// The edit that mends it, as long as the message is still the one that was checked.
    pub(super) fn fix(&self, cx: &Cx<'_>) -> Option<&'a Fix> {
        let fix = self.finding?.fix.as_ref()?;
        cx.session.is_preview_current().then_some(fix)
    }
}

/// The diagnostic with the name of the profile's file, where it stands in that.
pub(super) fn placed<'d>(diagnostic: &'d Diagnostic, own: Option<&str>) -> Cow<'d, Diagnostic> {
    match (&diagnostic.place, own) {
        (
            &Place::Profile {
                file: None,
                line,
                column,
            },
            Some(own),
        ) => Cow::Owned(diagnostic.clone().at(Place::Profile {
            file: Some(own.into()),
            line,
            column,
        })),
        (
            Place::Script {
                name,
                line,
                column,
                profile: Some(place),
            },
            Some(own),
        ) if place.file.is_none() => Cow::Owned(diagnostic.clone().at(Place::Script {
            name: Arc::clone(name),
            line: *line,
            column: *column,
            profile: Some(Box::new(ProfileLine {
                file: Some(own.into()),
                ..ProfileLine::clone(place)
            })),
        })),
        _ => Cow::Borrowed(diagnostic),
    }
}

/// The view of the problem that is chosen.
#[derive(Default)]
pub(super) struct State {
    waiver: Option<Draft>,
    /// What undo calls the last fix.
    mended: Option<String>,
}

/// A waiver that is being written.
struct Draft {
    rule: Arc<str>,
    at: String,
    reason: String,
    focused: bool,
}

impl State {
    /// Another problem is chosen.
    pub(super) fn close(&mut self) {
        self.waiver = None;
    }

    /// Begins to waive a problem.
    pub(super) fn waive(&mut self, problem: &Problem<'_>) {
        let at = problem.finding.and_then(Finding::location);
        self.waiver = at.map(|at| Draft {
            rule: problem.rule().into(),
            at: at.to_string(),
            reason: String::new(),
            focused: false,
        });
    }
}

impl State {
    /// Mends the message, as one step to undo.
    pub(super) fn mend(&mut self, cx: &Cx<'_>, problem: &Problem<'_>, fix: &Fix) {
        let before = cx.preview().map(|preview| preview.message.text());
        let after = before.and_then(|before| fix.apply(before));
        if let Some(after) = after {
            let mut letters = fix.label.chars();
            let first = letters.next().map(|first| first.to_lowercase().to_string());
            let at = problem.finding.and_then(Finding::location);
            let at = at.map(|at| format!(" at {at}"));
            let name = [first, Some(letters.as_str().to_owned()), at];
            let name: String = name.into_iter().flatten().collect();
            cx.send(Action::ChangeMessage {
                name: name.clone(),
                text: after,
            });
            self.mended = Some(name);
        }
    }
}

/// How high it is.
pub(super) fn height(ui: &Ui, problem: &Problem<'_>) -> f32 {
    let lines: i16 = if problem.finding.is_some() { 3 } else { 0 };
    Theme::of(ui).size.row * f32::from(lines) + Theme::of(ui).grid(if lines > 0 { 6 } else { 0 })
}

/// Shows it below the list; nothing for what no rule found.
pub(super) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, problem: &Problem<'_>) {
    let Some(finding) = problem.finding else {
        return;
    };
    let theme = Theme::of(ui);
    let line = egui::Stroke::new(1.0, *theme.surface.border);
    let top = ui.cursor().top();
    ui.painter().hline(ui.max_rect().x_range(), top, line);
    let frame = Frame::new().inner_margin(theme.margin(2, 2));
    frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = theme.grid(1);
        says_ui(ui, finding);
        match &mut state.waiver {
            Some(draft) => {
                if waiver_ui(ui, cx, draft) {
                    state.waiver = None;
                }
            }
            None => buttons_ui(ui, cx, state, problem),
        }
    });
}

fn says_ui(ui: &mut Ui, finding: &Finding) {
    let theme = Theme::of(ui);
    let weak = |text: &str| RichText::new(text.to_owned()).color(*theme.text.weak);
    let strong = |text: &str| RichText::new(text.to_owned()).color(*theme.text.body);
    ui.horizontal(|ui| {
        ui.label(strong(finding.rule_name()));
        let help = rule(finding.diagnostic.code).map_or("", |rule| rule.help);
        ui.add(Label::new(weak(help)).truncate());
    });
    ui.horizontal(|ui| {
        ui.label(weak("Expected"));
        let most = ui.available_width() * 0.55;
        ui.scope(|ui| {
            ui.set_max_width(most);
            ui.add(Label::new(strong(&finding.expected)).truncate());
        });
        ui.label(weak("Found"));
        ui.add(Label::new(strong(&finding.found)).truncate());
    });
}

fn buttons_ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, problem: &Problem<'_>) {
    ui.horizontal(|ui| {
        if let Some(fix) = problem.fix(cx)
            && ui
                .button(&fix.label)
                .on_hover_text("Change the message in memory")
                .clicked()
        {
            state.mend(cx, problem, fix);
        }
        if let Some((table, code)) = problem.unlisted(cx) {
            unlisted_ui(ui, cx, table, code);
        }
        if let Some(segment) = problem.undescribed() {
            describe_ui(ui, cx, segment);
        }
        if problem.can_be_waived()
            && ui
                .button("Waive…")
                .on_hover_text("It need not hold here, for a reason")
                .clicked()
        {
            state.waive(problem);
        }
        if ui.button("Severities and waivers").clicked() {
            cx.run(Command::ShowProfile);
            cx.send(Action::ShowPart(Part::Rules));
        }
        undo_ui(ui, cx, state);
    });
}

/// Lists a code in its code table, whose page opens: what it means is still to be written.
fn unlisted_ui(ui: &mut Ui, cx: &Cx<'_>, table: &Arc<str>, code: &Arc<str>) {
    let tip = "List the code in its code table and write what it means";
    let button = ui.button(format!("Add {code} to {table}"));
    if !button.on_hover_text(tip).clicked() {
        return;
    }
    let Some(codes) = cx.session.profile().codes.get(table) else {
        return;
    };
    let name = format!("add {code} to {table}");
    add(cx, table, codes, &[Arc::clone(code)], name);
    cx.run(Command::ShowProfile);
    cx.send(Action::ShowPart(Part::Codes(Arc::clone(table))));
}

/// Takes the last fix back, as long as it is what undo would take.
fn undo_ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let Some(mended) = &state.mended else { return };
    if cx.session.undo_name().as_ref() == Some(mended)
        && ui.button(cx.name_of(Command::Undo)).clicked()
    {
        cx.run(Command::Undo);
        state.mended = None;
    }
}

/// The line of a waiver; `true` when it is written or dropped.
fn waiver_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut Draft) -> bool {
    let theme = Theme::of(ui);
    let mut is_done = ui.input(|input| input.key_pressed(Key::Escape));
    ui.horizontal(|ui| {
        let field = |ui: &mut Ui, name: &str, text: &mut String, width: f32, hint: &str| {
            let field = TextEdit::singleline(text)
                .hint_text(hint.to_owned())
                .desired_width(width);
            let field = ui.add(field);
            field
                .ctx
                .accesskit_node_builder(field.id, |node| node.set_label(name));
            cx.keeps_own_undo(field.has_focus());
            field
        };
        field(ui, "Place to waive", &mut draft.at, theme.grid(24), "PV1-2");
        let width = (ui.available_width() - theme.grid(40)).max(theme.grid(20));
        let hint = "Who agreed to it, and when";
        let reason = field(ui, "Reason to waive", &mut draft.reason, width, hint);
        if !draft.focused {
            reason.request_focus();
            draft.focused = true;
        }
        let at: Result<Location, _> = draft.at.trim().parse();
        let ready = match at {
            Err(error) => Err(error.to_string()),
            Ok(at) => a_reason(&draft.reason).map(|()| Waiver {
                rule: Arc::clone(&draft.rule),
                at,
                reason: draft.reason.trim().into(),
            }),
        };
        let entered = reason.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let button = ui.add_enabled(ready.is_ok(), Button::new("Waive"));
        match ready {
            Ok(waiver) if button.clicked() || entered => {
                cx.send(Action::Edit(Edit::AddWaiver { waiver }));
                is_done = true;
            }
            Ok(_) => {}
            Err(why) => drop(button.on_disabled_hover_text(why)),
        }
        if ui.button("Cancel").clicked() {
            is_done = true;
        }
    });
    is_done
}
