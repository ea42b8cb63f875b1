//! Keeps the floors of the house: which room may use which, who may name what, no circles between
//! files, doors without logic. Reads `src/**/*.rs` as text; `architecture_rules` shows that each rule can fail.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

/// The rooms from the ground up; a room uses what is below it, never what is beside or above.
const FLOORS: [&[&str]; 9] = [
    &["hl7", "standard", "cancel"],
    &["diagnostic"],
    &["profile", "net"],
    &["grammar"],
    &["mapping"],
    &["workbench"],
    &["exchange"],
    &["cli", "app"],
    &["main"],
];

/// A pattern in code and the beginnings of the paths that alone may hold it.
const NAMED_ONLY_IN: [(&str, &[&str]); 4] = [
    (r"\brhai::|\buse rhai\b", &["mapping/"]),
    (r"\b(egui|eframe|egui_\w+)\b", &["app/"]),
    (r"\bstd::net\b|\btokio\b", &["net/"]),
    (
        r"\bstd::fs\b|\bstd::\{[^;]*\bfs\b",
        &[
            "workbench/worker.rs",
            "workbench/files.rs",
            "cli/",
            "app/dialogs.rs",
            // What is acknowledged on the wire has to be durable first, where it is acknowledged.
            "net/journal.rs",
        ],
    ),
];

/// Rhai's debugger interface is volatile: one file at most may name it.
const NAMED_IN_ONE_FILE: [&str; 1] = [r"\bDebugger\w*\b|\brhai::debugger\b"];

/// Two files that are one thing in two parts: the first may use the second, though the second uses
/// the first.
const TIED: [(&str, &str); 2] = [
    // A segment is an element too, and an element knows the segment that it is a slice of.
    ("hl7/element.rs", "hl7/message.rs"),
    // Detecting a charset tries to decode with it; decoding without a choice detects it.
    ("hl7/charset_detect.rs", "hl7/charset_decode.rs"),
];

pub(super) const MAX_LINES: usize = 600;

/// Path below `src`, with `/`, and text.
pub(super) type Sources = BTreeMap<String, String>;

fn read_sources() -> Sources {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("src can be read") {
            let path = entry.expect("src can be read").path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    let name = |path: &Path| {
        let below = path.strip_prefix(&root).expect("found below src");
        below
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/")
    };
    files
        .iter()
        .map(|path| {
            (
                name(path),
                fs::read_to_string(path).expect("source is text"),
            )
        })
        .collect()
}

/// Everything in which the sources break the rules.
pub(super) fn violations(sources: &Sources) -> Vec<String> {
    let code: BTreeMap<&str, String> = sources
        .iter()
        .map(|(path, text)| (path.as_str(), without_words(text)))
        .collect();
    let test_files = test_files(&code);
    let shipped: BTreeMap<&str, String> = code
        .iter()
        .filter(|(path, _)| !test_files.contains(**path))
        .map(|(path, code)| (*path, without_tests(code)))
        .collect();
    let mut found = Vec::new();
    for (path, text) in sources {
        if !text.starts_with("//!") {
            found.push(format!(
                "{path}: the first line does not say (//!) what the file does"
            ));
        }
        let lines = text.lines().count();
        if lines > MAX_LINES {
            found.push(format!("{path}: {lines} lines, more than {MAX_LINES}"));
        }
    }
    for (path, code) in &code {
        if path.ends_with("mod.rs") || *path == "lib.rs" {
            found.extend(logic_in_door(path, code));
        }
        found.extend(broken_floors(path, code));
    }
    found.extend(names_out_of_place(&shipped));
    found.extend(circles(&shipped));
    found
}

// ---- text

/// The code with comments, strings and characters blanked; line ends stay.
fn without_words(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    let mut previous = ' ';
    while let Some(c) = rest.chars().next() {
        let length = word_length(rest, previous);
        let (word, behind) = rest.split_at(length.max(c.len_utf8()));
        if length == 0 {
            code.push(c);
        } else {
            code.extend(word.chars().map(|c| if c == '\n' { c } else { ' ' }));
        }
        previous = c;
        rest = behind;
    }
    code
}

/// The length of the comment, string or character at the start of `rest`; 0 for code.
fn word_length(rest: &str, previous: char) -> usize {
    let until = |end: &str, from: usize| {
        rest[from..]
            .find(end)
            .map_or(rest.len(), |found| from + found + end.len())
    };
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return until("*/", 2);
    }
    if let Some(inner) = rest.strip_prefix('"') {
        let mut is_escaped = false;
        let is_end = |c: char| {
            let ends = c == '"' && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            ends
        };
        return inner.find(is_end).map_or(rest.len(), |found| found + 2);
    }
    if rest.starts_with('r') && !previous.is_alphanumeric() && previous != '_'
        || rest.starts_with("br")
    {
        let hashes = rest.trim_start_matches(['b', 'r']);
        let count = hashes.len() - hashes.trim_start_matches('#').len();
        let start = rest.len() - hashes.len() + count;
        if rest[start..].starts_with('"') {
            return until(&format!("\"{}", "#".repeat(count)), start + 1);
        }
    }
    if let Some(inner) = rest.strip_prefix('\'') {
        // A lifetime has no closing quote right behind its first character.
        let mut chars = inner.char_indices();
        return match (chars.next(), chars.next()) {
            (Some((_, '\\')), Some((at, c))) => until("'", 1 + at + c.len_utf8()),
            (Some(_), Some((at, '\''))) => at + 2,
            _ => 0,
        };
    }
    0
}

