//! The one table of the rules that messages are checked by: codes, default severities and help.
//!
//! The command line's help and the editors are made from the same rows.

use crate::profile::RuleSeverity;

/// A rule that messages are checked by.
#[derive(Debug)]
pub struct RuleDoc {
    /// The stable name by which severities, waivers and tests know it.
    pub code: &'static str,
    /// How grave it is where the standard asks for it.
    pub severity: RuleSeverity,
    /// How grave it is where the profile itself asks for it.
    pub site_severity: RuleSeverity,
    /// What it asks for, in one sentence without a final stop.
    pub help: &'static str,
}

macro_rules! rules {
    ($($code:literal $severity:ident $site:ident $help:literal;)*) => {
        /// Every rule, the text's before the grammar's before the values' before the mapping's.
        pub static RULES: &[RuleDoc] = &[$(RuleDoc {
            code: $code,
            severity: RuleSeverity::$severity,
            site_severity: RuleSeverity::$site,
            help: $help,
        },)*];
    };
}

// What real sites send every day is no error; what the profile itself asks for weighs more. Of 719
// messages of public projects 65 in 100 have a value longer than HL7 2.5.1 has it: that is off.
rules! {
    "header-missing" Error Error "A message begins with MSH";
    "text-before-header" Warning Warning "Nothing stands before MSH";
    "header-repeated" Error Error "A message has one MSH";
    "delimiters" Warning Warning "MSH-1 and MSH-2 name five different delimiters";
    "line-no-segment" Error Error "Each line is a segment";
    "line-feed-in-field" Warning Warning "No line ends inside a value";
    "segment-glued" Warning Warning "Each segment begins a line";
    "message-too-long" Error Error "A message is shorter than 4 GiB";
    "charset" Warning Warning "A message is in the character set that MSH-18 names";
    "undecodable" Warning Warning "Every byte is a character of the character set";
    "message-unmatched" Warning Warning "A message falls under a definition of the profile";
    "message-type-unknown" Warning Warning "A version of HL7 has a structure for the message type";
    "structure-other-version" Info Info "The version in use has a structure for the message type";
    "segment-unknown" Warning Warning "HL7 or the profile describes each segment; of Z-segments it is only told";
    "segment-not-in-structure" Warning Warning "The message's structure has each of its segments";
    "segment-out-of-order" Warning Warning "Segments stand in the order of the structure";
    "segment-missing" Warning Warning "Required segments are there";
    "field-required" Info Warning "A required field has a value";
    "field-not-supported" Info Warning "A field that is not used is empty";
    "field-withdrawn" Off Info "A field that the standard withdrew is empty";
    "field-unknown" Info Info "Fields with a value are described";
    "field-condition" Warning Warning "A conditional field has a value when its condition holds";
    "field-condition-not-met" Info Info "A conditional field is empty when its condition does not hold";
    "field-too-many" Info Warning "A field repeats no more often than it may";
    "field-too-few" Warning Warning "A field repeats as often as it must";
    "component-required" Off Warning "A required component of a field with a value has one";
    "component-not-supported" Info Warning "A component that is not used is empty";
    "component-unknown" Info Info "Components with a value are described";
    "length" Off Warning "A value is no longer than its field or component";
    "type-number" Info Warning "A number (NM) has a sign at most, digits and one decimal point";
    "type-sequence" Info Warning "A sequence number (SI) is a whole number";
    "type-date" Info Warning "A date (DT) is written YYYY[MM[DD]]";
    "type-time" Info Warning "A time (TM) is written HH[MM[SS[.S]]] with a zone or without";
    "type-date-time" Info Warning "A date with time (DTM, TS) is written YYYY[MM[DD[HH[MM[SS[.S]]]]]] with a zone or without";
    "type-mask" Warning Warning "A date is written by the mask of the profile";
    "type-identifier" Info Warning "A universal id is written as the type beside it says: ISO, UUID";
    "check-digit" Info Warning "A check digit fits its identifier by the scheme that stands beside it";
    "code-hl7" Info Warning "A code is one of the HL7-defined table";
    "code-user" Off Warning "A code is one of those that HL7 suggests for a user-defined table";
    "code-site" Warning Warning "A code is one of the profile's code table";
    "rule-broken" Warning Warning "A rule of the site's own holds; severities and waivers name the rule";
    "rule-failed" Warning Warning "A rule of the site's own can be tried";
    "row-value" Error Error "A value is what its column holds";
    "row-size" Warning Warning "A text is no longer than its column stores";
    "row-owner" Warning Warning "A row has the row that owns it";
    "code-unknown" Error Error "The mapping's code table has each code that it is asked for";
    "mapping-error" Error Error "The mapping's script tells of no error";
    "mapping-warning" Warning Warning "The mapping's script warns of nothing";
    "mapping-info" Info Info "The mapping's script remarks on nothing";
}

/// The rule of this code.
pub fn rule(code: &str) -> Option<&'static RuleDoc> {
    RULES.iter().find(|rule| rule.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_words_of_a_command_line() {
        for (index, rule) in RULES.iter().enumerate() {
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(rule.code.chars().all(fits), "{}", rule.code);
            assert!(
                RULES
                    .iter()
                    .skip(index + 1)
                    .all(|other| other.code != rule.code)
            );
            assert!(!rule.help.ends_with('.'), "{}", rule.code);
            assert!(rule.severity <= rule.site_severity, "{}", rule.code);
        }
    }
}
