//! Variables of the environment in hosts and ports: `${HL7_HOST}:${HL7_PORT}`.

use std::env;

/// The text with what the variables in it say.
///
/// # Errors
///
/// A variable that is not set, or a text that does not close its braces; in words.
pub fn expanded(text: &str) -> Result<String, String> {
    expand(text, |name| env::var(name).ok())
}

fn expand(text: &str, find: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        let Some((name, after)) = behind.split_once('}') else {
            return Err(String::from("a ${ has no } behind it: write ${NAME}"));
        };
        let value = find(name).filter(|value| !value.is_empty());
        let value = value.ok_or_else(|| {
            format!("the variable {name} is not set in the environment, or is empty")
        })?;
        expanded.push_str(before);
        expanded.push_str(value.trim());
        rest = after;
    }
    expanded.push_str(rest);
    Ok(expanded)
}

#[cfg(test)]
mod tests {
    use super::expand;

    #[test]
    fn variables_stand_for_what_they_say() {
        let find = |name: &str| match name {
            "HOST" => Some(String::from("lab ")),
            "PORT" => Some(String::from("2575")),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        for (text, expect) in [
            ("${HOST}:${PORT}", Ok("lab:2575")),
            ("https://${HOST}/a$b{c}", Ok("https://lab/a$b{c}")),
            ("lab:2575", Ok("lab:2575")),
            ("${NONE}:1", Err("the variable NONE is not set")),
            ("${EMPTY}:1", Err("the variable EMPTY is not set")),
            ("${HOST:1", Err("a ${ has no } behind it")),
        ] {
            match (expand(text, find), expect) {
                (Ok(found), Ok(expect)) => assert_eq!(found, expect),
                (Err(found), Err(expect)) => assert!(found.starts_with(expect), "{found}"),
                (found, expect) => panic!("{text}: {found:?}, not {expect:?}"),
            }
        }
    }
}
