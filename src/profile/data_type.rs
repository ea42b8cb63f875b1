//! A data type as the site describes it: over the standard's, or one of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::field::Usage;

/// What the site says of a data type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename = "Type", deny_unknown_fields)]
pub struct TypeOverlay {
    /// What a value of it is.
    #[serde(default)]
    pub description: Arc<str>,
    /// How the site writes dates of this type, such as `dd.MM.yyyy HH:mm`.
    #[serde(default)]
    pub mask: Option<Arc<str>>,
    /// Its components; for a type of the standard's those that the site has otherwise.
    #[serde(default)]
    pub components: Vec<ComponentOverlay>,
}

/// What the site says of a component.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename = "Component", deny_unknown_fields)]
pub struct ComponentOverlay {
    /// Which component it is, counted from 1; `None` for the one after the component before it.
    #[serde(default)]
    pub number: Option<u16>,
    /// What it holds; empty for a component that keeps its name.
    #[serde(default)]
    pub name: Arc<str>,
    /// What the site knows of it, in a sentence or two.
    #[serde(default)]
    pub description: Arc<str>,
    /// Its data type; ST where nobody says one.
    #[serde(default, rename = "type")]
    pub data_type: Option<Arc<str>>,
    /// Whether it must be there when the field is.
    #[serde(default)]
    pub usage: Option<Usage>,
    /// The most characters that it has.
    #[serde(default)]
    pub length: Option<u32>,
    /// The code table that its values come from: one of the profile, or a number of the standard.
    #[serde(default)]
    pub codes: Option<Arc<str>>,
    /// How the site writes a date here, such as `dd.MM.yyyy`.
    #[serde(default)]
    pub mask: Option<Arc<str>>,
}

impl TypeOverlay {
    /// Its components, each with its number.
    pub fn numbered(&self) -> impl Iterator<Item = (u16, &ComponentOverlay)> {
        numbered(&self.components, |component| component.number)
    }
}

/// The parts with their numbers: the stated one, else one more than that of the part before.
pub(super) fn numbered<T>(
    parts: &[T],
    stated: impl Fn(&T) -> Option<u16>,
) -> impl Iterator<Item = (u16, &T)> {
    let mut next = 1_u16;
    parts.iter().map(move |part| {
        let number = stated(part).unwrap_or(next);
        next = number.saturating_add(1);
        (number, part)
    })
}

/// Types of the profile that contain themselves: each as the way from a type back to it.
pub fn type_cycles(types: &BTreeMap<Arc<str>, Arc<TypeOverlay>>) -> Vec<Vec<Arc<str>>> {
    let mut cycles: Vec<Vec<Arc<str>>> = Vec::new();
    for name in types.keys() {
        let is_told = cycles.iter().any(|cycle| cycle.contains(name));
        if !is_told && let Some(way) = way_back(types, name) {
            cycles.push(way);
        }
    }
    cycles
}

/// The shortest way from a type through its components back to it, the type at both ends.
fn way_back(
    types: &BTreeMap<Arc<str>, Arc<TypeOverlay>>,
    name: &Arc<str>,
) -> Option<Vec<Arc<str>>> {
    let mut reached_from: BTreeMap<&Arc<str>, &Arc<str>> = BTreeMap::new();
    let mut waiting = std::collections::VecDeque::from([name]);
    while let Some(at) = waiting.pop_front() {
        let inner = types
            .get(at)
            .into_iter()
            .flat_map(|found| &found.components);
        for inner in inner.filter_map(|component| component.data_type.as_ref()) {
            if inner == name {
                let mut way = vec![Arc::clone(name), Arc::clone(at)];
                let mut step = at;
                while let Some(before) = reached_from.get(step) {
                    way.push(Arc::clone(before));
                    step = before;
                }
                way.reverse();
                return Some(way);
            }
            if types.contains_key(inner) && !reached_from.contains_key(inner) {
                reached_from.insert(inner, at);
                waiting.push_back(inner);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(types: &[(&str, &[&str])], expect: &[&str]) {
        let types = types
            .iter()
            .map(|(name, inner)| {
                let components = inner.iter().map(|inner| ComponentOverlay {
                    data_type: Some((*inner).into()),
                    ..ComponentOverlay::default()
                });
                let overlay = TypeOverlay {
                    components: components.collect(),
                    ..TypeOverlay::default()
                };
                ((*name).into(), Arc::new(overlay))
            })
            .collect();
        let found: Vec<String> = type_cycles(&types)
            .iter()
            .map(|way| way.join(" "))
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn a_type_that_contains_itself_is_told_with_the_way_back() {
        check(&[("A", &["ST", "B"]), ("B", &["ST"])], &[]);
        check(&[("A", &["A"])], &["A A"]);
        check(
            &[("A", &["B"]), ("B", &["ST", "C"]), ("C", &["A"])],
            &["A B C A"],
        );
        check(&[("A", &["B"]), ("B", &["B"])], &["B B"]);
    }
}
