//! What the standard says of one segment, field, data type, code table or trigger event.

/// Whether a field or component must, may or must not be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Usage {
    /// R: must be there.
    Required,
    /// O: may be there; also what is kept for backward compatibility, which the sources do not tell
    /// apart.
    Optional,
    /// C: must be there under a condition that the standard states in words.
    Conditional,
    /// W: withdrawn from the standard.
    Withdrawn,
    /// X: not used with this event.
    NotSupported,
}

impl Usage {
    /// The letter of the standard's tables.
    pub fn letter(self) -> char {
        match self {
            Usage::Required => 'R',
            Usage::Optional => 'O',
            Usage::Conditional => 'C',
            Usage::Withdrawn => 'W',
            Usage::NotSupported => 'X',
        }
    }
}

/// A segment: its id, name and fields in order, the first being field 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentDefinition {
    /// The three characters that start it.
    pub id: &'static str,
    /// Its name in the standard.
    pub name: &'static str,
    /// Field 1 first.
    pub fields: Vec<FieldDefinition>,
}

impl SegmentDefinition {
    /// The field numbered `number`, counted from 1.
    pub fn field(&self, number: u16) -> Option<&FieldDefinition> {
        self.fields.get(usize::from(number).checked_sub(1)?)
    }
}

/// A field of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldDefinition {
    /// Its name in the standard.
    pub name: &'static str,
    /// The id of its data type, to be looked up in the same version; see [`shown_type`].
    pub data_type: &'static str,
    /// Whether it must be there.
    pub usage: Usage,
    /// How often it may repeat; 0 is without bound.
    pub max_repetitions: u16,
    /// The longest text in characters, where the sources tell one.
    pub max_length: Option<u32>,
    /// The number of its code table: `0001`.
    pub table: Option<&'static str>,
    /// The standard's item number, the same wherever the same data is meant.
    pub item: Option<u32>,
}

/// A data type: primitive when it has no components.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataType {
    /// Its id, unique in the version; see [`shown_type`].
    pub id: &'static str,
    /// Its name in the standard.
    pub name: &'static str,
    /// Component 1 first; empty for a primitive type.
    pub components: Vec<ComponentDefinition>,
}

impl DataType {
    /// Whether the type has no components.
    pub fn is_primitive(&self) -> bool {
        self.components.is_empty()
    }

    /// The component numbered `number`, counted from 1.
    pub fn component(&self, number: u16) -> Option<&ComponentDefinition> {
        self.components.get(usize::from(number).checked_sub(1)?)
    }
}

/// A component of a data type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentDefinition {
    /// Its name in the standard.
    pub name: &'static str,
    /// The id of its data type; its components are the subcomponents.
    pub data_type: &'static str,
    /// Whether it must be there.
    pub usage: Usage,
    /// The longest text in characters, where the sources tell one.
    pub max_length: Option<u32>,
    /// The number of its code table: `0061`.
    pub table: Option<&'static str>,
}

/// A data type's id as the standard writes it.
///
/// Several composites share the name CM (and a few CK, CN, CQ, DR, TX): the dictionary keeps them
/// apart as `CM_xxx`, people know them as CM.
pub fn shown_type(data_type: &str) -> &str {
    data_type
        .split_once('_')
        .map_or(data_type, |(shown, _)| shown)
}

/// A code table with the codes of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeTable {
    /// Four digits: `0001`.
    pub number: &'static str,
    /// Its name in the standard, where the sources tell one.
    pub name: Option<&'static str>,
    /// `user`, `hl7` and the like: whether sites may add to it.
    pub kind: Option<&'static str>,
    /// Its codes in the standard's order; empty when sites define them.
    pub codes: Vec<Code>,
}

impl CodeTable {
    /// Its codes in the standard's order.
    pub fn values(&self) -> impl Iterator<Item = &Code> {
        self.codes.iter()
    }

    /// The code written exactly so.
    pub fn lookup(&self, code: &str) -> Option<&Code> {
        self.codes.iter().find(|known| known.code == code)
    }
}

/// A code of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// What is sent.
    pub code: &'static str,
    /// What it means, where the sources tell.
    pub description: Option<&'static str>,
    /// Whether the standard advises against it.
    pub deprecated: bool,
}

/// A trigger event: which structure a message of this code and trigger has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Message code and trigger as in MSH-9: `ADT^A04`.
    pub id: &'static str,
    /// The id of its message structure: `ADT_A01`.
    pub structure: &'static str,
    /// What happened: `Register a patient`.
    pub description: &'static str,
}

#[cfg(test)]
mod tests {
    use super::shown_type;

    #[test]
    fn composites_that_share_a_name_are_shown_by_it() {
        let check = |id, expect| assert_eq!(shown_type(id), expect);
        check("CM_ABS_RANGE", "CM");
        check("CN_PERSON", "CN");
        check("CX", "CX");
    }
}
