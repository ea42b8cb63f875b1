//! Inheritance: a site profile laid over the templates that it extends, and where each part is from.
//!
//! Parts are merged by name. What the site says replaces what the template says of the same part; an
//! identity, a grammar, a script, the source of a column and a column of a table are replaced whole.
//! What the site removes is gone before its own parts are laid over.
//!
//! Message definitions keep the template's order. The site's own go before the template's last
//! definitions that take every message, for nothing would reach them behind those; `before` and
//! `after` name another place. Rows and columns of the site's own go to the end.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::document::Profile;
use super::part_path::PartPath;
use super::script::{Hook, Script};
use super::tree::{Parts, Tree};
use crate::diagnostic::Diagnostic;
use crate::standard::Version;

/// A template that a profile extends, itself or by another template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its file, relative to the site profile, see [`beside`].
    pub path: Arc<str>,
    /// What the file says.
    pub profile: Arc<Profile>,
    /// The text of the file.
    pub text: Arc<str>,
}

/// Where a part of a resolved profile, or an attribute of one, is from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartOrigin {
    /// Nobody says anything: it is as the standard has it.
    Standard(Version),
    /// The template of this name.
    Template(Arc<str>),
    /// The site's own profile.
    Site,
}

/// Where the parts of a resolved profile are from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    version: Version,
    /// Of values; parts that hold others are in none.
    values: BTreeMap<PartPath, PartOrigin>,
}

/// A profile with all that it inherits.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The whole profile; it extends nothing and removes nothing.
    pub profile: Arc<Profile>,
    /// Where its parts are from.
    pub origins: Arc<Origins>,
    /// What the templates say, the site left out.
    pub inherited: Arc<Origins>,
    /// Names of parts that the templates do not have, each with the path in the site's own profile of
    /// the part that names it.
    pub findings: Vec<(String, Diagnostic)>,
}

/// A path that stands in the file at `file`, seen from where `file` is seen from: the template
/// `../index.ron` of `templates/lab/a.ron` is `templates/index.ron`.
pub fn beside(file: &str, path: &str) -> String {
    let is_absolute = path.starts_with(['/', '\\']) || path.as_bytes().get(1) == Some(&b':');
    if is_absolute {
        return path.to_owned();
    }
    let root = if file.starts_with('/') { "/" } else { "" };
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut steps: Vec<&str> = Vec::new();
    for step in folder.split('/').chain(path.split('/')) {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|last| *last != "..") => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    format!("{root}{}", steps.join("/"))
}

/// Lays a site profile over the templates that it extends, the nearest first.
///
/// Script files of templates are renamed to what they are from the site profile.
pub fn resolve(site: &Arc<Profile>, templates: &[Template]) -> Resolved {
    if templates.is_empty() && site.extends.is_none() {
        return Resolved::alone(site);
    }
    let mut laid = inherited(templates);
    let from_templates = laid.values.clone();
    let mut findings = Vec::new();
    laid.add(&Tree::of(site), &PartOrigin::Site, &mut findings);
    let profile = laid.profile(site);
    let origins = Origins {
        version: profile.version(),
        values: laid.values,
    };
    let inherited = Origins {
        version: profile.version(),
        values: from_templates,
    };
    Resolved {
        profile,
        origins: Arc::new(origins),
        inherited: Arc::new(inherited),
        findings,
    }
}

/// What a site that says nothing of its own has from these templates.
pub(super) fn inherited(templates: &[Template]) -> Laid {
    let mut laid = Laid {
        tree: Tree::of(&Profile {
            standard: None,
            ..Profile::new("")
        }),
        values: BTreeMap::new(),
    };
    for template in templates.iter().rev() {
        let tree = Tree::of(&with_scripts_from(template));
        let origin = PartOrigin::Template(Arc::clone(&template.profile.name));
        // A template's own findings are told where it is opened itself.
        laid.add(&tree, &origin, &mut Vec::new());
    }
    laid
}

/// The template with its script files as they are from the site profile.
fn with_scripts_from(template: &Template) -> Profile {
    let mut profile = (*template.profile).clone();
    let here = |script: &Script| match script {
        Script::File(path) => Some(Script::File(beside(&template.path, path).into())),
        Script::Inline(_) => None,
    };
    for definition in &mut profile.messages {
        if let Some(script) = definition.script.as_ref().and_then(here) {
            Arc::make_mut(definition).script = Some(script);
        }
    }
    for hook in Hook::ALL {
        if let Some(script) = profile.scripts.get(hook).and_then(here) {
            *profile.scripts.get_mut(hook) = Some(script);
        }
    }
    profile
}

