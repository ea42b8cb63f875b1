//! The texts that a profile was read from, its own and its templates': in which file, line and column
//! a part stands that something is wrong with.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;

use super::document::Profile;
use super::finding::{Finding, Part, at_value};
use super::inherit::{PartOrigin, Resolved, Template, beside, resolve};
use super::placed::{PartProblem, name_at, part_of, steps};
use super::positions::{Positions, line_and_column, offset_of};
use super::print::print;
use super::script::Script;
use super::text_forms::offset_inside;
use super::validate::findings;
use crate::diagnostic::{Diagnostic, Place, ProfileLine};

/// What does not fit together in a profile that was read from `text`, whatever it extends, with lines
/// and columns.
pub fn validate_text(profile: &Profile, text: &str) -> Vec<Diagnostic> {
    let own = Arc::new(profile.clone());
    let resolved = Resolved::alone(&own);
    let sources = Sources::new("", &own, Some(text.into()), &Arc::default(), &resolved);
    let problems = sources.problems(Vec::new()).into_iter();
    problems.map(|problem| problem.diagnostic).collect()
}

/// A resolved profile with the files that it was read from.
#[derive(Clone, Debug)]
pub struct Sources {
    file: Arc<str>,
    own: Arc<Profile>,
    text: Option<Arc<str>>,
    templates: Arc<[Template]>,
    resolved: Resolved,
}

impl Sources {
    /// What `own` comes to over its templates, the nearest first.
    ///
    /// `file` is the site profile's file, beside which the templates stand; `text` is what is in it,
    /// nothing for a profile that is not as it was read: it stands as it would be written then.
    pub fn new(
        file: impl Into<Arc<str>>,
        own: &Arc<Profile>,
        text: Option<Arc<str>>,
        templates: &Arc<[Template]>,
        resolved: &Resolved,
    ) -> Self {
        Self {
            file: file.into(),
            own: Arc::clone(own),
            text,
            templates: Arc::clone(templates),
            resolved: resolved.clone(),
        }
    }

    /// A profile that stands in no file yet.
    pub fn unsaved(profile: &Arc<Profile>) -> Self {
        let resolved = resolve(profile, &[]);
        Self::new("", profile, None, &Arc::default(), &resolved)
    }

    /// The profile with all that it inherits.
    pub fn profile(&self) -> &Arc<Profile> {
        &self.resolved.profile
    }

    /// What does not fit together, with its place: what the profile itself shows, and what others
    /// `found` in it.
    pub fn problems(&self, found: Vec<PathFinding>) -> Vec<PartProblem> {
        let profile = self.profile();
        let own = &self.resolved.findings;
        let mut all = findings(profile);
        all.extend(found.into_iter().map(|found| Finding {
            points_at: found.inside.map_or(Part::Value, Part::Inside),
            path: found.path,
            diagnostic: found.diagnostic,
        }));
        if all.is_empty() && own.is_empty() {
            return Vec::new();
        }
        let levels = self.levels();
        let of_site = own.iter().map(|(path, found)| PartProblem {
            part: part_of(&self.own, path),
            diagnostic: match levels.first().and_then(|site| site.value(path)) {
                Some(place) => found.clone().at(place),
                None => found.clone(),
            },
        });
        let mut problems: Vec<PartProblem> = of_site.collect();
        problems.extend(all.into_iter().map(|finding| PartProblem {
            part: part_of(profile, &finding.path),
            diagnostic: match self.place(&levels, &finding) {
                Some(place) => finding.diagnostic.at(place),
                None => finding.diagnostic,
            },
        }));
        problems
    }

    /// Where the part at a path such as `.waivers[0]` of the resolved profile stands.
    pub fn place_of(&self, path: &str) -> Place {
        let whole = at_value(path.to_owned(), Diagnostic::info("place", ""));
        self.place(&self.levels(), &whole).unwrap_or_default()
    }

    /// Where a line and column of a script stand that is written in the profile; `name` is what findings
    /// call the script.
    pub fn script_line(&self, name: &str, line: u32, column: u32) -> Option<ProfileLine> {
        let (path, text) = script_named(self.profile(), name)?;
        let inside = offset_of(text, line as usize, column as usize);
        let finding = Finding {
            path,
            points_at: Part::Inside(inside),
            diagnostic: Diagnostic::info("place", ""),
        };
        match self.place(&self.levels(), &finding)? {
            Place::Profile { file, line, column } => Some(ProfileLine { file, line, column }),
            Place::Nowhere
            | Place::File(_)
            | Place::Message { .. }
            | Place::Location(_)
            | Place::Script { .. } => None,
        }
    }

    /// The site's file and its templates', the nearest first.
    fn levels(&self) -> Vec<Level<'_>> {
        let text = match &self.text {
            Some(text) => Cow::Borrowed(&**text),
            None => Cow::Owned(print(&self.own)),
        };
        let site = Level::new(None, PartOrigin::Site, &self.own, text);
        let templates = self.templates.iter().map(|template| {
            let file = beside(&self.file, &template.path);
            let origin = PartOrigin::Template(Arc::clone(&template.profile.name));
            let text = Cow::Borrowed(&*template.text);
            Level::new(Some(file.into()), origin, &template.profile, text)
        });
        std::iter::once(site).chain(templates).collect()
    }

    fn place(&self, levels: &[Level<'_>], finding: &Finding) -> Option<Place> {
        let profile = self.profile();
        let steps: Vec<&str> = steps(&finding.path).collect();
        let origin = self
            .resolved
            .origins
            .of_said(&part_of(profile, &finding.path));
        let may_hold = |level: &&Level<'_>| origin.is_none_or(|origin| *origin == level.origin);
        // The part itself, else the nearest around it that is written.
        (1..=steps.len()).rev().find_map(|count| {
            let steps = steps.get(..count)?;
            let exact = count == steps.len();
            levels.iter().filter(may_hold).find_map(|level| {
                let path = level.path_of(profile, steps)?;
                let whole = exact.then_some(&finding.points_at);
                level.place(&path, whole.unwrap_or(&Part::Value))
            })
        })
    }
}

