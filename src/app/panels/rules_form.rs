//! What the site asks beyond the grammar: the rules of a message definition or a segment, as a form.

use std::sync::Arc;

use egui::{Button, Frame, RichText, Ui};

use super::super::cx::Cx;
use super::super::theme::Theme;
use super::explorer_entries::problems_in;
use super::fields::{anything, label_ui, some_name, text_ui};
use super::parts::weak;
use crate::hl7::Location;
use crate::profile::{PartPath, Rule};

/// Shows the rules of the part at `path`; all of them anew where one was changed.
pub(super) fn ui(ui: &mut Ui, cx: &Cx<'_>, path: &PartPath, rules: &[Rule]) -> Option<Vec<Rule>> {
    let theme = Theme::of(ui);
    let mut changed = None;
    if rules.is_empty() {
        weak(ui, "None: a rule asks for what no usage or length can say");
    }
    for (index, rule) in rules.iter().enumerate() {
        let frame = Frame::new()
            .inner_margin(theme.margin(2, 1))
            .stroke(egui::Stroke::new(1.0, *theme.surface.border));
        frame.show(ui, |ui| {
            ui.push_id((path.to_string(), index), |ui| {
                if let Some(rules) = rule_ui(ui, cx, path, rules, index, rule) {
                    changed = Some(rules);
                }
            });
        });
        ui.add_space(theme.grid(1));
    }
    if ui.button("Add a rule").clicked() {
        let is_taken = |name: &str| rules.iter().any(|rule| *rule.name == *name);
        // One more than there are rules: one of these names is free.
        let mut names = (1..=rules.len() + 1).map(|number| format!("Rule {number}"));
        let name = names.find(|name| !is_taken(name)).unwrap_or_default();
        let mut all = rules.to_vec();
        all.push(Rule::new(name, "true"));
        changed = Some(all);
    }
    changed
}

fn rule_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    path: &PartPath,
    rules: &[Rule],
    index: usize,
    rule: &Rule,
) -> Option<Vec<Rule>> {
    let theme = Theme::of(ui);
    let width = (ui.available_width() - theme.grid(26)).max(theme.grid(30));
    let mut next = rule.clone();
    let mut is_removed = false;
    let field = |ui: &mut Ui, label: &str, value: &str, hint: &str, check: Check<'_>| {
        let name = format!("{label} of rule {}", index + 1);
        ui.horizontal(|ui| {
            label_ui(ui, label);
            text_ui(ui, &name, value, width, hint, check)
        })
        .inner
    };
    let free = |text: &str| {
        some_name(text)?;
        let others = rules.iter().enumerate().filter(|(at, _)| *at != index);
        if others
            .map(|(_, other)| other)
            .any(|other| *other.name == *text)
        {
            return Err("Another rule has this name".to_owned());
        }
        Ok(())
    };
    let place = |text: &str| match text.trim() {
        "" => Ok(()),
        text => text
            .parse::<Location>()
            .map(drop)
            .map_err(|why| why.to_string()),
    };
    if let Some(text) = field(ui, "Rule", &rule.name, "An inpatient has a ward", &free) {
        next.name = text.into();
    }
    let when = rule.when.as_deref().unwrap_or_default();
    if let Some(text) = field(ui, "When", when, "always", &anything) {
        next.when = some(&text);
    }
    if let Some(text) = field(
        ui,
        "Must",
        &rule.must,
        "msg[\"PV1-3.1\"] != \"\"",
        &some_name,
    ) {
        next.must = text.into();
    }
    let at = rule
        .at
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    if let Some(text) = field(ui, "Place", &at, "PV1-3", &place) {
        next.at = text.trim().parse().ok();
    }
    if let Some(text) = field(
        ui,
        "Says",
        &rule.message,
        "what is wrong when it does not hold",
        &anything,
    ) {
        next.message = text.into();
    }
    for problem in problems_in(cx, &path.child(Arc::clone(&rule.name))) {
        let text = RichText::new(&problem.diagnostic.message).small();
        ui.label(text.color(*theme.severity.error));
    }
    ui.horizontal(|ui| {
        label_ui(ui, "");
        let remove = ui.add(Button::new("Remove rule").small());
        let name = format!("Remove rule {}", index + 1);
        ui.ctx()
            .accesskit_node_builder(remove.id, |node| node.set_label(name));
        is_removed = remove.clicked();
    });
    let mut all = rules.to_vec();
    if is_removed {
        all.remove(index);
        return Some(all);
    }
    if next == *rule {
        return None;
    }
    *all.get_mut(index)? = next;
    Some(all)
}

type Check<'a> = &'a dyn Fn(&str) -> Result<(), String>;

fn some(text: &str) -> Option<Arc<str>> {
    Some(text.trim())
        .filter(|text| !text.is_empty())
        .map(Arc::from)
}
