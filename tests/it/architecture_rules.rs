//! Each rule of `architecture` can fail, and fails only where it should.

use super::architecture::{MAX_LINES, Sources, violations};

/// Checks made-up files; `//!` is put before each.
fn check(files: &[(&str, &str)], expect: &[&str]) {
    let sources = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), format!("//! Docs.\n{text}")));
    assert_eq!(violations(&sources.collect()), expect, "{files:?}");
}

#[test]
fn a_room_may_not_use_what_is_above_or_beside() {
    check(
        &[(
            "grammar/bind.rs",
            "use crate::hl7::Message; fn f() { crate::standard::f() }",
        )],
        &[],
    );
    check(
        &[("hl7/a.rs", "use crate::profile::X;")],
        &["hl7/a.rs: hl7 may not use profile"],
    );
    check(
        &[("hl7/a.rs", "use crate::{standard::{A, B}, hl7::b};")],
        &["hl7/a.rs: hl7 may not use standard"],
    );
    check(
        &[("cli/a.rs", "fn f() { crate::app::run() }")],
        &["cli/a.rs: cli may not use app"],
    );
    check(
        &[("net/a.rs", "mod tests { use super::super::super::cli::X; }")],
        &["net/a.rs: net may not use cli"],
    );
    check(&[("main.rs", "use pipehat::cli;")], &[]);
    check(
        &[("hl7/a.rs", "#[cfg(test)] mod tests { use crate::app::X; }")],
        &["hl7/a.rs: hl7 may not use app"],
    );
}

#[test]
fn nothing_is_taken_through_lib() {
    check(
        &[("hl7/a.rs", "use crate::Message;")],
        &["hl7/a.rs: takes Message through lib.rs, not from its room"],
    );
    check(
        &[("hl7/a.rs", "use crate::*;")],
        &["hl7/a.rs: names the crate itself"],
    );
}

#[test]
fn names_stay_in_their_rooms() {
    check(
        &[
            ("mapping/run.rs", "use rhai::Engine;"),
            ("app/a.rs", "use egui::Ui;"),
            ("cli/a.rs", "use std::fs;"),
        ],
        &[],
    );
    check(
        &[("workbench/a.rs", "use rhai::Engine;")],
        &["workbench/a.rs: use rhai may be named only in mapping/"],
    );
    check(
        &[("cli/a.rs", "fn f(ui: &egui::Ui) {}")],
        &["cli/a.rs: egui may be named only in app/"],
    );
    check(
        &[("app/a.rs", "use std::net::TcpStream;")],
        &["app/a.rs: std::net may be named only in net/"],
    );
    let only = "may be named only in workbench/worker.rs, workbench/files.rs, cli/, app/dialogs.rs, net/journal.rs";
    check(
        &[("app/a.rs", "use std::fs;")],
        &[&format!("app/a.rs: std::fs {only}")],
    );
    check(
        &[("hl7/a.rs", "use std::{fmt, fs};")],
        &[&format!("hl7/a.rs: std::{{fmt, fs {only}")],
    );
    check(
        &[("hl7/a.rs", "#[cfg(test)]\nmod tests { use std::fs; }\n")],
        &[],
    );
    let debugger = "use rhai::debugger::X;";
    check(&[("mapping/a.rs", debugger)], &[]);
    check(
        &[("mapping/a.rs", debugger), ("mapping/b.rs", debugger)],
        &[r"mapping/a.rs, mapping/b.rs: only one file may name \bDebugger\w*\b|\brhai::debugger\b"],
    );
}

#[test]
fn words_do_not_count_as_code() {
    check(
        &[(
            "hl7/a.rs",
            "// use rhai::Engine;\n/* egui::Ui */ /// crate::app\nconst A: &str = \"std::fs \\\" egui::Ui\";\n\
             const B: &str = r#\"crate::app::X \" tokio\"#; const C: char = '\"'; fn f<'a>(x: &'a str) { }\n\
             const D: char = '\\''; const E: &[u8] = b\"rhai::\"; fn r() { str::from(\"egui\") }",
        )],
        &[],
    );
    check(
        &[(
            "hl7/a.rs",
            "const C: char = '\"'; use crate::app; const D: char = '\"';",
        )],
        &["hl7/a.rs: hl7 may not use app"],
    );
}

#[test]
fn files_do_not_turn_in_circles() {
    let door = (
        "hl7/mod.rs",
        "mod a;\nmod b;\npub use a::A;\npub use b::{B, C};",
    );
    check(
        &[door, ("hl7/a.rs", "use super::b::B;"), ("hl7/b.rs", "")],
        &[],
    );
    check(
        &[
            door,
            ("hl7/a.rs", "use super::b::B;"),
            ("hl7/b.rs", "fn f(_: super::a::A) {}"),
        ],
        &["a circle: hl7/a.rs -> hl7/b.rs -> hl7/a.rs"],
    );
    check(
        &[door, ("hl7/a.rs", "use super::{B, x};"), ("hl7/b.rs", "")],
        &["a circle: hl7/a.rs -> hl7/mod.rs -> hl7/a.rs"],
    );
    check(
        &[door, ("hl7/a.rs", "use crate::hl7::B;"), ("hl7/b.rs", "")],
        &["a circle: hl7/a.rs -> hl7/mod.rs -> hl7/a.rs"],
    );
    check(
        &[
            door,
            ("hl7/a.rs", "pub mod inner { use super::B; }"),
            ("hl7/b.rs", ""),
        ],
        &[],
    );
    check(
        &[
            door,
            ("hl7/a.rs", "use super::b::B;"),
            (
                "hl7/b.rs",
                "#[cfg(test)]\nmod tests { use super::super::a::A; }",
            ),
        ],
        &[],
    );
}

#[test]
fn doors_hold_no_logic() {
    check(
        &[(
            "hl7/mod.rs",
            "#[cfg(test)]\nmod a;\npub(crate) mod b;\npub use a::{\n  A, B\n};",
        )],
        &[],
    );
    check(
        &[("hl7/mod.rs", "mod a;\npub fn f() {}")],
        &["hl7/mod.rs: a door holds only mod and pub use, not `pub fn f() {}`"],
    );
    check(
        &[("hl7/mod.rs", "use a::A;")],
        &["hl7/mod.rs: a door holds only mod and pub use, not `use a::A`"],
    );
    check(
        &[(
            "lib.rs",
            "pub mod hl7;\n#[cfg(feature = \"gui\")]\npub mod app;",
        )],
        &[],
    );
    check(
        &[("lib.rs", "pub mod hl7;\npub use hl7::A;")],
        &["lib.rs: a door holds only mod and pub use, not `pub use hl7::A`"],
    );
}

#[test]
fn files_are_short_and_say_what_they_do() {
    let long = "\n".repeat(MAX_LINES);
    check(
        &[("hl7/a.rs", &long)],
        &["hl7/a.rs: 601 lines, more than 600"],
    );
    let silent = Sources::from([("hl7/a.rs".to_owned(), "fn f() {}\n".to_owned())]);
    assert_eq!(
        violations(&silent),
        ["hl7/a.rs: the first line does not say (//!) what the file does"]
    );
}
