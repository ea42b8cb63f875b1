//! A message as the rows of a tree: groups, segments, fields down to subcomponents, each with what
//! the grammar says of it.

use super::tree_row::{Facts, RowKind, TreeRow, Value, facts, row, standing_words, value};
use crate::grammar::{FieldView, Grammar, Node, NodeKind, Standing};
use crate::hl7::{Element, FieldPath, Level, Location, Message, Pick, Segment, SegmentId};
use crate::profile::Profile;
use crate::standard::shown_type;

/// Messages with more segments start with all of them closed.
const OPEN_UP_TO: usize = 60;

/// What the rows are made from.
pub(super) struct Source<'a> {
    pub(super) message: &'a Message,
    /// The groups; without them the segments stand in a flat list.
    pub(super) tree: Option<&'a Node>,
    pub(super) grammar: &'a Grammar,
    pub(super) profile: &'a Profile,
    /// Show what could be there, too.
    pub(super) ghosts: bool,
}

/// The rows that are visible; `is_open` is asked with a row's key and how it starts.
pub(super) fn rows(source: &Source<'_>, is_open: &dyn Fn(&str, bool) -> bool) -> Vec<TreeRow> {
    let segments_open = source.message.segment_count() <= OPEN_UP_TO;
    let mut builder = Builder {
        source,
        is_open,
        segments_open,
        rows: Vec::new(),
    };
    match source.tree {
        Some(tree) => builder.children(tree, 0, "G"),
        None => {
            for segment in source.message.segments() {
                builder.segment(segment, Standing::Expected, 0);
            }
        }
    }
    builder.rows
}

/// The rows from the segment down to what stands at a byte of the text, each with what is known of it.
pub(super) fn rows_at(source: &Source<'_>, byte: usize) -> Vec<TreeRow> {
    let message = source.message;
    let location = message.location_at(byte);
    let begun = |segment: &Segment<'_>| segment.span().start <= byte;
    let Some(segment) = message.segments().take_while(begun).last() else {
        return Vec::new();
    };
    let standing = standing_of(source.tree, segment.index());
    let keys = location
        .as_ref()
        .map_or_else(Vec::new, |location| keys_above(message, location));
    let mut builder = Builder {
        source,
        is_open: &|key, _| keys.iter().any(|known| known == key),
        segments_open: true,
        rows: Vec::new(),
    };
    builder.segment(segment, standing, 0);
    let parts = |location: &Location| {
        let path = location.path.as_ref();
        path.map(|path| (path.component.is_some(), path.subcomponent.is_some()))
    };
    let deepest = location.as_ref().and_then(parts);
    let holds = |row: &TreeRow| {
        let deeper = row.location.as_ref().and_then(parts) > deepest;
        !deeper
            && row
                .span
                .as_ref()
                .is_some_and(|span| (span.start..=span.end).contains(&byte))
    };
    builder.rows.retain(holds);
    builder.rows
}

fn standing_of(tree: Option<&Node>, wanted: usize) -> Standing {
    let mut found = Standing::Expected;
    if let Some(tree) = tree {
        tree.visit(&mut |node| match node.kind {
            NodeKind::Segment { index, standing } if index == wanted => found = standing,
            NodeKind::Message { .. }
            | NodeKind::Group { .. }
            | NodeKind::Segment { .. }
            | NodeKind::Missing { .. } => {}
        });
    }
    found
}

/// The keys of the rows that must be open for the location to be seen, the outermost first.
pub(super) fn keys_above(message: &Message, location: &Location) -> Vec<String> {
    let Some(index) = segment_index(message, location) else {
        return Vec::new();
    };
    let mut keys = vec![segment_key(index)];
    if let Some(path) = &location.path {
        keys.push(format!("S{index}-{}", path.field));
        if let Pick::Nth(n) = path.repetition {
            keys.push(format!("S{index}-{}[{n}]", path.field));
        }
        if let Some(component) = path.component {
            let repetition = match path.repetition {
                Pick::Nth(n) => n,
                Pick::First | Pick::Every | Pick::Where { .. } => 1,
            };
            keys.push(format!("S{index}-{}[{repetition}].{component}", path.field));
        }
    }
    keys
}

fn segment_index(message: &Message, location: &Location) -> Option<usize> {
    let nth = match location.occurrence {
        Pick::Nth(n) => n.saturating_sub(1) as usize,
        Pick::First | Pick::Every | Pick::Where { .. } => 0,
    };
    message
        .segments_named(location.segment)
        .nth(nth)
        .map(|segment| segment.index())
}

fn segment_key(index: usize) -> String {
    format!("S{index}")
}

struct Builder<'a> {
    source: &'a Source<'a>,
    is_open: &'a dyn Fn(&str, bool) -> bool,
    segments_open: bool,
    rows: Vec<TreeRow>,
}