/// Levels laid over each other so far.
pub(super) struct Laid {
    pub(super) tree: Tree,
    values: BTreeMap<PartPath, PartOrigin>,
}

impl Laid {
    /// What is inherited, for looking at what comes out.
    pub(super) fn over(tree: Tree) -> Self {
        Self {
            tree,
            values: BTreeMap::new(),
        }
    }

    pub(super) fn add(
        &mut self,
        own: &Tree,
        origin: &PartOrigin,
        findings: &mut Vec<(String, Diagnostic)>,
    ) {
        for (index, path) in removed(own) {
            match self.tree.take(&path) {
                Some(_) => self.values.retain(|known, _| !known.is_in(&path)),
                None => findings.push((format!(".remove[{index}]"), not_inherited(&path))),
            }
        }
        let mut own = own.clone();
        let places = take_places(&mut own);
        for name in ["extends", "remove"] {
            own.take(&PartPath::new([name]));
        }
        let order = order(self.tree.child("messages"), &own, &places, findings);
        let mut said = Vec::new();
        own.leaves(&PartPath::default(), &mut said);
        for (path, _) in said {
            self.values.insert(path, origin.clone());
        }
        lay_over(&mut self.tree, own);
        if let Some(messages) = self
            .tree
            .parts_mut()
            .and_then(|parts| parts.get_mut("messages"))
            && let Some(messages) = messages.parts_mut()
        {
            messages.sort_as(&order);
        }
    }

    fn profile(&self, site: &Arc<Profile>) -> Arc<Profile> {
        // Every level was printed by this program and so every part can be read again. Should one
        // not, the site's own part is what there is.
        self.tree
            .to_profile()
            .map_or_else(|_| Arc::clone(site), Arc::new)
    }
}

/// The paths that a level removes, with their places in its list.
fn removed(own: &Tree) -> Vec<(usize, PartPath)> {
    let Some(Tree::Leaf(list)) = own.child("remove") else {
        return Vec::new();
    };
    let written: Vec<String> = ron::from_str(list).unwrap_or_default();
    let paths = written.iter().enumerate();
    paths
        .filter_map(|(index, path)| Some((index, path.parse().ok()?)))
        .collect()
}

fn not_inherited(path: &PartPath) -> Diagnostic {
    Diagnostic::warning(
        "remove-unknown",
        format!("{path} is removed, but no template has it"),
    )
    .with_help("name a part of the template as `pipehat profile explain` does, or take it out")
}

fn lay_over(base: &mut Tree, own: Tree) {
    match (base, own) {
        (Tree::Parts(base), Tree::Parts(own)) if base.shape == own.shape => {
            for (name, tree) in own.entries {
                match base.get_mut(&name) {
                    Some(inherited) => lay_over(inherited, tree),
                    None => base.put(&name, tree),
                }
            }
        }
        (base, own) => *base = own,
    }
}

/// Where message definitions ask to stand.
#[derive(Clone, Debug, Default)]
struct Place {
    before: Option<String>,
    after: Option<String>,
}

fn take_places(own: &mut Tree) -> BTreeMap<Arc<str>, Place> {
    let mut places = BTreeMap::new();
    let messages = own.parts_mut().and_then(|parts| parts.get_mut("messages"));
    for (name, message) in messages
        .and_then(Tree::parts_mut)
        .into_iter()
        .flat_map(|messages| &mut messages.entries)
    {
        let Some(message) = message.parts_mut() else {
            continue;
        };
        let mut string = |name| message.take(name).and_then(|tree| tree.string());
        let place = Place {
            before: string("before"),
            after: string("after"),
        };
        places.insert(Arc::clone(name), place);
    }
    places
}

