//! The window itself: one frame after another.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use egui::{CentralPanel, Event, Frame, Panel, ViewportCommand};

use super::action::{Action, Command};
use super::cx::{Cx, OwnKeys, has_unsaved_changes};
use super::dialogs::{Answer, Dialogs};
use super::host::Host;
use super::layout::Panels;
use super::links_drawn::draw;
use super::news::{look_again, poll};
use super::panels::start;
use super::path_dialog::{PathDialog, Step, action_for};
use super::perform::perform;
use super::question::Question;
use super::settings::Settings;
use super::startup::Startup;
use super::state::State;
use super::stepping::Stepping;
use super::theme::Theme;
use super::threads::Threads;
use super::toasts::Toasts;
use super::{drag, fonts, lessons, menu, status, theme};
use crate::hl7::Timestamp;
use crate::workbench::Session;

/// The window: a session, and what is seen of it.
pub struct Window {
    host: Host,
    had_focus: bool,
    own_keys: OwnKeys,
    startup: Startup,
}

/// What a window starts with.
#[derive(Clone, Debug)]
pub struct Start {
    /// Samples, folders and a profile to open.
    pub paths: Vec<PathBuf>,
    /// What scripts get from `now()`.
    pub now: Timestamp,
    /// Whether the system is asked for file dialogs and for fonts.
    pub use_system: bool,
    /// When the program was started: the log tells how long the window took.
    pub began: Instant,
}

impl Window {
    /// A window on `ctx`, with the settings of the last time where there are any.
    pub fn new(ctx: &egui::Context, storage: Option<&dyn eframe::Storage>, start: Start) -> Self {
        fonts::install(ctx);
        theme::install(ctx);
        if start.use_system {
            fonts::use_system_fonts(ctx);
        }
        let settings = Settings::load(storage);
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        ctx.set_theme(settings.theme);
        ctx.set_zoom_factor(settings.zoom);
        let wake = ctx.clone();
        let mut session = Session::new(Arc::new(move || wake.request_repaint()), start.now);
        for plan in settings.wire.clone() {
            session.add_station(plan);
        }
        let mut host = Host {
            session,
            settings,
            state: State::new(),
            stepping: Stepping::default(),
            dialogs: Dialogs::new(start.use_system),
            toasts: Toasts::default(),
            threads: Threads::default(),
            stops_of: (None, 0),
        };
        if !start.paths.is_empty() {
            perform(&mut host, ctx, Action::Open(start.paths));
        }
        Self {
            host,
            had_focus: true,
            own_keys: OwnKeys::default(),
            startup: Startup::new(start.began),
        }
    }

    /// Waits until nothing is under way: for tests, which then draw the next frame.
    pub fn settle(&mut self) {
        // What is taken may ask for more: where watch-points happen in a new run.
        for _ in 0..2 {
            self.host.session.settle();
            poll(&mut self.host);
        }
    }

    /// Global keys, dropped files and pastes, before any text field can take them.
    fn input(&mut self, ctx: &egui::Context) -> Vec<Action> {
        let mut actions = Vec::new();
        let typing = ctx.text_edit_focused();
        let state = &self.host.state;
        let in_dialog = state.path_dialog.is_some()
            || state.question.is_some()
            || state.template_dialog.is_some();
        ctx.input_mut(|input| {
            let dropped: Vec<_> = input
                .raw
                .dropped_files
                .iter()
                .map(|file| file.path().to_owned())
                .collect();
            if !dropped.is_empty() {
                actions.push(Action::Open(dropped));
            }
            if !typing && !in_dialog && !self.own_keys.paste {
                input.events.retain(|event| match event {
                    Event::Paste(text) => {
                        actions.push(Action::Paste(text.clone()));
                        false
                    }
                    _ => true,
                });
            }
            for (command, key) in Command::keys() {
                let undo = matches!(command, Command::Undo | Command::Redo);
                let step = matches!(command, Command::NextSample | Command::PreviousSample);
                let page = matches!(command, Command::NextPage | Command::PreviousPage);
                let is_elsewhere = command.is_of_script_text() && !self.own_keys.script;
                // In other texts the arrow goes a word back.
                let is_word = command == Command::GoBack && typing && !self.own_keys.script;
                let is_own = (undo && self.own_keys.undo)
                    || (step && self.own_keys.moves)
                    || (page && (typing || self.host.state.playing.is_none()));
                if in_dialog || is_own || is_elsewhere || is_word {
                    continue;
                }
                if input.consume_shortcut(&key) {
                    actions.push(Action::Run(command));
                }
            }
        });
        actions
    }

    /// Asks before unsaved changes are lost with the window.
    fn guard_close(&mut self, ctx: &egui::Context) {
        let asked = ctx.input(|input| input.viewport().close_requested());
        if asked && lessons::is_unsaved(&self.host.session) {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            let quit = Box::new(Action::Run(Command::Quit));
            self.host.state.question = Some(Question::UnsavedLesson(quit));
            return;
        }
        if asked && has_unsaved_changes(&self.host.session) && !self.host.state.may_close {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.host.state.question =
                Some(Question::Unsaved(Box::new(Action::Run(Command::Quit))));
        }
    }

