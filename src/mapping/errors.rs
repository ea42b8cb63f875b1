//! What went wrong in a script, as a diagnostic with line, column and what would be right.

use std::sync::Arc;

use rhai::{Dynamic, EvalAltResult, ParseError, ParseErrorType};

use super::engine::Engine;
use super::fault::{ScriptFault, place};
use super::plain_names::with_plain_names;
use super::suggest::nearest;
use crate::diagnostic::Diagnostic;
use crate::grammar::Finding;

/// A script that Rhai cannot read.
pub(super) fn of_parsing(error: &ParseError, name: &Arc<str>) -> Diagnostic {
    let ParseError(kind, position) = error;
    let diagnostic = Diagnostic::error("script-syntax", lowered(&kind.to_string()));
    let diagnostic = match kind.as_ref() {
        ParseErrorType::VariableUndefined(variable) => variable_unknown(variable),
        ParseErrorType::UnexpectedEOF => diagnostic.with_help("a bracket or a quote is still open"),
        ParseErrorType::MissingToken(token, _) => diagnostic.with_help(format!("add {token} here")),
        ParseErrorType::Reserved(word) => {
            diagnostic.with_help(format!("{word} is no part of the mapping language"))
        }
        ParseErrorType::ExprTooDeep => diagnostic.with_help("split the expression with let"),
        _ => diagnostic,
    };
    diagnostic.at(place(name, *position))
}

/// A script that failed while it ran; of a value that it read, where that stands.
pub(super) fn of_run(
    mut error: Box<EvalAltResult>,
    engine: &Engine,
    name: &Arc<str>,
    source: &str,
) -> Finding {
    // What is wrong stands innermost; the calls around it would only hide the line.
    let mut position = error.position();
    while let EvalAltResult::ErrorInFunctionCall(_, _, inner, _) = *error {
        error = inner;
        if !error.position().is_none() {
            position = error.position();
        }
    }
    let _ = error.take_position();
    let at = place(name, position);
    let fault = match &*error {
        EvalAltResult::ErrorRuntime(value, _) => value.clone().try_cast::<ScriptFault>(),
        _ => None,
    };
    let mut found = match fault {
        Some(fault) => {
            let mut found = fault.finding();
            let told = std::mem::take(&mut found.diagnostic.message);
            found.diagnostic.message = of_the_script_only(told, source);
            found
        }
        None => Finding::of(explain(&error, engine)),
    };
    found.diagnostic.place = at;
    found
}

fn explain(error: &EvalAltResult, engine: &Engine) -> Diagnostic {
    let limits = engine.limits();
    let shown = || lowered(&with_plain_names(&error.to_string()));
    match error {
        EvalAltResult::ErrorRuntime(value, _) => Diagnostic::error("script-error", thrown(value)),
        EvalAltResult::ErrorTooManyOperations(_) => Diagnostic::error(
            "script-limit",
            format!(
                "script stopped after {} operations",
                grouped(limits.operations)
            ),
        )
        .with_help("is there a loop that never ends?"),
        EvalAltResult::ErrorTerminated(..) => Diagnostic::error(
            "script-limit",
            format!("script stopped after {} ms", grouped(limits.time_ms)),
        )
        .with_help("is there a loop that never ends?"),
        EvalAltResult::ErrorStackOverflow(_) => Diagnostic::error(
            "script-limit",
            format!(
                "functions call each other more than {} levels deep",
                limits.call_depth
            ),
        )
        .with_help("does a function call itself without an end?"),
        EvalAltResult::ErrorDataTooLarge(what, _) => Diagnostic::error(
            "script-limit",
            format!("{} is over its limit", lowered(what)),
        )
        .with_help("copy large values with out.copy, which does not read them"),
        EvalAltResult::ErrorFunctionNotFound(signature, _) => {
            function_unknown(&with_plain_names(signature), engine)
        }
        EvalAltResult::ErrorVariableNotFound(variable, _) => variable_unknown(variable),
        EvalAltResult::ErrorDotExpr(..) | EvalAltResult::ErrorPropertyNotFound(..) => {
            Diagnostic::error("script-property", shown())
        }
        EvalAltResult::ErrorIndexingType(what, _) => Diagnostic::error(
            "script-index",
            format!(
                "{} cannot be read or written this way",
                with_plain_names(what)
            ),
        )
        .with_help("a path is a text, such as msg[\"PID-5.1\"]"),
        EvalAltResult::ErrorIndexNotFound(..) => {
            Diagnostic::error("script-index", "there is nothing under this index")
        }
        EvalAltResult::ErrorArithmetic(what, _) => {
            Diagnostic::error("script-error", lowered(without_values(what)))
        }
        _ => Diagnostic::error("script-error", shown()),
    }
}

