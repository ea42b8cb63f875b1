//! Texts of a form read as what they mean, with the field named where they mean nothing.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

/// What a person wrote cannot be used, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {why}")]
pub struct PlanError {
    /// As the window calls it.
    pub field: &'static str,
    /// What is wrong, and what would be right.
    pub why: String,
}

pub(super) fn wrong(field: &'static str, why: impl Display) -> PlanError {
    PlanError {
        field,
        why: why.to_string(),
    }
}

pub(super) fn read<T: FromStr>(field: &'static str, text: &str) -> Result<T, PlanError>
where
    T::Err: Display,
{
    text.trim().parse().map_err(|error| wrong(field, error))
}

pub(super) fn list<T: FromStr>(field: &'static str, text: &str) -> Result<Vec<T>, PlanError>
where
    T::Err: Display,
{
    let parts = text.split([',', ' ', ';']).filter(|part| !part.is_empty());
    parts.map(|part| read(field, part)).collect()
}

pub(super) fn whole<T: FromStr>(field: &'static str, text: &str) -> Result<T, PlanError> {
    let number = text.trim().parse();
    number.map_err(|_| wrong(field, "write a whole number, such as 0 or 3"))
}

pub(super) fn at_least_one(field: &'static str, text: &str) -> Result<usize, PlanError> {
    match text.trim().parse() {
        Ok(number) if number > 0 => Ok(number),
        Ok(_) | Err(_) => Err(wrong(field, "write a whole number from 1 on")),
    }
}

pub(super) fn above_zero(field: &'static str, text: &str) -> Result<f64, PlanError> {
    let number = text.trim().parse().ok();
    number
        .filter(|number: &f64| number.is_finite() && *number > 0.0)
        .ok_or_else(|| wrong(field, "write a number above 0, such as 10 or 0.5"))
}

pub(super) fn seconds(field: &'static str, text: &str) -> Result<Duration, PlanError> {
    let seconds = text.trim().parse().ok();
    seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| wrong(field, "write seconds, such as 30 or 0.5"))
}

pub(super) fn optional(field: &'static str, text: &str) -> Result<Option<Duration>, PlanError> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    seconds(field, text).map(Some)
}

pub(super) fn hexadecimal(field: &'static str, text: &str) -> Result<Vec<u8>, PlanError> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2));
    let digits =
        digits.ok_or_else(|| wrong(field, "write two hexadecimal digits a byte, such as 1C0D"))?;
    let byte = |pair: &[u8]| pair.iter().fold(0, |byte, digit| byte << 4 | digit);
    Ok(digits.chunks(2).map(byte).collect())
}
