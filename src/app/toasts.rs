//! What just happened: good news for a moment in the status bar, bad news until it is dismissed.

use egui::{Align, Align2, Area, Button, Id, Layout, RichText, Role, Ui, Vec2, WidgetInfo};

use super::theme::Theme;
use super::widgets::dot;

/// Good news goes away after so many seconds.
const SHOWN_S: f64 = 6.0;
/// More than this would cover the work.
const AT_MOST: usize = 4;

/// The messages that are shown.
#[derive(Default)]
pub(super) struct Toasts {
    news: Vec<String>,
    /// In seconds of the window's own time; set when the news are first shown.
    until: Option<f64>,
    failures: Vec<String>,
}

impl Toasts {
    /// Says that something was done.
    pub(super) fn tell(&mut self, text: impl Into<String>) {
        // What is done in one go, such as opening samples and a profile, is said together.
        if self.until.is_some() {
            self.news.clear();
        }
        self.until = None;
        self.news.push(text.into());
    }

    /// Says that something failed and what to do.
    pub(super) fn complain(&mut self, text: impl Into<String>) {
        let text = text.into();
        self.failures.retain(|known| *known != text);
        self.failures.push(text);
        if self.failures.len() > AT_MOST {
            self.failures.remove(0);
        }
    }

    /// Shows the good news, in the status bar.
    pub(super) fn news_ui(&mut self, ui: &mut Ui) {
        if self.news.is_empty() {
            return;
        }
        let now = ui.input(|input| input.time);
        let until = *self.until.get_or_insert(now + SHOWN_S);
        if now >= until {
            self.news.clear();
            return;
        }
        ui.ctx()
            .request_repaint_after(std::time::Duration::from_secs_f64(until - now));
        let theme = Theme::of(ui);
        ui.separator();
        dot(ui, *theme.severity.good);
        ui.add(egui::Label::new(RichText::new(self.news.join(" · ")).small()).truncate());
    }

    /// Shows the failures, above everything at the lower right.
    pub(super) fn ui(&mut self, ui: &Ui) {
        if self.failures.is_empty() {
            return;
        }
        let theme = Theme::of(ui);
        let corner = Vec2::new(-theme.grid(4), -theme.grid(10));
        let mut dismissed = None;
        let area = Area::new(Id::unique("failures")).anchor(Align2::RIGHT_BOTTOM, corner);
        area.order(egui::Order::Foreground).show(ui.ctx(), |ui| {
            ui.spacing_mut().item_spacing.y = theme.grid(2);
            for (index, text) in self.failures.iter().enumerate() {
                if failure_ui(ui, theme, text) {
                    dismissed = Some(index);
                }
            }
        });
        if let Some(index) = dismissed {
            self.failures.remove(index);
        }
    }
}

/// Draws one failure; whether it was dismissed.
fn failure_ui(ui: &mut Ui, theme: &Theme, text: &str) -> bool {
    let frame = egui::Frame::new()
        .fill(*theme.surface.raised)
        .stroke(egui::Stroke::new(1.0, *theme.severity.error))
        .corner_radius(theme.size.corner)
        .inner_margin(theme.margin(3, 2))
        .shadow(ui.visuals().popup_shadow);
    let shown = frame.show(ui, |ui| {
        ui.set_width(theme.grid(110));
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            let button = ui.add(Button::new("×").small()).on_hover_text("Dismiss");
            button.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Dismiss"));
            ui.with_layout(
                Layout::left_to_right(Align::Min).with_main_wrap(false),
                |ui| {
                    dot(ui, *theme.severity.error);
                    ui.add(egui::Label::new(text).wrap().selectable(true));
                },
            );
            button.clicked()
        })
        .inner
    });
    shown.inner
}
