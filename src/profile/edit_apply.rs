//! Applying an edit: a new profile that shares all unchanged parts with the old one.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;

use super::document::{MessageDefinition, Profile, Script, SegmentOverlay};
use super::edit::{Edit, EditError};
use super::field::FieldOverlay;
use super::rows::Rows;
use crate::hl7::SegmentId;

const PROFILE: &str = "profile";
const MESSAGE: &str = "message definition";
const SEGMENT: &str = "segment";
const FIELD: &str = "field";
const CODES: &str = "code table";
const TABLE: &str = "table";

impl Profile {
    /// The profile after the edit.
    ///
    /// # Errors
    /// When the edit names something that is not there, or a name that is taken or empty.
    pub fn apply(&self, edit: &Edit) -> Result<Profile, EditError> {
        let mut next = self.clone();
        next.change(edit)?;
        Ok(next)
    }

    fn change(&mut self, edit: &Edit) -> Result<(), EditError> {
        match edit {
            Edit::RenameProfile { name } => {
                require_name(PROFILE, name)?;
                self.name = Arc::clone(name);
            }
            Edit::DescribeProfile { description } => self.description = Arc::clone(description),
            Edit::SetStandard { version } => self.standard = *version,

            Edit::AddMessage { before, definition } => {
                self.require_free_message(&definition.name)?;
                let index = before.unwrap_or(usize::MAX).min(self.messages.len());
                self.messages.insert(index, Arc::clone(definition));
            }
            Edit::RemoveMessage { message } => {
                let index = self.message_index(message)?;
                self.messages.remove(index);
            }
            Edit::RenameMessage { message, to } => {
                if message != to {
                    self.require_free_message(to)?;
                }
                self.message_mut(message)?.name = Arc::clone(to);
            }
            Edit::MoveMessage { message, to } => {
                let index = self.message_index(message)?;
                let definition = self.messages.remove(index);
                self.messages
                    .insert((*to).min(self.messages.len()), definition);
            }
            Edit::SetIdentity { message, identity } => {
                self.message_mut(message)?.identity.clone_from(identity);
            }
            Edit::SetGrammar { message, grammar } => {
                self.message_mut(message)?.grammar.clone_from(grammar);
            }
            Edit::SetRows { message, rows } => self.message_mut(message)?.rows.clone_from(rows),
            Edit::SetScript { message, script } => {
                self.message_mut(message)?.script = script.as_ref().map(with_plain_line_ends);
            }

            Edit::AddSegment { segment, overlay } => {
                add(SEGMENT, &mut self.segments, *segment, overlay)?;
            }
            Edit::RemoveSegment { segment } => {
                take(SEGMENT, &mut self.segments, segment)?;
            }
            Edit::RenameSegment { segment, to } => {
                rename(SEGMENT, &mut self.segments, segment, *to)?;
            }
            Edit::DescribeSegment {
                segment,
                description,
            } => self.segment_mut(*segment)?.description = Arc::clone(description),
            Edit::AddField {
                segment,
                before,
                field,
            } => {
                let fields = &mut self.segment_mut(*segment)?.fields;
                let index = before.map_or(fields.len(), |number| {
                    usize::from(number).saturating_sub(1).min(fields.len())
                });
                fields.insert(index, field.clone());
            }
            Edit::RemoveField { segment, number } => {
                let index = self.field_index(*segment, *number)?;
                self.segment_mut(*segment)?.fields.remove(index);
            }
            Edit::RenameField {
                segment,
                number,
                name,
            } => self.field_mut(*segment, *number)?.name = Arc::clone(name),
            Edit::ChangeField {
                segment,
                number,
                field,
            } => *self.field_mut(*segment, *number)? = field.clone(),
            Edit::MoveField {
                segment,
                number,
                to,
            } => {
                let index = self.field_index(*segment, *number)?;
                let fields = &mut self.segment_mut(*segment)?.fields;
                let field = fields.remove(index);
                let to = usize::from(*to).saturating_sub(1).min(fields.len());
                fields.insert(to, field);
            }

            Edit::AddCodes { name, codes } => {
                require_name(CODES, name)?;
                add(CODES, &mut self.codes, Arc::clone(name), codes)?;
            }
            Edit::RemoveCodes { name } => {
                take(CODES, &mut self.codes, name)?;
            }
            Edit::RenameCodes { name, to } => {
                require_name(CODES, to)?;
                rename(CODES, &mut self.codes, name, Arc::clone(to))?;
                self.follow_codes(name, to);
            }
            Edit::ChangeCodes { name, codes } => {
                *present(CODES, &mut self.codes, name)? = Arc::clone(codes);
            }

            Edit::AddTable { name, table } => {
                require_name(TABLE, name)?;
                add(TABLE, &mut self.tables, Arc::clone(name), table)?;
            }
            Edit::RemoveTable { name } => {
                take(TABLE, &mut self.tables, name)?;
            }
            Edit::RenameTable { name, to } => {
                require_name(TABLE, to)?;
                rename(TABLE, &mut self.tables, name, Arc::clone(to))?;
                self.change_rows(
                    |rows| rows.table == *name,
                    |rows| rows.table = Arc::clone(to),
                );
            }
            Edit::ChangeTable { name, table } => {
                *present(TABLE, &mut self.tables, name)? = Arc::clone(table);
            }
        }
        Ok(())
    }

