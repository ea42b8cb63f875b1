//! The tools of the script panel: formatting, definitions, places, renaming, find and replace.

use std::ops::Range;
use std::sync::Arc;

use egui::{Panel, Ui};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::part::Part;
use super::super::theme::Theme;
use super::super::widgets::{CodeEditor, CodeFix};
use super::script_advice::Reading;
use super::script_find::{Find, FindStep, Found, in_scripts};
use super::script_rename::{RenameForm, RenameStep};
use super::script_spots::Spots;
use crate::mapping::format_script;
use crate::profile::{PartPath, ScriptPlace};
use crate::workbench::{Target, profile_scripts};

/// Places that can be gone back to.
const MOST_BACK: usize = 50;

/// Something to be done with the script at its caret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScriptTask {
    Format,
    Definition,
    References,
    Rename,
    Find,
    Replace,
    FindEverywhere,
    ReplaceEverywhere,
    Fix,
}

/// A place in a script: line and column, counted from 1.
pub(super) type Spot = (ScriptPlace, u32, u32);

/// What the tools keep from frame to frame.
#[derive(Default)]
pub(super) struct Tools {
    pub(super) reading: Reading,
    task: Option<ScriptTask>,
    trail: Vec<Spot>,
    find: Option<Find>,
    /// What of the found is shown: bytes.
    now: Option<Range<usize>>,
    /// Where the next is looked for: a byte.
    from: Option<usize>,
    spots: Option<Spots>,
    rename: Option<RenameForm>,
}

/// A script and the editor that shows it.
pub(super) struct Shown<'a> {
    pub(super) place: &'a ScriptPlace,
    pub(super) text: &'a str,
    pub(super) editor: &'a mut CodeEditor,
}

impl Tools {
    /// Does something in the next frame.
    pub(super) fn ask(&mut self, task: ScriptTask) {
        self.task = Some(task);
    }

    /// The place before the last jump.
    pub(super) fn back(&mut self) -> Option<Spot> {
        self.trail.pop()
    }

    /// What is found in the script, in characters, and which of it is shown.
    pub(super) fn found(&self, text: &str) -> (Vec<Range<usize>>, Option<usize>) {
        let spans = self.spans(text);
        let now = self.index(&spans);
        let mut chars = Vec::with_capacity(spans.len());
        let (mut byte, mut count) = (0, 0);
        for span in &spans {
            count += text
                .get(byte..span.start)
                .map_or(0, |text| text.chars().count());
            let length = text
                .get(span.clone())
                .map_or(0, |text| text.chars().count());
            chars.push(count..count + length);
            count += length;
            byte = span.end;
        }
        (chars, now)
    }

    fn spans(&self, text: &str) -> Vec<Range<usize>> {
        let find = self.find.as_ref().filter(|find| !find.is_everywhere);
        let finder = find.and_then(Find::finder);
        finder.map_or_else(Vec::new, |finder| finder.find_all(text))
    }

    fn index(&self, spans: &[Range<usize>]) -> Option<usize> {
        spans
            .iter()
            .position(|span| Some(span) == self.now.as_ref())
    }

    /// Shows the fields of find and replace above the script, and the places below it.
    pub(super) fn around_ui(&mut self, ui: &mut Ui, cx: &Cx<'_>, shown: &mut Shown<'_>) {
        if let Some(mut find) = self.find.take() {
            let everywhere = find.is_everywhere.then(|| find.everywhere(cx));
            let spans = match &everywhere {
                Some(_) => Vec::new(),
                None => find
                    .finder()
                    .map_or_else(Vec::new, |finder| finder.find_all(shown.text)),
            };
            if let Some(from) = self.from.take() {
                self.now = spans
                    .iter()
                    .find(|span| span.start >= from)
                    .or(spans.first())
                    .cloned();
                self.show_now(shown, false);
            }
            let at = self.index(&spans);
            let count = spans.len();
            let found = everywhere.map_or(Found::Here { at, count }, Found::Everywhere);
            let step = find.ui(ui, cx, &found);
            if let Found::Everywhere(all) = &found {
                self.spots.get_or_insert_default().take(all);
            }
            self.find = Some(find);
            if let Some(step) = step {
                ui.ctx().request_repaint();
                self.take_step(cx, shown, &spans, step);
            }
        }
        if let Some(mut spots) = self.spots.take() {
            let is_search = self.find.as_ref().is_some_and(|find| find.is_everywhere);
            let theme = Theme::of(ui);
            let frame = egui::Frame::new().fill(*theme.surface.panel);
            let panel = Panel::bottom("places in scripts")
                .frame(frame)
                .resizable(true)
                .default_size(theme.grid(40));
            let stays = panel.show(ui, |ui| spots.ui(ui, cx, !is_search)).inner;
            if stays {
                self.spots = Some(spots);
            }
        }
    }

