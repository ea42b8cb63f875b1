//! How the selected sample fits a grammar, and why it falls under its message definition.

use egui::{CollapsingHeader, Label, RichText, Sense, Ui};

use super::super::cx::Cx;
use super::super::pane::Pane;
use super::super::status::plural;
use super::super::theme::Theme;
use super::super::widgets::dot;
use super::parts::weak;
use crate::grammar::{Candidate, GrammarFit, Verdict, Why};
use crate::workbench::GrammarSheet;

/// Shows the segments of the sample that do not fit, each with the reason.
pub(super) fn ui(ui: &mut Ui, cx: &Cx<'_>, sheet: &GrammarSheet) {
    let theme = Theme::of(ui);
    let Some(preview) = cx.preview().filter(|preview| preview.sample.is_some()) else {
        weak(ui, "Open a sample to see how it fits the grammar");
        return;
    };
    let index = sheet
        .candidates
        .iter()
        .find(|one| one.name == sheet.focus.message);
    if index.is_some_and(|one| one.verdict != Verdict::Chosen) {
        weak(
            ui,
            "The selected sample falls under another definition; this is how it would fit here",
        );
    }
    if let Some(fit) = index.map(|candidate| &candidate.grammar) {
        let (text, colour) = match fit {
            GrammarFit::Fits => (
                "The selected sample fits this grammar".to_owned(),
                theme.severity.good,
            ),
            GrammarFit::NoGrammar => (
                "There is no grammar for the selected sample".to_owned(),
                theme.severity.warning,
            ),
            GrammarFit::Fails(misfit) => (
                format!("The selected sample does not fit this grammar {misfit}"),
                theme.severity.warning,
            ),
        };
        ui.horizontal_wrapped(|ui| {
            dot(ui, *colour);
            ui.add(Label::new(RichText::new(text).color(*theme.text.body)).wrap());
        });
    }
    if !sheet.misfits.is_empty() {
        let count = plural(sheet.misfits.len(), "segment");
        weak(ui, format!("{count} of the sample with a remark"));
    }
    for why in &sheet.misfits {
        misfit_ui(ui, cx, &preview.message, why);
    }
}

fn misfit_ui(ui: &mut Ui, cx: &Cx<'_>, message: &crate::hl7::Message, why: &Why) {
    let theme = Theme::of(ui);
    let Some(segment) = message.segment(why.index) else {
        return;
    };
    ui.horizontal_wrapped(|ui| {
        dot(ui, *theme.severity.warning);
        let id = RichText::new(format!("{}  {}", why.index + 1, segment.id()))
            .font(theme.code_font())
            .color(*theme.level.segment);
        ui.add(Label::new(id));
        let text = RichText::new(&why.sentence).color(*theme.text.body);
        let label = ui.add(Label::new(text).wrap().sense(Sense::click()));
        if label.on_hover_text("Show the segment").clicked() {
            cx.choose(message.location_at(segment.span().start), Pane::Profile);
        }
    });
}

/// Shows why the selected sample falls under its definition, each definition in words.
pub(super) fn candidates_ui(ui: &mut Ui, cx: &Cx<'_>, chosen: usize) {
    let Some(definition) = cx.session.profile().messages.get(chosen) else {
        return;
    };
    let Some(sheet) = cx
        .sheet(&definition.name)
        .filter(|sheet| !sheet.candidates.is_empty())
    else {
        return;
    };
    CollapsingHeader::new("Why this definition")
        .id_salt("why this definition")
        .show(ui, |ui| {
            for candidate in &sheet.candidates {
                candidate_ui(ui, candidate);
            }
        });
}

fn candidate_ui(ui: &mut Ui, candidate: &Candidate) {
    let theme = Theme::of(ui);
    let (verdict, colour) = match &candidate.verdict {
        Verdict::Chosen => ("the sample falls under it".to_owned(), theme.severity.good),
        Verdict::Shadowed(other) => (
            format!("it would match, but {other} stands before it"),
            theme.text.weak,
        ),
        Verdict::Refused => ("it does not match".to_owned(), theme.text.weak),
    };
    ui.horizontal_wrapped(|ui| {
        dot(ui, *colour);
        let name = format!(
            "{}  {}: {verdict}",
            candidate.definition + 1,
            candidate.name
        );
        ui.add(Label::new(RichText::new(name).color(*theme.text.strong)).wrap());
    });
    let mut reasons: Vec<String> = candidate
        .identity
        .iter()
        .map(|condition| {
            let verb = if condition.holds {
                "matches"
            } else {
                "does not match"
            };
            format!("{} {verb} {}", condition.at, condition.matches)
        })
        .collect();
    if reasons.is_empty() {
        reasons.push("it has no condition: every message matches".to_owned());
    }
    reasons.push(match &candidate.grammar {
        GrammarFit::Fits => "the sample fits its grammar".to_owned(),
        GrammarFit::NoGrammar => "there is no grammar for the sample".to_owned(),
        GrammarFit::Fails(misfit) => format!("the sample does not fit its grammar {misfit}"),
    });
    ui.indent(candidate.definition, |ui| {
        for reason in reasons {
            let text = RichText::new(reason).small().color(*theme.text.weak);
            ui.add(Label::new(text).wrap());
        }
    });
}
