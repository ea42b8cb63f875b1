//! What is checked in each segment, laid out flat: made once for a grammar, read for each message.

use super::code_list::CodeList;
use super::resolve::Grammar;
use super::type_view::TypeView;
use super::value_kind::ValueKind;
use super::view::{Attribute, Origin};
use crate::hl7::{DateMask, SegmentId};
use crate::profile::{Profile, Usage, standard_number};
use crate::standard::{Dictionary, Version, dictionary, shown_type};

/// What is checked of the fields of a segment.
#[derive(Debug)]
pub(super) struct SegmentPlan {
    /// Field 1 first.
    pub(super) fields: Vec<FieldPlan>,
    /// The fields that must have a value, ascending.
    pub(super) required: Vec<u16>,
    /// OBX: field 5 is of the type that field 2 names.
    pub(super) types_by_id: Vec<(&'static str, usize)>,
}

/// What is checked of a field.
#[derive(Debug)]
pub(super) struct FieldPlan {
    pub(super) part: PartPlan,
    pub(super) least: u32,
    pub(super) most: u32,
    pub(super) repeats_by_site: bool,
}

/// What is checked of a field's repetition or a component.
#[derive(Debug)]
pub(super) struct PartPlan {
    pub(super) usage: Usage,
    pub(super) usage_by_site: bool,
    pub(super) max_length: u32,
    pub(super) length_by_site: bool,
    /// An index into the types; `None` when nothing is known.
    pub(super) data_type: Option<usize>,
    pub(super) type_by_site: bool,
    /// An index into the code lists.
    pub(super) codes: Option<usize>,
    /// Of a text without parts that is no longer, in bytes, nothing else is asked: 0 where its form is.
    pub(super) open_length: u32,
}

/// What is checked of a value of a type.
#[derive(Debug)]
pub(super) struct TypePlan {
    id: String,
    version: Version,
    mask: Option<String>,
    pub(super) value: ValueKind,
    pub(super) by_site: bool,
    /// Component 1 first; empty for a primitive type.
    pub(super) parts: Vec<PartPlan>,
    /// What a value without components is looked at as.
    pub(super) leaf: LeafPlan,
    /// The numbers of those that must have a value, ascending.
    pub(super) required: Vec<u16>,
    /// Whether components 1 to 3 may be an identifier, its check digit and the scheme.
    pub(super) has_check_digit: bool,
    /// The component that holds a universal id; the one behind it says of which type.
    pub(super) universal_id: Option<u16>,
}

/// What is checked of a text without components: that of its type, or of the type of the type's first
/// component, and so on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LeafPlan {
    /// The type, where its values have a form: an index into the types.
    pub(super) formed: Option<usize>,
    /// An index into the code lists, where the field names none.
    pub(super) codes: Option<usize>,
}

impl TypePlan {
    /// Its id as people know it.
    pub(super) fn shown(&self) -> &str {
        shown_type(&self.id)
    }
}

/// The plans of a grammar; a segment's is made when a message first has it.
#[derive(Debug, Default)]
pub(super) struct Plans {
    segments: Vec<(SegmentId, Option<SegmentPlan>)>,
    pub(super) types: Vec<TypePlan>,
    pub(super) lists: Vec<CodeList>,
}

impl Plans {
    /// Where the plan of a segment stands, made where it is not there yet; `None` for a segment that
    /// nobody describes. Later ones may move it.
    pub(super) fn prepare(
        &mut self,
        grammar: &Grammar,
        profile: &Profile,
        id: SegmentId,
    ) -> Option<usize> {
        let at = match self.segments.binary_search_by_key(&id, |(known, _)| *known) {
            Ok(at) => at,
            Err(at) => {
                let plan = self.segment_plan(grammar, profile, id);
                self.segments.insert(at, (id, plan));
                at
            }
        };
        self.segments.get(at)?.1.is_some().then_some(at)
    }

    /// The plan that stands there.
    pub(super) fn segment(&self, at: usize) -> Option<&SegmentPlan> {
        self.segments.get(at)?.1.as_ref()
    }

