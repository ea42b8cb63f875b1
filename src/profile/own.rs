//! What stays the site's own: an edit of the resolved profile becomes the least change of the site's
//! profile that has the same effect.

use std::sync::Arc;

use super::document::Profile;
use super::edit::{Edit, EditError};
use super::inherit::{PartOrigin, Template, inherited, resolve};
use super::part_path::PartPath;
use super::tree::{Parts, Shape, Tree};

impl Profile {
    /// This site's profile after an edit of what it resolves to: what the edit changes becomes its
    /// own, what it takes away of a template is removed by name.
    ///
    /// # Errors
    /// When the edit does not fit the resolved profile.
    pub fn apply_over(&self, templates: &[Template], edit: &Edit) -> Result<Profile, EditError> {
        if self.extends.is_none() || edit.is_of_own() {
            return self.apply(edit);
        }
        let site = Arc::new(self.clone());
        let before = resolve(&site, templates).profile;
        let after = before.apply(edit)?;
        self.with_changes(templates, &before, &after)
            .ok_or_else(|| EditError::Inherited { what: edit.name() })
    }

    /// The site's own profile after the resolved profile was changed from `before` to `after`; `None`
    /// when a site profile has no way to say that over its templates.
    pub fn with_changes(
        &self,
        templates: &[Template],
        before: &Profile,
        after: &Profile,
    ) -> Option<Profile> {
        let base = inherited(templates).tree;
        let goal = Tree::of(after);
        let own = Tree::of(&Profile {
            remove: Vec::new(),
            ..self.clone()
        });
        let mut carried = Carried {
            base: &base,
            own: own.clone(),
            removed: self.remove.clone(),
        };
        let root = PartPath::default();
        let (changed, _) = carried.carry(&root, Some(own), Some(&Tree::of(before)), Some(&goal));
        if let Some(changed) = changed {
            carried.own = changed;
        }
        carried.put_in_order(&goal);
        carried.profile()
    }

    /// This profile without what it says of a part: what the template says holds again.
    pub(super) fn reverted(&self, path: &PartPath) -> Option<Profile> {
        let mut own = Tree::of(self);
        let taken = own.take(path).is_some();
        own.forget_empty(path);
        let mut profile = own.to_profile().ok()?;
        let count = profile.remove.len();
        profile.remove.retain(|removed| !removed.is_in(path));
        (taken || profile.remove.len() < count).then_some(profile)
    }
}

struct Carried<'a> {
    base: &'a Tree,
    own: Tree,
    removed: Vec<PartPath>,
}