    fn take_step(
        &mut self,
        cx: &Cx<'_>,
        shown: &mut Shown<'_>,
        spans: &[Range<usize>],
        step: FindStep,
    ) {
        match step {
            FindStep::Close => {
                let was_search = self.find.take().is_some_and(|find| find.is_everywhere);
                self.spots.take_if(|_| was_search);
                let caret = self
                    .now
                    .take()
                    .map_or_else(|| shown.editor.caret_byte(shown.text), |now| now.end);
                shown.editor.select(shown.text, caret..caret, true);
            }
            FindStep::ReplaceEverywhere => {
                let Some(find) = &mut self.find else {
                    return;
                };
                let all = find.everywhere(cx);
                let places = in_scripts(&all);
                cx.send(Action::ChangeScripts {
                    name: format!("replace {places}"),
                    scripts: all.scripts.clone(),
                });
                cx.send(Action::Tell(format!("Replaced {places}")));
            }
            FindStep::Go { is_back } => self.go(shown, spans, is_back),
            FindStep::ReplaceOne(with) => {
                let now = self.now.clone().filter(|now| spans.contains(now));
                let finder = self.find.as_ref().and_then(Find::finder);
                let (Some(now), Some(finder)) = (now, finder) else {
                    return self.go(shown, spans, false);
                };
                let made = finder.replacement(shown.text, &now, &with);
                let mut text = shown.text.to_owned();
                text.replace_range(now.clone(), &made);
                self.from = Some(now.start + made.len());
                change(cx, shown.place, "replace in", text);
            }
            FindStep::ReplaceAll(with) => {
                let Some(finder) = self.find.as_ref().and_then(Find::finder) else {
                    return;
                };
                let (text, count) = finder.replace_all(shown.text, &with);
                change(cx, shown.place, "replace all in", text);
                let places = if count == 1 { "place" } else { "places" };
                cx.send(Action::Tell(format!("Replaced in {count} {places}")));
            }
        }
    }

    fn go(&mut self, shown: &mut Shown<'_>, spans: &[Range<usize>], is_back: bool) {
        let caret = shown.editor.caret_byte(shown.text);
        let at = self.now.clone().unwrap_or(caret..caret);
        self.now = if is_back {
            let before = spans.iter().rev().find(|span| span.start < at.start);
            before.or(spans.last()).cloned()
        } else {
            let is_next = |span: &&Range<usize>| match self.now {
                Some(_) => span.start > at.start,
                None => span.start >= at.start,
            };
            spans.iter().find(is_next).or(spans.first()).cloned()
        };
        self.show_now(shown, false);
    }

    fn show_now(&self, shown: &mut Shown<'_>, focuses: bool) {
        if let Some(now) = &self.now {
            shown.editor.select(shown.text, now.clone(), focuses);
        }
    }

    /// Does what was asked for, and goes on with what is under way.
    pub(super) fn work(
        &mut self,
        ui: &Ui,
        cx: &Cx<'_>,
        shown: &mut Shown<'_>,
        fixes: &[(u32, CodeFix)],
    ) {
        if let Some(task) = self.task.take() {
            self.perform(cx, shown, fixes, task);
        }
        self.rename_ui(ui, cx, shown);
    }

    fn perform(
        &mut self,
        cx: &Cx<'_>,
        shown: &mut Shown<'_>,
        fixes: &[(u32, CodeFix)],
        task: ScriptTask,
    ) {
        let caret = shown.editor.caret_byte(shown.text);
        match task {
            ScriptTask::Format => format(cx, shown, caret),
            ScriptTask::Definition => self.define(cx, shown, caret),
            ScriptTask::References => {
                let names = self.reading.names_of(shown.text, shown.place);
                let scene = self.reading.scene(cx, &names, shown.place);
                let scripts = profile_scripts(cx.session.profile(), cx.session.scripts());
                match scene.references(caret, &scripts) {
                    Some((name, spots)) => {
                        let places = if spots.len() == 1 { "place" } else { "places" };
                        let title = format!("{name}: {} {places}", spots.len());
                        self.spots = Some(Spots::new(title, spots));
                    }
                    None => complain(cx, "There is no name under the caret"),
                }
            }
            ScriptTask::Rename => {
                let names = self.reading.names_of(shown.text, shown.place);
                let scene = self.reading.scene(cx, &names, shown.place);
                match scene.renamable(caret) {
                    Ok(name) => {
                        let at = shown.editor.caret_point().unwrap_or_default();
                        self.rename = Some(RenameForm::new(caret, name, at));
                    }
                    Err(why) => complain(cx, &why),
                }
            }
            ScriptTask::Find
            | ScriptTask::Replace
            | ScriptTask::FindEverywhere
            | ScriptTask::ReplaceEverywhere => {
                let words = shown.editor.selected(shown.text);
                let mut find = self.find.take().unwrap_or_default();
                let replaces = matches!(task, ScriptTask::Replace | ScriptTask::ReplaceEverywhere);
                let is_everywhere = matches!(
                    task,
                    ScriptTask::FindEverywhere | ScriptTask::ReplaceEverywhere
                );
                find.open(replaces, is_everywhere, &words);
                self.find = Some(find);
                self.from = (!words.is_empty()).then(|| caret.saturating_sub(words.len()));
            }
            ScriptTask::Fix => {
                let line = shown
                    .text
                    .get(..caret)
                    .map_or(0, |text| text.matches('\n').count());
                let line = u32::try_from(line + 1).unwrap_or(u32::MAX);
                match fixes.iter().find(|(at, _)| *at == line) {
                    Some((_, fix)) => self::fix(cx, shown.place, shown.text, fix),
                    None => complain(cx, "Nothing on this line can be mended by itself"),
                }
            }
        }
    }

