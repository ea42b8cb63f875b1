//! Which of the segments of a name a location means.

use super::location::{FieldPath, Pick};

impl Pick {
    /// Those that are meant of the places that could be, in order. `has_value` tells whether a place has
    /// a value at a path in it.
    pub fn choose<T>(
        &self,
        mut places: impl Iterator<Item = T>,
        has_value: impl Fn(&T, &FieldPath, &str) -> bool,
    ) -> Vec<T> {
        let one = match self {
            Pick::Every => return places.collect(),
            Pick::First => places.next(),
            Pick::Nth(number) => places.nth((*number as usize).saturating_sub(1)),
            Pick::Where {
                component,
                subcomponent,
                value,
            } => {
                let mut path = FieldPath::field(*component);
                path.component = *subcomponent;
                places.find(|place| has_value(place, &path, value))
            }
        };
        one.into_iter().collect()
    }
}
