//! What a place of a message is called: its segment, field, component and subcomponent in words.

use super::resolve::Grammar;
use crate::hl7::Location;

/// The names of a place, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaceNames {
    /// What the segment holds.
    pub segment: String,
    /// What the field, its component and its subcomponent are called: the outermost first, and only
    /// those that the place names.
    pub parts: Vec<String>,
    /// The id of the data type of the innermost; empty for a segment.
    pub data_type: String,
    /// How often the field may repeat; `None` when there is no bound or it is not known.
    pub max_repetitions: Option<u32>,
}

impl PlaceNames {
    /// The names of a place by what the grammar says.
    pub fn of(grammar: &Grammar, at: &Location) -> Self {
        let mut names = Self::default();
        let Some(segment) = grammar.segment(at.segment.as_str()) else {
            return names;
        };
        segment.name.clone_into(&mut names.segment);
        let Some(path) = &at.path else { return names };
        let Some(field) = segment.field(path.field) else {
            return names;
        };
        names.parts.push(field.name.to_owned());
        field.data_type.clone_into(&mut names.data_type);
        names.max_repetitions = field.max_repetitions;
        for number in [path.component, path.subcomponent].into_iter().flatten() {
            let known = grammar.data_type(&names.data_type);
            match known.as_ref().and_then(|known| known.component(number)) {
                Some(part) => {
                    let (name, data_type) = (part.name.to_owned(), part.data_type.to_owned());
                    names.parts.push(name);
                    names.data_type = data_type;
                }
                // The first component of a plain type is the whole of it.
                None if number == 1 => {}
                None => {
                    names.parts.push(String::new());
                    names.data_type.clear();
                }
            }
        }
        names
    }

    /// All that is known as one phrase: `Patient Identifier List, ID Number`.
    pub fn words(&self) -> String {
        let known: Vec<&str> = self.parts.iter().map(String::as_str).collect();
        let known: Vec<&str> = known.into_iter().filter(|name| !name.is_empty()).collect();
        if self.parts.is_empty() {
            self.segment.clone()
        } else {
            known.join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::resolve::resolve;
    use super::*;
    use crate::hl7::parse;
    use crate::profile::Profile;

    fn check(at: &str, expect: &str) {
        let (message, _) = parse("MSH|^~\\&|||||||ADT^A01|1|P|2.5.1");
        let profile = Profile::new("test");
        let (grammar, _) = resolve(profile.version(), &profile, None, &message);
        let names = PlaceNames::of(&grammar, &at.parse().expect("a location"));
        let found = format!("{}: {}", names.data_type, names.words());
        assert_eq!(found, expect, "{at}");
    }

    #[test]
    fn a_place_is_called_by_its_field_and_what_is_in_it() {
        check("PID", ": Patient Identification");
        check("PID-3", "CX: Patient Identifier List");
        check("PID-3.1", "ST: Patient Identifier List, ID Number");
        check(
            "PID-3[2].4.2",
            "ST: Patient Identifier List, Assigning Authority, Universal ID",
        );
        check("PID-8.1", "IS: Administrative Sex");
        check("PID-8.2", ": Administrative Sex");
        check("ZZZ-1", ": ");
    }
}
