//! Identifiers: check digits, and universal ids by the type that stands beside them.

use super::value_kind::is_digits;

/// How an identifier of a type is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Form {
    /// What a sentence calls it.
    pub(super) noun: &'static str,
    /// How it is written.
    pub(super) form: &'static str,
}

/// Whether a check digit fits its identifier (chapter 2A, data type CX): by the scheme M10 or M11.
/// `None` for other schemes and for identifiers that are no digits.
pub(super) fn check_digit_fits(id: &str, digit: &str, scheme: &str) -> Option<bool> {
    if !is_digits(id) {
        return None;
    }
    let digits = id.bytes().rev().map(|byte| u64::from(byte - b'0'));
    let wanted = match scheme {
        "M10" => {
            let sum: u64 = digits
                .enumerate()
                .map(|(at, digit)| match at % 2 {
                    0 => digit * 2 / 10 + digit * 2 % 10,
                    _ => digit,
                })
                .sum();
            (10 - sum % 10) % 10
        }
        "M11" => {
            let weights = (2..=7).cycle();
            let sum: u64 = digits
                .zip(weights)
                .map(|(digit, weight)| digit * weight)
                .sum();
            (11 - (sum % 11).max(1)) % 10
        }
        _ => return None,
    };
    Some(digit.parse() == Ok(wanted))
}

/// How an identifier should be written that is not written as its type says (table 0301); nothing for
/// types whose identifiers may be anything.
pub(super) fn universal_id_misses(id: &str, id_type: &str) -> Option<Form> {
    if id.is_empty() {
        return None;
    }
    match id_type {
        "ISO" if !is_oid(id) => Some(Form {
            noun: "object identifier",
            form: "numbers with dots between them, such as 2.16.840.1.113883",
        }),
        "UUID" | "GUID" if !is_uuid(id) => Some(Form {
            noun: "UUID",
            form: "8-4-4-4-12 hexadecimal digits",
        }),
        _ => None,
    }
}

fn is_oid(id: &str) -> bool {
    id.contains('.') && id.split('.').all(is_digits)
}

fn is_uuid(id: &str) -> bool {
    let id = id
        .strip_prefix('{')
        .and_then(|id| id.strip_suffix('}'))
        .unwrap_or(id);
    let lengths = id.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && id.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_those_of_chapter_2a() {
        let check = |id, digit, scheme, expect| {
            assert_eq!(check_digit_fits(id, digit, scheme), expect, "{id} {scheme}");
        };
        check("12345", "5", "M10", Some(true));
        check("12345", "6", "M10", Some(false));
        check("1234567", "4", "M11", Some(true));
        check("1234567", "5", "M11", Some(false));
        check("A12", "5", "M10", None);
        check("12345", "5", "NPI", None);
    }

    #[test]
    fn universal_ids_are_written_as_their_type_says() {
        let check = |id, id_type, expect: bool| {
            assert_eq!(
                universal_id_misses(id, id_type).is_none(),
                expect,
                "{id} {id_type}"
            );
        };
        check("2.16.840.1.113883.19", "ISO", true);
        check("2.16..1", "ISO", false);
        check("LAB", "ISO", false);
        check("", "ISO", true);
        check("123e4567-e89b-12d3-a456-426614174000", "UUID", true);
        check("123e4567e89b12d3a456426614174000", "UUID", false);
        check("lab.example.org", "DNS", true);
        check("anything", "L", true);
    }
}
