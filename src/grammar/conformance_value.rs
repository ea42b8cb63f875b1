//! Values as their type has them: components, lengths, numbers and dates, codes, identifiers.

use super::code_list::{CODE_SITE, CodeList};
use super::identifier;
use super::mend;
use super::plan::{LeafPlan, PartPlan, Plans, TypePlan};
use super::value_kind::{ValueKind, shape, shown_code};
use super::walk::{Asked, At, Seen, Told, Walk};
use crate::hl7::{Children, Element, Level};

/// Which of the first components hold something.
#[derive(Clone, Copy, Default)]
struct Filled(u64);

impl Filled {
    fn add(&mut self, number: u16) {
        self.0 |= 1_u64.checked_shl(u32::from(number)).unwrap_or(0);
    }

    /// `None` of a component that is too far behind.
    fn has(self, number: u16) -> Option<bool> {
        let bit = 1_u64.checked_shl(u32::from(number))?;
        Some(self.0 & bit != 0)
    }
}

impl Walk<'_, '_> {
    /// A repetition, a component or a subcomponent.
    pub(super) fn value(
        &mut self,
        plans: &Plans,
        at: &At<'_>,
        seen: &Seen<'_>,
        part: &PartPlan,
        data_type: Option<usize>,
    ) {
        if !seen.is_composite() {
            self.simple(plans, at, seen, part, data_type);
            return;
        }
        self.length(at, seen, part);
        let Some(plan) = data_type.and_then(|index| plans.types.get(index)) else {
            return;
        };
        if plan.parts.is_empty() {
            self.separators(at, seen.element);
        } else {
            self.parts(plans, at, seen, part, plan);
        }
    }

    /// A value without separators in it.
    pub(super) fn simple(
        &mut self,
        plans: &Plans,
        at: &At<'_>,
        seen: &Seen<'_>,
        part: &PartPlan,
        data_type: Option<usize>,
    ) {
        if seen.element.is_null() {
            return;
        }
        self.length(at, seen, part);
        if let Some(plan) = data_type.and_then(|index| plans.types.get(index)) {
            self.leaf(plans, at, seen, part, plan.leaf);
            if !plan.required.is_empty() {
                let mut filled = Filled::default();
                filled.add(1);
                self.required_parts(at, seen.element, plan, filled);
            }
        }
    }

    fn parts(
        &mut self,
        plans: &Plans,
        at: &At<'_>,
        whole: &Seen<'_>,
        part: &PartPlan,
        plan: &TypePlan,
    ) {
        let is_component = at.component.is_some();
        let has_plain_parts = !whole.marks.has_subcomponents() && !whole.marks.has_escapes();
        let mut filled = Filled::default();
        let mut count = 0_u16;
        let mut told_beyond = false;
        for child in parts_of(whole.element) {
            count = count.saturating_add(1);
            if child.is_empty() {
                continue;
            }
            filled.add(count);
            let inner = &at.part(count);
            let Some(known) = plan.parts.get(usize::from(count) - 1) else {
                if !told_beyond {
                    self.unknown_part(inner, child, plan);
                }
                told_beyond = true;
                continue;
            };
            let seen = &if has_plain_parts {
                Seen::plain(child)
            } else {
                self.see(child)
            };
            self.usage(inner, child, known);
            if !seen.is_composite()
                && is_open_for(child, known)
                && (count > 1 || part.codes.is_none())
            {
                continue;
            }
            // The code of a field stands in its first component.
            if count == 1
                && known.codes.is_none()
                && let Some(list) = part.codes
            {
                self.code(plans, inner, seen, list, Some(whole.element));
            }
            if is_component {
                self.length(inner, seen, known);
                let plan = known.data_type.and_then(|index| plans.types.get(index));
                let leaf = plan.map_or_else(LeafPlan::default, |plan| plan.leaf);
                self.leaf(plans, inner, seen, known, leaf);
            } else {
                self.value(plans, inner, seen, known, known.data_type);
            }
        }
        if !plan.required.is_empty() {
            self.required_parts(at, whole.element, plan, filled);
        }
        self.identifiers(at, whole.element, plan, filled);
    }

