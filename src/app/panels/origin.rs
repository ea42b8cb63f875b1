//! Who says something: the standard, a template or the site, each with a colour, a shape and a word.

use egui::{Color32, Pos2, Rect, RichText, Sense, Shape, Stroke, Ui, Vec2};

use super::super::cx::Cx;
use super::super::theme::Theme;
use super::parts::weak;
use crate::profile::PartOrigin;

/// The colour of an origin.
pub(super) fn colour(theme: &Theme, origin: &PartOrigin) -> Color32 {
    match origin {
        PartOrigin::Standard(_) => *theme.origin.standard,
        PartOrigin::Template(_) => *theme.origin.template,
        PartOrigin::Site => *theme.origin.site,
    }
}

/// What the sign of an origin says to those who rest the pointer on it.
pub(super) fn words(origin: &PartOrigin) -> String {
    match origin {
        PartOrigin::Standard(version) => format!("As HL7 {version} has it"),
        PartOrigin::Template(name) => format!("From the template {name}"),
        PartOrigin::Site => "The site's own".to_owned(),
    }
}

/// The sign of an origin: a ring for the standard, a diamond for a template, a square for the site.
pub(super) fn mark(ui: &Ui, centre: Pos2, origin: &PartOrigin) {
    let colour = colour(Theme::of(ui), origin);
    let reach = 3.5;
    let shape = match origin {
        PartOrigin::Standard(_) => Shape::circle_stroke(centre, 3.0, Stroke::new(1.3, colour)),
        PartOrigin::Template(_) => {
            let at = |x: f32, y: f32| centre + Vec2::new(x * reach, y * reach) * 1.15;
            let corners = vec![at(0.0, -1.0), at(1.0, 0.0), at(0.0, 1.0), at(-1.0, 0.0)];
            Shape::convex_polygon(corners, colour, Stroke::NONE)
        }
        PartOrigin::Site => {
            let square = Rect::from_center_size(centre, Vec2::splat(2.0 * reach - 1.0));
            Shape::rect_filled(square, 1.0, colour)
        }
    };
    ui.painter().add(shape);
}

/// The sign of an origin in a line of its own size; its words when the pointer rests on it.
pub(super) fn mark_ui(ui: &mut Ui, origin: &PartOrigin) {
    let size = Vec2::splat(Theme::of(ui).grid(3));
    let (rect, sign) = ui.allocate_exact_size(size, Sense::hover());
    mark(ui, rect.center(), origin);
    sign.on_hover_text(words(origin));
}

/// What the signs mean.
pub(super) fn legend_ui(ui: &mut Ui, cx: &Cx<'_>) {
    let profile = cx.session.profile();
    let mut origins = vec![(PartOrigin::Standard(profile.version()), "HL7")];
    if let Some(template) = &cx.session.own_profile().extends {
        origins.push((PartOrigin::Template(template.clone()), "template"));
    }
    origins.push((PartOrigin::Site, "site"));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = Theme::of(ui).grid(1);
        for (origin, word) in origins {
            mark_ui(ui, &origin);
            weak(ui, word).on_hover_text(words(&origin));
            ui.add_space(Theme::of(ui).grid(1));
        }
    });
}

/// The sign of an origin and its word.
pub(super) fn named_ui(ui: &mut Ui, origin: &PartOrigin) {
    let theme = Theme::of(ui);
    ui.spacing_mut().item_spacing.x = theme.grid(1);
    mark_ui(ui, origin);
    let text = RichText::new(origin.to_string()).small();
    let text = text.color(colour(theme, origin));
    ui.add(egui::Label::new(text).truncate());
}
