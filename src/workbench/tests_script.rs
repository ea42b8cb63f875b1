//! What is told to whoever writes a script, with the caret as `§` in it.

use std::sync::Arc;

use super::corpus::Corpus;
use super::derive::derive;
use super::inputs::{Records, Snapshot};
use super::memo::Memo;
use super::preview::Preview;
use super::profile_rename::{Rename, follow};
use super::script_scene::{ScriptScene, given_variables};
use super::script_targets::Target;
use super::script_texts::profile_scripts;
use super::source::{Origin, Source};
use crate::cancel::Cancel;
use crate::mapping::{Engine, LanguageFunction, ScriptNames, language_functions};
use crate::profile::{Edit, Profile, Script, ScriptPlace, ScriptTexts, read};

const PROFILE: &str = r#"Profile(
    format: 1,
    name: "Test",
    standard: "2.5.1",
    messages: [
        Message(
            name: "Admissions",
            identity: [(at: "MSH-9.1", matches: "^ADT$")],
            rows: [Rows(table: "kin", root: "NK1", columns: {
                "name": From("NK1-2.1", then: "codes(\"sex\", value)"),
            })],
            script: Inline("SCRIPT"),
        ),
        Message(name: "Other", script: Inline("let a = codes(\"sex\", \"1\"); let k = rows.add(\"kin\"); k.name = a;")),
    ],
    codes: {
        "sex": Codes(values: {"F": "Female", "M": "Male"}, maps: {"1": "M"}),
        "ward": Codes(values: {"A": "East"}),
    },
    tables: {
        "kin": Table(columns: [Column(name: "name", type: Text, key: true), Column(name: "born", type: Date)]),
    },
)"#;

const MESSAGE: &str = "MSH|^~\\&|LAB|HERE|IN|THERE|20260302||ADT^A01|1|P|2.5.1\r\
    PID|||4711^^^HERE^MR||ROE^JANE||19540302|F\rNK1|1|ROE^JIM\rNK1|2|ROE^JUNE\r";

struct Stage {
    profile: Profile,
    preview: Preview,
    language: Vec<LanguageFunction>,
    place: ScriptPlace,
    names: ScriptNames,
    caret: usize,
}

impl Stage {
    fn of(marked: &str) -> Self {
        let caret = marked.find('§').expect("a caret");
        let text = marked.replace('§', "");
        let mut profile = read(PROFILE).expect("a profile");
        let script = Script::Inline(text.as_str().into());
        Arc::make_mut(&mut profile.messages[0]).script = Some(script);
        let source = Source::from_bytes(Origin::Paste(1), MESSAGE.into()).expect("a source");
        let sample = Corpus::default()
            .with(Arc::new(source))
            .sample(0)
            .expect("a sample");
        let now = "20260302120000".parse().expect("a time");
        let mut snapshot = Snapshot::new(Arc::new(profile.clone()), Arc::default(), now);
        snapshot = snapshot.with_sample(sample);
        snapshot.records = Records::Steps;
        let preview = derive(&snapshot, &mut Memo::default(), &Cancel::never()).expect("current");
        let place = ScriptPlace::Message("Admissions".into());
        Self {
            names: ScriptNames::of(&text, given_variables(&place)),
            profile,
            preview,
            language: language_functions(&Engine::new()),
            place,
            caret,
        }
    }

    fn scene(&self) -> ScriptScene<'_> {
        ScriptScene {
            names: &self.names,
            place: &self.place,
            profile: &self.profile,
            preview: Some(&self.preview),
            recording: self.preview.recorded.as_ref().map(|all| &*all.recording),
            language: &self.language,
        }
    }
}

/// The first suggestions, each with what is told of it.
fn suggest(marked: &str, expect: &[&str]) {
    let stage = Stage::of(marked);
    let found = stage.scene().suggestions(stage.caret);
    let told: Vec<String> = found
        .list
        .iter()
        .take(expect.len())
        .map(|one| format!("{} {}", one.text, one.detail).trim().to_owned())
        .collect();
    assert_eq!(told, expect, "{marked}");
}