    /// Goes to where the name under the caret is defined.
    fn define(&mut self, cx: &Cx<'_>, shown: &mut Shown<'_>, caret: usize) {
        let names = self.reading.names_of(shown.text, shown.place);
        let target = self
            .reading
            .scene(cx, &names, shown.place)
            .definition(caret);
        let part = match target {
            Err(why) => return complain(cx, &why),
            Ok(Target::Function(name)) => {
                return cx.send(Action::ExplainFunction(name.to_string()));
            }
            Ok(Target::Script(span)) => {
                self.remember(shown, caret);
                return shown.editor.select(shown.text, span, true);
            }
            Ok(Target::Codes(name)) => Part::Codes(name),
            Ok(Target::Table(name, None)) => Part::Table(name),
            Ok(Target::Table(name, Some(column))) => {
                self.remember(shown, caret);
                let path = PartPath::new([Arc::from("tables"), name, "columns".into(), column]);
                return cx.send(Action::ShowPlace(path));
            }
            Ok(Target::Segment(id, None)) => Part::Segment(id),
            Ok(Target::Segment(id, Some(number))) => {
                self.remember(shown, caret);
                let path = PartPath::new(["segments", id.as_str(), "fields"]);
                return cx.send(Action::ShowPlace(path.child(number.to_string())));
            }
            Ok(Target::Grammar) => {
                let name = match shown.place {
                    ScriptPlace::Message(name) => Some(name),
                    ScriptPlace::Hook(_) => None,
                };
                let found = name.and_then(|name| cx.session.profile().message(name));
                found.map_or(Part::Messages, |(index, _)| Part::Message(index))
            }
        };
        self.remember(shown, caret);
        cx.send(Action::ShowPart(part));
    }

    fn remember(&mut self, shown: &Shown<'_>, caret: usize) {
        let before = shown.text.get(..caret).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        self.trail
            .push((shown.place.clone(), number(line), number(column)));
        if self.trail.len() > MOST_BACK {
            self.trail.remove(0);
        }
    }

    fn rename_ui(&mut self, ui: &Ui, cx: &Cx<'_>, shown: &mut Shown<'_>) {
        let Some(mut form) = self.rename.take() else {
            return;
        };
        let byte = form.byte;
        let rename = |to: &str| {
            let names = self.reading.names_of(shown.text, shown.place);
            let scripts = profile_scripts(cx.session.profile(), cx.session.scripts());
            self.reading
                .scene(cx, &names, shown.place)
                .rename(byte, to, &scripts)
        };
        match form.ui(ui, cx, rename) {
            RenameStep::Stay => self.rename = Some(form),
            RenameStep::Close => shown.editor.select(shown.text, byte..byte, true),
            RenameStep::Take(rename) => {
                cx.send(Action::Rename(Box::new(rename)));
                shown.editor.select(shown.text, byte..byte, true);
            }
        }
    }
}

fn format(cx: &Cx<'_>, shown: &mut Shown<'_>, caret: usize) {
    match format_script(shown.text) {
        Ok(formatted) if formatted.text == shown.text => {
            cx.send(Action::Tell("The script is formatted already".to_owned()));
        }
        Ok(formatted) => {
            let caret = formatted.moved(caret);
            shown.editor.select(&formatted.text, caret..caret, true);
            change(cx, shown.place, "format", formatted.text);
        }
        Err(error) => complain(cx, &error.to_string()),
    }
}

/// Mends what a finding is about.
pub(super) fn fix(cx: &Cx<'_>, place: &ScriptPlace, text: &str, fix: &CodeFix) {
    let mut mended = text.to_owned();
    if mended.get(fix.span.clone()).is_some() {
        mended.replace_range(fix.span.clone(), &fix.text);
        change(
            cx,
            place,
            &format!("{} in", fix.title.to_lowercase()),
            mended,
        );
    }
}

fn change(cx: &Cx<'_>, place: &ScriptPlace, what: &str, text: String) {
    let script: Arc<str> = match place {
        ScriptPlace::Message(name) => format!("the script of {name}").into(),
        ScriptPlace::Hook(hook) => format!("the {} script", hook.name()).into(),
    };
    cx.send(Action::ChangeScript {
        place: place.clone(),
        name: format!("{what} {script}"),
        text,
    });
}

fn complain(cx: &Cx<'_>, why: &str) {
    cx.send(Action::Complain(why.to_owned()));
}