    fn unknown_part(&mut self, at: &At<'_>, element: Element<'_>, plan: &TypePlan) {
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
    fn separators(&mut self, at: &At<'_>, element: Element<'_>) {
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

    fn required_parts(
        &mut self,
        at: &At<'_>,
        element: Element<'_>,
        plan: &TypePlan,
        filled: Filled,
    ) {
        for number in plan.required.iter().copied() {
            let Some(part) = plan.parts.get(usize::from(number) - 1) else {
                continue;
            };
            let child = || part_of(element, number);
            let is_there = filled
                .has(number)
                .unwrap_or_else(|| child().is_some_and(|child| !child.is_empty()));
            if !is_there {
                let asked = Asked {
                    code: "component-required",
                    by_site: part.usage_by_site,
                };
                let end = element.span().end;
                let span = child().map_or(end..end, |child| child.span());
                self.tell_of(&at.part(number), span, asked, |name| Told {
                    message: format!("{name} is required and has no value"),
                    expected: "a value".to_owned(),
                    found: "nothing".to_owned(),
                    help: "send it, or say usage: Optional in the profile's types".to_owned(),
                    fix: None,
                });
            }
        }
    }

    #[inline]
    fn length(&mut self, at: &At<'_>, seen: &Seen<'_>, part: &PartPlan) {
        // Characters are never more than bytes, and undoing escapes makes a text shorter.
        if seen.element.raw().len() > part.max_length as usize {
            self.long(at, seen, part);
        }
    }

    /// A text that may be too long.
    #[cold]
    fn long(&mut self, at: &At<'_>, seen: &Seen<'_>, part: &PartPlan) {
        let element = seen.element;
        let most = part.max_length as usize;
        let count = seen.text().chars().count();
        if count <= most {
            return;
        }
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

    /// A text without components.
    #[inline]
    fn leaf(
        &mut self,
        plans: &Plans,
        at: &At<'_>,
        seen: &Seen<'_>,
        part: &PartPlan,
        leaf: LeafPlan,
    ) {
        let element = seen.element;
        if let Some(plan) = leaf.formed.and_then(|index| plans.types.get(index))
            && !element.is_null()
            && let Some(code) = plan.value.broken_by(&seen.text())
        {
            let asked = Asked {
                code,
                by_site: plan.by_site || part.type_by_site,
            };
            self.tell(at, element, asked, |name| {
                of_kind(name, &plan.value, element)
            });
        }
        if let Some(list) = part.codes.or(leaf.codes) {
            self.code(plans, at, seen, list, None);
        }
    }

    /// `whole` is the value of which the code is the first component.
    fn code(
        &mut self,
        plans: &Plans,
        at: &At<'_>,
        seen: &Seen<'_>,
        list: usize,
        whole: Option<Element<'_>>,
    ) {
        let Some(list) = plans.lists.get(list) else {
            return;
        };
        let asked = Asked {
            code: list.rule,
            by_site: list.rule == CODE_SITE,
        };
        // Nearly every code is in its list: what is asked last takes longest.
        let element = seen.element;
        let text = seen.text();
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

    fn identifiers(&mut self, at: &At<'_>, element: Element<'_>, plan: &TypePlan, filled: Filled) {
        if plan.has_check_digit
            && at.component.is_none()
            && filled.has(2) == Some(true)
            && let Some(digit) = part_of(element, 2)
        {
            let [id, scheme] =
                [1, 3].map(|number| part_of(element, number).map_or("", |part| part.raw()));
            if identifier::check_digit_fits(id, digit.raw(), scheme) == Some(false) {
                let asked = Asked {
                    code: "check-digit",
                    by_site: false,
                };
                self.tell(&at.part(2), digit, asked, |name| Told {
                    message: format!("{name} does not fit the identifier by {scheme}"),
                    expected: format!("the digit that {scheme} gives"),
                    found: "another digit".to_owned(),
                    help: "the identifier or its check digit was mistyped".to_owned(),
                    fix: None,
                });
            }
        }
        if let Some(number) = plan.universal_id
            && filled.has(number) == Some(true)
            && let Some(id) = part_of(element, number)
            && let Some(scheme) = part_of(element, number + 1)
            && let Some(wanted) = identifier::universal_id_misses(id.raw(), scheme.raw())
        {
            let asked = Asked {
                code: "type-identifier",
                by_site: false,
            };
            self.tell(&at.part(number), id, asked, |name| Told {
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

/// Whether nothing can be said of a text without parts, as of most texts.
#[inline]
pub(super) fn is_open_for(element: Element<'_>, part: &PartPlan) -> bool {
    element.raw().len() <= part.open_length as usize
}

/// The components of a repetition or of a field that does not repeat, the subcomponents of a component.
fn parts_of(element: Element<'_>) -> Children<'_> {
    let whole = match element.level() {
        Level::Field => element.repetition(1),
        Level::Segment | Level::Repetition | Level::Component | Level::Subcomponent => None,
    };
    whole.unwrap_or(element).children()
}

fn part_of(element: Element<'_>, number: u16) -> Option<Element<'_>> {
    parts_of(element).nth(usize::from(number).checked_sub(1)?)
}

/// Whether the third component says that the code is of another system than HL7's tables.
fn is_of_another_system(element: Element<'_>) -> bool {
    part_of(element, 3).is_some_and(|system| !system.is_empty() && !system.raw().starts_with("HL7"))
}