    fn segment_plan(
        &mut self,
        grammar: &Grammar,
        profile: &Profile,
        id: SegmentId,
    ) -> Option<SegmentPlan> {
        let view = grammar.segment(id.as_str())?;
        let known_types = self.types.len();
        let mut plan = SegmentPlan {
            fields: Vec::with_capacity(view.fields.len()),
            required: Vec::new(),
            types_by_id: Vec::new(),
        };
        for field in &view.fields {
            // A header's first two fields are the delimiters themselves.
            let is_delimiter = id.carries_delimiters() && field.number <= 2;
            let by_site = |attribute| !field.origin_of(attribute).is_standard();
            let is_open = is_delimiter || field.name.is_empty();
            let data_type = grammar
                .field_type(field)
                .filter(|_| !is_open)
                .and_then(|found| self.data_type(profile, &found, field.version, field.mask, 0));
            let codes = field.table.filter(|_| !is_open);
            plan.fields.push(FieldPlan {
                part: PartPlan {
                    usage: field.usage,
                    usage_by_site: by_site(Attribute::Usage),
                    max_length: field.max_length.filter(|_| !is_open).unwrap_or(u32::MAX),
                    length_by_site: by_site(Attribute::Length),
                    data_type,
                    type_by_site: by_site(Attribute::DataType),
                    codes: codes
                        .and_then(|name| self.list(profile, dictionary(field.version), name)),
                    open_length: 0,
                },
                least: field.min_repetitions,
                most: field
                    .max_repetitions
                    .filter(|_| !is_open)
                    .unwrap_or(u32::MAX),
                repeats_by_site: by_site(Attribute::Repetitions),
            });
            // A field of a later version binds nobody who states this one.
            let binds = !matches!(field.origin_of(Attribute::Usage), Origin::LaterVersion(_));
            if field.usage == Usage::Required && binds && !is_delimiter {
                plan.required.push(field.number);
            }
        }
        if id.as_str() == "OBX" {
            for value_type in VALUE_TYPES {
                if let Some(found) = grammar.data_type(value_type)
                    && let Some(at) = self.data_type(profile, &found, grammar.version(), None, 0)
                {
                    plan.types_by_id.push((value_type, at));
                }
            }
        }
        for field in &mut plan.fields {
            field.part.open_length = self.open_length(&field.part);
        }
        // All types that these are made of are laid out by now.
        for at in known_types..self.types.len() {
            let parts = self.types.get(at).map_or(&[][..], |plan| &plan.parts);
            let open: Vec<u32> = parts.iter().map(|part| self.open_length(part)).collect();
            if let Some(plan) = self.types.get_mut(at) {
                for (part, length) in plan.parts.iter_mut().zip(open) {
                    part.open_length = length;
                }
            }
        }
        Some(plan)
    }

    /// Up to which length nothing else is asked of a text without parts.
    fn open_length(&self, part: &PartPlan) -> u32 {
        let plan = part.data_type.and_then(|index| self.types.get(index));
        let asks_form = plan.is_some_and(|plan| {
            let LeafPlan { formed, codes } = plan.leaf;
            let asks_behind = plan.required.iter().any(|number| *number > 1);
            formed.is_some() || codes.is_some() || asks_behind
        });
        if asks_form || part.codes.is_some() {
            0
        } else {
            part.max_length
        }
    }

