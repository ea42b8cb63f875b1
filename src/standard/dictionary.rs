//! The dictionary of one version, and what to take from another version where this one is silent.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::definition::{CodeTable, DataType, Event, FieldDefinition, SegmentDefinition};
use super::load::{Definitions, Kind, load, versions_with, versions_with_structures};
use super::structure::Structure;
use super::version::Version;

/// What HL7 says in one version.
#[derive(Debug)]
pub struct Dictionary {
    version: Version,
    segments: BTreeMap<&'static str, SegmentDefinition>,
    types: BTreeMap<&'static str, DataType>,
    tables: BTreeMap<&'static str, CodeTable>,
    structures: BTreeMap<&'static str, Structure>,
    events: BTreeMap<&'static str, Event>,
}

/// The dictionary of `version`, read on the first call for it.
pub fn dictionary(version: Version) -> &'static Dictionary {
    static DICTIONARIES: [OnceLock<Dictionary>; Version::ALL.len()] =
        [const { OnceLock::new() }; Version::ALL.len()];
    DICTIONARIES[version as usize].get_or_init(|| Dictionary::new(version, load(version)))
}

impl Dictionary {
    fn new(version: Version, found: Definitions) -> Self {
        Self {
            version,
            segments: found
                .segments
                .into_iter()
                .map(|segment| (segment.id, segment))
                .collect(),
            types: found
                .types
                .into_iter()
                .map(|data_type| (data_type.id, data_type))
                .collect(),
            tables: found
                .tables
                .into_iter()
                .map(|table| (table.number, table))
                .collect(),
            structures: found
                .structures
                .into_iter()
                .map(|found| (found.id, found))
                .collect(),
            events: found
                .events
                .into_iter()
                .map(|event| (event.id, event))
                .collect(),
        }
    }

    /// The version it describes.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The segment of this id.
    pub fn segment(&self, id: &str) -> Option<&SegmentDefinition> {
        self.segments.get(id)
    }

    /// All segments by id.
    pub fn segments(&self) -> impl Iterator<Item = &SegmentDefinition> {
        self.segments.values()
    }

    /// The data type of this id (`CX`, `CM_ABS_RANGE`).
    pub fn data_type(&self, id: &str) -> Option<&DataType> {
        self.types.get(id)
    }

    /// All data types by id.
    pub fn data_types(&self) -> impl Iterator<Item = &DataType> {
        self.types.values()
    }

    /// The code table of this number, four digits (`0001`).
    pub fn table(&self, number: &str) -> Option<&CodeTable> {
        self.tables.get(number)
    }

    /// All code tables by number.
    pub fn tables(&self) -> impl Iterator<Item = &CodeTable> {
        self.tables.values()
    }

    /// The message structure of this id (`ADT_A01`).
    pub fn structure(&self, id: &str) -> Option<&Structure> {
        self.structures.get(id)
    }

    /// All message structures by id.
    pub fn structures(&self) -> impl Iterator<Item = &Structure> {
        self.structures.values()
    }

    /// What the trigger event of a message code means (`ADT`, `A04`).
    pub fn event(&self, code: &str, trigger: &str) -> Option<&Event> {
        self.events.get(event_id(code, trigger).as_str())
    }

    /// All trigger events by id.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.events.values()
    }

    /// The versions to ask where this one is silent: this one, the later ones (real messages run
    /// ahead of the version they state), then the earlier ones, the nearest first (what a later
    /// version withdrew is still sent).
    ///
    /// Only those of the mask are read: reading all of them takes a tenth of a second.
    fn by_nearness(&self, mask: u16) -> impl Iterator<Item = &'static Dictionary> {
        let own = self.version;
        let earlier = Version::ALL
            .into_iter()
            .rev()
            .filter(move |version| *version < own);
        std::iter::once(own)
            .chain(own.later())
            .chain(earlier)
            .filter(move |version| mask & version.bit() != 0)
            .map(dictionary)
    }

    /// The segment of this id and the version that describes it: this one, else the next later one
    /// that has it, else the newest earlier one.
    pub fn segment_or_later(&self, id: &str) -> Option<(&'static SegmentDefinition, Version)> {
        self.by_nearness(versions_with(Kind::Segment, id))
            .find_map(|other| Some((other.segment(id)?, other.version)))
    }

    /// Field `number` (counted from 1) of a segment and the version that describes it, chosen as in
    /// [`Dictionary::segment_or_later`].
    pub fn field_or_later(
        &self,
        segment: &str,
        number: u16,
    ) -> Option<(&'static FieldDefinition, Version)> {
        self.by_nearness(versions_with(Kind::Segment, segment))
            .find_map(|other| Some((other.segment(segment)?.field(number)?, other.version)))
    }

    /// The data type of this id and the version that describes it, chosen as in
    /// [`Dictionary::segment_or_later`].
    pub fn data_type_or_later(&self, id: &str) -> Option<(&'static DataType, Version)> {
        self.by_nearness(versions_with(Kind::DataType, id))
            .find_map(|other| Some((other.data_type(id)?, other.version)))
    }

    /// The structure of this id and the version that describes it, chosen as in
    /// [`Dictionary::segment_or_later`].
    pub fn structure_or_later(&self, id: &str) -> Option<(&'static Structure, Version)> {
        self.by_nearness(versions_with(Kind::Structure, id))
            .find_map(|other| Some((other.structure(id)?, other.version)))
    }

    /// The structure of a message by its MSH-9: message code, trigger event and structure id, each
    /// empty when absent.
    ///
    /// MSH-9.3 where it names a structure, else what the trigger event says, else `ACK` for any
    /// acknowledgment; each in this version before the later and the earlier ones, so that a
    /// structure id of another version (`ADT^A04^ADT_A04`) does not win over this version's event.
    /// At last the first structure of the same message code.
    pub fn structure_for(
        &self,
        code: &str,
        trigger: &str,
        structure_id: &str,
    ) -> Option<(&'static Structure, Version)> {
        let named = |other: &'static Dictionary| {
            let by_event = || {
                other
                    .event(code, trigger)
                    .and_then(|event| other.structure(event.structure))
            };
            let by_code = || {
                if code == ACK {
                    other.structure(ACK)
                } else {
                    None
                }
            };
            let found = other
                .structure(structure_id)
                .or_else(by_event)
                .or_else(by_code)?;
            Some((found, other.version))
        };
        let alike = |other: &'static Dictionary| {
            let is_alike = |id: &str| {
                id.strip_prefix(code)
                    .is_some_and(|rest| rest.starts_with('_'))
            };
            let found = other
                .structures()
                .find(|structure| is_alike(structure.id))?;
            Some((found, other.version))
        };
        let mut mask = versions_with(Kind::Structure, structure_id)
            | versions_with(Kind::Event, &event_id(code, trigger));
        if code == ACK {
            mask |= versions_with(Kind::Structure, ACK);
        }
        self.by_nearness(mask).find_map(named).or_else(|| {
            let mask = versions_with_structures(&format!("{code}_"));
            self.by_nearness(mask).find_map(alike)
        })
    }
}

const ACK: &str = "ACK";

fn event_id(code: &str, trigger: &str) -> String {
    if trigger.is_empty() {
        code.to_owned()
    } else {
        format!("{code}^{trigger}")
    }
}
