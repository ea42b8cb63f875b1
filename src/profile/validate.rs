//! What in a profile does not fit together: names that name nothing, names that stand twice.
//!
//! Regular expressions and the names of structures are checked where they are used, in the grammar.

use std::collections::BTreeSet;

use super::document::{MessageDefinition, Profile};
use super::finding::{Finding, Part, at_value, listed};
use super::notation::parse_notation;
use super::notation_tokens::{Token, Tokens};
use super::reach::unreachable;
use super::rows_out::check_templates;
use super::script::Script;
use super::segment_grammar::GrammarSource;
use super::table::Table;
use super::validate_codes::check_codes;
use super::validate_conformance::conformance;
use super::validate_overlays::overlays;
use super::validate_rows::check_rows;
use crate::diagnostic::Diagnostic;
use crate::standard;

pub(super) fn findings(profile: &Profile) -> Vec<Finding> {
    let mut found = Vec::new();
    messages(profile, &mut found);
    check_templates(profile, &mut found);
    for (hook, script) in profile.scripts.iter() {
        let path = format!(".scripts.{}", hook.name());
        check_script_path(script, path, hook.name(), &mut found);
    }
    overlays(profile, &mut found);
    conformance(profile, &mut found);
    for (name, codes) in &profile.codes {
        check_codes(name, codes, &mut found);
    }
    for (name, table) in &profile.tables {
        check_table(profile, name, table, &mut found);
    }
    found
}

fn messages(profile: &Profile, found: &mut Vec<Finding>) {
    let mut names = BTreeSet::new();
    let shadowed = unreachable(profile);
    for (index, definition) in profile.messages.iter().enumerate() {
        let name = &definition.name;
        let path = format!(".messages[{index}]");
        if !names.insert(name) {
            found.push(at_value(
                format!("{path}.name"),
                Diagnostic::error(
                    "message-duplicate",
                    format!("two message definitions are named \"{name}\""),
                )
                .with_help("give one of them another name"),
            ));
        }
        let shadow = shadowed.get(index).copied().flatten();
        if let Some(earlier) = shadow.and_then(|by| profile.messages.get(by)) {
            let is_catch_all = earlier.identity.is_empty();
            let earlier = &earlier.name;
            let (takes, help) = if is_catch_all {
                (
                    "every message",
                    format!("move \"{earlier}\" to the end or give it an identity"),
                )
            } else {
                let help =
                    format!("move \"{name}\" before it, or give \"{earlier}\" a narrower identity");
                ("all that it would", help)
            };
            let message = format!(
                "no message reaches \"{name}\": \"{earlier}\" stands before it and takes {takes}"
            );
            found.push(at_value(
                path.clone(),
                Diagnostic::warning("message-unreachable", message).with_help(help),
            ));
        }
        if let Some(script) = &definition.script {
            check_script_path(
                script,
                format!("{path}.script"),
                &format!("\"{name}\""),
                found,
            );
        }
        check_grammar(profile, definition, &path, found);
        check_rows(profile, definition, &path, found);
    }
}

fn check_script_path(script: &Script, path: String, of: &str, found: &mut Vec<Finding>) {
    if let Script::File(file) = script
        && !is_relative(file)
    {
        found.push(at_value(
            path,
            Diagnostic::error(
                "script-path",
                format!("the script of {of} is no path relative to the profile"),
            )
            .with_help("write a path such as \"scripts/adt.rhai\""),
        ));
    }
}

