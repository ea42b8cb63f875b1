//! Throughput and latency over time, and the counts in full.

use std::time::{Duration, Instant};

use egui::{Ui, Vec2};
use egui_plot::{Legend, Line, Plot, PlotPoints, PlotUi, Points};

use super::super::theme::Theme;
use super::parts::weak;
use crate::workbench::{Station, WireSecond};

/// So many seconds are shown.
const SHOWN: u64 = 120;

/// Shows them.
pub(super) fn ui(ui: &mut Ui, station: &Station) {
    let theme = Theme::of(ui);
    let now = Instant::now();
    let (age, seconds) = {
        let log = station.log();
        let rates = log.rates();
        let seconds: Vec<WireSecond> = rates.seconds().copied().collect();
        (rates.age(now), seconds)
    };
    let frame = egui::Frame::new().inner_margin(theme.margin(3, 2));
    frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = theme.grid(1);
        if seconds.is_empty() {
            ui.vertical_centered(|ui| {
                ui.add_space(theme.grid(8));
                weak(ui, "No message has gone or come yet");
            });
            return;
        }
        let height = ((ui.available_height() - theme.grid(16)) / 2.0).max(theme.grid(20));
        let from = age.saturating_sub(SHOWN);
        weak(ui, "Messages a second, over the last two minutes");
        let count = |second: Option<&WireSecond>| second.map_or(0.0, |one| f64::from(one.messages));
        let line = Line::new("messages a second", points(&seconds, from, age, count))
            .color(*theme.accent.line);
        plot(ui, "Messages a second", height, (from, age), |ui| {
            ui.line(line);
        });
        weak(
            ui,
            "Milliseconds to the ACK: mean and longest of each second",
        );
        let ms = |span: Duration| span.as_secs_f64() * 1e3;
        let mean = times(&seconds, from, |one| one.mean().map(ms));
        let worst = times(&seconds, from, |one| one.mean().map(|_| ms(one.worst)));
        let marks = [
            ("longest", theme.severity.warning, worst),
            ("mean", theme.accent.line, mean),
        ];
        plot(ui, "Milliseconds to the ACK", height, (from, age), |ui| {
            for (name, colour, points) in marks {
                ui.line(Line::new(name, points.clone()).color(*colour));
                // A second between quiet ones is a point by itself.
                ui.points(Points::new(name, points).radius(2.5).color(*colour));
            }
        });
    });
}

/// Each second of the span, also those in which nothing happened; not the one that goes on.
fn points(
    seconds: &[WireSecond],
    from: u64,
    to: u64,
    value: impl Fn(Option<&WireSecond>) -> f64,
) -> PlotPoints<'static> {
    let point = |second: u64| {
        let found = seconds.binary_search_by_key(&second, |one| one.second);
        let one = found.ok().and_then(|at| seconds.get(at));
        [second as f64, value(one)]
    };
    (from..to.max(from + 1)).map(point).collect()
}

/// The seconds that have a value.
fn times(
    seconds: &[WireSecond],
    from: u64,
    value: impl Fn(&WireSecond) -> Option<f64>,
) -> Vec<[f64; 2]> {
    let shown = seconds.iter().filter(|one| one.second >= from);
    let points = shown.filter_map(|one| Some([one.second as f64, value(one)?]));
    points.collect()
}

fn plot<'p>(
    ui: &mut Ui,
    name: &str,
    height: f32,
    (from, to): (u64, u64),
    add: impl FnOnce(&mut PlotUi<'p>) + 'p,
) {
    let theme = Theme::of(ui);
    ui.scope(|ui| {
        // Lines of the grid stay behind what is shown.
        ui.visuals_mut().override_text_color = Some(*theme.text.weak);
        let plot = Plot::new(name)
            .height(height)
            .include_x(from as f64)
            .include_x(to.max(from + 10) as f64)
            .include_y(0.0)
            .include_y(1.0)
            .show_grid([false, true])
            .allow_drag(false)
            .allow_zoom(false)
            .allow_scroll(false)
            .set_margin_fraction(Vec2::new(0.0, 0.05))
            .legend(Legend::default())
            .x_axis_formatter(move |mark, _| format!("-{} s", (to as f64 - mark.value).max(0.0)));
        let response = plot.show(ui, add).response;
        response
            .ctx
            .accesskit_node_builder(response.id, |node| node.set_label(name));
    });
}
