//! What mends a value without a thought: the same value written as HL7 writes it.

use super::value_kind::ValueKind;
use crate::hl7::{DateMask, Delimiters, Timestamp};

/// How dates are often written instead; of each only one reading makes sense.
const DATES: [&str; 5] = [
    "yyyy-MM-dd",
    "yyyy/MM/dd",
    "dd.MM.yyyy",
    "yyyy.MM.dd",
    "yyyyMMdd",
];

/// How times are often written behind them, or alone.
const TIMES: [&str; 3] = ["HH:mm", "HH:mm:ss", "HH:mm:ssZ"];

/// The value as its type writes it; `None` where that takes a guess.
pub(super) fn value(kind: &ValueKind, text: &str) -> Option<String> {
    let text = text.trim();
    let mended = match kind {
        ValueKind::Any | ValueKind::Sequence => None,
        ValueKind::Number => number(text),
        ValueKind::Date => date_time(text).and_then(|found| found.get(..8).map(str::to_owned)),
        ValueKind::Time => TIMES.iter().find_map(|time| by_mask(time, text)),
        ValueKind::DateTime => date_time(text),
        ValueKind::Masked(_, pattern) => {
            let found = date_time(text).unwrap_or_else(|| text.to_owned());
            Timestamp::parse(&found).ok()?.format(pattern).ok()
        }
    }?;
    kind.broken_by(&mended).is_none().then_some(mended)
}

/// What a fix of a value does, and the value as its type writes it, by the site's mask where it has one;
/// `None` where that takes a guess.
pub fn mended(data_type: &str, mask: Option<&str>, text: &str) -> Option<(String, String)> {
    let kind = match mask {
        Some(pattern) => ValueKind::Masked(DateMask::new(pattern).ok()?, pattern.into()),
        None => ValueKind::of(data_type),
    };
    written(&kind, text)
}

/// What a fix of a value does, and the value as its type writes it.
pub(super) fn written(kind: &ValueKind, text: &str) -> Option<(String, String)> {
    value(kind, text).map(|text| (format!("Write it as {}", kind.form()), text))
}

/// The one code that a text is but for blanks and the case of its letters.
pub fn meant_code<'c>(codes: impl IntoIterator<Item = &'c str>, text: &str) -> Option<&'c str> {
    let text = text.trim();
    let mut alike = codes
        .into_iter()
        .filter(|code| code.eq_ignore_ascii_case(text));
    let meant = alike.next()?;
    alike.all(|other| other == meant).then_some(meant)
}

/// What a fix of a text does that is too long only for the blanks around it, and the text without them.
pub fn trimmed(text: &str, most: usize) -> Option<(String, String)> {
    let inner = text.trim();
    let fits = inner.chars().count() <= most && inner.len() < text.len();
    fits.then(|| ("Remove the blanks around it".to_owned(), inner.to_owned()))
}

/// A raw text with its separators escaped; `None` where it has none or nothing escapes them.
pub(super) fn separators(raw: &str, delimiters: &Delimiters) -> Option<String> {
    let escape = delimiters.escape;
    let escaped: String = raw
        .chars()
        .flat_map(|c| {
            let letter = match c {
                c if c == delimiters.component => Some('S'),
                c if c == delimiters.subcomponent => Some('T'),
                _ => None,
            };
            let plain = letter.is_none().then_some(c);
            let sequence = letter.map(|letter| [escape, letter, escape]);
            sequence.into_iter().flatten().chain(plain)
        })
        .collect();
    (escaped != raw).then_some(escaped)
}

/// `1,5` as `1.5`; three digits behind the comma may be thousands.
fn number(text: &str) -> Option<String> {
    let (whole, part) = text.split_once(',')?;
    (part.len() != 3).then(|| format!("{whole}.{part}"))
}

fn date_time(text: &str) -> Option<String> {
    if Timestamp::parse(text).is_ok() {
        return Some(text.to_owned());
    }
    DATES.iter().find_map(|date| {
        by_mask(date, text).or_else(|| {
            let with_times = TIMES
                .iter()
                .flat_map(|time| [format!("{date} {time}"), format!("{date}'T'{time}")]);
            with_times
                .into_iter()
                .find_map(|pattern| by_mask(&pattern, text))
        })
    })
}

fn by_mask(pattern: &str, text: &str) -> Option<String> {
    DateMask::new(pattern).ok()?.to_hl7(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(data_type: &str, text: &str, expect: Option<&str>) {
        let found = value(&ValueKind::of(data_type), text);
        assert_eq!(found.as_deref(), expect, "{data_type} {text:?}");
    }

    #[test]
    fn a_value_with_one_reading_is_written_anew() {
        check("NM", "1,5", Some("1.5"));
        check("NM", "1,500", None);
        check("NM", "1,5,2", None);
        check("NM", "about 7", None);
        check("DT", "2026-03-01", Some("20260301"));
        check("DT", "01.03.2026", Some("20260301"));
        check("DT", "20260301091500", Some("20260301"));
        check("DT", "03/01/2026", None);
        check("DT", "2026-02-30", None);
        check("DTM", "2026-03-01T09:15:00", Some("20260301091500"));
        check("DTM", "2026-03-01 09:15", Some("202603010915"));
        check("DTM", "yesterday", None);
        check("TM", "09:15", Some("0915"));
        check("SI", "one", None);
    }

    #[test]
    fn a_date_is_written_by_the_mask() {
        let mask = "dd.MM.yyyy";
        let kind = ValueKind::Masked(DateMask::new(mask).unwrap(), mask.into());
        assert_eq!(value(&kind, "20260301").as_deref(), Some("01.03.2026"));
        assert_eq!(value(&kind, "2026-03-01").as_deref(), Some("01.03.2026"));
        assert_eq!(value(&kind, "spring").as_deref(), None);
    }

    #[test]
    fn a_code_is_meant_but_for_blanks_and_case() {
        let codes = ["M", "F", "m1", "M1"];
        assert_eq!(meant_code(codes, " f "), Some("F"));
        assert_eq!(meant_code(codes, "m"), Some("M"));
        assert_eq!(meant_code(codes, "M1"), None);
        assert_eq!(meant_code(["M", "M"], "m"), Some("M"));
        assert_eq!(meant_code(codes, "X"), None);
    }

    #[test]
    fn blanks_around_a_text_can_go() {
        let text = |found: Option<(String, String)>| found.map(|(_, text)| text);
        assert_eq!(text(trimmed("  Roe ", 3)).as_deref(), Some("Roe"));
        assert_eq!(text(trimmed("  Roe ", 2)), None);
        assert_eq!(text(trimmed("Roe", 3)), None);
    }

    #[test]
    fn separators_are_escaped_with_the_message_s_own_character() {
        let (delimiters, _) = Delimiters::of_header("MSH|^~\\&|");
        assert_eq!(
            separators("Bread & Butter ^ Co", &delimiters).as_deref(),
            Some("Bread \\T\\ Butter \\S\\ Co")
        );
        assert_eq!(separators("plain", &delimiters), None);
    }
}
