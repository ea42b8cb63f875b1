//! What a profile says of rules: how grave each one is, and where it is waived.

use std::sync::Arc;

use super::finding::{Finding, Waived};
use super::rules::{RULES, rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::hl7::{FieldPath, Location, Message, Pick};
use crate::profile::{Profile, Rule, RuleSeverity};

/// The severities and waivers of a profile.
#[derive(Clone, Debug)]
pub struct Judgement {
    profile: Arc<Profile>,
}

impl Judgement {
    /// The profile's.
    pub fn of(profile: &Arc<Profile>) -> Self {
        Self {
            profile: Arc::clone(profile),
        }
    }

    /// How grave a rule is that the standard or the site asks for; `None` when it is off.
    pub fn severity(&self, code: &str, by_site: bool) -> Option<Severity> {
        let said = self.profile.severity.get(code).copied();
        let default = || {
            rule(code).map(|rule| {
                if by_site {
                    rule.site_severity
                } else {
                    rule.severity
                }
            })
        };
        severity_of(said.or_else(default)?)
    }

    /// How grave a rule of the site's own is: by its name, else as all of them are.
    pub fn severity_of_rule(&self, name: &str, code: &str) -> Option<Severity> {
        match self.profile.severity.get(name) {
            Some(said) => severity_of(*said),
            None => self.severity(code, true),
        }
    }

    /// The finding as grave as the profile has its rule, waived where the profile waives it; `None`
    /// when its rule is off.
    pub fn judged(&self, finding: Finding, message: &Message) -> Option<Finding> {
        let mut finding = self.said(finding)?;
        finding.waived = self.waived(&finding, message);
        Some(finding)
    }

    /// The finding as grave as the profile says, if it says anything; `None` when its rule is off.
    pub(super) fn said(&self, mut finding: Finding) -> Option<Finding> {
        let severities = &self.profile.severity;
        let named = severities.get(finding.rule_name());
        if let Some(said) = named.or_else(|| severities.get(finding.diagnostic.code)) {
            finding.diagnostic.severity = severity_of(*said)?;
        }
        Some(finding)
    }

    /// The first waiver that names the finding's rule and its place.
    pub(super) fn waived(&self, finding: &Finding, message: &Message) -> Option<Waived> {
        let waivers = self.profile.waivers.iter().enumerate();
        let names = [finding.rule_name(), finding.diagnostic.code];
        let mut of_rule = waivers.filter(|(_, waiver)| names.contains(&&*waiver.rule));
        let location = finding.location()?;
        of_rule
            .find(|(_, waiver)| {
                covers(&waiver.at, location) || has_under_condition(&waiver.at, finding, message)
            })
            .map(|(index, waiver)| Waived {
                waiver: index,
                reason: Arc::clone(&waiver.reason),
            })
    }
}

/// The rules of the site's own: those of message definitions, then those of segments.
pub fn own_rules(profile: &Profile) -> impl Iterator<Item = &Rule> {
    let of_messages = profile.messages.iter().flat_map(|message| &message.rules);
    let of_segments = profile.segments.values().flat_map(|segment| &segment.rules);
    of_messages.chain(of_segments)
}

/// What in a profile names rules that there are not, each with the path of the part that does.
pub fn check_judgement(profile: &Profile) -> Vec<(String, Diagnostic)> {
    let own: Vec<&str> = own_rules(profile).map(|rule| &*rule.name).collect();
    let severities = profile
        .severity
        .keys()
        .map(|name| (format!(".severity{{{name}}}"), name));
    let waivers = profile
        .waivers
        .iter()
        .enumerate()
        .map(|(index, waiver)| (format!(".waivers[{index}].rule"), &waiver.rule));
    severities
        .chain(waivers)
        .filter(|(_, name)| rule(name).is_none() && !own.contains(&&***name))
        .map(|(path, name)| {
            let message = format!("there is no rule \"{name}\"");
            (
                path,
                Diagnostic::warning("rule-unknown", message).with_help(meant(name, &own)),
            )
        })
        .collect()
}

fn meant(name: &str, own: &[&str]) -> String {
    let all = RULES
        .iter()
        .map(|rule| rule.code)
        .chain(own.iter().copied());
    let near = all
        .map(|known| (similarity(name, known), known))
        .max_by_key(|(similarity, _)| *similarity)
        .filter(|(similarity, _)| *similarity >= ALIKE);
    match near {
        Some((_, near)) => format!("did you mean \"{near}\"?"),
        None => "pipehat check --rules lists the rules; a rule of the site's own goes by its name"
            .to_owned(),
    }
}

/// Of a thousand: more than half of the letters in the same order.
const ALIKE: u32 = 600;

fn similarity(a: &str, b: &str) -> u32 {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    (similar::TextDiff::from_chars(&a, &b).ratio() * 1_000.0) as u32
}

fn severity_of(said: RuleSeverity) -> Option<Severity> {
    match said {
        RuleSeverity::Off => None,
        RuleSeverity::Info => Some(Severity::Info),
        RuleSeverity::Warning => Some(Severity::Warning),
        RuleSeverity::Error => Some(Severity::Error),
    }
}

/// Whether a location stands in what another one names; what that one leaves open may be anything.
fn covers(waived: &Location, at: &Location) -> bool {
    let inner = match (&waived.path, &at.path) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(waived), Some(at)) => covers_path(waived, at),
    };
    waived.segment == at.segment && covers_pick(&waived.occurrence, &at.occurrence) && inner
}

