//! A resolved profile with what the standard says beside it: every attribute of every field of the
//! segments that its grammars name, each with its origin.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::view::{Attribute, FieldView, Origin, describe_segment};
use crate::hl7::SegmentId;
use crate::profile::{
    FieldOverlay, GrammarSource, PartOrigin, PartPath, Profile, Repeat, Resolved, SegmentOverlay,
    Usage, parse_notation,
};
use crate::standard::{Version, dictionary};

/// The profile with the segments that its grammars name or that it describes written out: what nobody
/// says of them is said as the standard has it.
pub fn with_standard(resolved: &Resolved) -> Resolved {
    let profile = &resolved.profile;
    let mut whole = Profile::clone(profile);
    let mut said = BTreeMap::new();
    for id in segments_of(profile) {
        let Some(view) = describe_segment(profile, id) else {
            continue;
        };
        let own = profile.segments.get(&id).map(|own| &**own);
        let mut overlay = own.cloned().unwrap_or_default();
        let at = PartPath::new(["segments", id.as_str()]);
        if overlay.description.is_empty() && !view.name.is_empty() {
            overlay.description = view.name.into();
            said.extend(standard_of(&view.origin).map(|by| (at.child("description"), by)));
        }
        let of_site = fields_of(own);
        let fields = view.fields.iter().map(|field| {
            let own = of_site.get(&field.number).copied();
            let mut written = own.cloned().unwrap_or_default();
            written.number = Some(field.number);
            let at = at.child("fields").child(field.number.to_string());
            fill(&mut written, field, &at, &mut said);
            written
        });
        overlay.fields = fields.collect();
        whole.segments.insert(id, Arc::new(overlay));
    }
    let mut told = resolved.clone();
    told.origins = Arc::new(resolved.origins.with(said));
    told.profile = Arc::new(whole);
    told
}

/// The segments that the profile's grammars name, and those that it describes itself.
fn segments_of(profile: &Profile) -> BTreeSet<SegmentId> {
    let standard = dictionary(profile.version());
    let mut ids: BTreeSet<SegmentId> = profile.segments.keys().copied().collect();
    for grammar in profile
        .messages
        .iter()
        .filter_map(|one| one.grammar.as_deref())
    {
        match GrammarSource::of(grammar) {
            GrammarSource::Notation(text) => ids.extend(parse_notation(text).0.segment_ids()),
            GrammarSource::Structure(name) => {
                let found = standard.structure_or_later(name);
                let named = found.into_iter().flat_map(|(found, _)| found.segment_ids());
                ids.extend(named.filter_map(SegmentId::new));
            }
        }
    }
    ids
}

fn fields_of(overlay: Option<&SegmentOverlay>) -> BTreeMap<u16, &FieldOverlay> {
    overlay
        .into_iter()
        .flat_map(SegmentOverlay::numbered)
        .collect()
}

/// Says of a field what the profile leaves to the standard.
fn fill(
    written: &mut FieldOverlay,
    field: &FieldView<'_>,
    at: &PartPath,
    said: &mut BTreeMap<PartPath, PartOrigin>,
) {
    let mut says = |attribute: Attribute, name: &'static str| {
        let by = standard_of(field.origin_of(attribute));
        let is_standard = by.is_some();
        said.extend(by.map(|by| (at.child(name), by)));
        is_standard
    };
    if !field.name.is_empty() && says(Attribute::Name, "name") {
        written.name = field.name.into();
    }
    if says(Attribute::DataType, "type") {
        written.data_type = Some(field.data_type.into());
    }
    if field.usage != Usage::default() && says(Attribute::Usage, "usage") {
        written.usage = Some(field.usage);
    }
    if field.max_repetitions != Some(1) && says(Attribute::Repetitions, "repeat") {
        written.repeat = Some(field.max_repetitions.map_or(Repeat::Many, Repeat::Times));
    }
    if field.max_length.is_some() && says(Attribute::Length, "length") {
        written.length = field.max_length;
    }
    if let Some(table) = field.table
        && says(Attribute::Table, "codes")
    {
        written.codes = Some(table.into());
    }
}

fn standard_of(origin: &Origin) -> Option<PartOrigin> {
    let version: Version = match origin {
        Origin::Standard(version)
        | Origin::LaterVersion(version)
        | Origin::EarlierVersion(version) => *version,
        Origin::Template(_) | Origin::Site => return None,
    };
    Some(PartOrigin::Standard(version))
}
