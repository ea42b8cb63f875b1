//! What does not fit together in a profile's segments and data types.

use std::collections::BTreeSet;

use super::data_type::{ComponentOverlay, type_cycles};
use super::document::Profile;
use super::field::{FieldOverlay, Usage};
use super::finding::{Finding, at_value, knows_codes, unknown_codes};
use crate::diagnostic::Diagnostic;
use crate::hl7::DateMask;
use crate::standard;

/// Finds what is wrong in segments and types.
pub(super) fn overlays(profile: &Profile, found: &mut Vec<Finding>) {
    for (segment, overlay) in &profile.segments {
        let mut numbers = BTreeSet::new();
        for (index, (number, field)) in overlay.numbered().enumerate() {
            let path = format!(".segments{{{segment}}}.fields[{index}]");
            let place = format!("{segment}-{number}");
            check_number(number, numbers.insert(number), &path, &place, found);
            check_field(profile, field, &path, &place, found);
        }
    }
    for (name, overlay) in &profile.types {
        let path = format!(".types{{{name}}}");
        check_mask(overlay.mask.as_deref(), &path, name, found);
        let mut numbers = BTreeSet::new();
        for (index, (number, component)) in overlay.numbered().enumerate() {
            let path = format!("{path}.components[{index}]");
            let place = format!("{name}.{number}");
            check_number(number, numbers.insert(number), &path, &place, found);
            check_component(profile, component, &path, &place, found);
        }
    }
    for cycle in type_cycles(&profile.types) {
        let Some(first) = cycle.first() else { continue };
        let way = cycle.join(" → ");
        let message = format!("the data type \"{first}\" contains itself: {way}");
        found.push(at_value(
            format!(".types{{{first}}}"),
            Diagnostic::error("type-cycle", message)
                .with_help("give one of the components another type, such as \"ST\""),
        ));
    }
}

fn check_number(number: u16, is_new: bool, path: &str, place: &str, found: &mut Vec<Finding>) {
    let path = format!("{path}.number");
    if number == 0 || number > MOST {
        found.push(at_value(
            path,
            Diagnostic::error("number-range", format!("{place}: there is no such number"))
                .with_help(format!("numbers are counted from 1 to {MOST}")),
        ));
    } else if !is_new {
        found.push(at_value(
            path,
            Diagnostic::error("number-duplicate", format!("{place} is described twice"))
                .with_help("give one of the two another number, or remove it"),
        ));
    }
}

/// The highest number of a field that can be described.
const MOST: u16 = 9_999;

fn check_field(
    profile: &Profile,
    field: &FieldOverlay,
    path: &str,
    place: &str,
    found: &mut Vec<Finding>,
) {
    check_type(profile, field.data_type.as_deref(), path, place, found);
    let most = field.repeat.map(super::field::Repeat::max);
    if most == Some(Some(0)) {
        found.push(at_value(
            format!("{path}.repeat"),
            Diagnostic::error("repeat-zero", format!("{place}: no repetition is allowed"))
                .with_help("write usage: NotSupported for a field that is not used"),
        ));
    }
    if let (Some(least), Some(Some(most))) = (field.least, most)
        && least > most
        && most > 0
    {
        let message = format!("{place}: at least {least} repetitions and at most {most}");
        found.push(at_value(
            format!("{path}.least"),
            Diagnostic::error("repeat-range", message)
                .with_help("write a higher repeat or a lower least"),
        ));
    }
    check_length(field.length, path, place, found);
    if field.when.is_some() && field.usage.is_some_and(|usage| usage != Usage::Conditional) {
        let message = format!("{place}: a condition is said for a field that is not conditional");
        found.push(at_value(
            format!("{path}.when"),
            Diagnostic::warning("when-unused", message)
                .with_help("write usage: Conditional, or leave `when` out"),
        ));
    }
    check_codes(profile, field.codes.as_deref(), path, place, found);
    check_mask(field.mask.as_deref(), path, place, found);
}

fn check_component(
    profile: &Profile,
    component: &ComponentOverlay,
    path: &str,
    place: &str,
    found: &mut Vec<Finding>,
) {
    check_type(profile, component.data_type.as_deref(), path, place, found);
    check_length(component.length, path, place, found);
    check_codes(profile, component.codes.as_deref(), path, place, found);
    check_mask(component.mask.as_deref(), path, place, found);
}

fn check_type(
    profile: &Profile,
    data_type: Option<&str>,
    path: &str,
    place: &str,
    found: &mut Vec<Finding>,
) {
    let Some(data_type) = data_type else { return };
    let standard = standard::dictionary(profile.version());
    let is_known =
        profile.types.contains_key(data_type) || standard.data_type_or_later(data_type).is_some();
    if !is_known {
        found.push(at_value(
            format!("{path}.type"),
            Diagnostic::warning(
                "type-unknown",
                format!("{place}: \"{data_type}\" is no data type of HL7"),
            )
            .with_help(format!(
                "write a data type of the standard, such as \"ST\" or \"CX\", or describe \"{data_type}\" in `types`"
            )),
        ));
    }
}

fn check_length(length: Option<u32>, path: &str, place: &str, found: &mut Vec<Finding>) {
    if length == Some(0) {
        found.push(at_value(
            format!("{path}.length"),
            Diagnostic::error("length-zero", format!("{place}: no value has the length 0"))
                .with_help("leave length out or write the most characters"),
        ));
    }
}

fn check_codes(
    profile: &Profile,
    codes: Option<&str>,
    path: &str,
    place: &str,
    found: &mut Vec<Finding>,
) {
    if let Some(codes) = codes
        && !knows_codes(profile, codes)
    {
        found.push(unknown_codes(
            profile,
            format!("{path}.codes"),
            place,
            codes,
        ));
    }
}

fn check_mask(mask: Option<&str>, path: &str, place: &str, found: &mut Vec<Finding>) {
    if let Some(Err(error)) = mask.map(DateMask::new) {
        found.push(at_value(
            format!("{path}.mask"),
            Diagnostic::error("mask", format!("{place}: {error}"))
                .with_help("write such as \"dd.MM.yyyy HH:mm\""),
        ));
    }
}
