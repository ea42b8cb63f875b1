//! Formatting changes lines and spaces only, whatever the script.

use proptest::prelude::*;

use super::FUNCTIONS;
use super::script_format::{FormatError, format_script};
use super::script_tokens::{is_keyword, is_name, tokens};
use crate::profile::{Profile, Script, read};

fn words(text: &str) -> Vec<String> {
    let all = tokens(text).into_iter();
    all.map(|token| token.of(text).replace("\r\n", "\n"))
        .collect()
}

/// Formats, and holds what must hold of any formatting.
fn formatted(text: &str) -> String {
    let once = format_script(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(words(&once.text), words(text), "nothing but spaces changes");
    let twice = format_script(&once.text).expect("it was read before");
    assert_eq!(twice.text, once.text, "once is enough");
    for token in tokens(text) {
        let now = once.moved(token.start);
        assert!(
            once.text[now..].starts_with(&token.of(text)[..1]) || token.of(text).contains('\n'),
            "the caret stays at its token"
        );
    }
    once.text
}

fn check(text: &str, expect: &str) {
    assert_eq!(formatted(text), expect, "{text}");
}

fn scripts_of(profile: &Profile) -> Vec<String> {
    let of_messages = profile
        .messages
        .iter()
        .filter_map(|one| one.script.as_ref());
    let hooks = profile.scripts.iter().map(|(_, script)| script);
    let inline = of_messages.chain(hooks).filter_map(|script| match script {
        Script::Inline(text) => Some(text.to_string()),
        Script::File(_) => None,
    });
    inline.collect()
}

#[test]
fn statements_stand_on_lines_of_their_own() {
    check("let a=1;let b = -a+2 ;", "let a = 1;\nlet b = -a + 2;\n");
    check(
        "if a{b();\n c( 1,2 )}\nelse{d()}",
        "if a {\n    b();\n    c(1, 2)\n} else { d() }\n",
    );
    check(
        "for i in 0 .. 9 {print(i);}",
        "for i in 0..9 { print(i); }\n",
    );
    check("a\n.b()\n .c(|x|x+1);", "a\n    .b()\n    .c(|x| x + 1);\n");
    check("f(1,\n2);\n\n\n\n\n\ng()", "f(1,\n    2);\n\n\ng()\n");
    check("let m=#{a:1,b:[ 2,3 ]};", "let m = #{a: 1, b: [2, 3]};\n");
    check(
        "switch x{1|2=>f (1),_=>()}",
        "switch x { 1 | 2 => f(1), _ => () }\n",
    );
    check("", "");
}

#[test]
fn texts_and_comments_stay_as_they_are() {
    check("a ;   // b  c", "a;   // b  c\n");
    check("/* a\n   b */ c;", "/* a\n   b */ c;\n");
    check("let a=`b ${ c+1 }\n  d`;", "let a = `b ${ c+1 }\n  d`;\n");
    check(
        "let a = \"b\\\n         c\";",
        "let a = \"b\\\n         c\";\n",
    );
    check("a;\r\nif b{\r\nc}", "a;\r\nif b {\r\n    c\r\n}\r\n");
}

#[test]
fn what_cannot_be_read_is_left_alone() {
    assert_eq!(
        format_script("f(1").err(),
        Some(FormatError::Bracket { at: 1 })
    );
    assert_eq!(
        format_script("let a = \"b\n").err(),
        Some(FormatError::Unreadable)
    );
    assert_eq!(format_script("let a = 1 # 2").err(), None);
}

#[test]
fn the_scripts_that_ship_mean_the_same_formatted() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings");
    let mut seen = 0;
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("mappings can be read") {
            let path = entry.expect("mappings can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "ron") {
                let text = std::fs::read_to_string(&path).expect("a profile");
                for script in scripts_of(&read(&text).expect("a profile")) {
                    formatted(&script);
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 3, "{seen} scripts");
    for function in FUNCTIONS {
        formatted(function.example);
    }
}

#[test]
fn names_are_what_rhai_takes_for_names() {
    let engine = rhai::Engine::new_raw();
    let words = "as async await begin break call case catch const continue curry debug default do \
        else end eval export false fn for global go goto if import in is let loop match module new \
        nil null package print private protected public return shared spawn static super switch \
        sync then thread throw true try type_of unless until use var void while with yield sex Fn \
        is_def_fn is_def_var is_shared this row _a";
    for word in words.split_whitespace() {
        let inputs = [word];
        let read = engine.lex(&inputs).0.next();
        let is_identifier = matches!(read, Some((rhai::Token::Identifier(_), _)));
        assert_eq!(
            is_name(word) || word == "global",
            is_identifier,
            "{word}: {read:?}"
        );
        let is_reserved = matches!(read, Some((rhai::Token::Reserved(_), _)));
        assert_eq!(
            is_keyword(word),
            !is_identifier && !is_reserved || word == "this",
            "{word}"
        );
    }
}

/// Scripts of all that the language has, with spaces, lines and comments anywhere.
fn script() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("a".to_owned()),
        Just("msg[\"PID-8\"]".to_owned()),
        Just("-1".to_owned()),
        Just("1.5".to_owned()),
        Just("\"b // c\"".to_owned()),
        Just("`d ${a+ 1} e`".to_owned()),
        Just("'f'".to_owned()),
        Just("#{}".to_owned()),
        Just("()".to_owned()),
        Just("f()".to_owned()),
        Just("#\"g\"#".to_owned()),
        Just("\"h\\\n   i\"".to_owned()),
    ];
    let expression = leaf.prop_recursive(3, 24, 4, |inner| {
        let operator = prop_oneof![
            Just("+"),
            Just("-"),
            Just("*"),
            Just("=="),
            Just("&&"),
            Just("in"),
            Just("!in"),
            Just("??"),
            Just(".."),
            Just("<"),
            Just("||"),
            Just("**"),
            Just("|"),
        ];
        prop_oneof![
            (inner.clone(), operator, inner.clone()).prop_map(|(a, op, b)| format!("{a}§{op}§{b}")),
            inner.clone().prop_map(|a| format!("(§{a}§)")),
            inner.clone().prop_map(|a| format!("!§a§&&§{a}")),
            inner.clone().prop_map(|a| format!("-§(§{a})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[§{a}§,§{b}§]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("#{{§a:§{a}§,§b:{b}§}}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("f(§{a}§,{b})§.g(§)")),
            inner
                .clone()
                .prop_map(|a| format!("list.map(§|§x§,y§|§{a}§)")),
            inner
                .clone()
                .prop_map(|a| format!("if a§{{§{a}§}}§else§{{§1§}}")),
            inner
                .clone()
                .prop_map(|a| format!("switch a§{{§1§|§2§=>§{a}§,§_ =>§0§}}")),
        ]
    });
    let statement = prop_oneof![
        expression.clone().prop_map(|a| format!("let§ x§=§{a}§;")),
        expression
            .clone()
            .prop_map(|a| format!("out[\"PID-8\"]§+=§{a};")),
        expression
            .clone()
            .prop_map(|a| format!("if§ {a}§{{§b;§{a};§}}§else§{{§}}")),
        expression
            .clone()
            .prop_map(|a| format!("for§ i in§ {a}§{{§f(i)§;c§}}")),
        expression
            .clone()
            .prop_map(|a| format!("fn§ g§(a§,b)§{{§return§ {a}§;§}}")),
        expression
            .clone()
            .prop_map(|a| format!("try§{{§{a};§}}§catch§(e)§{{§throw§ e;§}}")),
        expression.prop_map(|a| format!("do§{{§{a};§}}§while§ a;")),
    ];
    let blank = prop_oneof![
        6 => Just(String::new()),
        3 => Just(" ".to_owned()),
        2 => Just("\n".to_owned()),
        1 => Just("\n\n\n\n  ".to_owned()),
        1 => Just(" // why\n\t".to_owned()),
        1 => Just("/* b\n c */".to_owned()),
    ];
    let statements = proptest::collection::vec(statement, 1..5);
    (statements, proptest::collection::vec(blank, 1..40)).prop_map(|(statements, blanks)| {
        let mut blanks = blanks.iter().cycle();
        let joined = statements.join("§");
        joined
            .chars()
            .map(|c| match c {
                '§' => blanks.next().cloned().unwrap_or_default(),
                c => c.to_string(),
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn any_script_means_the_same_formatted(script in script()) {
        // Two signs may meet that are another one together.
        match format_script(&script) {
            Ok(_) => drop(formatted(&script)),
            Err(error) => prop_assert!(error == FormatError::Unreadable, "{error} {script}"),
        }
    }
}