/// The names of all message definitions in matching order.
fn order(
    base: Option<&Tree>,
    own: &Tree,
    places: &BTreeMap<Arc<str>, Place>,
    findings: &mut Vec<(String, Diagnostic)>,
) -> Vec<Arc<str>> {
    let base = base.and_then(Tree::parts);
    let mut names: Vec<Arc<str>> = base.into_iter().flat_map(Parts::names).cloned().collect();
    // The template's last definitions that take every message.
    let takes_all = |name: &Arc<str>| {
        let identity = base
            .and_then(|base| base.get(name))
            .and_then(|m| m.child("identity"));
        base.is_some_and(|base| base.get(name).is_some()) && identity.is_none()
    };
    let own = own.child("messages").and_then(Tree::parts);
    let own: Vec<&Arc<str>> = own.into_iter().flat_map(Parts::names).collect();
    let mut pending = own.clone();
    for name in &pending {
        let place = places.get(*name);
        if place.is_some_and(|place| place.before.is_some() || place.after.is_some()) {
            names.retain(|known| known != *name);
        }
    }
    pending.retain(|name| !names.contains(name));
    // What is placed relative to a definition that is itself placed waits for that.
    let mut behind: BTreeMap<String, usize> = BTreeMap::new();
    loop {
        let before = pending.len();
        pending.retain(|name| {
            let place = places.get(*name).cloned().unwrap_or_default();
            let at = match (&place.before, &place.after) {
                (None, None) => {
                    let all = names
                        .iter()
                        .rev()
                        .take_while(|name| takes_all(name))
                        .count();
                    Some(names.len() - all)
                }
                (Some(next), _) => names.iter().position(|known| **known == **next),
                (None, Some(last)) => names.iter().position(|known| **known == **last).map(|at| {
                    // The second that is asked for after the same one goes after the first.
                    let earlier = behind.entry(last.clone()).or_default();
                    *earlier += 1;
                    (at + *earlier).min(names.len())
                }),
            };
            if let Some(at) = at {
                names.insert(at, Arc::clone(name));
            }
            at.is_none()
        });
        if pending.is_empty() || pending.len() == before {
            break;
        }
    }
    for name in pending {
        let place = places.get(name).cloned().unwrap_or_default();
        let attribute = if place.before.is_some() {
            "before"
        } else {
            "after"
        };
        let index = own.iter().position(|known| *known == name).unwrap_or(0);
        let other = place.before.or(place.after).unwrap_or_default();
        findings.push((
            format!(".messages[{index}].{attribute}"),
            Diagnostic::warning(
                "message-place",
                format!("message \"{name}\" is to stand beside \"{other}\", which is no message definition"),
            )
            .with_help("name a definition of the template in before or after, or take that out"),
        ));
        let all = names
            .iter()
            .rev()
            .take_while(|name| takes_all(name))
            .count();
        names.insert(names.len() - all, Arc::clone(name));
    }
    names
}

impl Resolved {
    /// A profile as it stands, whatever it extends.
    pub(super) fn alone(profile: &Arc<Profile>) -> Self {
        Self {
            profile: Arc::clone(profile),
            origins: Arc::new(Origins::of_one(profile)),
            inherited: Arc::default(),
            findings: Vec::new(),
        }
    }
}

impl Origins {
    fn of_one(profile: &Profile) -> Self {
        let tree = Tree::of(profile);
        let mut said = Vec::new();
        tree.leaves(&PartPath::default(), &mut said);
        Self {
            version: profile.version(),
            values: said
                .into_iter()
                .map(|(path, _)| (path, PartOrigin::Site))
                .collect(),
        }
    }

    /// Where a value is from, or where a part is from that holds values: the site when one of them is
    /// its own.
    pub fn of(&self, path: &PartPath) -> PartOrigin {
        if let Some(origin) = self.values.get(path) {
            return origin.clone();
        }
        let inside = self
            .values
            .range(path.clone()..)
            .map_while(|(known, origin)| known.is_in(path).then_some(origin));
        inside
            .max()
            .cloned()
            .unwrap_or(PartOrigin::Standard(self.version))
    }

    /// The same, and where more values are from: what the standard says, written out.
    #[must_use]
    pub fn with(&self, more: impl IntoIterator<Item = (PartPath, PartOrigin)>) -> Self {
        let mut origins = self.clone();
        origins.values.extend(more);
        origins
    }

    /// Where the value is from that a path names or leads into; `None` for a part that holds values.
    pub(super) fn of_said(&self, path: &PartPath) -> Option<&PartOrigin> {
        let mut value = Some(path.clone());
        while let Some(path) = value {
            if let Some(origin) = self.values.get(&path) {
                return Some(origin);
            }
            value = path.parent();
        }
        None
    }

    /// Whether anybody says anything of a part.
    pub fn says(&self, path: &PartPath) -> bool {
        let mut from = self.values.range(path.clone()..);
        from.next().is_some_and(|(known, _)| known.is_in(path))
    }

    /// Whether a part, or one in it, is the site's own although a template has it too or not.
    pub fn is_own(&self, path: &PartPath) -> bool {
        self.of(path) == PartOrigin::Site
    }
}

impl fmt::Display for PartOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PartOrigin::Standard(version) => write!(f, "HL7 {version}"),
            PartOrigin::Template(name) => write!(f, "template {name}"),
            PartOrigin::Site => f.write_str("site"),
        }
    }
}