    fn message_index(&self, name: &str) -> Result<usize, EditError> {
        self.message(name)
            .map(|(index, _)| index)
            .ok_or_else(|| missing(MESSAGE, name))
    }

    fn message_mut(&mut self, name: &str) -> Result<&mut MessageDefinition, EditError> {
        self.messages
            .iter_mut()
            .find(|definition| &*definition.name == name)
            .map(Arc::make_mut)
            .ok_or_else(|| missing(MESSAGE, name))
    }

    fn require_free_message(&self, name: &str) -> Result<(), EditError> {
        require_name(MESSAGE, name)?;
        match self.message(name) {
            None => Ok(()),
            Some(_) => Err(taken(MESSAGE, name)),
        }
    }

    fn segment_mut(&mut self, segment: SegmentId) -> Result<&mut SegmentOverlay, EditError> {
        present(SEGMENT, &mut self.segments, &segment).map(Arc::make_mut)
    }

    fn field_index(&self, segment: SegmentId, number: u16) -> Result<usize, EditError> {
        let overlay = self
            .segments
            .get(&segment)
            .ok_or_else(|| missing(SEGMENT, segment))?;
        usize::from(number)
            .checked_sub(1)
            .filter(|&index| index < overlay.fields.len())
            .ok_or_else(|| missing(FIELD, format_args!("{segment}-{number}")))
    }

    fn field_mut(
        &mut self,
        segment: SegmentId,
        number: u16,
    ) -> Result<&mut FieldOverlay, EditError> {
        let index = self.field_index(segment, number)?;
        self.segment_mut(segment)?
            .fields
            .get_mut(index)
            .ok_or_else(|| missing(FIELD, format_args!("{segment}-{number}")))
    }

    /// Changes the rows that fit and leaves all other definitions shared.
    fn change_rows(&mut self, fits: impl Fn(&Rows) -> bool, change: impl Fn(&mut Rows)) {
        for definition in &mut self.messages {
            if definition.rows.iter().any(&fits) {
                let rows = &mut Arc::make_mut(definition).rows;
                rows.iter_mut().filter(|rows| fits(rows)).for_each(&change);
            }
        }
    }

    fn follow_codes(&mut self, name: &Arc<str>, to: &Arc<str>) {
        let uses = |codes: &Option<Arc<str>>| codes.as_ref() == Some(name);
        self.change_rows(
            |rows| rows.columns.values().any(|source| uses(&source.codes)),
            |rows| {
                for source in rows.columns.values_mut() {
                    if uses(&source.codes) {
                        source.codes = Some(Arc::clone(to));
                    }
                }
            },
        );
        for overlay in self.segments.values_mut() {
            if overlay.fields.iter().any(|field| uses(&field.codes)) {
                for field in &mut Arc::make_mut(overlay).fields {
                    if uses(&field.codes) {
                        field.codes = Some(Arc::clone(to));
                    }
                }
            }
        }
    }
}