fn check_grammar(
    profile: &Profile,
    definition: &MessageDefinition,
    path: &str,
    found: &mut Vec<Finding>,
) {
    let Some(GrammarSource::Notation(text)) = definition.grammar.as_deref().map(GrammarSource::of)
    else {
        return;
    };
    let (grammar, faults) = parse_notation(text);
    let path = format!("{path}.grammar");
    let of_message = format!("grammar of \"{}\"", definition.name);
    for fault in faults {
        // Without the profile's text the place in the grammar's own is all there is to say.
        let (line, column) = fault.line_and_column(text);
        let place = match line {
            1 => format!("{of_message}, column {column}"),
            _ => format!("{of_message}, line {line}, column {column}"),
        };
        found.push(Finding {
            path: path.clone(),
            points_at: Part::Inside(fault.span.start),
            diagnostic: Diagnostic::new(
                fault.severity,
                fault.code,
                format!("{place}: {}", fault.message),
            )
            .with_help(fault.help),
        });
    }
    let standard = standard::dictionary(profile.version());
    let mut unknown = BTreeSet::new();
    for id in grammar.segment_ids() {
        let is_known = id.is_site_defined()
            || profile.segments.contains_key(&id)
            || standard.segment_or_later(id.as_str()).is_some();
        if !is_known && unknown.insert(id) {
            let inner = Tokens::new(text)
                .find(|(token, _)| *token == Token::Word(id.as_str()))
                .map_or(0, |(_, span)| span.start);
            found.push(Finding {
                path: path.clone(),
                points_at: Part::Inside(inner),
                diagnostic: Diagnostic::warning(
                    "grammar-segment",
                    format!("{of_message}: no version of HL7 has a segment {id}"),
                )
                .with_help(format!(
                    "write another segment, or describe \"{id}\" in `segments`"
                )),
            });
        }
    }
}

fn check_table(profile: &Profile, name: &str, table: &Table, found: &mut Vec<Finding>) {
    if let Some(parent) = &table.parent
        && (**parent == *name || !profile.tables.contains_key(parent))
    {
        let others = profile.tables.keys().filter(|other| ***other != *name);
        found.push(at_value(
            format!(".tables{{{name}}}.parent"),
            Diagnostic::error(
                "table-parent",
                format!("rows of \"{name}\" belong to \"{parent}\", which is no other table"),
            )
            .with_help(listed("tables", others)),
        ));
    }
    let mut names = BTreeSet::new();
    for (index, column) in table.columns.iter().enumerate() {
        if !names.insert(&column.name) {
            found.push(at_value(
                format!(".tables{{{name}}}.columns[{index}].name"),
                Diagnostic::error(
                    "column-duplicate",
                    format!("table \"{name}\" has two columns named \"{}\"", column.name),
                )
                .with_help("rename or remove one of the two"),
            ));
        }
    }
}

/// Whether a path stays relative to the profile on every system.
fn is_relative(path: &str) -> bool {
    !path.is_empty() && !path.starts_with(['/', '\\']) && path.as_bytes().get(1) != Some(&b':')
}

#[cfg(test)]
mod tests {
    use super::super::read::read;
    use super::super::samples::EVERYTHING;
    use super::super::sources::validate_text;

