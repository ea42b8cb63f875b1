//! The functions that scripts have of Rhai itself, in the words of the mapping language.

use super::engine::Engine;
use super::functions::FUNCTIONS;

/// A function of Rhai's, with all the ways to call it on one kind of value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LanguageFunction {
    /// The name as it is written.
    pub name: String,
    /// What its first argument is, which can stand before the dot: `text`, `array`.
    pub on: &'static str,
    /// How it is called and what it gives; one way a line is too much, so two of them.
    pub signature: String,
    /// How many values it takes at most, the first one counted.
    pub most: usize,
    /// What it does, in one sentence; empty where Rhai does not say.
    pub help: String,
}

/// Rhai's own functions that can be written by name, sorted by name.
pub fn language_functions(engine: &Engine) -> Vec<LanguageFunction> {
    let found = engine.rhai().collect_fn_metadata(
        None,
        |function| {
            let known = function.metadata;
            let parameters: Vec<String> =
                known.params_info.iter().map(ToString::to_string).collect();
            let comments: Vec<String> = known.comments.iter().map(ToString::to_string).collect();
            Some((
                known.name.to_string(),
                parameters,
                known.return_type.to_string(),
                comments,
            ))
        },
        true,
    );
    let mut functions: Vec<LanguageFunction> = Vec::new();
    let own = |name: &str| FUNCTIONS.iter().any(|function| function.name == name);
    for (name, parameters, gives, comments) in found {
        let is_word = name.starts_with(|c: char| c.is_ascii_lowercase()) && !name.contains('$');
        if !is_word || own(&name) {
            continue;
        }
        if let Some(function) = function(name, &parameters, &gives, &comments) {
            add(&mut functions, function);
        }
    }
    functions.sort_by(|a, b| (&a.name, a.on).cmp(&(&b.name, b.on)));
    functions
}

fn add(functions: &mut Vec<LanguageFunction>, function: LanguageFunction) {
    let known = functions
        .iter_mut()
        .find(|known| known.name == function.name && known.on == function.on);
    let Some(known) = known else {
        functions.push(function);
        return;
    };
    let is_new = !known
        .signature
        .split(", ")
        .any(|one| one == function.signature);
    if is_new
        && known.signature.matches(") -> ").count() < 2
        && !known.signature.contains(&function.signature)
    {
        known.signature = format!("{}, {}", known.signature, function.signature);
    }
    known.most = known.most.max(function.most);
    if known.help.is_empty() {
        known.help = function.help;
    }
}

fn function(
    name: String,
    parameters: &[String],
    gives: &str,
    comments: &[String],
) -> Option<LanguageFunction> {
    let parameter = |text: &String| {
        let (name, kind) = text.split_once(':')?;
        Some((name.trim().to_owned(), kind_words(kind)?))
    };
    let parameters: Vec<(String, &'static str)> =
        parameters.iter().map(parameter).collect::<Option<_>>()?;
    let on = parameters.first().map_or("", |(_, kind)| kind);
    let mut named = parameters.iter().map(|(name, kind)| match name.as_str() {
        "_" => *kind,
        name => name,
    });
    let gives = match kind_words(gives) {
        Some("nothing") | None => String::new(),
        Some(gives) => format!(" -> {gives}"),
    };
    let first = if parameters.is_empty() {
        None
    } else {
        named.next().map(|_| on)
    };
    let rest: Vec<&str> = named.collect();
    let signature = match first {
        Some(first) => format!("{first}.{name}({}){gives}", rest.join(", ")),
        None => format!("{name}(){gives}"),
    };
    Some(LanguageFunction {
        on,
        most: parameters.len(),
        signature,
        help: first_sentence(comments),
        name,
    })
}

/// What people call a type of Rhai's; nothing for those that scripts of ours never meet.
fn kind_words(kind: &str) -> Option<&'static str> {
    let kind = kind.trim().trim_start_matches('&').trim();
    let kind = kind.strip_prefix("mut ").unwrap_or(kind);
    let kind = kind
        .strip_prefix("RhaiResultOf<")
        .map_or(kind, |kind| kind.trim_end_matches('>'));
    let kind = kind
        .strip_prefix("Result<")
        .map_or(kind, |kind| kind.split(", Box<").next().unwrap_or_default());
    Some(match kind.rsplit("::").next().unwrap_or(kind) {
        "Array" | "array" => "array",
        "str" | "String" | "ImmutableString" | "SmartString" | "string" => "text",
        "INT" | "i64" | "int" | "FLOAT" | "f64" | "float" => "number",
        "bool" => "bool",
        "char" => "character",
        "Map" | "map" => "map",
        "FnPtr" | "Fn" => "function",
        "Dynamic" | "RhaiResult" | "?" => "value",
        "()" | "" => "nothing",
        "ExclusiveRange" | "InclusiveRange" | "Range<INT>" | "RangeInclusive<INT>" => "range",
        _ => return None,
    })
}

/// The first sentence of a comment.
fn first_sentence(comments: &[String]) -> String {
    let lines = comments.iter().flat_map(|comment| comment.lines());
    let words = lines.map(|line| line.trim().trim_start_matches('/').trim());
    let paragraph: Vec<&str> = words
        .skip_while(|line| line.is_empty())
        .take_while(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    let text = paragraph.join(" ").replace('`', "");
    let end = text.find(". ").map_or(text.len(), |end| end + 1);
    text.get(..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rhais_functions_are_told_in_plain_words() {
        let functions = language_functions(&Engine::new());
        let told = |name: &str, on: &str| {
            let found = functions
                .iter()
                .find(|one| one.name == name && one.on == on);
            found.map(|one| one.signature.clone())
        };
        assert_eq!(
            told("to_upper", "text").as_deref(),
            Some("text.to_upper() -> text")
        );
        assert_eq!(told("push", "array").as_deref(), Some("array.push(item)"));
        assert!(told("split", "text").is_some_and(|text| text.contains("array")));
        assert!(told("pad", "array").is_none(), "ours is told");
        let helped = functions.iter().filter(|one| !one.help.is_empty()).count();
        assert!(
            helped * 2 > functions.len(),
            "{helped} of {}",
            functions.len()
        );
        assert!(functions.iter().all(|one| !one.signature.contains("::")));
    }
}