fn covers_path(waived: &FieldPath, at: &FieldPath) -> bool {
    let part = |waived: Option<u16>, at: Option<u16>| waived.is_none() || waived == at;
    waived.field == at.field
        && covers_pick(&waived.repetition, &at.repetition)
        && part(waived.component, at.component)
        && part(waived.subcomponent, at.subcomponent)
}

fn covers_pick(waived: &Pick, at: &Pick) -> bool {
    match (waived, at) {
        (Pick::First | Pick::Every, _) | (Pick::Nth(1), Pick::First) => true,
        (waived, at) => waived == at,
    }
}

/// Whether a waiver whose place has a condition, such as `PID-3[?5=SS]`, means that of the finding.
fn has_under_condition(waived: &Location, finding: &Finding, message: &Message) -> bool {
    let is_condition = |pick: &Pick| matches!(pick, Pick::Where { .. });
    let of_path = waived.path.as_ref().map(|path| &path.repetition);
    if !is_condition(&waived.occurrence) && !of_path.is_some_and(is_condition) {
        return false;
    }
    let Some(span) = finding.span() else {
        return false;
    };
    message.find_all(waived).iter().any(|element| {
        let own = element.span();
        own.start <= span.start && span.end <= own.end
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Place;
    use crate::hl7::parse;
    use crate::profile::Waiver;

    fn check(waived: &str, at: &str, expect: bool) {
        let [waived, at] = [waived, at].map(|text| text.parse().expect(text));
        assert_eq!(covers(&waived, &at), expect, "{waived} {at}");
    }

    #[test]
    fn a_waiver_covers_what_is_in_its_place() {
        check("PV1", "PV1-2", true);
        check("PV1-2", "PV1-2", true);
        check("PV1-2", "PV1", false);
        check("PV1-2", "PV1-20", false);
        check("PID-3", "PID-3[2].1", true);
        check("PID-3.1", "PID-3[2].1", true);
        check("PID-3.1", "PID-3", false);
        check("PID-3[2]", "PID-3[1].1", false);
        check("OBX-5", "OBX[3]-5", true);
        check("OBX[2]-5", "OBX[3]-5", false);
        check("OBX[1]-5", "OBX-5", true);
        check("OBX[*]-5", "OBX[3]-5", true);
    }

    #[test]
    fn a_waiver_may_name_its_place_by_what_stands_there() {
        let message = parse("MSH|^~\\&|\rPID|1||7^^^A^MR~078^^^B^SS\r").0;
        let mut profile = Profile::new("Site");
        profile.waivers.push(Waiver {
            rule: "length".into(),
            at: "PID-3[?5=SS].1".parse().unwrap(),
            reason: "agreed".into(),
        });
        let judgement = Judgement::of(&Arc::new(profile));
        let waived = |at: &str| {
            let location: Location = at.parse().unwrap();
            let place = Place::Message {
                span: message.find(&location).unwrap().span(),
                location: Some(location),
            };
            let finding = Finding::of(Diagnostic::info("length", "too long").at(place));
            judgement.waived(&finding, &message).is_some()
        };
        assert!(waived("PID-3[2].1"));
        assert!(!waived("PID-3[1].1"));
        assert!(!waived("PID-3[2].5"));
    }

    #[test]
    fn a_rule_that_there_is_not_is_told_with_the_one_that_is_meant() {
        let mut profile = Profile::new("Site");
        for name in ["field-requierd", "qqq", "length"] {
            profile.severity.insert(name.into(), RuleSeverity::Off);
        }
        let found: Vec<_> = check_judgement(&profile)
            .into_iter()
            .map(|(path, found)| (path, found.help.unwrap_or_default()))
            .collect();
        assert_eq!(found.len(), 2);
        assert_eq!(
            found[0],
            (
                ".severity{field-requierd}".to_owned(),
                "did you mean \"field-required\"?".to_owned()
            )
        );
        assert!(found[1].1.contains("--rules"), "{}", found[1].1);
    }
}