    fn check(inner: &str, expect: &[&str]) {
        let text = format!("Profile(format: 1, name: \"a\",\n{inner})");
        let profile = read(&text).expect("it reads");
        let found: Vec<String> = validate_text(&profile, &text)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn a_profile_that_fits_together_has_no_findings() {
        let profile = read(EVERYTHING).expect("the sample reads");
        assert_eq!(validate_text(&profile, EVERYTHING), []);
    }

    #[test]
    fn message_definitions_have_names_of_their_own_and_can_be_reached() {
        check(
            "messages: [Message(name: \"b\"),\n Message(name: \"b\", identity: [(at: \"MSH-9\", matches: \"x\")])]",
            &[
                "error[message-duplicate] profile:3:16: two message definitions are named \"b\" (give one of them another name)",
                "warning[message-unreachable] profile:3:2: no message reaches \"b\": \"b\" stands before it and takes every message (move \"b\" to the end or give it an identity)",
            ],
        );
    }

    #[test]
    fn a_script_file_stands_beside_the_profile() {
        check(
            "messages: [Message(name: \"b\", script: File(\"/etc/a.rhai\"))]",
            &[
                "error[script-path] profile:2:39: the script of \"b\" is no path relative to the profile (write a path such as \"scripts/adt.rhai\")",
            ],
        );
    }

    #[test]
    fn rows_name_tables_columns_and_codes_that_are_there() {
        check(
            "messages: [Message(name: \"b\", rows: [Rows(table: \"t\", root: \"/\")])]",
            &[
                "error[table-unknown] profile:2:50: message \"b\" makes rows of \"t\", which is no table (the profile has no tables yet)",
            ],
        );
        check(
            "messages: [Message(name: \"b\", rows: [Rows(table: \"t\", root: \"/\", columns: {\n\"x\": From(\"PID-3\", codes: \"c\"), \"y\": From(\"PID-8\", codes: \"0001\")})])],\ntables: {\"t\": Table(columns: [Column(name: \"y\"), Column(name: \"z\")])}",
            &[
                "error[column-unknown] profile:3:1: message \"b\" fills \"x\", which is no column of \"t\" (columns: y, z)",
                "error[codes-unknown] profile:3:27: message \"b\", column \"x\": \"c\" is no code table (the profile has no codes yet, or a table of HL7 2.5.1 by its number, such as \"0001\")",
            ],
        );
    }

    #[test]
    fn rows_say_what_one_row_stands_for() {
        check(
            "messages: [Message(name: \"b\", rows: [Rows(table: \"t\")])], tables: {\"t\": Table()}",
            &[
                "error[rows-root] profile:2:38: message \"b\", rows of \"t\": what one row stands for is not said (write root: \"/\" for the message, or a segment or group such as \"PID\")",
            ],
        );
    }

    #[test]
    fn overlays_say_what_can_be() {
        check(
            "types: {\"ZA\": Type(mask: \"dd.MM\", components: [Component(type: \"ZB\")]),\n\"ZB\": Type(components: [Component(type: \"ZA\")])}",
            &[
                "error[mask] profile:2:26: ZA: the mask has a month but not what stands before it: year, month, day, hour, minute, second (write such as \"dd.MM.yyyy HH:mm\")",
                "error[type-cycle] profile:2:15: the data type \"ZA\" contains itself: ZA → ZB → ZA (give one of the components another type, such as \"ST\")",
            ],
        );
        check(
            "segments: {\"PID\": Segment(fields: [\nField(number: 5), Field(number: 0),\nField(number: 5, usage: Optional, when: \"true\", repeat: Times(2), least: 3)])}",
            &[
                "error[number-range] profile:3:33: PID-0: there is no such number (numbers are counted from 1 to 9999)",
                "error[number-duplicate] profile:4:15: PID-5 is described twice (give one of the two another number, or remove it)",
                "error[repeat-range] profile:4:74: PID-5: at least 3 repetitions and at most 2 (write a higher repeat or a lower least)",
                "warning[when-unused] profile:4:41: PID-5: a condition is said for a field that is not conditional (write usage: Conditional, or leave `when` out)",
            ],
        );
        check(
            "waivers: [(rule: \"length\", at: \"PID-5\", reason: \"\")],\nmessages: [Message(name: \"m\", rules: [Rule(name: \"a\", must: \"true\"), Rule(name: \"a\", must: \"true\")])]",
            &[
                "error[rule-duplicate] profile:3:81: two rules are named \"a\" (give one of them another name)",
                "warning[waiver-reason] profile:2:49: the waiver of \"length\" at PID-5 has no reason (write who agreed to it, and when)",
            ],
        );
    }

    #[test]
    fn fields_can_hold_a_value() {
        check(
            "segments: {\"ZPI\": Segment(fields: [\nField(name: \"a\", type: \"SX\", repeat: Times(0), length: 0, codes: \"c\")])}",
            &[
                "warning[type-unknown] profile:3:24: ZPI-1: \"SX\" is no data type of HL7 (write a data type of the standard, such as \"ST\" or \"CX\", or describe \"SX\" in `types`)",
                "error[repeat-zero] profile:3:38: ZPI-1: no repetition is allowed (write usage: NotSupported for a field that is not used)",
                "error[length-zero] profile:3:56: ZPI-1: no value has the length 0 (leave length out or write the most characters)",
                "error[codes-unknown] profile:3:66: ZPI-1: \"c\" is no code table (the profile has no codes yet, or a table of HL7 2.5.1 by its number, such as \"0001\")",
            ],
        );
    }

    #[test]
    fn codes_lead_to_values_that_are_listed() {
        check(
            "codes: {\"s\": Codes(values: {\"M\": \"Male\"}, maps: {\"1\": \"N\"}, otherwise: Default(\"O\")), \"u\": Codes(maps: {\"1\": \"x\"})}",
            &[
                "warning[code-unknown] profile:2:55: codes \"s\": \"N\" is not among the values (values: M)",
                "warning[code-unknown] profile:2:72: codes \"s\": \"O\" is not among the values (values: M)",
            ],
        );
    }

    #[test]
    fn a_fault_of_a_template_is_told_where_it_stands_in_the_profile() {
        check(
            "messages: [Message(name: \"b\", identity: [(at: \"MSH-9.1\", matches: \"c\")],\n out: Out(template: r\"MSH|^~\\&|A\nEVN\nno\")),\nMessage(name: \"c\", out: Out())]",
            &[
                "warning[out-template] profile:5:1: template of \"b\", line 3, column 1: the line is no segment (a segment starts with a capital, two capitals or digits, and the field separator)",
                "warning[out-template] profile:6:25: template of \"c\", line 1, column 1: the template is empty (write the header first, such as MSH|^~\\&|PIPEHAT||||||ADT^A01^ADT_A01||P|2.5.1)",
            ],
        );
    }

    #[test]
    fn a_fault_of_a_grammar_is_told_where_it_stands_in_the_profile() {
        let grammar = |text: &str| format!("messages: [Message(name: \"b\",\n grammar: {text})]");
        check(
            &grammar("\"MSH PIDD ]\""),
            &[
                "error[grammar-segment] profile:3:16: grammar of \"b\", column 5: PIDD is no segment id (a segment id has three characters: write PID, or (PIDD: …) for a group)",
                "error[grammar-bracket] profile:3:21: grammar of \"b\", column 10: `]` closes nothing (take it away, or write `[` where the group begins)",
            ],
        );
        check(
            &grammar("Some(r#\"MSH\n  {PID\"#)"),
            &[
                "error[grammar-bracket] profile:4:3: grammar of \"b\", line 2, column 3: `{` is not closed (write `}` behind the last segment in it)",
            ],
        );
        check(
            &grammar("\"MSH\\n\\u{7d} \\x7d\""),
            &[
                "error[grammar-bracket] profile:3:17: grammar of \"b\", line 2, column 1: `}` closes nothing (take it away, or write `{` where the group begins)",
                "error[grammar-bracket] profile:3:24: grammar of \"b\", line 2, column 3: `}` closes nothing (take it away, or write `{` where the group begins)",
            ],
        );
        check(
            &grammar("\"MSH ZPI PDI PDI\""),
            &[
                "warning[grammar-segment] profile:3:20: grammar of \"b\": no version of HL7 has a segment PDI (write another segment, or describe \"PDI\" in `segments`)",
            ],
        );
        check(&grammar("\"ADT_A99\""), &[]);
    }

    #[test]
    fn a_table_has_each_column_once() {
        check(
            "tables: {\"t\": Table(columns: [Column(name: \"y\"), Column(name: \"y\")])}",
            &[
                "error[column-duplicate] profile:2:63: table \"t\" has two columns named \"y\" (rename or remove one of the two)",
            ],
        );
    }
}
