//! What the grammar says of a segment and its fields, and who says it.

use std::borrow::Cow;
use std::sync::Arc;

use crate::hl7::SegmentId;
use crate::profile::{FieldOverlay, Profile, SegmentOverlay, Usage};
use crate::standard::{self, Dictionary, FieldDefinition, Version};

/// Who says what a segment, a field or one attribute of it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The standard in the version that the profile builds on, or names for this place.
    Standard(Version),
    /// A later version: messages run ahead of the version they state.
    LaterVersion(Version),
    /// An earlier version: what was withdrawn is still sent.
    EarlierVersion(Version),
    /// A template that the site profile extends, by its name.
    Template(Arc<str>),
    /// The site profile.
    Site,
}

/// What can be said of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// What it holds.
    Name,
    /// What the site knows of it.
    Description,
    /// Its data type.
    DataType,
    /// Whether it must be there, and when.
    Usage,
    /// How often it may and must stand there.
    Repetitions,
    /// The longest text.
    Length,
    /// Its code table.
    Table,
    /// How dates are written.
    Mask,
}

impl Attribute {
    /// Every attribute, in the order in which they are shown.
    pub const ALL: [Attribute; 8] = [
        Attribute::Name,
        Attribute::Description,
        Attribute::DataType,
        Attribute::Usage,
        Attribute::Repetitions,
        Attribute::Length,
        Attribute::Table,
        Attribute::Mask,
    ];
}

impl Origin {
    pub(super) fn new(own: Version, found: Version) -> Self {
        match found.cmp(&own) {
            std::cmp::Ordering::Equal => Origin::Standard(found),
            std::cmp::Ordering::Greater => Origin::LaterVersion(found),
            std::cmp::Ordering::Less => Origin::EarlierVersion(found),
        }
    }

    /// Whether the standard says it, in whichever version.
    pub fn is_standard(&self) -> bool {
        match self {
            Origin::Standard(_) | Origin::LaterVersion(_) | Origin::EarlierVersion(_) => true,
            Origin::Template(_) | Origin::Site => false,
        }
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Origin::Standard(version) => write!(f, "HL7 {version}"),
            Origin::LaterVersion(version) => write!(f, "HL7 {version}, later"),
            Origin::EarlierVersion(version) => write!(f, "HL7 {version}, earlier"),
            Origin::Template(name) => write!(f, "template {name}"),
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
    /// What the site knows of it; empty when it says nothing.
    pub description: &'g str,
    /// The id of its data type.
    pub data_type: &'g str,
    /// Whether it must be there.
    pub usage: Usage,
    /// The script that tells when it must be there, if its usage is conditional.
    pub condition: Option<&'g str>,
    /// The fewest repetitions of a field that is there.
    pub min_repetitions: u32,
    /// The most repetitions; `None` when there is no bound.
    pub max_repetitions: Option<u32>,
    /// The longest text of one repetition in characters, where it is known.
    pub max_length: Option<u32>,
    /// Its code table: a name in the profile or a number of the standard.
    pub table: Option<&'g str>,
    /// How the site writes a date here.
    pub mask: Option<&'g str>,
    /// The version whose data types and code tables it names.
    pub version: Version,
    /// Who describes it; the site where it names it.
    pub origin: Origin,
    /// Who says each attribute, in the order of [`Attribute::ALL`].
    origins: [Origin; Attribute::ALL.len()],
}

impl FieldView<'_> {
    /// Its data type as people know it: CM for each of the dictionary's `CM_xxx`.
    pub fn shown_type(&self) -> Cow<'_, str> {
        Cow::Borrowed(standard::shown_type(self.data_type))
    }

    /// Who says an attribute of it.
    pub fn origin_of(&self, attribute: Attribute) -> &Origin {
        &self.origins[attribute as usize]
    }

    /// A field of which nobody says anything.
    fn unknown(number: u16, version: Version, origin: &Origin) -> Self {
        Self {
            number,
            name: "",
            description: "",
            data_type: "ST",
            usage: Usage::Optional,
            condition: None,
            min_repetitions: 1,
            max_repetitions: Some(1),
            max_length: None,
            table: None,
            mask: None,
            version,
            origin: origin.clone(),
            origins: std::array::from_fn(|_| origin.clone()),
        }
    }

    fn of_standard(
        number: u16,
        field: &'static FieldDefinition,
        found: Version,
        origin: &Origin,
    ) -> Self {
        Self {
            name: field.name,
            data_type: field.data_type,
            usage: usage_of(field.usage),
            max_repetitions: Some(u32::from(field.max_repetitions)).filter(|max| *max > 0),
            max_length: field.max_length,
            table: field.table,
            ..Self::unknown(number, found, origin)
        }
    }

    fn says(&mut self, attribute: Attribute, origin: &Origin) {
        self.origins[attribute as usize] = origin.clone();
    }
}