/// The sentence, its quotations left out where the script composed one of them: that may be a
/// patient's data. A quotation that was cut short ends with `…`.
fn of_the_script_only(sentence: String, source: &str) -> String {
    let is_of_script = |quoted: &str| match quoted.strip_suffix('…') {
        Some(start) => source.contains(&format!("\"{start}")),
        // A text, or a column as in `row.name`.
        None => ["\"{}\"", ".{}"]
            .iter()
            .any(|form| source.contains(&form.replace("{}", quoted))),
    };
    let (Some(first), Some(last)) = (sentence.find('"'), sentence.rfind('"')) else {
        return sentence;
    };
    if sentence.split('"').skip(1).step_by(2).all(is_of_script) {
        return sentence;
    }
    let (before, after) = (sentence.get(..first), sentence.get(last + 1..));
    format!(
        "{}\"…\"{}",
        before.unwrap_or_default(),
        after.unwrap_or_default()
    )
}

/// Rhai's sentence up to the values that it was about: they may be a patient's.
fn without_values(sentence: &str) -> &str {
    let is_value = |c: char| c.is_ascii_digit() || matches!(c, ':' | '\'' | '(' | '"');
    let told = sentence.split(is_value).next().unwrap_or_default();
    let told = told.trim_end_matches([' ', '-']);
    let told = told.strip_suffix(" of").unwrap_or(told);
    if told.is_empty() {
        "this cannot be calculated"
    } else {
        told
    }
}

/// What `throw` threw, or what a function of Rhai's own complains of.
fn thrown(value: &Dynamic) -> String {
    if value.is_unit() {
        "the script ended with an error".to_owned()
    } else {
        value.to_string()
    }
}

fn variable_unknown(variable: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error("script-variable", format!("{variable} is not defined"));
    if matches!(variable, "msg" | "out" | "rows") {
        return Diagnostic::error(
            "script-variable",
            format!("a function does not see {variable}"),
        )
        .with_help(format!(
            "hand it over: fn name({variable}) {{ … }} and name({variable})"
        ));
    }
    match nearest(variable, ["msg", "out", "rows"]) {
        Some(near) => diagnostic.with_help(format!("did you mean {near}?")),
        None => diagnostic.with_help("define it with let before it is used"),
    }
}

/// Rhai gives the name with the types of the arguments: `pda (string, i64)`.
fn function_unknown(signature: &str, engine: &Engine) -> Diagnostic {
    let name = signature.split(['(', ' ']).next().unwrap_or(signature);
    if engine.known().has(name) {
        return Diagnostic::error(
            "script-function",
            format!("{name} does not take these values: {signature}"),
        )
        .with_help(engine.known().usage(name));
    }
    function_missing(name, engine.known().names())
}

/// A call of a function that does not exist.
pub(super) fn function_missing<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    let diagnostic = Diagnostic::error("script-function", format!("there is no function {name}"));
    match nearest(name, known) {
        Some(near) => diagnostic.with_help(format!("did you mean \"{near}\"?")),
        None => diagnostic.with_help(format!(
            "a function of your own is written fn {name}(…) {{ … }}"
        )),
    }
}

/// `5000000` as `5,000,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// Our sentences start in lower case, as they follow a place.
fn lowered(sentence: &str) -> String {
    let mut letters = sentence.chars();
    match (letters.next(), letters.clone().next()) {
        // A name in capitals stays one.
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => sentence.to_owned(),
    }
}