impl Carried<'_> {
    /// The site's own part at `path` after a change of the resolved one, and whether it holds
    /// anything.
    fn carry(
        &mut self,
        path: &PartPath,
        own: Option<Tree>,
        before: Option<&Tree>,
        after: Option<&Tree>,
    ) -> (Option<Tree>, bool) {
        if before == after {
            let holds = own.is_some();
            return (own, holds);
        }
        let inherits = self.base.at(path);
        let is_removed = self.removed.iter().any(|removed| path.is_in(removed));
        match (before, after) {
            (_, None) => {
                self.removed.retain(|removed| !removed.is_in(path));
                if inherits.is_some() && !self.removed.iter().any(|removed| path.is_in(removed)) {
                    self.removed.push(path.clone());
                }
                (None, false)
            }
            (Some(Tree::Parts(before)), Some(Tree::Parts(after)))
                if before.shape == after.shape =>
            {
                self.carry_parts(path, own, before, after)
            }
            (_, Some(after))
                if inherits == Some(after) && !is_removed && path.steps().len() > 1 =>
            {
                (None, false)
            }
            (_, Some(after)) => (Some(after.clone()), true),
        }
    }

    fn carry_parts(
        &mut self,
        path: &PartPath,
        own: Option<Tree>,
        before: &Parts,
        after: &Parts,
    ) -> (Option<Tree>, bool) {
        let mut parts = match own {
            Some(Tree::Parts(parts)) => parts,
            Some(Tree::Leaf(_)) | None => after.emptied(key_of(path)),
        };
        let mut names: Vec<Arc<str>> = after.names().into_iter().cloned().collect();
        names.extend(
            before
                .names()
                .into_iter()
                .filter(|name| after.get(name).is_none())
                .cloned(),
        );
        for name in names {
            let held = parts.take_at(&name);
            let (place, held) = match held {
                Some((place, tree)) => (Some(place), Some(tree)),
                None => (None, None),
            };
            let child = path.child(Arc::clone(&name));
            if let (Some(tree), _) = self.carry(&child, held, before.get(&name), after.get(&name)) {
                parts.put_at(place, &name, tree);
            }
        }
        let key = key_of(path);
        let holds = parts.entries.iter().any(|(name, _)| key != Some(&**name));
        let stays = holds || path.steps().is_empty();
        (stays.then_some(Tree::Parts(parts)), stays)
    }

    /// The list order of the goal, by `before` and `after` for messages and by owning what moved
    /// elsewhere.
    fn put_in_order(&mut self, goal: &Tree) {
        let mut lists = Vec::new();
        ordered_lists(goal, &PartPath::default(), &mut lists);
        for (path, names) in lists {
            if let Some(own) = self.own_list(&path) {
                own.sort_as(&names);
            }
            let is_messages = path == PartPath::new(["messages"]);
            if self.order(&path) == names {
                continue;
            }
            if is_messages {
                self.order_messages(goal, &names);
            } else {
                self.own_from_where_it_differs(goal, &path, &names);
            }
        }
    }

    fn order_messages(&mut self, goal: &Tree, names: &[Arc<str>]) {
        let path = PartPath::new(["messages"]);
        // Each round puts one definition in its place; a definition that moved down is one move, not
        // one of all that it passed.
        for _ in 0..names.len() {
            let now = self.order(&path);
            let Some(at) = (0..names.len()).find(|at| now.get(*at) != names.get(*at)) else {
                return;
            };
            let moved_down = now.get(at + 1) == names.get(at);
            let Some(name) = (if moved_down {
                now.get(at)
            } else {
                names.get(at)
            }) else {
                break;
            };
            let Some(to) = names.iter().position(|known| known == name) else {
                break;
            };
            self.place_message(
                goal,
                name,
                to.checked_sub(1).and_then(|at| names.get(at)),
                names,
            );
        }
        if self.order(&path) != names {
            self.own_from_where_it_differs(goal, &path, names);
        }
    }

    /// Asks for a definition to stand after another, or first.
    fn place_message(
        &mut self,
        goal: &Tree,
        name: &Arc<str>,
        after: Option<&Arc<str>>,
        names: &[Arc<str>],
    ) {
        let path = PartPath::new(["messages"]);
        let Some(whole) = goal.at(&path.child(Arc::clone(name))).and_then(Tree::parts) else {
            return;
        };
        let stub = Tree::Parts(whole.emptied(Some("name")));
        let Some(list) = self.own_list_or_new(goal, &path) else {
            return;
        };
        if list.get(name).is_none() {
            list.put(name, stub);
        }
        list.sort_as(names);
        let Some(message) = list.get_mut(name).and_then(Tree::parts_mut) else {
            return;
        };
        message.take("before");
        message.take("after");
        let (attribute, other) = match (after, names.get(1)) {
            (Some(after), _) => ("after", after),
            (None, Some(second)) => ("before", second),
            (None, None) => return,
        };
        let leaf = Tree::Leaf(super::print::Quoted(other).to_string().into());
        message.put(&attribute.into(), leaf);
    }

    /// Makes the items from the first that stands elsewhere the site's own, in the goal's order.
    fn own_from_where_it_differs(&mut self, goal: &Tree, path: &PartPath, names: &[Arc<str>]) {
        let now = self.order(path);
        let same = now.iter().zip(names).take_while(|(a, b)| a == b).count();
        for name in names.iter().skip(same) {
            let child = path.child(Arc::clone(name));
            let Some(item) = goal.at(&child).cloned() else {
                continue;
            };
            if self.base.at(&child).is_some() {
                self.removed.retain(|removed| !removed.is_in(&child));
                self.removed.push(child);
            }
            if let Some(list) = self.own_list_or_new(goal, path) {
                list.put(name, item);
                list.sort_as(names);
            }
        }
    }

    /// The order in which the list at `path` is resolved now.
    fn order(&self, path: &PartPath) -> Vec<Arc<str>> {
        let mut laid = super::inherit::Laid::over(self.base.clone());
        if let Some(own) = self.profile() {
            laid.add(&Tree::of(&own), &PartOrigin::Site, &mut Vec::new());
        }
        let list = laid.tree.at(path).and_then(Tree::parts);
        list.into_iter().flat_map(Parts::names).cloned().collect()
    }

    fn profile(&self) -> Option<Profile> {
        let mut profile = self.own.to_profile().ok()?;
        profile.remove.clone_from(&self.removed);
        Some(profile)
    }

    fn own_list(&mut self, path: &PartPath) -> Option<&mut Parts> {
        let mut tree = &mut self.own;
        for step in path.steps() {
            tree = tree.parts_mut()?.get_mut(step)?;
        }
        tree.parts_mut()
    }

    /// The site's own list at `path`, with what is around it, empty where it had none.
    fn own_list_or_new(&mut self, goal: &Tree, path: &PartPath) -> Option<&mut Parts> {
        let mut here = PartPath::default();
        let mut tree = &mut self.own;
        for step in path.steps() {
            here = here.child(Arc::clone(step));
            let parts = tree.parts_mut()?;
            if parts.get(step).is_none() {
                let key = key_of(&here);
                let like = goal.at(&here)?.parts()?.emptied(key);
                parts.put(step, Tree::Parts(like));
            }
            tree = parts.get_mut(step)?;
        }
        tree.parts_mut()
    }
}

/// The attribute that names the item at `path`, where it is one of a list.
fn key_of(path: &PartPath) -> Option<&'static str> {
    match path.steps() {
        [list, _] if &**list == "messages" => Some("name"),
        [.., list, _] if &**list == "rows" => Some("table"),
        _ => None,
    }
}

fn ordered_lists(tree: &Tree, path: &PartPath, found: &mut Vec<(PartPath, Vec<Arc<str>>)>) {
    let Some(parts) = tree.parts() else { return };
    if let Shape::List(_) = parts.shape {
        found.push((path.clone(), parts.names().into_iter().cloned().collect()));
    }
    for (name, tree) in &parts.entries {
        ordered_lists(tree, &path.child(Arc::clone(name)), found);
    }
}