impl<'g> FieldView<'g> {
    /// Lays what a profile says over what is known.
    fn lay_over(&mut self, field: &'g FieldOverlay, origin: &Origin) {
        if !field.name.is_empty() {
            self.name = &field.name;
            self.origin = origin.clone();
            self.says(Attribute::Name, origin);
        }
        if !field.description.is_empty() {
            self.description = &field.description;
            self.says(Attribute::Description, origin);
        }
        if let Some(data_type) = &field.data_type {
            if **data_type != *self.data_type {
                // The length of one type is not that of another.
                self.max_length = None;
                self.says(Attribute::Length, origin);
            }
            self.data_type = data_type;
            self.says(Attribute::DataType, origin);
        }
        if let Some(usage) = field.usage {
            self.usage = usage;
            self.says(Attribute::Usage, origin);
        }
        if let Some(condition) = &field.when {
            self.condition = Some(condition);
            self.says(Attribute::Usage, origin);
        }
        if let Some(repeat) = field.repeat {
            self.max_repetitions = repeat.max();
            self.says(Attribute::Repetitions, origin);
        }
        if let Some(least) = field.least {
            self.min_repetitions = least;
            self.says(Attribute::Repetitions, origin);
        }
        if let Some(length) = field.length {
            self.max_length = Some(length);
            self.says(Attribute::Length, origin);
        }
        if let Some(codes) = &field.codes {
            self.table = Some(codes);
            self.says(Attribute::Table, origin);
        }
        if let Some(mask) = &field.mask {
            self.mask = Some(mask);
            self.says(Attribute::Mask, origin);
        }
    }
}

/// The profile's word for the standard's usage.
pub(super) fn usage_of(usage: standard::Usage) -> Usage {
    match usage {
        standard::Usage::Required => Usage::Required,
        standard::Usage::Conditional => Usage::Conditional,
        standard::Usage::Optional => Usage::Optional,
        standard::Usage::Withdrawn => Usage::Backward,
        standard::Usage::NotSupported => Usage::NotSupported,
    }
}

/// What a profile and the standard it builds on say of a segment; `None` when neither knows it.
pub fn describe_segment(profile: &Profile, id: SegmentId) -> Option<SegmentView<'_>> {
    let overlay = profile.segments.get(&id).map(|overlay| &**overlay);
    segment_view(standard::dictionary(profile.version()), id, overlay)
}

/// The view of a segment that the standard or the site describes.
pub(super) fn segment_view<'g>(
    standard: &'static Dictionary,
    id: SegmentId,
    overlay: Option<&'g SegmentOverlay>,
) -> Option<SegmentView<'g>> {
    let chosen = overlay.and_then(|overlay| overlay.standard);
    let standard = chosen.map_or(standard, standard::dictionary);
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
            numbered(&segment.fields)
                .map(|(number, field)| FieldView::of_standard(number, field, version, &origin)),
        );
        for later in version.later().filter(|_| chosen.is_none()) {
            if let Some(segment) = standard::dictionary(later).segment(id.as_str()) {
                let origin = Origin::new(own, later);
                let more = numbered(&segment.fields).skip(fields.len());
                fields.extend(
                    more.map(|(number, field)| {
                        FieldView::of_standard(number, field, later, &origin)
                    }),
                );
            }
        }
    }
    for (number, field) in overlay.into_iter().flat_map(SegmentOverlay::numbered) {
        // A number that no segment reaches is told by the profile's checks.
        if number == 0 || number > MOST_FIELDS {
            continue;
        }
        while fields.len() < usize::from(number) {
            let next = u16::try_from(fields.len() + 1).unwrap_or(u16::MAX);
            fields.push(FieldView::unknown(next, own, &Origin::Site));
        }
        let Some(view) = fields.get_mut(usize::from(number) - 1) else {
            continue;
        };
        if let Some(version) = field.standard {
            let other = standard::dictionary(version);
            let found = (!id.is_site_defined()).then(|| other.field_or_later(id.as_str(), number));
            if let Some((definition, found)) = found.flatten() {
                let origin = Origin::new(version, found);
                *view = FieldView::of_standard(number, definition, found, &origin);
            }
        }
        view.lay_over(field, &Origin::Site);
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

/// The last field that a profile can describe: a slip of the keyboard must not fill the memory.
const MOST_FIELDS: u16 = 9_999;

fn numbered<T>(fields: &[T]) -> impl Iterator<Item = (u16, &T)> {
    (1..=u16::MAX).zip(fields)
}
