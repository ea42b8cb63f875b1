//! What the grammar says of a segment and its fields, and who says it.

use std::borrow::Cow;

use crate::hl7::SegmentId;
use crate::profile::{FieldOverlay, SegmentOverlay, Usage};
use crate::standard::{self, Dictionary, FieldDefinition, Version};

/// Who says what a segment or field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The standard in the version that the profile builds on.
    Standard(Version),
    /// A later version: messages run ahead of the version they state.
    LaterVersion(Version),
    /// An earlier version: what was withdrawn is still sent.
    EarlierVersion(Version),
    /// The site profile.
    Site,
}

impl Origin {
    pub(super) fn new(own: Version, found: Version) -> Self {
        match found.cmp(&own) {
            std::cmp::Ordering::Equal => Origin::Standard(found),
            std::cmp::Ordering::Greater => Origin::LaterVersion(found),
            std::cmp::Ordering::Less => Origin::EarlierVersion(found),
        }
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Origin::Standard(version) => write!(f, "HL7 {version}"),
            Origin::LaterVersion(version) => write!(f, "HL7 {version}, later"),
            Origin::EarlierVersion(version) => write!(f, "HL7 {version}, earlier"),
            Origin::Site => f.write_str("site"),
        }
    }
}

/// A segment as the grammar describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentView<'g> {
    /// Its id.
    pub id: SegmentId,
    /// What it holds: the site's words, else the standard's.
    pub name: &'g str,
    /// Who describes it; a site that only adds to it leaves it the standard's.
    pub origin: Origin,
    /// Field 1 first: the fields of the version, those that later versions add, the site's over both.
    pub fields: Vec<FieldView<'g>>,
}

impl<'g> SegmentView<'g> {
    /// The field numbered `number`, counted from 1.
    pub fn field(&self, number: u16) -> Option<&FieldView<'g>> {
        self.fields.get(usize::from(number).checked_sub(1)?)
    }
}

/// A field as the grammar describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldView<'g> {
    /// Its number in the segment, counted from 1.
    pub number: u16,
    /// What it holds; empty when nothing is known of it.
    pub name: &'g str,
    /// The id of its data type.
    pub data_type: &'g str,
    /// Whether it must be there.
    pub usage: Usage,
    /// The most repetitions; `None` when there is no bound.
    pub max_repetitions: Option<u32>,
    /// The longest text of one repetition in characters, where it is known.
    pub max_length: Option<u32>,
    /// Its code table: a name in the profile or a number of the standard.
    pub table: Option<&'g str>,
    /// Who describes it.
    pub origin: Origin,
}

impl FieldView<'_> {
    /// Its data type as people know it: CM for each of the dictionary's `CM_xxx`.
    pub fn shown_type(&self) -> Cow<'_, str> {
        Cow::Borrowed(standard::shown_type(self.data_type))
    }
}

/// The view of a segment that the standard or the site describes.
pub(super) fn segment_view<'g>(
    standard: &'static Dictionary,
    id: SegmentId,
    overlay: Option<&'g SegmentOverlay>,
) -> Option<SegmentView<'g>> {
    let own = standard.version();
    // No version has segments that start with Z: asking them all would read them all.
    let found = if id.is_site_defined() {
        None
    } else {
        standard.segment_or_later(id.as_str())
    };
    if found.is_none() && overlay.is_none() {
        return None;
    }
    let mut fields = Vec::new();
    if let Some((segment, version)) = found {
        let origin = Origin::new(own, version);
        fields.extend(
            numbered(&segment.fields).map(|(number, field)| of_standard(number, field, origin)),
        );
        for later in version.later() {
            if let Some(segment) = standard::dictionary(later).segment(id.as_str()) {
                let more = numbered(&segment.fields).skip(fields.len());
                fields.extend(
                    more.map(|(number, field)| of_standard(number, field, Origin::new(own, later))),
                );
            }
        }
    }
    let of_site = overlay.map_or(&[][..], |overlay| &overlay.fields);
    for (number, field) in numbered(of_site) {
        let view = of_overlay(number, field);
        match fields.get_mut(usize::from(number) - 1) {
            // A field without a name only keeps the place of those behind it.
            Some(_) if field.name.is_empty() => {}
            Some(place) => *place = view,
            None => fields.push(view),
        }
    }
    let site_name = overlay
        .map(|overlay| &*overlay.description)
        .filter(|name| !name.is_empty());
    Some(SegmentView {
        id,
        name: site_name
            .or(found.map(|(segment, _)| segment.name))
            .unwrap_or_default(),
        origin: found.map_or(Origin::Site, |(_, version)| Origin::new(own, version)),
        fields,
    })
}

fn numbered<T>(fields: &[T]) -> impl Iterator<Item = (u16, &T)> {
    (1..=u16::MAX).zip(fields)
}

fn of_standard(number: u16, field: &'static FieldDefinition, origin: Origin) -> FieldView<'static> {
    FieldView {
        number,
        name: field.name,
        data_type: field.data_type,
        usage: match field.usage {
            standard::Usage::Required => Usage::Required,
            standard::Usage::Conditional => Usage::Conditional,
            standard::Usage::Optional => Usage::Optional,
            standard::Usage::Withdrawn => Usage::Backward,
            standard::Usage::NotSupported => Usage::NotSupported,
        },
        max_repetitions: Some(u32::from(field.max_repetitions)).filter(|max| *max > 0),
        max_length: field.max_length,
        table: field.table,
        origin,
    }
}

fn of_overlay(number: u16, field: &FieldOverlay) -> FieldView<'_> {
    FieldView {
        number,
        name: &field.name,
        data_type: &field.data_type,
        usage: field.usage,
        max_repetitions: field.repeat.max(),
        max_length: field.length,
        table: field.codes.as_deref(),
        origin: Origin::Site,
    }
}
