//! Standard and profile put together for one message.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::shape::Shape;
use super::type_view::{SiteTypes, TypeView};
use super::view::{FieldView, Origin, SegmentView, segment_view};
use crate::diagnostic::{Diagnostic, Place};
use crate::hl7::{Location, Message, SegmentId};
use crate::profile::{
    GrammarSource, MessageDefinition, Profile, SegmentGrammar, SegmentOrder, SegmentOverlay,
    UnknownSegments, parse_notation,
};
use crate::standard::{Dictionary, Structure, Version, dictionary};

/// What the standard and the site say of one message: its structure, its segments and their fields.
///
/// It depends on the profile, the definition and MSH-9 alone; messages alike in these can share it.
#[derive(Clone, Debug)]
pub struct Grammar {
    standard: &'static Dictionary,
    segments: BTreeMap<SegmentId, Arc<SegmentOverlay>>,
    types: SiteTypes,
    layout: Option<Layout>,
    order: Arc<[SegmentId]>,
    unknown_segments: UnknownSegments,
    segment_order: SegmentOrder,
}

/// Which segments a message has, and who says so.
#[derive(Clone, Debug)]
struct Layout {
    grammar: Arc<SegmentGrammar>,
    name: Arc<str>,
    origin: Origin,
    shape: Arc<Shape>,
    /// Whether its text leaves a group open.
    is_open: bool,
}

/// Puts together what holds for `message`: the grammar that `definition` says or names, else the
/// structure that MSH-9 names; the segments of `standard` with the profile's over them.
///
/// What is wrong with the text of a grammar is told where the profile is validated; here it is taken
/// as far as it can be read.
pub fn resolve(
    standard: Version,
    profile: &Profile,
    definition: Option<&MessageDefinition>,
    message: &Message,
) -> (Grammar, Vec<Diagnostic>) {
    let standard = dictionary(standard);
    let mut diagnostics = Vec::new();
    let of_site = definition.and_then(|definition| {
        let text = definition.grammar.as_deref()?;
        match GrammarSource::of(text) {
            GrammarSource::Structure(id) => {
                let found = named(standard, id, &mut diagnostics)?;
                Some(Layout::of_standard(standard.version(), found))
            }
            GrammarSource::Notation(text) => Layout::of_site(definition, text),
        }
    });
    let layout = of_site.or_else(|| {
        by_type(standard, message, &mut diagnostics)
            .map(|found| Layout::of_standard(standard.version(), found))
    });
    let grammar = Grammar {
        standard,
        segments: profile.segments.clone(),
        types: profile.types.clone(),
        order: order(layout.as_ref(), profile),
        layout,
        unknown_segments: definition
            .and_then(|d| d.unknown_segments)
            .unwrap_or_default(),
        segment_order: definition.and_then(|d| d.order).unwrap_or_default(),
    };
    (grammar, diagnostics)
}

impl Layout {
    fn of_standard(own: Version, (structure, version): (&Structure, Version)) -> Self {
        let grammar = SegmentGrammar::of_structure(structure);
        Self::new(grammar, structure.id.into(), Origin::new(own, version))
    }

    /// `None` for a text in which there is no segment at all.
    fn of_site(definition: &MessageDefinition, text: &str) -> Option<Self> {
        let (grammar, faults) = parse_notation(text);
        let layout = (!grammar.items.is_empty())
            .then(|| Self::new(grammar, Arc::clone(&definition.name), Origin::Site))?;
        Some(Self {
            is_open: faults.iter().any(|fault| fault.leaves_open),
            ..layout
        })
    }

    fn new(grammar: SegmentGrammar, name: Arc<str>, origin: Origin) -> Self {
        Self {
            shape: Arc::new(Shape::new(&grammar)),
            grammar: Arc::new(grammar),
            name,
            origin,
            is_open: false,
        }
    }
}