/// The offset behind the bracket that closes the one at `open`.
fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, c) in code.get(open..).unwrap_or_default().char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return open + offset + 1;
        }
    }
    code.len()
}

/// The code without modules, functions and imports under `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    let start = Regex::new(r"#\[cfg\(test\)\]").expect("the pattern is right");
    let mut kept = String::new();
    let mut at = 0;
    while let Some(found) = start.find_at(code, at) {
        kept.push_str(&code[at..found.start()]);
        let rest = &code[found.end()..];
        at = match rest.find(['{', ';']) {
            Some(end) if rest[end..].starts_with('{') => closing(code, found.end() + end),
            Some(end) => found.end() + end + 1,
            None => code.len(),
        };
    }
    kept.push_str(&code[at..]);
    kept
}

/// The files that are part of tests only: their door has them under `#[cfg(test)]`.
fn test_files(code: &BTreeMap<&str, String>) -> BTreeSet<String> {
    let declared = Regex::new(r"#\[cfg\(test\)\]\s*mod (\w+);").expect("the pattern is right");
    let mut files = BTreeSet::new();
    for (path, code) in code {
        let folder = path.strip_suffix("mod.rs").or(path.strip_suffix("lib.rs"));
        for found in declared.captures_iter(code) {
            files.extend(folder.map(|folder| format!("{folder}{}.rs", &found[1])));
        }
    }
    files
}

// ---- paths in code

/// The module of a file: `hl7/location.rs` is `hl7::location`, `hl7/mod.rs` is `hl7`.
fn module(path: &str) -> Vec<&str> {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let path = path.strip_suffix("/mod").unwrap_or(path);
    path.split('/').filter(|part| *part != "lib").collect()
}

fn room(path: &str) -> &str {
    module(path).first().copied().unwrap_or("lib")
}

/// All paths of a tree: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn expand(tree: &str, before: &[String], found: &mut Vec<Vec<String>>) {
    let mut path = before.to_vec();
    let mut rest = tree.trim_start();
    loop {
        if let Some(inner) = rest.strip_prefix('{') {
            let inner = &inner[..closing(rest, 0).saturating_sub(2).min(inner.len())];
            let mut depth = 0_usize;
            let is_cut = |c: char| {
                match c {
                    '{' => depth += 1,
                    '}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                c == ',' && depth == 0
            };
            for part in inner.split(is_cut).filter(|part| !part.trim().is_empty()) {
                expand(part, &path, found);
            }
            return;
        }
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        if end > 0 {
            path.push(rest[..end].to_owned());
        }
        match rest[end..].strip_prefix("::") {
            Some(more) if end > 0 => rest = more.trim_start(),
            _ => return found.push(path),
        }
    }
}

static PATH_ROOT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(crate|pipehat|super|self)::").expect("the pattern is right"));

