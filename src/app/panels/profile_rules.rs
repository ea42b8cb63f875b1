//! The page of rules: what each asks for, how grave it is, and where rules are waived.

use std::sync::Arc;

use egui::{ComboBox, Grid, Label, RichText, TextEdit, Ui};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::theme::Theme;
use super::fields::heading_ui;
use super::origin;
use super::profile_waivers;
use crate::grammar::{RULES, own_rules, rule};
use crate::profile::{Edit, PartPath, Rule, RuleSeverity};

/// Narrower than this what a rule asks for stands below its name, in steps of the grid.
const NARROW: i16 = 190;

/// What the columns beside the name take where it is narrow.
const OTHER_COLUMNS: i16 = 70;

/// The view of the page.
#[derive(Default)]
pub(super) struct State {
    filter: String,
    waiver: profile_waivers::State,
}

/// Shows the page.
pub(super) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    heading_ui(ui, "Waivers");
    profile_waivers::ui(ui, cx, &mut state.waiver);
    heading_ui(ui, "Severities");
    let text = "A rule is off, a remark, a warning or an error; where nobody says so it is as the second column has it";
    ui.add(Label::new(RichText::new(text).small().color(*Theme::of(ui).text.weak)).wrap());
    filter_ui(ui, &mut state.filter);
    let sought = state.filter.trim().to_lowercase();
    let fits = |name: &str, help: &str| {
        name.to_lowercase().contains(&sought) || help.to_lowercase().contains(&sought)
    };
    let profile = cx.session.profile();
    let is_narrow = ui.available_width() < Theme::of(ui).grid(NARROW);
    Grid::new(("severities", is_narrow))
        .num_columns(if is_narrow { 3 } else { 4 })
        .striped(true)
        .spacing(egui::vec2(Theme::of(ui).grid(3), Theme::of(ui).grid(1)))
        .show(ui, |ui| {
            for own in own_rules(profile) {
                if fits(&own.name, says(own)) {
                    row_ui(ui, cx, &own.name, "warning", says(own), is_narrow);
                }
            }
            for known in RULES {
                if fits(known.code, known.help) {
                    let usual = usual(known.severity, known.site_severity);
                    row_ui(ui, cx, &known.code.into(), &usual, known.help, is_narrow);
                }
            }
            let unknown = profile
                .severity
                .keys()
                .filter(|name| rule(name).is_none())
                .filter(|name| own_rules(profile).all(|own| own.name != **name));
            for name in unknown {
                row_ui(ui, cx, name, "", "There is no such rule", is_narrow);
            }
        });
}

fn filter_ui(ui: &mut Ui, filter: &mut String) {
    let field = TextEdit::singleline(filter)
        .hint_text("Find a rule")
        .desired_width(Theme::of(ui).grid(60));
    let field = ui.add(field);
    field
        .ctx
        .accesskit_node_builder(field.id, |node| node.set_label("Find a rule"));
}

/// How grave a rule is where nobody says so: where the standard asks for it, and where the site does.
fn usual(standard: RuleSeverity, site: RuleSeverity) -> String {
    let name = |severity: RuleSeverity| severity.name().to_lowercase();
    if standard == site {
        name(standard)
    } else {
        format!("{}, of the site {}", name(standard), name(site))
    }
}

fn row_ui(ui: &mut Ui, cx: &Cx<'_>, name: &Arc<str>, usual: &str, help: &str, is_narrow: bool) {
    let theme = Theme::of(ui);
    let profile = cx.session.profile();
    let said = profile.severity.get(name).copied();
    let told = RichText::new(help).color(*theme.text.body);
    let room = ui.max_rect().width() - theme.grid(OTHER_COLUMNS);
    ui.vertical(|ui| {
        ui.horizontal(|ui| {
            let path = PartPath::new(["severity"]).child(Arc::clone(name));
            if said.is_some() {
                origin::mark_ui(ui, &cx.session.origins().of(&path));
            } else {
                ui.add_space(theme.grid(3) + ui.spacing().item_spacing.x);
            }
            ui.label(RichText::new(&**name).color(*theme.text.strong));
        });
        if is_narrow {
            ui.set_max_width(room.max(theme.grid(30)));
            ui.indent("asks", |ui| ui.add(Label::new(told.clone().small()).wrap()));
        }
    });
    let usual = RichText::new(usual).small().color(*theme.text.weak);
    ui.scope(|ui| {
        ui.set_max_width(theme.grid(34));
        ui.add(Label::new(usual).wrap());
    });
    let mut chosen = said;
    let shown = |severity: Option<RuleSeverity>| severity.map_or("Usual", RuleSeverity::name);
    let mut text = RichText::new(shown(said));
    if said.is_none() {
        text = text.color(*theme.text.weak);
    }
    let combo = ComboBox::from_id_salt(("severity", name))
        .selected_text(text)
        .width(theme.grid(22));
    let open = combo.show_ui(ui, |ui| {
        let all = RuleSeverity::ALL.into_iter().map(Some);
        for each in std::iter::once(None).chain(all) {
            ui.selectable_value(&mut chosen, each, shown(each));
        }
    });
    let id = open.response.id;
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_label(format!("Severity of {name}"));
    });
    if chosen != said {
        cx.send(Action::Edit(Edit::SetSeverity {
            rule: Arc::clone(name),
            severity: chosen,
        }));
    }
    if !is_narrow {
        // A grid lets its last column run out of sight.
        let width = (ui.max_rect().right() - ui.cursor().left()).max(theme.grid(40));
        ui.allocate_ui(egui::vec2(width, theme.size.row), |ui| {
            ui.add(Label::new(told).truncate());
        });
    }
    ui.end_row();
}

/// What a rule of the site's own says when it does not hold.
fn says(own: &Rule) -> &str {
    if own.message.is_empty() {
        &own.must
    } else {
        &own.message
    }
}
