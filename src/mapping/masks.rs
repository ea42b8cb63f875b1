//! How a site writes dates where it does not write them as HL7 does, both ways.

use std::sync::Arc;

use super::outcome::Cell;
use crate::hl7::{DateMask, FieldPath, SegmentId, Timestamp};
use crate::profile::{ColumnType, ComponentOverlay, Profile};
use crate::standard;

/// How dates are written in one place.
pub(super) struct SiteMask {
    pub(super) pattern: Arc<str>,
    mask: DateMask,
}

impl SiteMask {
    /// The mask that the profile's segments and types have for a place, the field's own first.
    pub(super) fn at(profile: &Profile, segment: SegmentId, path: &FieldPath) -> Option<Self> {
        let pattern = pattern_at(profile, segment, path)?;
        // One that cannot be read is told by the profile's check.
        let mask = DateMask::new(&pattern).ok()?;
        Some(Self { pattern, mask })
    }

    /// The text as HL7 writes it; as it is where the site did not keep to its mask.
    pub(super) fn to_hl7(&self, text: &str) -> Option<String> {
        self.mask.to_hl7(text.trim())
    }

    /// A cell as the site writes it; `Err` is what it lacks, as the end of a sentence.
    pub(super) fn site_text(&self, cell: &Cell) -> Result<String, String> {
        let time = match cell {
            Cell::Date(time) | Cell::Timestamp(time) => *time,
            Cell::Time(text) => {
                // Any day will do: a mask for times has none.
                let text = format!("20000101{}", text.replace(':', ""));
                match text.parse::<Timestamp>() {
                    Ok(time) => time,
                    Err(_) => return Ok(cell.hl7_text()),
                }
            }
            Cell::Absent | Cell::Null | Cell::Text(_) | Cell::Integer(_) | Cell::Decimal(_) => {
                return Ok(cell.hl7_text());
            }
        };
        let refused = |why: &dyn std::fmt::Display| {
            Err(format!("it cannot be written as {}: {why}", self.pattern))
        };
        match time.format(&self.pattern) {
            Ok(text) => {
                // Written by a mask for days, a time alone would stand on a day that nobody said.
                let has_day = self.mask.to_hl7(&text).is_some_and(|read| read.len() >= 8);
                if matches!(cell, Cell::Time(_)) && has_day {
                    return refused(&"the column has a time and no day");
                }
                Ok(text)
            }
            Err(error) => refused(&error.kind),
        }
    }
}

/// Whether a mask has anything to say to a column of this type.
pub(super) fn takes_mask(column_type: ColumnType) -> bool {
    match column_type {
        ColumnType::Date | ColumnType::Time | ColumnType::Timestamp => true,
        ColumnType::Text | ColumnType::Integer | ColumnType::Decimal => false,
    }
}

/// Whether a profile has any mask at all: most have none.
pub(super) fn has_masks(profile: &Profile) -> bool {
    let in_segments = profile
        .segments
        .values()
        .flat_map(|segment| &segment.fields);
    let in_types = profile.types.values().flat_map(|own| &own.components);
    in_segments.into_iter().any(|field| field.mask.is_some())
        || in_types.into_iter().any(|part| part.mask.is_some())
        || profile.types.values().any(|own| own.mask.is_some())
}