static INLINE_MODULE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\bmod \w+\s*\{").expect("the pattern is right"));

/// The paths that start with a root, each as the module path that it means.
fn mentions(path: &str, code: &str) -> Vec<Vec<String>> {
    let inner: Vec<_> = INLINE_MODULE
        .find_iter(code)
        .map(|found| (found.start(), closing(code, found.end() - 1)))
        .collect();
    let own: Vec<String> = module(path).into_iter().map(str::to_owned).collect();
    let mut found = Vec::new();
    for start in PATH_ROOT.captures_iter(code) {
        let whole = start.get(0).expect("a match has a text");
        let is_inside_path = code[..whole.start()].ends_with("::");
        let is_root = match &start[1] {
            "crate" | "self" => true,
            "pipehat" => path == "main.rs",
            _ => !is_inside_path,
        };
        if !is_root || is_inside_path {
            continue;
        }
        let mut trees = Vec::new();
        expand(&code[whole.start()..], &[], &mut trees);
        let depth = inner
            .iter()
            .filter(|(from, to)| (*from..*to).contains(&whole.start()))
            .count();
        for tree in trees {
            let supers = tree.iter().take_while(|part| *part == "super").count();
            let means: Vec<String> = match tree[0].as_str() {
                "crate" | "pipehat" => tree[1..].to_vec(),
                "super" if supers <= depth => continue,
                "super" => {
                    let up = (supers - depth).min(own.len());
                    own[..own.len() - up]
                        .iter()
                        .chain(&tree[supers..])
                        .cloned()
                        .collect()
                }
                _ => continue,
            };
            found.push(means);
        }
    }
    found
}

// ---- rules

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

fn broken_floors(path: &str, code: &str) -> Vec<String> {
    let own = room(path);
    let mut found = BTreeSet::new();
    for means in mentions(path, code) {
        let Some(other) = means.first() else {
            found.insert(format!("{path}: names the crate itself"));
            continue;
        };
        let may = match (floor(own), floor(other)) {
            _ if other == own => true,
            (_, None) => {
                found.insert(format!(
                    "{path}: takes {other} through lib.rs, not from its room"
                ));
                true
            }
            (Some(own), Some(other)) => other < own,
            (None, Some(_)) => false,
        };
        if !may {
            found.insert(format!("{path}: {own} may not use {other}"));
        }
    }
    found.into_iter().collect()
}

fn names_out_of_place(shipped: &BTreeMap<&str, String>) -> Vec<String> {
    let mut found = Vec::new();
    for (pattern, places) in NAMED_ONLY_IN {
        let pattern = Regex::new(pattern).expect("the pattern is right");
        for (path, code) in shipped {
            if let Some(name) = pattern.find(code)
                && !places.iter().any(|place| path.starts_with(place))
            {
                found.push(format!(
                    "{path}: {} may be named only in {}",
                    name.as_str(),
                    places.join(", ")
                ));
            }
        }
    }
    for pattern in NAMED_IN_ONE_FILE {
        let pattern = Regex::new(pattern).expect("the pattern is right");
        let files: Vec<_> = shipped
            .iter()
            .filter(|(_, code)| pattern.is_match(code))
            .map(|(path, _)| *path)
            .collect();
        if files.len() > 1 {
            found.push(format!(
                "{}: only one file may name {pattern}",
                files.join(", ")
            ));
        }
    }
    found
}

/// What is in a door besides `mod` and `pub use`.
fn logic_in_door(path: &str, code: &str) -> Option<String> {
    let attribute = Regex::new(r"(?s)#!?\[[^\]]*\]").expect("the pattern is right");
    let allowed = if path == "lib.rs" {
        r"^pub mod \w+$"
    } else {
        r"(?s)^(pub(\([^)]*\))? )?mod \w+$|^pub(\([^)]*\))? use .*$"
    };
    let allowed = Regex::new(allowed).expect("the pattern is right");
    let code = attribute.replace_all(code, "");
    let mut statements = code
        .split(';')
        .map(str::trim)
        .filter(|statement| !statement.is_empty());
    let other = statements.find(|statement| !allowed.is_match(statement))?;
    let start = other.lines().next().unwrap_or_default();
    Some(format!(
        "{path}: a door holds only mod and pub use, not `{start}`"
    ))
}

/// The file that a module path means: the deepest one on it.
fn file_of<'s>(means: &[String], shipped: &BTreeMap<&'s str, String>) -> Option<&'s str> {
    (1..=means.len()).rev().find_map(|length| {
        let path = means[..length].join("/");
        [format!("{path}.rs"), format!("{path}/mod.rs")]
            .iter()
            .find_map(|file| shipped.get_key_value(file.as_str()))
            .map(|(file, _)| *file)
    })
}

/// Files that import each other, directly or by way of others.
fn circles(shipped: &BTreeMap<&str, String>) -> Vec<String> {
    let mut uses: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let exported = Regex::new(r"\buse (\w+)").expect("the pattern is right");
    for (path, code) in shipped {
        let mut means = mentions(path, code);
        if path.ends_with("mod.rs") {
            let own: Vec<String> = module(path).into_iter().map(str::to_owned).collect();
            means.extend(
                exported
                    .captures_iter(code)
                    .map(|found| [&own[..], &[found[1].to_owned()]].concat()),
            );
        }
        let files = means.iter().filter_map(|means| file_of(means, shipped));
        let is_free = |file: &&str| file != path && !TIED.contains(&(*path, *file));
        uses.insert(path, files.filter(is_free).collect());
    }
    let mut found = Vec::new();
    let mut done = BTreeSet::new();
    for path in uses.keys() {
        walk(path, &uses, &mut Vec::new(), &mut done, &mut found);
    }
    found
}

fn walk<'s>(
    path: &'s str,
    uses: &BTreeMap<&'s str, BTreeSet<&'s str>>,
    way: &mut Vec<&'s str>,
    done: &mut BTreeSet<&'s str>,
    found: &mut Vec<String>,
) {
    if let Some(start) = way.iter().position(|other| *other == path) {
        found.push(format!("a circle: {} -> {path}", way[start..].join(" -> ")));
        return;
    }
    if done.contains(path) {
        return;
    }
    way.push(path);
    for other in uses.get(path).into_iter().flatten() {
        walk(other, uses, way, done, found);
    }
    way.pop();
    done.insert(path);
}

#[test]
fn the_sources_keep_the_floors() {
    let found = violations(&read_sources());
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}