/// A script typed or pasted under Windows is the script typed elsewhere.
fn with_plain_line_ends(script: &Script) -> Script {
    match script {
        Script::Inline(text) if text.contains("\r\n") => {
            Script::Inline(text.replace("\r\n", "\n").into())
        }
        Script::Inline(_) | Script::File(_) => script.clone(),
    }
}

fn add<K: Ord + Display, V>(
    what: &'static str,
    map: &mut BTreeMap<K, Arc<V>>,
    key: K,
    value: &Arc<V>,
) -> Result<(), EditError> {
    if map.contains_key(&key) {
        return Err(taken(what, key));
    }
    map.insert(key, Arc::clone(value));
    Ok(())
}

fn take<K: Ord + Display, V>(
    what: &'static str,
    map: &mut BTreeMap<K, V>,
    key: &K,
) -> Result<V, EditError> {
    map.remove(key).ok_or_else(|| missing(what, key))
}

fn rename<K: Ord + Display, V>(
    what: &'static str,
    map: &mut BTreeMap<K, V>,
    key: &K,
    to: K,
) -> Result<(), EditError> {
    if *key != to && map.contains_key(&to) {
        return Err(taken(what, to));
    }
    let value = take(what, map, key)?;
    map.insert(to, value);
    Ok(())
}

fn present<'m, K: Ord + Display, V>(
    what: &'static str,
    map: &'m mut BTreeMap<K, V>,
    key: &K,
) -> Result<&'m mut V, EditError> {
    map.get_mut(key).ok_or_else(|| missing(what, key))
}

fn require_name(what: &'static str, name: &str) -> Result<(), EditError> {
    if name.trim().is_empty() {
        return Err(EditError::Nameless { what });
    }
    Ok(())
}

fn missing(what: &'static str, name: impl Display) -> EditError {
    EditError::Missing {
        what,
        name: name.to_string(),
    }
}

