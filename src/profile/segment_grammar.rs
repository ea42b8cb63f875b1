//! The segment grammar of a message: which segments in which order, in groups and choices.
//!
//! It is one of two forms of the same thing; the other is its text, see [`super::parse_notation`].
//! The tree is kept in one shape only, so that equal grammars have equal texts: a bracket that says
//! nothing of its own is joined with what it holds.

use std::sync::Arc;

use super::field::Repeat;
use crate::hl7::SegmentId;
use crate::standard::{Structure, StructureItem};

/// Which segments a message has, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SegmentGrammar {
    /// Segments, groups and choices in order.
    pub items: Vec<GrammarItem>,
}

/// A place in a segment grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrammarItem {
    /// What stands there.
    pub kind: GrammarKind,
    /// Whether it may be missing.
    pub optional: bool,
    /// How often it may stand there.
    pub repeat: Repeat,
}

/// What stands at a place of a segment grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrammarKind {
    /// A segment of this id.
    Segment(SegmentId),
    /// Any segment, written `Hxx`.
    Any,
    /// A sequence.
    Group {
        /// What rows and scripts call it.
        name: Option<Arc<str>>,
        /// What it holds, in order.
        items: Vec<GrammarItem>,
    },
    /// Exactly one of several.
    Choice {
        /// What people call it.
        name: Option<Arc<str>>,
        /// What may stand here; a group without a name is a sequence.
        options: Vec<GrammarItem>,
    },
}