fn pattern_at(profile: &Profile, segment: SegmentId, path: &FieldPath) -> Option<Arc<str>> {
    let overlay = profile.segments.get(&segment);
    let field = overlay.and_then(|overlay| overlay.field(path.field));
    let number = path.component.unwrap_or(1);
    if number == 1
        && path.subcomponent.is_none_or(|part| part == 1)
        && let Some(mask) = field.and_then(|field| field.mask.clone())
    {
        return Some(mask);
    }
    let version = field
        .and_then(|field| field.standard)
        .or_else(|| overlay.and_then(|overlay| overlay.standard))
        .unwrap_or_else(|| profile.version());
    let dictionary = standard::dictionary(version);
    let own_type = field.and_then(|field| field.data_type.as_deref());
    let type_name = own_type.or_else(|| {
        let found = dictionary.field_or_later(segment.as_str(), path.field);
        found.map(|(field, _)| field.data_type)
    })?;
    let data_type = profile.types.get(type_name);
    let component: Option<&ComponentOverlay> = data_type.and_then(|own| {
        let mut components = own.numbered();
        components
            .find(|(own, _)| *own == number)
            .map(|(_, part)| part)
    });
    if let Some(mask) = component.and_then(|part| part.mask.clone()) {
        return Some(mask);
    }
    let inner = component
        .and_then(|part| part.data_type.as_deref())
        .or_else(|| {
            let (found, _) = dictionary.data_type_or_later(type_name)?;
            found.component(number).map(|part| part.data_type)
        });
    let of_inner = inner.and_then(|inner| profile.types.get(inner));
    let of_field = data_type.filter(|_| number == 1);
    of_field
        .and_then(|own| own.mask.clone())
        .or_else(|| of_inner.and_then(|own| own.mask.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hl7::Location;
    use crate::profile::read;

    const PROFILE: &str = r#"Profile(format: 1, name: "p", standard: "2.5.1",
        segments: {
            "PID": Segment(fields: [
                Field(number: 7, mask: "dd.MM.yyyy"),
                Field(number: 29, type: "DAY"),
                Field(number: 5, type: "PAIR"),
            ]),
            "ZPI": Segment(fields: [Field(name: "Since", mask: "HH:mm"), Field(name: "Pair", type: "PAIR")]),
        },
        types: {
            "DAY": Type(mask: "MM/dd/yyyy"),
            "PAIR": Type(components: [Component(name: "a", type: "DAY"), Component(name: "b", mask: "yyyy")]),
            "DTM": Type(mask: "yyyy-MM-dd HH:mm"),
        },
    )"#;

    fn check(at: &str, expect: Option<&str>) {
        let profile = read(PROFILE).expect("a profile");
        let location: Location = at.parse().expect("a location");
        let path = location.path.expect("a field");
        let found = SiteMask::at(&profile, location.segment, &path);
        assert_eq!(found.map(|mask| mask.pattern).as_deref(), expect, "{at}");
    }

    #[test]
    fn the_fields_own_mask_goes_before_its_types() {
        check("PID-7", Some("dd.MM.yyyy"));
        check("PID-7.1", Some("dd.MM.yyyy"));
        check("PID-7.2", None);
        check("PID-29", Some("MM/dd/yyyy"));
        check("PID-5.1", Some("MM/dd/yyyy"));
        check("PID-5.2", Some("yyyy"));
        check("PID-5.3", None);
        check("ZPI-1", Some("HH:mm"));
        check("ZPI-2.2", Some("yyyy"));
        // The time of an event is a TS, whose first component is a DTM.
        check("EVN-2", Some("yyyy-MM-dd HH:mm"));
        check("PID-8", None);
    }

    #[test]
    fn what_a_mask_asks_for_and_a_cell_lacks_is_told() {
        let written = |at: &str, cell: &Cell| {
            let profile = read(PROFILE).expect("a profile");
            let location: Location = at.parse().expect("a location");
            let mask = SiteMask::at(&profile, location.segment, &location.path.expect("a field"));
            mask.expect("a mask").site_text(cell)
        };
        let day = Cell::Date("20260301".parse().expect("a day"));
        assert_eq!(written("PID-7", &day).as_deref(), Ok("01.03.2026"));
        let time = Cell::Time("09:05".into());
        assert_eq!(written("ZPI-1", &time).as_deref(), Ok("09:05"));
        assert_eq!(written("PID-7", &Cell::Null).as_deref(), Ok("\"\""));
        assert_eq!(
            written("PID-7", &time),
            Err("it cannot be written as dd.MM.yyyy: the column has a time and no day".to_owned())
        );
        assert_eq!(
            written("EVN-2", &day),
            Err("it cannot be written as yyyy-MM-dd HH:mm: the timestamp has no hour".to_owned())
        );
    }
}
