//! In which charset the site writes, as a line of the profile's page.

use egui::{ComboBox, Ui};

use super::super::action::Action;
use super::super::cx::Cx;
use super::fields::label_ui;
use super::parts::weak;
use crate::hl7::Charset;
use crate::profile::{Edit, SiteCharset};

const RULE: &str = "How the charset is found";

/// Shows the line.
pub(super) fn ui(ui: &mut Ui, cx: &Cx<'_>) {
    let said = cx.session.profile().charset();
    ui.horizontal_wrapped(|ui| {
        label_ui(ui, "Charset");
        let chosen = rule_ui(ui, said);
        let chosen = charset_ui(ui, chosen);
        if chosen != said {
            cx.send(Action::Edit(Edit::SetCharset {
                charset: Some(chosen),
            }));
        }
        let here = cx.preview().and_then(|preview| preview.reading.as_ref());
        if let Some(reading) = here {
            weak(ui, format!("here: {}", reading.charset));
        }
    });
}

/// Whether messages are asked.
fn rule_ui(ui: &mut Ui, said: SiteCharset) -> SiteCharset {
    let charset = said.fallback();
    let rules = [
        SiteCharset::FromMsh18 { fallback: charset },
        SiteCharset::Always(charset),
    ];
    let mut chosen = said;
    let combo = ComboBox::from_id_salt("charset rule").selected_text(words(said));
    let shown = combo.show_ui(ui, |ui| {
        for rule in rules {
            ui.selectable_value(&mut chosen, rule, words(rule));
        }
    });
    let id = shown.response.id;
    ui.ctx()
        .accesskit_node_builder(id, |node| node.set_label(RULE));
    shown.response.on_hover_text(
        "Many systems never fill MSH-18 and some fill it wrongly: say here how the site really writes",
    );
    chosen
}

fn words(rule: SiteCharset) -> &'static str {
    match rule {
        SiteCharset::FromMsh18 { .. } => "As MSH-18 says, else",
        SiteCharset::Always(_) => "Always",
    }
}

/// Which charset it is.
fn charset_ui(ui: &mut Ui, said: SiteCharset) -> SiteCharset {
    let mut charset = said.fallback();
    let combo = ComboBox::from_id_salt("charset").selected_text(charset.name());
    let shown = combo.show_ui(ui, |ui| {
        for each in Charset::all() {
            ui.selectable_value(&mut charset, each, each.name());
        }
    });
    let id = shown.response.id;
    ui.ctx()
        .accesskit_node_builder(id, |node| node.set_label("Charset of the site"));
    match said {
        SiteCharset::FromMsh18 { .. } => SiteCharset::FromMsh18 { fallback: charset },
        SiteCharset::Always(_) => SiteCharset::Always(charset),
    }
}