fn taken(what: &'static str, name: impl Display) -> EditError {
    EditError::Taken {
        what,
        name: name.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::{Codes, Identity};
    use super::super::print::print;
    use super::super::read::read;
    use super::super::samples::EVERYTHING;
    use super::super::table::Table;
    use super::*;
    use crate::standard::Version;

    /// Applies an edit and shows the lines that went and came, or the error.
    fn check(edit: &Edit, expect: &[&str]) {
        let profile = read(EVERYTHING).expect("the sample reads");
        let found = match profile.apply(edit) {
            Err(error) => vec![error.to_string()],
            Ok(next) => {
                let next = print(&next);
                similar::TextDiff::from_lines(EVERYTHING, next.as_str())
                    .iter_all_changes()
                    .filter(|change| change.tag() != similar::ChangeTag::Equal)
                    .map(|change| format!("{}{}", change.tag(), change.value().trim()))
                    .collect()
            }
        };
        assert_eq!(found, expect, "{}", edit.name());
    }

    fn segment(name: &str) -> SegmentId {
        SegmentId::new(name).expect("a segment")
    }

    fn field(name: &str) -> FieldOverlay {
        FieldOverlay::new(name)
    }

    #[test]
    fn the_profile_itself_changes() {
        let name = |name: &str| Edit::RenameProfile { name: name.into() };
        check(
            &name("South"),
            &["-name: \"Northgate\",", "+name: \"South\","],
        );
        check(&name(" "), &["a profile needs a name"]);
        check(
            &Edit::DescribeProfile {
                description: "".into(),
            },
            &["-description: r#\"The \"old\" laboratory\"#,"],
        );
        check(
            &Edit::SetStandard {
                version: Version::DEFAULT,
            },
            &["-standard: \"2.3.1\",", "+standard: \"2.5.1\","],
        );
    }

    #[test]
    fn message_definitions_come_go_and_move() {
        let add = |name: &str, before| Edit::AddMessage {
            before,
            definition: Arc::new(MessageDefinition::new(name)),
        };
        let lab = ["+Message(", "+name: \"Lab\",", "+),"];
        check(&add("Lab", None), &lab);
        check(&add("Lab", Some(99)), &lab);
        check(
            &add("ADT", Some(0)),
            &["there is already a message definition ADT: choose another name"],
        );
        check(&add("", None), &["a message definition needs a name"]);
        let other = [
            "-Message(",
            "-name: \"Other\",",
            "-script: File(\"other.rhai\"),",
            "-),",
        ];
        check(
            &Edit::RemoveMessage {
                message: "Other".into(),
            },
            &other,
        );
        check(
            &Edit::RemoveMessage {
                message: "Lab".into(),
            },
            &["there is no message definition Lab"],
        );
        let rename = |to: &str| Edit::RenameMessage {
            message: "Other".into(),
            to: to.into(),
        };
        check(&rename("Rest"), &["-name: \"Other\",", "+name: \"Rest\","]);
        check(&rename("Other"), &[]);
        check(
            &rename("ADT"),
            &["there is already a message definition ADT: choose another name"],
        );
        check(
            &Edit::MoveMessage {
                message: "ADT".into(),
                to: 0,
            },
            &[],
        );
        check(
            &Edit::MoveMessage {
                message: "Other".into(),
                to: 0,
            },
            &[
                "+name: \"Other\",",
                "+script: File(\"other.rhai\"),",
                "+),",
                "+Message(",
                "-),",
                "-Message(",
                "-name: \"Other\",",
                "-script: File(\"other.rhai\"),",
            ],
        );
    }

    #[test]
    fn a_message_definition_changes() {
        let other = || Arc::<str>::from("Other");
        check(
            &Edit::SetIdentity {
                message: other(),
                identity: vec![Identity {
                    at: "MSH-9.1".parse().expect("a location"),
                    matches: "^ORU$".into(),
                }],
            },
            &[
                "+identity: [",
                "+(at: \"MSH-9.1\", matches: \"^ORU$\"),",
                "+],",
            ],
        );
        check(
            &Edit::SetGrammar {
                message: other(),
                grammar: Some("ORU_R01".into()),
            },
            &["+grammar: \"ORU_R01\","],
        );
        check(
            &Edit::SetRows {
                message: other(),
                rows: Vec::new(),
            },
            &[],
        );
        check(
            &Edit::SetScript {
                message: other(),
                script: Some(Script::Inline("a\r\nb".into())),
            },
            &[
                "-script: File(\"other.rhai\"),",
                "+script: Inline(r#\"a",
                "+b\"#),",
            ],
        );
        check(
            &Edit::SetScript {
                message: other(),
                script: None,
            },
            &["-script: File(\"other.rhai\"),"],
        );
    }

    #[test]
    fn segments_and_their_fields_change() {
        let zpi = segment("ZPI");
        check(
            &Edit::AddSegment {
                segment: segment("ZZZ"),
                overlay: Arc::default(),
            },
            &["+\"ZZZ\": Segment(),"],
        );
        check(
            &Edit::AddSegment {
                segment: zpi,
                overlay: Arc::default(),
            },
            &["there is already a segment ZPI: choose another name"],
        );
        check(
            &Edit::RemoveSegment {
                segment: segment("ZAB"),
            },
            &["-\"ZAB\": Segment(),"],
        );
        check(
            &Edit::RenameSegment {
                segment: zpi,
                to: segment("ZPX"),
            },
            &["-\"ZPI\": Segment(", "+\"ZPX\": Segment("],
        );
        check(
            &Edit::RenameSegment {
                segment: zpi,
                to: segment("ZAB"),
            },
            &["there is already a segment ZAB: choose another name"],
        );
        check(
            &Edit::DescribeSegment {
                segment: segment("ZQQ"),
                description: "x".into(),
            },
            &["there is no segment ZQQ"],
        );
        check(
            &Edit::AddField {
                segment: zpi,
                before: Some(2),
                field: field("Kind"),
            },
            &["+Field(name: \"Kind\", type: \"ST\"),"],
        );
        check(
            &Edit::RemoveField {
                segment: zpi,
                number: 2,
            },
            &["-Field(),"],
        );
        check(
            &Edit::RemoveField {
                segment: zpi,
                number: 0,
            },
            &["there is no field ZPI-0"],
        );
        check(
            &Edit::RenameField {
                segment: zpi,
                number: 3,
                name: "Keeper".into(),
            },
            &[
                "-Field(name: \"Owner\", type: \"CX\", repeat: Times(3), codes: \"sex\"),",
                "+Field(name: \"Keeper\", type: \"CX\", repeat: Times(3), codes: \"sex\"),",
            ],
        );
        check(
            &Edit::ChangeField {
                segment: zpi,
                number: 4,
                field: field("x"),
            },
            &["there is no field ZPI-4"],
        );
        check(
            &Edit::MoveField {
                segment: zpi,
                number: 2,
                to: 1,
            },
            &["+Field(),", "-Field(),"],
        );
    }

    #[test]
    fn a_renamed_code_table_or_table_is_followed_where_it_is_used() {
        check(
            &Edit::RenameCodes {
                name: "sex".into(),
                to: "gender".into(),
            },
            &[
                "-\"sex\": From(\"PID-8\", codes: \"sex\"),",
                "+\"sex\": From(\"PID-8\", codes: \"gender\"),",
                "-Field(name: \"Owner\", type: \"CX\", repeat: Times(3), codes: \"sex\"),",
                "+Field(name: \"Owner\", type: \"CX\", repeat: Times(3), codes: \"gender\"),",
                "-\"sex\": Codes(",
                "+\"gender\": Codes(",
            ],
        );
        check(
            &Edit::RenameTable {
                name: "patient".into(),
                to: "person".into(),
            },
            &[
                "-table: \"patient\",",
                "+table: \"person\",",
                "-table: \"patient\",",
                "+table: \"person\",",
                "-\"patient\": Table(",
                "+\"person\": Table(",
            ],
        );
    }

    #[test]
    fn code_tables_and_tables_come_go_and_change() {
        let codes = || Arc::new(Codes::default());
        let table = || Arc::new(Table::default());
        check(
            &Edit::AddCodes {
                name: "ward".into(),
                codes: codes(),
            },
            &["+\"ward\": Codes(),"],
        );
        check(
            &Edit::AddCodes {
                name: "".into(),
                codes: codes(),
            },
            &["a code table needs a name"],
        );
        check(
            &Edit::ChangeCodes {
                name: "ward".into(),
                codes: codes(),
            },
            &["there is no code table ward"],
        );
        check(
            &Edit::RemoveCodes {
                name: "ward".into(),
            },
            &["there is no code table ward"],
        );
        check(
            &Edit::AddTable {
                name: "empty".into(),
                table: table(),
            },
            &["there is already a table empty: choose another name"],
        );
        check(
            &Edit::ChangeTable {
                name: "empty".into(),
                table: table(),
            },
            &[],
        );
        check(
            &Edit::RemoveTable {
                name: "empty".into(),
            },
            &["-\"empty\": Table(),"],
        );
    }

    #[test]
    fn what_an_edit_leaves_alone_stays_shared() {
        let profile = read(EVERYTHING).expect("the sample reads");
        let next = profile
            .apply(&Edit::SetScript {
                message: "Other".into(),
                script: None,
            })
            .expect("the edit fits");
        assert!(Arc::ptr_eq(&profile.messages[0], &next.messages[0]));
        assert!(!Arc::ptr_eq(&profile.messages[1], &next.messages[1]));
    }
}