#[test]
fn locations_go_down_from_the_segment_with_names_and_values() {
    suggest(
        "let a = msg[\"NK§",
        &["NK1- Next of Kin / Associated Parties · 2 times"],
    );
    suggest(
        "let a = msg[\"PID-8§",
        &["PID-8 Administrative Sex · F · Female"],
    );
    suggest(
        "let a = msg[\"PID-3.§",
        &["PID-3.1 ID Number · 4711", "PID-3.2 Check Digit"],
    );
    suggest("let a = msg[\"PID-family§", &[]);
    suggest("let a = msg[\"family§", &[]);
    suggest("let a = msg[\"PID-birth p§", &["PID-23 Birth Place"]);
    suggest(
        "let a = msg[\"of birth§",
        &["PID-7 Date/Time of Birth · 19540302"],
    );
    suggest(
        "for kin in msg.all(\"NK1\") { kin[\"2.§\"] }",
        &["2.1 Family Name · ROE", "2.2 Given Name · JIM"],
    );
}

#[test]
fn tables_columns_and_codes_are_those_of_the_profile() {
    suggest("rows.add(\"§", &["kin table: name, born"]);
    suggest(
        "let row = rows.add(\"kin\"); row.§",
        &["name Text, key", "born Date"],
    );
    suggest("codes(\"s§", &["sex code table, 3 codes"]);
    suggest("codes(\"sex\", \"§", &["1 → M Male", "F Female", "M Male"]);
    suggest(
        "if msg[\"PID-8\"] == \"§",
        &["F Female", "M Male", "O Other"],
    );
}

#[test]
fn variables_and_functions_are_those_in_sight() {
    suggest("let sex = msg[\"PID-8\"];\nsex§", &["sex text · \"F\""]);
    suggest(
        "/// Makes a key\nfn key(a, b) { a }\nlet x = ke§",
        &["key( key(a, b)"],
    );
    suggest(
        "let born = date(\"\"); born.ag§",
        &["age( date.age(on) -> number"],
    );
    suggest(
        "let t = \"\"; t.to_up§",
        &["to_upper() text.to_upper() -> text"],
    );
    suggest("// let a = ms§", &[]);
    suggest("let a = 1§", &[]);
}

#[test]
fn what_the_pointer_rests_on_is_told() {
    let told = |marked: &str| {
        let stage = Stage::of(marked);
        let found = stage.scene().explain(stage.caret);
        found.map(|found| format!("{}: {}", found.title, found.lines.join("; ")))
    };
    assert_eq!(
        told("let sex = msg[\"PID-8\"]; out[\"PID-8\"] = se§x;").as_deref(),
        Some("let sex: text: last: \"F\"; declared on line 1")
    );
    assert_eq!(
        told("msg[\"PID§-8\"]").as_deref(),
        Some(
            "PID-8: Patient Identification › Administrative Sex; type IS, codes of 0001; now: F (Female)"
        )
    );
    assert_eq!(
        told("let k = rows.add(\"kin\"); k.bo§rn").as_deref(),
        Some("kin.born: Date: column of kin")
    );
    assert!(told("pa§d(\"1\", 2)").is_some_and(|told| told.contains("Fills a text on the left")));
    assert_eq!(told("let a = \"x§y\""), None);
}

#[test]
fn the_argument_at_hand_is_told() {
    let told = |marked: &str| {
        let stage = Stage::of(marked);
        let found = stage.scene().call_help(stage.caret)?;
        Some(format!(
            "{} | {}",
            found.signature, &found.signature[found.active]
        ))
    };
    assert_eq!(
        told("pad(§").as_deref(),
        Some("pad(text, width) -> text | text")
    );
    assert_eq!(
        told("pad(\"1\", §").as_deref(),
        Some("pad(text, width) -> text | width")
    );
    assert_eq!(
        told("pad(\"1\", 2, §").as_deref(),
        Some("pad(text, width, fill) -> text | fill")
    );
    assert_eq!(
        told("fn f(a, bc) { a }\nf(1, §)").as_deref(),
        Some("f(a, bc) | bc")
    );
    assert_eq!(told("let a = (§1)"), None);
}

