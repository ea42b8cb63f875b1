//! What the script panel knows of the words of a script: what can be written, what things are.

use std::sync::Arc;

use super::super::cx::Cx;
use super::super::widgets::{CallAdvice, Explained, Proposal, Proposals};
use crate::hl7::{Location, Pick};
use crate::mapping::{Engine, LanguageFunction, ScriptNames, language_functions};
use crate::profile::ScriptPlace;
use crate::workbench::{ScriptScene, given_variables};

/// The script as it was read last, and the language.
#[derive(Default)]
pub(super) struct Reading {
    names: Arc<ScriptNames>,
    language: Option<Arc<[LanguageFunction]>>,
}

impl Reading {
    /// Reads the script again where it is another.
    pub(super) fn update(&mut self, text: &str, place: &ScriptPlace) {
        if self.names.text() != text {
            self.names = Arc::new(ScriptNames::of(text, given_variables(place)));
        }
        if self.language.is_none() {
            self.language = Some(language_functions(&Engine::new()).into());
        }
    }

    /// The names of a text, which may have been typed on since it was read.
    pub(super) fn names_of(&self, text: &str, place: &ScriptPlace) -> Arc<ScriptNames> {
        if self.names.text() == text {
            return Arc::clone(&self.names);
        }
        Arc::new(ScriptNames::of(text, given_variables(place)))
    }

    /// What a script is written with.
    pub(super) fn scene<'a>(
        &'a self,
        cx: &'a Cx<'_>,
        names: &'a ScriptNames,
        place: &'a ScriptPlace,
    ) -> ScriptScene<'a> {
        ScriptScene {
            names,
            place,
            profile: cx.session.profile(),
            preview: cx.preview().map(|preview| &**preview),
            recording: cx
                .stepping
                .walked()
                .map(super::super::stepping::Walked::recording),
            language: self.language.as_deref().unwrap_or_default(),
        }
    }

    pub(super) fn propose(
        &self,
        cx: &Cx<'_>,
        place: &ScriptPlace,
        text: &str,
        caret: usize,
    ) -> Proposals {
        let names = self.names_of(text, place);
        let found = self.scene(cx, &names, place).suggestions(caret);
        let typed = text.get(found.typed).unwrap_or_default();
        let proposal = |one: crate::workbench::Suggestion| Proposal {
            text: one.text,
            detail: one.detail,
            help: one.help,
            goes_on: one.goes_on,
        };
        Proposals {
            typed: typed.chars().count(),
            list: found.list.into_iter().map(proposal).collect(),
            closing: found.closing,
            eager: found.is_eager,
        }
    }

    pub(super) fn explain(
        &self,
        cx: &Cx<'_>,
        place: &ScriptPlace,
        text: &str,
        byte: usize,
    ) -> Option<Explained> {
        let names = self.names_of(text, place);
        let found = self.scene(cx, &names, place).explain(byte)?;
        Some(Explained {
            title: found.title,
            lines: found.lines,
        })
    }

    pub(super) fn call(
        &self,
        cx: &Cx<'_>,
        place: &ScriptPlace,
        text: &str,
        byte: usize,
    ) -> Option<CallAdvice> {
        let names = self.names_of(text, place);
        let found = self.scene(cx, &names, place).call_help(byte)?;
        Some(CallAdvice {
            opener: found.opener,
            signature: found.signature,
            active: found.active,
            help: found.help,
        })
    }
}

/// How the script may name the location: exactly, else its field.
pub(super) fn quoted(location: &Location, script: &str) -> String {
    let exact = format!("\"{location}\"");
    if script.contains(&exact) {
        return exact;
    }
    let mut field = location.clone();
    if let Some(path) = &mut field.path {
        path.repetition = Pick::First;
        if path.component == Some(1) && path.subcomponent.is_none() {
            path.component = None;
        }
        path.subcomponent = None;
    }
    format!("\"{field}\"")
}
