//! Values as their type has them: components, lengths, numbers and dates, codes, identifiers.

use super::code_list::{CODE_SITE, CodeList};
use super::identifier;
use super::mend;
use super::plan::{PartPlan, Plans, TypePlan};
use super::value_kind::{ValueKind, shape, shown_code};
use super::walk::{Asked, At, Told, Walk};
use crate::hl7::{Element, Level};
use crate::profile::Usage;

/// Types whose first part has a type, and so on: nothing nests deeper.
const DEEPEST: usize = 4;

impl Walk<'_, '_> {
    /// A repetition, a component or a subcomponent.
    pub(super) fn value(
        &mut self,
        plans: &Plans,
        at: At<'_>,
        element: Element<'_>,
        part: &PartPlan,
        data_type: Option<usize>,
    ) {
        if element.is_null() {
            return;
        }
        self.length(at, element, part);
        let Some(plan) = data_type.and_then(|index| plans.types.get(index)) else {
            return;
        };
        if !element.is_composite() {
            self.leaf(plans, at, element, part, data_type);
            self.required_parts(at, element, plan, 1);
        } else if plan.parts.is_empty() {
            self.separators(at, element);
        } else {
            self.parts(plans, at, element, part, plan);
        }
    }

    fn parts(
        &mut self,
        plans: &Plans,
        at: At<'_>,
        element: Element<'_>,
        part: &PartPlan,
        plan: &TypePlan,
    ) {
        let is_component = at.component.is_some();
        let mut count = 0_u16;
        let mut told_beyond = false;
        for child in parts_of(element) {
            count = count.saturating_add(1);
            if child.is_empty() {
                continue;
            }
            let inner = at.part(count);
            let Some(known) = plan.parts.get(usize::from(count) - 1) else {
                if !told_beyond {
                    self.unknown_part(inner, child, plan);
                }
                told_beyond = true;
                continue;
            };
            self.usage(inner, child, known);
            // The code of a field stands in its first component.
            if count == 1 && known.codes.is_none() {
                self.code(plans, inner, child, part.codes, Some(element));
            }
            if is_component {
                self.length(inner, child, known);
                self.leaf(plans, inner, child, known, known.data_type);
            } else {
                self.value(plans, inner, child, known, known.data_type);
            }
        }
        self.required_parts(at, element, plan, count);
        self.identifiers(at, element, plan);
    }

    fn unknown_part(&mut self, at: At<'_>, element: Element<'_>, plan: &TypePlan) {
        let asked = Asked {
            code: "component-unknown",
            by_site: false,
        };
        self.tell(at, element, asked, |_| Told {
            message: format!("{} has {} components", plan.shown(), plan.parts.len()),
            expected: "nothing".to_owned(),
            found: shape(&element.text()),
            help: "describe the component in the profile's types if the site sends it".to_owned(),
            fix: None,
        });
    }

    /// A primitive value has no parts: its separators are text that was not escaped, or it is of a
    /// type that nobody told.
    fn separators(&mut self, at: At<'_>, element: Element<'_>) {
        let asked = Asked {
            code: "component-unknown",
            by_site: false,
        };
        let delimiters = *self.message.delimiters();
        self.tell(at, element, asked, |name| {
            let escaped = mend::separators(element.raw(), &delimiters);
            Told {
                message: format!("{name} has no parts, but separators in it"),
                expected: "no separators".to_owned(),
                found: shape(element.raw()),
                help: "escape them, or describe the type in the profile".to_owned(),
                fix: escaped.map(|text| ("Escape the separators".to_owned(), text)),
            }
        });
    }

    fn required_parts(&mut self, at: At<'_>, element: Element<'_>, plan: &TypePlan, there: u16) {
        if !plan.has_required {
            return;
        }
        for (number, part) in (1_u16..).zip(&plan.parts) {
            if part.usage != Usage::Required {
                continue;
            }
            let child = || parts_of(element).nth(usize::from(number) - 1);
            let is_there = match (number, there) {
                (1, 1) => true,
                _ => child().is_some_and(|child| !child.is_empty()),
            };
            if !is_there {
                let asked = Asked {
                    code: "component-required",
                    by_site: part.usage_by_site,
                };
                let end = element.span().end;
                let span = child().map_or(end..end, |child| child.span());
                self.tell_of(at.part(number), span, asked, |name| Told {
                    message: format!("{name} is required and has no value"),
                    expected: "a value".to_owned(),
                    found: "nothing".to_owned(),
                    help: "send it, or say usage: Optional in the profile's types".to_owned(),
                    fix: None,
                });
            }
        }
    }

    fn length(&mut self, at: At<'_>, element: Element<'_>, part: &PartPlan) {
        let most = part.max_length as usize;
        // Characters are never more than bytes, and undoing escapes makes a text shorter.
        if element.raw().len() <= most {
            return;
        }
        let count = element.text().chars().count();
        if count > most {
            let asked = Asked {
                code: "length",
                by_site: part.length_by_site,
            };
            self.tell(at, element, asked, |name| Told {
                message: format!("{name} has {count} characters where at most {most} fit"),
                expected: format!("at most {most} characters"),
                found: format!("{count} characters"),
                help: "shorten it, or say a greater length in the profile".to_owned(),
                fix: mend::trimmed(element.raw(), most),
            });
        }
    }