#[test]
fn a_definition_stands_in_the_script_or_the_profile() {
    let target = |marked: &str| {
        let stage = Stage::of(marked);
        stage.scene().definition(stage.caret)
    };
    assert_eq!(target("let sex = 1; se§x"), Ok(Target::Script(4..7)));
    assert_eq!(target("fn f(a) { a } f§(1)"), Ok(Target::Script(3..4)));
    assert_eq!(
        target("codes(\"se§x\", \"\")"),
        Ok(Target::Codes("sex".into()))
    );
    assert_eq!(
        target("let k = rows.add(\"kin\"); k.bo§rn"),
        Ok(Target::Table("kin".into(), Some("born".into())))
    );
    assert_eq!(
        target("msg[\"PID-8§\"]"),
        Ok(Target::Segment("PID".parse().expect("a segment"), Some(8)))
    );
    assert!(target("m§sg").is_err_and(|why| why.contains("the message that came")));
}

fn rename(marked: &str, to: &str) -> Result<Rename, String> {
    let stage = Stage::of(marked);
    let scripts = profile_scripts(&stage.profile, &ScriptTexts::new());
    stage.scene().rename(stage.caret, to, &scripts)
}

#[test]
fn a_variable_is_renamed_where_it_is_meant_and_nowhere_else() {
    let renamed =
        |marked: &str, to: &str| rename(marked, to).map(|rename| rename.scripts[0].1.clone());
    assert_eq!(
        renamed("let a = 1; { let a = 2; a; } §a; `${a}`; #{a: a}.a", "b").as_deref(),
        Ok("let b = 1; { let a = 2; a; } b; `${b}`; #{a: b}.a")
    );
    assert_eq!(
        renamed("fn f(x) { x } let y = f(1); Fn(\"f\"); §f(2, 3)", "g"),
        Err("f is no function of this script: it cannot be renamed".to_owned())
    );
    assert_eq!(
        renamed("fn f§(x) { x } let y = f(1); Fn(\"f\"); f(2, 3)", "g").as_deref(),
        Ok("fn g(x) { x } let y = g(1); Fn(\"g\"); f(2, 3)")
    );
    let refused = |marked: &str, to: &str| renamed(marked, to).expect_err("refused");
    assert!(refused("let a = 1;\nlet b = 2;\n§a + b", "b").contains("on line 3"));
    assert!(refused("let §a = 1;\nif true { let b = 2; a }", "b").contains("is taken"));
    assert!(refused("let §a = 1;", "msg").contains("the message that came"));
    assert!(refused("let §a = 1;", "if").contains("is no name"));
    assert!(refused("fn §f(x) { x } fn g(y) { y }", "g").contains("already"));
    assert!(refused("fn §f(x) { x }", "pad").contains("mapping language"));
}

#[test]
fn a_code_table_is_renamed_in_all_scripts_and_expressions() {
    let rename = rename("codes(\"s§ex\", \"1\");", "gender").expect("renamed");
    assert_eq!(rename.name, "rename sex to gender");
    assert_eq!(rename.scripts.len(), 2);
    assert!(
        rename
            .scripts
            .iter()
            .all(|(_, text)| text.contains("codes(\"gender\""))
    );
    let profile = Stage::of("§").profile;
    let edits = rename.edits.iter();
    let after = edits.fold(profile, |profile, edit| {
        profile.apply(edit).expect("it fits")
    });
    assert!(after.codes.contains_key("gender") && !after.codes.contains_key("sex"));
    let source = after.messages[0].rows[0]
        .columns
        .get("name")
        .and_then(|one| one.reading());
    let then = source.and_then(|reading| reading.then.as_deref());
    assert_eq!(then, Some("codes(\"gender\", value)"));
}

#[test]
fn a_column_is_renamed_and_a_taken_name_refused() {
    let told = |to: &str| rename("let k = rows.add(\"kin\"); k.n§ame = k[\"name\"];", to);
    let made = told("called").expect("renamed");
    assert_eq!(
        made.scripts[0].1,
        "let k = rows.add(\"kin\"); k.called = k[\"called\"];"
    );
    assert!(made.scripts[1].1.contains("k.called = a"));
    assert!(told("born").is_err_and(|why| why.contains("already a column born")));
    let made = told("two words").expect("renamed");
    assert_eq!(
        made.scripts[0].1,
        "let k = rows.add(\"kin\"); k[\"two words\"] = k[\"two words\"];"
    );
}