/// What the profile's `grammar` of a message definition says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrammarSource<'a> {
    /// The id of a structure of the standard, such as `ADT_A01`.
    Structure(&'a str),
    /// A grammar of the site's own.
    Notation(&'a str),
}

impl<'a> GrammarSource<'a> {
    /// Tells the two apart: a single word names a structure, but `MSH` alone is a grammar.
    pub fn of(text: &'a str) -> Self {
        let word = text.trim();
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if word != SegmentId::MSH.as_str() && !word.is_empty() && word.chars().all(is_word) {
            GrammarSource::Structure(word)
        } else {
            GrammarSource::Notation(text)
        }
    }
}

impl SegmentGrammar {
    /// A structure of the standard as a grammar that a site can change.
    pub fn of_structure(structure: &Structure) -> Self {
        Self {
            items: imported(&structure.items),
        }
    }

    /// The ids of its segments in order, repeated where it names them repeatedly.
    pub fn segment_ids(&self) -> Vec<SegmentId> {
        let mut ids = Vec::new();
        self.visit(&mut |item| {
            if let GrammarKind::Segment(id) = item.kind {
                ids.push(id);
            }
        });
        ids
    }

    /// Calls `see` for every item, those around others first, in order.
    pub fn visit<'g>(&'g self, see: &mut impl FnMut(&'g GrammarItem)) {
        fn walk<'g>(items: &'g [GrammarItem], see: &mut impl FnMut(&'g GrammarItem)) {
            for item in items {
                see(item);
                walk(item.items(), see);
            }
        }
        walk(&self.items, see);
    }
}

impl GrammarItem {
    /// A segment that must be there once.
    pub fn segment(id: SegmentId) -> Self {
        Self::new(GrammarKind::Segment(id))
    }

    /// A group that must be there once.
    pub fn group(name: Option<Arc<str>>, items: Vec<GrammarItem>) -> Self {
        Self::new(GrammarKind::Group { name, items })
    }

    /// What must be there once.
    pub fn new(kind: GrammarKind) -> Self {
        Self {
            kind,
            optional: false,
            repeat: Repeat::Once,
        }
    }

    /// What a group or a choice holds, in order; empty for a segment.
    pub fn items(&self) -> &[GrammarItem] {
        match &self.kind {
            GrammarKind::Group { items, .. } => items,
            GrammarKind::Choice { options, .. } => options,
            GrammarKind::Segment(_) | GrammarKind::Any => &[],
        }
    }

    pub(super) fn items_mut(&mut self) -> Option<&mut Vec<GrammarItem>> {
        match &mut self.kind {
            GrammarKind::Group { items, .. } => Some(items),
            GrammarKind::Choice { options, .. } => Some(options),
            GrammarKind::Segment(_) | GrammarKind::Any => None,
        }
    }

    /// The name of a group or a choice.
    pub fn name(&self) -> Option<&Arc<str>> {
        match &self.kind {
            GrammarKind::Group { name, .. } | GrammarKind::Choice { name, .. } => name.as_ref(),
            GrammarKind::Segment(_) | GrammarKind::Any => None,
        }
    }
}

/// Puts a sequence into the one shape that equal grammars share: brackets round a single item are
/// joined with it, plain brackets round several are left out, empty ones vanish.
pub(super) fn normal_sequence(items: Vec<GrammarItem>) -> Vec<GrammarItem> {
    let mut sequence = Vec::with_capacity(items.len());
    for item in items {
        let Some(item) = normal(item) else { continue };
        match item.kind {
            GrammarKind::Group { name: None, items }
                if !item.optional && item.repeat == Repeat::Once =>
            {
                sequence.extend(items);
            }
            _ => sequence.push(item),
        }
    }
    sequence
}

/// The same for one item and all that it holds; nothing for one that holds nothing.
fn normal(item: GrammarItem) -> Option<GrammarItem> {
    let GrammarItem {
        kind,
        optional,
        repeat,
    } = item;
    let repeat = match repeat {
        Repeat::Times(1) => Repeat::Once,
        other => other,
    };
    let outer = |kind| GrammarItem {
        kind,
        optional,
        repeat,
    };
    match kind {
        GrammarKind::Segment(_) | GrammarKind::Any => Some(outer(kind)),
        GrammarKind::Group { name, items } => {
            let mut items = normal_sequence(items);
            if items.is_empty() {
                return None;
            }
            if name.is_none()
                && items.len() == 1
                && let Some(inner) = items.pop()
            {
                return Some(joined(inner, optional, repeat));
            }
            Some(outer(GrammarKind::Group { name, items }))
        }
        GrammarKind::Choice { name, options } => {
            let mut flat = Vec::with_capacity(options.len());
            for option in options.into_iter().filter_map(normal) {
                match option.kind {
                    GrammarKind::Choice {
                        name: None,
                        options,
                    } if !option.optional && option.repeat == Repeat::Once => flat.extend(options),
                    _ => flat.push(option),
                }
            }
            match flat.len() {
                0 => None,
                1 => flat.pop().map(|only| joined(only, optional, repeat)),
                _ => Some(outer(GrammarKind::Choice {
                    name,
                    options: flat,
                })),
            }
        }
    }
}

/// An item with what the brackets round it say.
fn joined(inner: GrammarItem, optional: bool, repeat: Repeat) -> GrammarItem {
    let repeat = match (repeat, inner.repeat) {
        (Repeat::Once, other) | (other, Repeat::Once) => other,
        (Repeat::Many, _) | (_, Repeat::Many) => Repeat::Many,
        (Repeat::Times(a), Repeat::Times(b)) => Repeat::Times(a.saturating_mul(b)),
    };
    GrammarItem {
        kind: inner.kind,
        optional: optional || inner.optional,
        repeat,
    }
}

fn imported(items: &[StructureItem]) -> Vec<GrammarItem> {
    // The dictionary calls a choice that the standard leaves without a name so.
    const NAMELESS: &str = "CHOICE";
    let items = items.iter().filter_map(|item| {
        let kind = match item {
            StructureItem::Segment { id, .. } => GrammarKind::Segment(SegmentId::new(id)?),
            StructureItem::Any { .. } => GrammarKind::Any,
            StructureItem::Group { name, items, .. } => GrammarKind::Group {
                name: Some((*name).into()),
                items: imported(items),
            },
            StructureItem::Choice { name, options, .. } => GrammarKind::Choice {
                name: Some(*name).filter(|name| *name != NAMELESS).map(Arc::from),
                options: imported(options),
            },
        };
        Some(GrammarItem {
            kind,
            optional: item.is_optional(),
            repeat: if item.is_repeating() {
                Repeat::Many
            } else {
                Repeat::Once
            },
        })
    });
    normal_sequence(items.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standard::{Version, dictionary};

    #[test]
    fn a_single_word_names_a_structure() {
        let check = |text: &str, expect: GrammarSource<'_>| {
            assert_eq!(GrammarSource::of(text), expect, "{text}");
        };
        check(" ADT_A01 ", GrammarSource::Structure("ADT_A01"));
        check("ACK", GrammarSource::Structure("ACK"));
        check("MSH", GrammarSource::Notation("MSH"));
        check("MSH PID", GrammarSource::Notation("MSH PID"));
        check("", GrammarSource::Notation(""));
    }

    #[test]
    fn a_structure_is_imported_as_a_grammar() {
        let check = |id: &str, expect: &str| {
            let structure = dictionary(Version::V2_5_1).structure(id);
            let structure = structure.expect("the standard has it");
            assert_eq!(SegmentGrammar::of_structure(structure).to_string(), expect);
        };
        check("ACK", "MSH [{SFT}] MSA [{ERR}]");
        check(
            "ORM_O01",
            "MSH [{NTE}] [PATIENT: PID [PD1] [{NTE}] [PATIENT_VISIT: PV1 [PV2]] \
             [{INSURANCE: IN1 [IN2] [IN3]}] [GT1] [{AL1}]] {ORDER: ORC [ORDER_DETAIL: \
             <OBR|RQD|RQ1|RXO|ODS|ODT> [{NTE}] [CTD] [{DG1}] [{OBSERVATION: OBX [{NTE}]}]] \
             [{FT1}] [{CTI}] [BLG]}",
        );
    }
}