    /// The index of a type's plan.
    fn data_type(
        &mut self,
        profile: &Profile,
        view: &TypeView<'_>,
        version: Version,
        mask: Option<&str>,
        depth: usize,
    ) -> Option<usize> {
        let mask = mask.or(view.mask());
        let known = self.types.iter().position(|plan| {
            plan.id == view.id() && plan.version == version && plan.mask.as_deref() == mask
        });
        if known.is_some() {
            return known;
        }
        // Nothing stands below subcomponents; deeper types are looked at by their first part only.
        if depth > 4 {
            return None;
        }
        let site_mask = mask.and_then(|text| Some((DateMask::new(text).ok()?, text)));
        let by_site = site_mask.is_some();
        let at = self.types.len();
        self.types.push(TypePlan {
            id: view.id().to_owned(),
            version,
            mask: mask.map(str::to_owned),
            value: match site_mask {
                Some((mask, text)) => ValueKind::Masked(mask, text.into()),
                None => ValueKind::of(view.id()),
            },
            by_site,
            parts: Vec::new(),
            leaf: LeafPlan::default(),
            required: Vec::new(),
            has_check_digit: view.id() == "CX" || view.id() == "CK",
            universal_id: match view.id() {
                "HD" => Some(2),
                "EI" => Some(3),
                _ => None,
            },
        });
        let mut parts = Vec::with_capacity(view.component_count());
        for component in view.components() {
            let is_first = component.number == 1;
            let inner_mask = component.mask.or(mask.filter(|_| is_first));
            let inner = view.inner(&component);
            let data_type = inner.and_then(|inner| {
                // Some versions call the text of a TS plain text.
                if view.id() == "TS" && is_first && inner.is_primitive() && inner_mask.is_none() {
                    return Some(self.date_time());
                }
                self.data_type(profile, &inner, version, inner_mask, depth + 1)
            });
            let by_site = |attribute| !component.origin_of(attribute).is_standard();
            parts.push(PartPlan {
                usage: component.usage,
                usage_by_site: by_site(Attribute::Usage),
                max_length: component.max_length.unwrap_or(u32::MAX),
                length_by_site: by_site(Attribute::Length),
                data_type,
                type_by_site: by_site(Attribute::DataType),
                codes: component
                    .table
                    .and_then(|name| self.list(profile, view.dictionary(), name)),
                open_length: 0,
            });
        }
        if let Some(plan) = self.types.get_mut(at) {
            let numbered = (1..).zip(&parts);
            plan.required = numbered
                .filter(|(_, part)| part.usage == Usage::Required)
                .map(|(number, _)| number)
                .collect();
            plan.parts = parts;
        }
        let leaf = self.leaf(at);
        if let Some(plan) = self.types.get_mut(at) {
            plan.leaf = leaf;
        }
        Some(at)
    }

    /// What a text without components is looked at as.
    fn leaf(&self, at: usize) -> LeafPlan {
        let mut codes = None;
        let mut index = Some(at);
        let mut last = None;
        for _ in 0..DEEPEST {
            last = index.and_then(|index| Some((index, self.types.get(index)?)));
            let Some(first) = last.and_then(|(_, plan)| plan.parts.first()) else {
                break;
            };
            codes = codes.or(first.codes);
            index = first.data_type;
        }
        let formed = last.filter(|(_, plan)| plan.value != ValueKind::Any);
        LeafPlan {
            formed: formed.map(|(index, _)| index),
            codes,
        }
    }

    fn date_time(&mut self) -> usize {
        let known = self.types.iter().position(|plan| plan.id.is_empty());
        known.unwrap_or_else(|| {
            let leaf = LeafPlan {
                formed: Some(self.types.len()),
                codes: None,
            };
            self.types.push(TypePlan {
                id: String::new(),
                version: Version::DEFAULT,
                mask: None,
                value: ValueKind::DateTime,
                by_site: false,
                parts: Vec::new(),
                leaf,
                required: Vec::new(),
                has_check_digit: false,
                universal_id: None,
            });
            self.types.len() - 1
        })
    }

    /// The index of a code list; `None` for a table whose codes are anybody's.
    fn list(
        &mut self,
        profile: &Profile,
        dictionary: &'static Dictionary,
        table: &str,
    ) -> Option<usize> {
        let list = match profile.codes.get(table) {
            Some(codes) => CodeList::of_site(table, codes)?,
            None => CodeList::of_standard(dictionary, standard_number(table).unwrap_or(table))?,
        };
        let known = self.lists.iter().position(|known| known.is_same(&list));
        Some(known.unwrap_or_else(|| {
            self.lists.push(list);
            self.lists.len() - 1
        }))
    }
}

/// Types whose first part has a type, and so on: nothing nests deeper.
const DEEPEST: usize = 4;

/// The types that OBX-2 usually names.
const VALUE_TYPES: [&str; 16] = [
    "NM", "SN", "ST", "TX", "FT", "CE", "CWE", "CX", "DT", "TM", "TS", "DTM", "ED", "RP", "ID",
    "SI",
];
