//! Renaming what stands in a script: what follows, and why a name cannot be taken.

use std::sync::Arc;

use super::profile_rename::{Rename, follow};
use super::script_scene::{ScriptScene, given_words};
use super::script_targets::{Shared, shared};
use crate::mapping::{Meaning, NameUse, ScriptNames, is_name};
use crate::profile::{Edit, ScriptPlace};

impl ScriptScene<'_> {
    /// What can be renamed at a byte: its name now; else why nothing can.
    pub fn renamable(&self, byte: usize) -> Result<String, String> {
        let nothing = "there is no name under the caret";
        let sense = self.names.sense(byte).ok_or(nothing)?;
        let text = sense.text.to_string();
        match &sense.what {
            Meaning::Name(NameUse::Variable(_) | NameUse::Own(_))
            | Meaning::DeclaresVariable(_)
            | Meaning::DeclaresFunction(_) => Ok(text),
            Meaning::Name(NameUse::Given) => Err(format!(
                "{text} is {}: it cannot be renamed",
                given_words(&text)
            )),
            Meaning::Name(NameUse::Call { .. }) => Err(format!(
                "{text} is no function of this script: it cannot be renamed"
            )),
            Meaning::Name(NameUse::UnknownVariable) => {
                Err(format!("nothing declares {text} where it stands"))
            }
            _ => match shared(&sense) {
                Some(Shared::Codes(name)) if self.profile.codes.contains_key(&*name) => Ok(text),
                Some(Shared::Table(name)) if self.profile.tables.contains_key(&*name) => Ok(text),
                Some(Shared::Column(table, column))
                    if self
                        .profile
                        .tables
                        .get(&*table)
                        .is_some_and(|table| table.column(&column).is_some()) =>
                {
                    Ok(text)
                }
                Some(Shared::Place(_) | Shared::Segment(_)) => Err(format!(
                    "{text} is a place of the message: its name is described in the profile's segments"
                )),
                Some(_) => Err(format!("the profile has no {text} to rename")),
                None => Err(format!("{text} is no name that can be changed")),
            },
        }
    }

    /// Gives what stands at a byte another name, wherever it stands; else says why it cannot be.
    pub fn rename(
        &self,
        byte: usize,
        to: &str,
        scripts: &[(ScriptPlace, Arc<str>)],
    ) -> Result<Rename, String> {
        let from = self.renamable(byte)?;
        let to = to.trim();
        if to.is_empty() {
            return Err("a name is needed".to_owned());
        }
        if to == from {
            return Ok(Rename::default());
        }
        let sense = self.names.sense(byte);
        let sense = sense.ok_or("there is no name under the caret")?;
        let name = format!("rename {from} to {to}");
        match &sense.what {
            Meaning::Name(NameUse::Variable(index)) | Meaning::DeclaresVariable(index) => {
                let text = self.renamed_variable(*index, &from, to)?;
                Ok(self.of_script(name, text))
            }
            Meaning::Name(NameUse::Own(index)) | Meaning::DeclaresFunction(index) => {
                let text = self.renamed_function(*index, to)?;
                Ok(self.of_script(name, text))
            }
            _ => {
                let named = shared(&sense).ok_or("this cannot be renamed")?;
                self.renamed_part(name, &named, to, scripts)
            }
        }
    }

    fn of_script(&self, name: String, text: String) -> Rename {
        Rename {
            name,
            scripts: vec![(self.place.clone(), text)],
            ..Rename::default()
        }
    }

    fn renamed_variable(&self, index: usize, from: &str, to: &str) -> Result<String, String> {
        self.check_name(to)?;
        let spans = self.names.places_of_variable(index);
        let text = replaced(self.names.text(), &spans, to);
        // Every name must mean what it meant before.
        let now = ScriptNames::of(&text, self.given());
        let before = self.names.bindings();
        let after = now.bindings();
        let clash = before.iter().zip(&after).find(|(was, is)| was.1 != is.1);
        match clash {
            None if before.len() == after.len() => Ok(text),
            Some((was, _)) => Err(format!(
                "{to} is taken: on line {} a name would mean another variable than it does now",
                self.line_of(was.0)
            )),
            None => Err(format!("{from} cannot be called {to} here")),
        }
    }

    fn renamed_function(&self, index: usize, to: &str) -> Result<String, String> {
        self.check_name(to)?;
        let function = self
            .names
            .functions
            .get(index)
            .ok_or("the function is gone")?;
        let count = function.parameters.len();
        if let Some(other) = self.names.function(to, count) {
            let other = self.names.functions.get(other);
            let line = other.map_or(0, |other| self.line_of(other.span.start));
            return Err(format!(
                "line {line} has a function {to} with as many values already"
            ));
        }
        let is_known = self.language.iter().any(|known| known.name == to)
            || crate::mapping::FUNCTIONS
                .iter()
                .any(|known| known.name == to);
        if is_known {
            return Err(format!(
                "{to} is a function of the mapping language already"
            ));
        }
        let spans = self.names.places_of_function(index);
        let text = replaced(self.names.text(), &spans, to);
        let now = ScriptNames::of(&text, self.given());
        let meant = |names: &ScriptNames| -> Vec<NameUse> {
            let bindings = names.bindings().into_iter();
            bindings.map(|(_, what)| what).collect()
        };
        if meant(&now) == meant(self.names) {
            Ok(text)
        } else {
            Err(format!(
                "{to} is taken: a variable of that name would hide the function"
            ))
        }
    }

    fn check_name(&self, to: &str) -> Result<(), String> {
        if !is_name(to) {
            return Err(format!(
                "{to} is no name: write a letter, then letters, digits and _, and no word of the language"
            ));
        }
        if self.given().contains(&to) {
            return Err(format!("{to} is taken: it is {}", given_words(to)));
        }
        Ok(())
    }

    fn renamed_part(
        &self,
        name: String,
        shared: &Shared,
        to: &str,
        scripts: &[(ScriptPlace, Arc<str>)],
    ) -> Result<Rename, String> {
        let edit = match shared {
            Shared::Codes(from) => Edit::RenameCodes {
                name: (&**from).into(),
                to: to.into(),
            },
            Shared::Table(from) => Edit::RenameTable {
                name: (&**from).into(),
                to: to.into(),
            },
            Shared::Column(table, column) => Edit::RenameColumn {
                table: (&**table).into(),
                column: (&**column).into(),
                to: to.into(),
            },
            Shared::Place(_) | Shared::Segment(_) | Shared::Group(_) => {
                return Err("a place of the message cannot be renamed here".to_owned());
            }
        };
        if to.contains(char::is_control) {
            return Err("a name holds no line ends".to_owned());
        }
        follow(self.profile, edit, name, scripts).map_err(|error| error.to_string())
    }
}

/// Puts a text in place of stretches of another: bytes.
fn replaced(text: &str, spans: &[std::ops::Range<usize>], to: &str) -> String {
    let mut spans = spans.to_vec();
    spans.sort_by_key(|span| span.start);
    let mut made = String::with_capacity(text.len());
    let mut from = 0;
    for span in spans {
        made.push_str(text.get(from..span.start).unwrap_or_default());
        made.push_str(to);
        from = span.end;
    }
    made.push_str(text.get(from..).unwrap_or_default());
    made
}