#[test]
fn a_place_in_a_segment_is_explained_like_one_of_the_message() {
    let told = |marked: &str| {
        let stage = Stage::of(marked);
        stage
            .scene()
            .explain(stage.caret)
            .map(|told| (told.title, told.lines))
    };
    for place in ["8", "88", "5.1"] {
        let whole = told(&format!("msg[\"PID-{place}§\"]"));
        assert!(whole.is_some(), "{place}");
        let inner = format!("let pid = msg.segment(\"PID\"); pid[\"{place}§\"]");
        assert_eq!(told(&inner), whole, "{place}");
    }
}

#[test]
fn what_is_near_is_offered_to_mend_a_finding() {
    let mended = |text: &str| {
        let stage = Stage::of(&format!("{text}§"));
        let mut found = stage.preview.diagnostics.iter();
        let fix = found.find_map(|found| stage.scene().fix(found))?;
        let mut text = text.to_owned();
        text.replace_range(fix.span, &fix.text);
        Some(text)
    };
    let check = |text: &str, expect: &str| {
        assert_eq!(mended(text).as_deref(), Some(expect), "{text}");
    };
    check("let sex = 1; print(sxe);", "let sex = 1; print(sex);");
    check("let a = pda(\"1\", 2);", "let a = pad(\"1\", 2);");
    check(
        "let a = codes(\"sxe\", \"1\");",
        "let a = codes(\"sex\", \"1\");",
    );
    check("let k = rows.add(\"kni\");", "let k = rows.add(\"kin\");");
    check(
        "let k = rows.add(\"kin\"); k.nmae = \"\";",
        "let k = rows.add(\"kin\"); k.name = \"\";",
    );
    check("let a = msg[\"pid.8\"];", "let a = msg[\"PID-8\"];");
    check("let a = msg[\"PDI-8\"];", "let a = msg[\"PID-8\"];");
    check("let a = 1\nlet b = 2;", "let a = 1;\nlet b = 2;");
    assert_eq!(mended("let a = msg[\"PID-8\"];"), None);
}

const RULED: &str = r#"Profile(
    format: 1,
    name: "Test",
    standard: "2.5.1",
    messages: [Message(
        name: "ADT",
        script: Inline("let t = \"sex\"; codes(t, t); codes(\"sex\", t);"),
        rules: [
            Rule(name: "known", must: "codes(\"sex\", msg[\"PID-8\"]) != \"sex\""),
            Rule(name: "other", must: "msg[\"PID-8\"] != \"sex\""),
        ],
    )],
    segments: {"ZPI": Segment(
        fields: [
            Field(name: "a"),
            Field(name: "b", usage: Conditional, when: "codes(\"sex\", seg[\"1\"]) == \"F\""),
        ],
        rules: [Rule(name: "own", must: "codes(name, seg[\"1\"]) != \"\"")],
    )},
    codes: {"sex": Codes(values: {"F": "Female"})},
)"#;

#[test]
fn a_code_table_is_followed_in_rules_and_conditions_but_not_in_texts_that_look_alike() {
    let profile = read(RULED).expect("a profile");
    let scripts = profile_scripts(&profile, &ScriptTexts::new());
    let edit = Edit::RenameCodes {
        name: "sex".into(),
        to: "gender".into(),
    };
    let rename = follow(&profile, edit, "n".to_owned(), &scripts).expect("it fits");
    let edits = rename.edits.iter();
    let after = edits.fold(profile, |profile, edit| {
        profile.apply(edit).expect("it fits")
    });
    let rules = &after.messages[0].rules;
    let known = r#"codes("gender", msg["PID-8"]) != "sex""#;
    assert_eq!(*rules[0].must, *known);
    assert_eq!(*rules[1].must, *r#"msg["PID-8"] != "sex""#);
    let zpi = after.segments.values().next().expect("ZPI");
    let when = zpi.field(2).and_then(|field| field.when.as_deref());
    assert_eq!(when, Some(r#"codes("gender", seg["1"]) == "F""#));
    assert_eq!(
        rename.scripts[0].1,
        r#"let t = "sex"; codes(t, t); codes("gender", t);"#
    );
    assert_eq!(rename.places(), "1 script and 2 rules");
    assert_eq!(rename.computed, ["ADT line 1", "the rule \"own\""]);
}