    /// A text without components, by its type or the type of the type's first component.
    fn leaf(
        &mut self,
        plans: &Plans,
        at: At<'_>,
        element: Element<'_>,
        part: &PartPlan,
        data_type: Option<usize>,
    ) {
        let mut codes = part.codes;
        let mut index = data_type;
        let mut plan = None;
        for _ in 0..DEEPEST {
            plan = index.and_then(|index| plans.types.get(index));
            let Some(first) = plan.and_then(|plan| plan.parts.first()) else {
                break;
            };
            codes = codes.or(first.codes);
            index = first.data_type;
        }
        if let Some(plan) = plan
            && plan.value != ValueKind::Any
            && !element.is_null()
            && let Some(code) = plan.value.broken_by(&element.text())
        {
            let asked = Asked {
                code,
                by_site: plan.by_site || part.type_by_site,
            };
            self.tell(at, element, asked, |name| {
                of_kind(name, &plan.value, element)
            });
        }
        self.code(plans, at, element, codes, None);
    }

    /// `whole` is the value of which the code is the first component.
    fn code(
        &mut self,
        plans: &Plans,
        at: At<'_>,
        element: Element<'_>,
        codes: Option<usize>,
        whole: Option<Element<'_>>,
    ) {
        let Some(list) = codes.and_then(|index| plans.lists.get(index)) else {
            return;
        };
        let asked = Asked {
            code: list.rule,
            by_site: list.rule == CODE_SITE,
        };
        // Nearly every code is in its list: what is asked last takes longest.
        let text = element.text();
        if list.has(&text) || element.is_null() {
            return;
        }
        if self.severity(asked).is_none() || list.has_later(&text) {
            return;
        }
        // A standard's table is not asked for the codes of another system.
        if list.rule != CODE_SITE && whole.is_some_and(is_of_another_system) {
            return;
        }
        self.tell(at, element, asked, |name| {
            of_code(name, list, &element.text())
        });
    }

    fn identifiers(&mut self, at: At<'_>, element: Element<'_>, plan: &TypePlan) {
        if plan.has_check_digit
            && at.component.is_none()
            && let Some(digit) = part_of(element, 2).filter(|digit| !digit.is_empty())
        {
            let [id, scheme] =
                [1, 3].map(|number| part_of(element, number).map_or("", |part| part.raw()));
            if identifier::check_digit_fits(id, digit.raw(), scheme) == Some(false) {
                let asked = Asked {
                    code: "check-digit",
                    by_site: false,
                };
                self.tell(at.part(2), digit, asked, |name| Told {
                    message: format!("{name} does not fit the identifier by {scheme}"),
                    expected: format!("the digit that {scheme} gives"),
                    found: "another digit".to_owned(),
                    help: "the identifier or its check digit was mistyped".to_owned(),
                    fix: None,
                });
            }
        }
        if let Some(number) = plan.universal_id
            && let Some(id) = part_of(element, number)
            && let Some(scheme) = part_of(element, number + 1)
            && let Some(wanted) = identifier::universal_id_misses(id.raw(), scheme.raw())
        {
            let asked = Asked {
                code: "type-identifier",
                by_site: false,
            };
            self.tell(at.part(number), id, asked, |name| Told {
                message: format!("{name} is no {}", wanted.noun),
                expected: wanted.form.to_owned(),
                found: shape(id.raw()),
                help: format!("write {}, or another type beside it", wanted.form),
                fix: None,
            });
        }
    }
}

fn of_kind(name: &str, kind: &ValueKind, element: Element<'_>) -> Told {
    let text = element.text();
    let expected = kind.expected();
    Told {
        message: format!("{name} is no {}", kind.noun()),
        found: shape(&text),
        help: format!("write {expected}"),
        expected,
        fix: mend::written(kind, &text),
    }
}

fn of_code(name: &str, list: &CodeList, text: &str) -> Told {
    let some = list.some();
    Told {
        message: match shown_code(text) {
            Some(code) => format!("{name}: the code {code} is not in {}", list.name),
            None => format!("{name}: a text that is no code of {}", list.name),
        },
        expected: format!("one of {some}"),
        found: shown_code(text).map_or_else(|| shape(text), str::to_owned),
        help: format!("allowed: {some}"),
        fix: list
            .meant(text)
            .map(|code| (format!("Write {code}"), code.to_owned())),
    }
}

/// The components of a repetition or of a field that does not repeat, the subcomponents of a component.
fn parts_of(element: Element<'_>) -> impl Iterator<Item = Element<'_>> {
    let whole = match element.level() {
        Level::Field => element.repetition(1),
        Level::Segment | Level::Repetition | Level::Component | Level::Subcomponent => {
            Some(element)
        }
    };
    whole.into_iter().flat_map(|whole| whole.children())
}

fn part_of(element: Element<'_>, number: u16) -> Option<Element<'_>> {
    parts_of(element).nth(usize::from(number).checked_sub(1)?)
}

/// Whether the third component says that the code is of another system than HL7's tables.
fn is_of_another_system(element: Element<'_>) -> bool {
    part_of(element, 3).is_some_and(|system| !system.is_empty() && !system.raw().starts_with("HL7"))
}