    fn frame_ui(&mut self, ui: &mut egui::Ui) -> Vec<Action> {
        let Host {
            session,
            settings,
            state,
            stepping,
            dialogs,
            toasts,
            threads,
            ..
        } = &mut self.host;
        // The arrangement is changed while the settings are read.
        let nothing = egui_tiles::Tree::empty(egui::Id::unique("nothing"));
        let mut panels = std::mem::replace(&mut settings.panels, nothing);
        let mut cx = Cx::new(session, settings, state.chosen, state.end.clone(), stepping);
        cx.threads = &threads.list;
        cx.threads_left = threads.left;
        cx.record_links();
        bars_ui(ui, &cx, toasts);
        let body = Frame::new().fill(*Theme::of(ui).surface.window);
        CentralPanel::default().frame(body).show(ui, |ui| {
            if state.start {
                start::ui(ui, &cx);
            } else {
                let definition = state.definition;
                let views = &mut state.views;
                panels.ui(
                    &mut Panels {
                        cx: &cx,
                        views,
                        definition,
                    },
                    ui,
                );
                draw(ui, cx.threads, &cx.knots);
            }
        });
        over_ui(ui.ctx(), &cx, state, dialogs);
        if ui.input(|input| !input.raw.hovered_files.is_empty()) {
            drop_ui(ui);
        }
        let (actions, own_keys) = cx.finish();
        self.own_keys = own_keys;
        self.host.settings.panels = panels;
        self.host.toasts.ui(ui);
        actions
    }

    fn answer(&mut self, ctx: &egui::Context) {
        match self.host.dialogs.poll() {
            Some(Answer::Paths(want, paths)) => {
                perform(&mut self.host, ctx, action_for(want, paths, true));
            }
            Some(Answer::Unavailable(want)) => {
                let mut dialog = PathDialog::new(want, String::new());
                dialog.fell_back = true;
                self.host.state.path_dialog = Some(dialog);
            }
            Some(Answer::Cancelled) | None => {}
        }
    }
}

fn bars_ui(ui: &mut egui::Ui, cx: &Cx<'_>, toasts: &mut Toasts) {
    let theme = Theme::of(ui);
    let bar = Frame::new()
        .fill(*theme.surface.window)
        .inner_margin(theme.margin(2, 1));
    Panel::top("menu")
        .frame(bar)
        .show(ui, |ui| menu::ui(ui, cx));
    let bar = bar.inner_margin(theme.margin(3, 0));
    Panel::bottom("status")
        .frame(bar)
        .exact_size(theme.grid(7))
        .show(ui, |ui| status::ui(ui, cx, toasts));
}

/// Says that what is held over the window can be dropped.
fn drop_ui(ui: &egui::Ui) {
    let theme = Theme::of(ui);
    let middle = egui::Area::new(egui::Id::unique("drop"))
        .order(egui::Order::Tooltip)
        .anchor(egui::Align2::CENTER_CENTER, egui::Vec2::ZERO)
        .interactable(false);
    middle.show(ui.ctx(), |ui| {
        let frame = Frame::new()
            .fill(*theme.surface.raised)
            .stroke(egui::Stroke::new(2.0, *theme.accent.line))
            .corner_radius(theme.size.corner)
            .inner_margin(theme.margin(8, 6));
        frame.show(ui, |ui| {
            ui.heading("Drop to open samples, folders or a profile")
        });
    });
}

/// What stands above the panels: palette, dialog, question.
fn over_ui(ctx: &egui::Context, cx: &Cx<'_>, state: &mut State, dialogs: &mut Dialogs) {
    if let Some(mut palette) = state.palette.take()
        && palette.ui(ctx, cx)
    {
        state.palette = Some(palette);
    }
    if let Some(mut chooser) = state.target_chooser.take()
        && chooser.ui(ctx, cx, state.definition)
    {
        state.target_chooser = Some(chooser);
    }
    drag::ui(ctx);
    if let Some(mut dialog) = state.path_dialog.take() {
        match dialog.ui(ctx, cx, dialogs.is_available()) {
            Step::Stay => state.path_dialog = Some(dialog),
            Step::Close => {}
            Step::Browse => dialogs.ask(dialog.want, "", ctx),
        }
    }
    if let Some(mut dialog) = state.template_dialog.take()
        && dialog.ui(ctx, cx)
    {
        state.template_dialog = Some(dialog);
    }
    if let Some(question) = state.question.take()
        && question.ui(ctx, cx)
    {
        state.question = Some(question);
    }
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.host.state.width = ctx.content_rect().width() * ctx.zoom_factor();
        poll(&mut self.host);
        let zoom = self.host.settings.zoom;
        if (ctx.zoom_factor() - zoom).abs() > f32::EPSILON {
            ctx.set_zoom_factor(zoom);
        }
        self.answer(ctx);
        let focused = ctx.input(|input| input.focused);
        if focused && !self.had_focus {
            look_again(&mut self.host);
        }
        self.had_focus = focused;
        for action in self.input(ctx) {
            perform(&mut self.host, ctx, action);
        }
        self.guard_close(ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let actions = self.frame_ui(ui);
        let session = &self.host.session;
        self.startup
            .frame(session.preview().is_some() && !session.is_busy());
        if !actions.is_empty() {
            ui.ctx().request_repaint();
        }
        for action in actions {
            perform(&mut self.host, ui.ctx(), action);
        }
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        // A lesson is played in an arrangement of its own.
        let mut settings = self.host.settings.clone();
        let stations = self.host.session.stations().iter();
        settings.wire = stations.map(|station| station.plan().clone()).collect();
        if let Some(before) = &self.host.state.playing {
            before.put_back(&mut settings);
        }
        settings.save(storage);
    }

    /// egui's own memory holds carets and undo steps of texts: nothing to keep on disk.
    fn persist_egui_memory(&self) -> bool {
        false
    }
}