/// The structure that the profile names.
fn named(
    standard: &'static Dictionary,
    id: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(&'static Structure, Version)> {
    let found = standard.structure_or_later(id);
    if found.is_none() {
        let message =
            format!("the standard has no structure {id:?}; the one that MSH-9 names is taken");
        let help = "grammar takes the id of a message structure, such as ADT_A01 or ORU_R01";
        diagnostics.push(Diagnostic::warning("structure-unknown", message).with_help(help));
    }
    found
}

/// The structure that MSH-9 names.
fn by_type(
    standard: &'static Dictionary,
    message: &Message,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(&'static Structure, Version)> {
    let first = SegmentId::new("MSH").and_then(|id| message.segments_named(id).next());
    let field = first.and_then(|header| header.field(9));
    let header = first.or_else(|| message.segment(0))?;
    let part = |number| {
        field
            .and_then(|field| field.component(number))
            .map(|part| part.text())
    };
    let [code, trigger, id] = [1, 2, 3].map(|number| part(number).unwrap_or_default());
    let found = standard.structure_for(code.trim(), trigger.trim(), id.trim());
    let place = || match "MSH-9".parse::<Location>() {
        Ok(location) => Place::Message {
            span: field.map_or_else(|| header.span(), |field| field.span()),
            location: Some(location),
        },
        Err(_) => Place::Nowhere,
    };
    let own = standard.version();
    match found {
        Some((_, version)) if version == own => {}
        Some((structure, version)) => {
            let message = format!(
                "HL7 {own} has no structure for this message; {} of {version} is taken",
                structure.id
            );
            diagnostics.push(
                Diagnostic::info("structure-other-version", message)
                    .at(place())
                    .with_help("name another structure in the message definition's grammar if this is not it"),
            );
        }
        None => diagnostics.push(
            Diagnostic::warning(
                "message-type-unknown",
                "no version of HL7 has a structure for this message type",
            )
            .at(place())
            .with_help("name its structure in the message definition's grammar, such as ADT_A01"),
        ),
    }
    found
}

/// The segments of the structure in order, each once, then the site's.
fn order(layout: Option<&Layout>, profile: &Profile) -> Arc<[SegmentId]> {
    let of_structure = layout.map(|layout| layout.grammar.segment_ids());
    let of_structure = of_structure.unwrap_or_default().into_iter();
    let mut ids: Vec<SegmentId> = Vec::new();
    for id in of_structure.chain(profile.segments.keys().copied()) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids.into()
}

impl Grammar {
    /// The dictionary of the version that the profile builds on.
    pub fn standard(&self) -> &'static Dictionary {
        self.standard
    }

    /// The version that the profile builds on.
    pub fn version(&self) -> Version {
        self.standard.version()
    }

    /// Which segments the message has: the site's own grammar or a structure of the standard; `None`
    /// when no version has one for its type.
    pub fn segment_grammar(&self) -> Option<&SegmentGrammar> {
        self.layout.as_ref().map(|layout| &*layout.grammar)
    }

    /// Whether the text of the grammar leaves a group open: what stands behind its bracket is in doubt,
    /// which is told where the profile is validated.
    pub fn is_left_open(&self) -> bool {
        self.layout.as_ref().is_some_and(|layout| layout.is_open)
    }

    /// The id of the message's structure, or the name of the message definition whose own grammar it
    /// is.
    pub fn structure_name(&self) -> Option<&Arc<str>> {
        self.layout.as_ref().map(|layout| &layout.name)
    }

    /// Which version the structure is from, or that it is the site's.
    pub fn structure_origin(&self) -> Option<Origin> {
        self.layout.as_ref().map(|layout| layout.origin.clone())
    }

    /// What a sentence calls the structure: `ADT_A01`, `the grammar of "Lab"`.
    pub fn structure_words(&self) -> String {
        match &self.layout {
            None => "this message".to_owned(),
            Some(layout) if layout.origin == Origin::Site => {
                format!("the grammar of \"{}\"", layout.name)
            }
            Some(layout) => layout.name.to_string(),
        }
    }

    /// The names of the message's groups, each with whether it may stand there more than once. A group
    /// without a name is called after its first segment: `OBR_GROUP`.
    pub fn groups(&self) -> impl Iterator<Item = (&Arc<str>, bool)> {
        self.shape().into_iter().flat_map(Shape::groups)
    }

    /// Whether segments that the grammar does not have are told.
    pub fn unknown_segments(&self) -> UnknownSegments {
        self.unknown_segments
    }

    /// Whether segments must stand in the grammar's order.
    pub fn segment_order(&self) -> SegmentOrder {
        self.segment_order
    }

    /// The ids of the structure's segments in order, each once, then those that the site describes.
    pub fn order(&self) -> Arc<[SegmentId]> {
        Arc::clone(&self.order)
    }

    /// What is known of a segment; `None` when nobody describes it.
    pub fn segment(&self, id: &str) -> Option<SegmentView<'_>> {
        let id = SegmentId::new(id)?;
        segment_view(
            self.standard,
            id,
            self.segments.get(&id).map(|overlay| &**overlay),
        )
    }

    /// Whether the standard or the site describes the segment.
    pub fn knows(&self, id: SegmentId) -> bool {
        let of_standard =
            || !id.is_site_defined() && self.standard.segment_or_later(id.as_str()).is_some();
        self.segments.contains_key(&id) || of_standard()
    }

    /// Whether the site describes the segment.
    pub fn is_described_by_site(&self, id: SegmentId) -> bool {
        self.segments.contains_key(&id)
    }

    /// The data type of this id, the site's words over the standard's; from another version where this
    /// one has none.
    pub fn data_type<'g>(&'g self, id: &'g str) -> Option<TypeView<'g>> {
        TypeView::find(self.standard, &self.types, id)
    }

    /// The data type of a field, of the version that describes the field.
    pub fn field_type<'g>(&'g self, field: &FieldView<'g>) -> Option<TypeView<'g>> {
        TypeView::find(dictionary(field.version), &self.types, field.data_type)
    }

    /// What stands at a location, from the segment down: `Patient Identification`, `Patient Identifier
    /// List`, `ID Number`. It ends where nothing more is known.
    pub fn names(&self, location: &Location) -> Vec<String> {
        let mut names = Vec::new();
        let Some(segment) = self.segment(location.segment.as_str()) else {
            return names;
        };
        names.push(segment.name.to_owned());
        let Some(path) = &location.path else {
            return names;
        };
        let Some(field) = segment.field(path.field) else {
            return names;
        };
        names.push(field.name.to_owned());
        let mut data_type = self.field_type(field);
        for number in [path.component, path.subcomponent].into_iter().flatten() {
            let known = data_type.and_then(|known| Some((known, known.component(number)?)));
            let Some((known, part)) = known else {
                break;
            };
            names.push(part.name.to_owned());
            data_type = known.inner(&part);
        }
        names
    }

    pub(super) fn shape(&self) -> Option<&Shape> {
        self.layout.as_ref().map(|layout| &*layout.shape)
    }
}