/// The path and the text of a script that is written in the profile: that of a message definition, of the
/// site or of a column.
fn script_named<'p>(profile: &'p Profile, name: &str) -> Option<(String, &'p str)> {
    let hooks = profile.scripts.iter();
    let of_site = hooks.filter_map(|(hook, script)| match script {
        Script::Inline(text) if hook.script_name() == name => {
            Some((format!(".scripts.{}", hook.name()), &**text))
        }
        Script::Inline(_) | Script::File(_) => None,
    });
    let definitions = profile.messages.iter().enumerate();
    let of_messages = definitions.clone().filter_map(|(at, message)| {
        match message.script.as_ref().filter(|_| *message.name == *name)? {
            Script::Inline(text) => Some((format!(".messages[{at}].script"), &**text)),
            Script::File(_) => None,
        }
    });
    let of_columns = definitions.flat_map(|(at, message)| {
        let column = name.strip_prefix(&*message.name);
        let column = column.and_then(|rest| rest.strip_prefix(' ')?.split_once('.'));
        let rows = message.rows.iter().enumerate();
        rows.filter_map(move |(number, rows)| {
            let (_, column) = column.filter(|(table, _)| **table == *rows.table)?;
            let then = rows.columns.get(column)?.reading()?.then.as_deref()?;
            let path = format!(".messages[{at}].rows[{number}].columns{{{column}}}.then");
            Some((path, then))
        })
    });
    of_site.chain(of_messages).chain(of_columns).next()
}

/// Something that was found in a profile.
#[derive(Clone, Debug)]
pub struct PathFinding {
    /// The part of the resolved profile: `.messages[0].rows[1].columns{mrn}`.
    pub path: String,
    /// The byte of the text that the part is, where it speaks of one.
    pub inside: Option<usize>,
    /// What is wrong.
    pub diagnostic: Diagnostic,
}

impl From<(String, Diagnostic)> for PathFinding {
    fn from((path, diagnostic): (String, Diagnostic)) -> Self {
        Self {
            path,
            inside: None,
            diagnostic,
        }
    }
}

/// One of the files.
struct Level<'s> {
    /// Nothing for the site's own.
    file: Option<Arc<str>>,
    origin: PartOrigin,
    profile: &'s Profile,
    text: Cow<'s, str>,
    positions: Positions,
}

impl<'s> Level<'s> {
    fn new(
        file: Option<Arc<str>>,
        origin: PartOrigin,
        profile: &'s Profile,
        text: Cow<'s, str>,
    ) -> Self {
        Self {
            positions: Positions::new(&text),
            file,
            origin,
            profile,
            text,
        }
    }

    /// The path that a part of the resolved profile has in this file: items of lists that have names
    /// stand elsewhere in it, or not at all.
    fn path_of(&self, resolved: &Profile, steps: &[&str]) -> Option<String> {
        let mut path = String::new();
        let mut of_resolved = String::new();
        for step in steps {
            let index = step
                .strip_prefix('[')
                .and_then(|step| step.strip_suffix(']'));
            let list = index
                .and_then(|index| index.parse().ok())
                .map(|index: usize| (index, part_of(resolved, &of_resolved)));
            let name = list
                .as_ref()
                .and_then(|(index, list)| name_at(resolved, list, *index));
            match (list, name) {
                (Some((index, list)), Some(name)) => {
                    // Where all stands in one file it also stands at one place.
                    let is_same =
                        |at: &usize| name_at(self.profile, &list, *at).as_ref() == Some(&name);
                    let at = Some(index).filter(is_same).or_else(|| {
                        (0..)
                            .map_while(|at| name_at(self.profile, &list, at).map(|_| at))
                            .find(is_same)
                    })?;
                    let _ = write!(path, "[{at}]");
                }
                (Some((index, _)), None) => drop(write!(path, "[{index}]")),
                (None, _) => path.push_str(step),
            }
            of_resolved.push_str(step);
        }
        Some(path)
    }

    fn place(&self, path: &str, points_at: &Part) -> Option<Place> {
        let written = self.positions.exact(path)?;
        Some(self.at(match points_at {
            Part::Name => written.name,
            Part::Value => written.value(),
            Part::Inside(inner) => offset_inside(&self.text, written.value(), *inner),
        }))
    }

    /// Where the value at a path of this file stands, or what is around it.
    fn value(&self, path: &str) -> Option<Place> {
        Some(self.at(self.positions.value(path)?))
    }

    fn at(&self, offset: usize) -> Place {
        let (line, column) = line_and_column(&self.text, offset);
        Place::Profile {
            file: self.file.clone(),
            line,
            column,
        }
    }
}