impl Builder<'_> {
    fn children(&mut self, node: &Node, depth: u16, above: &str) {
        for child in &node.children {
            match &child.kind {
                NodeKind::Message { .. } => self.children(child, depth, above),
                NodeKind::Group { name, occurrence } => {
                    self.group(child, name, *occurrence, depth, above);
                }
                NodeKind::Segment { index, standing } => {
                    if let Some(segment) = self.source.message.segment(*index) {
                        self.segment(segment, *standing, depth);
                    }
                }
                NodeKind::Missing { id, required } => {
                    if self.source.ghosts {
                        self.ghost(*id, *required, depth, above);
                    }
                }
            }
        }
    }

    fn group(&mut self, node: &Node, name: &str, occurrence: u32, depth: u16, above: &str) {
        let has_segments = !node.segments().is_empty();
        if !has_segments && !self.source.ghosts {
            return;
        }
        let key = format!("{above}/{name}[{occurrence}]");
        let place = if occurrence > 1 {
            format!("{name}[{occurrence}]")
        } else {
            name.to_owned()
        };
        let open = (self.is_open)(&key, has_segments);
        let mut row = row(key.clone(), depth, RowKind::Group, place);
        row.open = Some(open);
        "Group".clone_into(&mut row.name);
        self.rows.push(row);
        if open {
            self.children(node, depth + 1, &key);
        }
    }

    fn ghost(&mut self, id: SegmentId, required: bool, depth: u16, above: &str) {
        let key = format!("{above}/{id}?{}", self.rows.len());
        let mut row = row(key, depth, RowKind::Ghost { required }, id.to_string());
        if let Some(view) = self.source.grammar.segment(id.as_str()) {
            segment_name(id.as_str(), view.name).clone_into(&mut row.name);
            row.facts.origin = view.origin.to_string();
        }
        if required { "R" } else { "O" }.clone_into(&mut row.facts.usage);
        row.value = Value::Absent;
        self.rows.push(row);
    }

    fn segment(&mut self, segment: Segment<'_>, standing: Standing, depth: u16) {
        let key = segment_key(segment.index());
        let view = self.source.grammar.segment(segment.id());
        let location = segment.segment_id().map(|id| {
            let mut location = Location::segment(id);
            location.occurrence = nth(segment.occurrence());
            location
        });
        let place = location.as_ref().map_or_else(
            || segment.id().chars().take(12).collect(),
            Location::to_string,
        );
        let described = view.as_ref().map_or(0, |view| view.fields.len());
        let has_rows = segment.field_count() > 0 || (self.source.ghosts && described > 0);
        let open = has_rows.then(|| (self.is_open)(&key, self.segments_open));
        let mut row = row(key.clone(), depth, RowKind::Segment(standing), place);
        row.open = open;
        row.span = Some(segment.span());
        row.location.clone_from(&location);
        match &view {
            Some(view) => {
                segment_name(segment.id(), view.name).clone_into(&mut row.name);
                row.facts.origin = view.origin.to_string();
            }
            None => standing_words(standing).clone_into(&mut row.name),
        }
        self.rows.push(row);
        if open != Some(true) {
            return;
        }
        let there = segment.field_count();
        let all = if self.source.ghosts {
            there.max(described)
        } else {
            there
        };
        for number in 1..=u16::try_from(all).unwrap_or(u16::MAX) {
            let field = segment.field(usize::from(number));
            if field.is_none_or(|field| field.is_empty()) && !self.source.ghosts {
                continue;
            }
            let place = location.as_ref().map(|location| Location {
                path: Some(FieldPath::field(number)),
                ..location.clone()
            });
            let said = view.as_ref().and_then(|view| view.field(number));
            self.field(
                &format!("{key}-{number}"),
                depth + 1,
                field,
                place.as_ref(),
                said,
            );
        }
    }

    fn field(
        &mut self,
        key: &str,
        depth: u16,
        field: Option<Element<'_>>,
        location: Option<&Location>,
        said: Option<&FieldView<'_>>,
    ) {
        let facts = said.map(facts).unwrap_or_default();
        let name = said.map(|said| said.name.to_owned()).unwrap_or_default();
        let data_type = said.map_or("", |said| said.data_type);
        let table = said.and_then(|said| said.table);
        let repetitions: Vec<_> = field.iter().flat_map(Element::repetitions).collect();
        let several = repetitions.len() > 1;
        let composite = field.is_some_and(|field| field.is_composite())
            || (self.source.ghosts && field.is_some() && self.has_components(data_type));
        let open = self.push(
            key,
            depth,
            Level::Field,
            field,
            location.cloned(),
            composite,
            (name, facts, table),
        );
        if !open {
            return;
        }
        if !several {
            if let Some(first) = repetitions.first() {
                self.components(
                    &format!("{key}[1]"),
                    depth + 1,
                    *first,
                    location,
                    data_type,
                    Level::Component,
                );
            }
            return;
        }
        for (number, repetition) in (1u32..).zip(repetitions) {
            let key = format!("{key}[{number}]");
            let location = with_path(location, |path| {
                path.repetition = Pick::Nth(number);
            });
            let name = format!("Repetition {number}");
            let composite = repetition.is_composite();
            let words = (name, Facts::default(), table);
            if self.push(
                &key,
                depth + 1,
                Level::Repetition,
                Some(repetition),
                location.clone(),
                composite,
                words,
            ) {
                self.components(
                    &key,
                    depth + 2,
                    repetition,
                    location.as_ref(),
                    data_type,
                    Level::Component,
                );
            }
        }
    }

    /// The components of a repetition, or the subcomponents of a component.
    fn components(
        &mut self,
        key: &str,
        depth: u16,
        whole: Element<'_>,
        location: Option<&Location>,
        data_type: &str,
        level: Level,
    ) {
        let known = self.source.grammar.data_type(data_type);
        let described = known.map_or(0, |known| known.component_count());
        let there = whole.children().count();
        let all = if self.source.ghosts {
            there.max(described)
        } else {
            there
        };
        for number in 1..=u16::try_from(all).unwrap_or(u16::MAX) {
            let part = whole.child(usize::from(number));
            if part.is_none_or(|part| part.is_empty()) && !self.source.ghosts {
                continue;
            }
            let said = known.and_then(|known| known.component(number));
            let facts = said.as_ref().map_or_else(Facts::default, |said| Facts {
                data_type: shown_type(said.data_type).to_owned(),
                usage: said.usage.letters().to_owned(),
                length: said
                    .max_length
                    .map(|length| length.to_string())
                    .unwrap_or_default(),
                table: said.table.unwrap_or_default().to_owned(),
                ..Facts::default()
            });
            let name = said.as_ref().map(|said| said.name.to_owned());
            let name = name.unwrap_or_default();
            let location = with_path(location, |path| match level {
                Level::Subcomponent => path.subcomponent = Some(number),
                Level::Segment | Level::Field | Level::Repetition | Level::Component => {
                    path.component = Some(number);
                }
            });
            let key = format!("{key}.{number}");
            let composite =
                level == Level::Component && part.is_some_and(|part| part.is_composite());
            let table = said.as_ref().and_then(|said| said.table);
            if self.push(
                &key,
                depth,
                level,
                part,
                location.clone(),
                composite,
                (name, facts, table),
            ) && let Some(part) = part
            {
                let inner = said.map_or("", |said| said.data_type);
                self.components(
                    &key,
                    depth + 1,
                    part,
                    location.as_ref(),
                    inner,
                    Level::Subcomponent,
                );
            }
        }
    }

    /// Adds the row of an element; whether the rows below it are shown.
    #[allow(
        clippy::too_many_arguments,
        reason = "one caller a level; a struct would only rename them"
    )]
    fn push(
        &mut self,
        key: &str,
        depth: u16,
        level: Level,
        element: Option<Element<'_>>,
        location: Option<Location>,
        has_rows: bool,
        (name, facts, table): (String, Facts, Option<&str>),
    ) -> bool {
        let place = location
            .as_ref()
            .map_or_else(|| key.to_owned(), Location::to_string);
        let open = has_rows.then(|| (self.is_open)(key, false));
        let mut row = row(key.to_owned(), depth, RowKind::Element(level), place);
        row.value = element.map_or(Value::Absent, |element| value(element, has_rows));
        if let (Some(table), Value::Text(code), false) = (table, &row.value, has_rows) {
            row.meaning = self.meaning(table, code);
        }
        row.open = open;
        row.location = location;
        row.span = element.map(|element| element.span());
        row.name = name;
        row.facts = facts;
        self.rows.push(row);
        open == Some(true)
    }

    fn has_components(&self, data_type: &str) -> bool {
        self.source
            .grammar
            .data_type(data_type)
            .is_some_and(|known| !known.is_primitive())
    }

    /// What a code means, by the profile's tables and the standard's.
    fn meaning(&self, table: &str, code: &str) -> String {
        if let Some(codes) = self.source.profile.codes.get(table) {
            let own = codes.maps.get(code).map_or(code, |own| own);
            let meaning = codes.values.get(own).map(std::string::ToString::to_string);
            return meaning.unwrap_or_default();
        }
        let known = self
            .source
            .grammar
            .standard()
            .table(table)
            .and_then(|table| table.lookup(code));
        known
            .and_then(|code| code.description)
            .unwrap_or_default()
            .to_owned()
    }
}

/// The name without the id that older versions put before it: `Msh - Message Header Segment`.
fn segment_name<'n>(id: &str, name: &'n str) -> &'n str {
    let begins = name
        .get(..id.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(id));
    let rest = name
        .get(id.len()..)
        .filter(|_| begins)
        .and_then(|rest| rest.strip_prefix(" - "));
    rest.unwrap_or(name)
}

fn nth(occurrence: u32) -> Pick {
    if occurrence > 1 {
        Pick::Nth(occurrence)
    } else {
        Pick::First
    }
}

fn with_path(location: Option<&Location>, change: impl Fn(&mut FieldPath)) -> Option<Location> {
    let mut location = location?.clone();
    change(location.path.as_mut()?);
    Some(location)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::{bind, resolve};
    use crate::hl7::parse;
    use crate::standard::Version;

    const TEXT: &str = "MSH|^~\\&|A|B|C|D|20260101||ADT^A01^ADT_A01|1|P|2.5.1\r\
        PID|1||77^^^Site&1.2&ISO^MR~88||Doe^Ann||19800101|F|||||\"\"\rZPI|x\r";

    fn shown(ghosts: bool, all_open: bool) -> Vec<String> {
        let (message, _) = parse(TEXT);
        let profile = Profile::new("Test");
        let (grammar, _) = resolve(Version::DEFAULT, &profile, None, &message);
        let tree = bind(&message, &grammar);
        let source = Source {
            message: &message,
            tree: Some(&tree),
            grammar: &grammar,
            profile: &profile,
            ghosts,
        };
        let rows = rows(&source, &|_, default| default || all_open);
        let line =
            |row: &TreeRow| format!("{} {} {} {:?}", row.depth, row.place, row.name, row.value);
        rows.iter().map(line).collect()
    }

    fn check(rows: &[String], line: &str) {
        assert!(
            rows.iter().any(|row| row.contains(line)),
            "{line} is not in {rows:#?}"
        );
    }

    #[test]
    fn each_level_has_a_row_with_its_name() {
        let rows = shown(false, true);
        check(&rows, "0 PID Patient Identification None");
        check(
            &rows,
            "1 PID-3 Patient Identifier List Text(\"77^^^Site&1.2&ISO^MR~88\")",
        );
        check(&rows, "2 PID-3[1] Repetition 1");
        check(
            &rows,
            "3 PID-3[1].4 Assigning Authority Text(\"Site&1.2&ISO\")",
        );
        check(&rows, "4 PID-3[1].4.1 Namespace ID Text(\"Site\")");
        check(&rows, "1 PID-13 Phone Number - Home Null");
        assert!(
            !rows
                .iter()
                .any(|row| row.contains("Empty") || row.contains("Absent")),
            "{rows:#?}"
        );
    }

    #[test]
    fn ghosts_tell_empty_from_absent() {
        let rows = shown(true, false);
        check(&rows, "1 PID-2 Patient ID Empty");
        check(&rows, "1 PID-30 Patient Death Indicator Absent");
        check(&rows, "0 PV1 Patient Visit Absent");
    }

    #[test]
    fn what_stands_at_a_byte_is_explained_from_the_segment_down() {
        let (message, _) = parse(TEXT);
        let profile = Profile::new("Test");
        let (grammar, _) = resolve(Version::DEFAULT, &profile, None, &message);
        let tree = bind(&message, &grammar);
        let source = Source {
            message: &message,
            tree: Some(&tree),
            grammar: &grammar,
            profile: &profile,
            ghosts: true,
        };
        let check = |at: &str, skip: usize, expect: &[&str]| {
            let byte = TEXT.find(at).expect("there") + skip;
            let rows = rows_at(&source, byte);
            let told: Vec<_> = rows
                .iter()
                .map(|row| format!("{} {} {}", row.place, row.name, row.meaning))
                .collect();
            assert_eq!(told, expect, "{at}");
        };
        let segment = "PID Patient Identification ";
        check("PID|1", 1, &[segment]);
        check(
            "1.2&ISO",
            0,
            &[
                segment,
                "PID-3 Patient Identifier List ",
                "PID-3[1] Repetition 1 ",
                "PID-3[1].4 Assigning Authority ",
                "PID-3[1].4.2 Universal ID ",
            ],
        );
        check("|F|", 1, &[segment, "PID-8 Administrative Sex Female"]);
        check("||77", 1, &[segment, "PID-2 Patient ID "]);
        check(
            "ZPI|x",
            4,
            &["ZPI Nobody describes this segment ", "ZPI-1  "],
        );
    }

    #[test]
    fn the_rows_above_a_location_are_known_by_their_keys() {
        let (message, _) = parse(TEXT);
        let location = message
            .location_at(TEXT.find("1.2&ISO").expect("there"))
            .expect("a place");
        assert_eq!(location.to_string(), "PID-3[1].4.2");
        assert_eq!(
            keys_above(&message, &location),
            ["S1", "S1-3", "S1-3[1]", "S1-3[1].4"]
        );
    }
}
