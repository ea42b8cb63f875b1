//! Fields as their segment has them: which must be there, which must not, and how often.

use super::conformance_value::is_open_for;
use super::plan::{FieldPlan, PartPlan, Plans, SegmentPlan};
use super::value_kind::shape;
use super::walk::{Asked, At, Seen, Told, Walk};
use crate::hl7::{Element, Segment, SegmentId};
use crate::profile::Usage;

impl Walk<'_, '_> {
    /// The fields of a segment.
    pub(super) fn segment(
        &mut self,
        plans: &Plans,
        segment: Segment<'_>,
        id: SegmentId,
        plan: &SegmentPlan,
    ) {
        let mut required = plan.required.iter().copied().peekable();
        let mut told_beyond = false;
        let at = &At::of(segment, id);
        for (number, field) in segment.filled_fields() {
            let Ok(number) = u16::try_from(number) else {
                break;
            };
            while let Some(missing) = required.next_if(|wanted| *wanted < number) {
                self.missing(at, missing, plan);
            }
            required.next_if_eq(&number);
            if field.is_encoding_characters() {
                continue;
            }
            let at = &At {
                field: number,
                ..*at
            };
            match plan.fields.get(usize::from(number) - 1) {
                Some(known) => self.field(plans, at, field, known, plan),
                // A site's segment that nobody has described field by field may hold anything.
                None if told_beyond || plan.fields.is_empty() => {}
                None => {
                    told_beyond = true;
                    self.unknown_field(at, field, plan);
                }
            }
        }
        for missing in required {
            self.missing(at, missing, plan);
        }
    }

    fn missing(&mut self, at: &At<'_>, number: u16, plan: &SegmentPlan) {
        let at = &At {
            field: number,
            ..*at
        };
        let known = plan.fields.get(usize::from(number).saturating_sub(1));
        let asked = Asked {
            code: "field-required",
            by_site: known.is_some_and(|field| field.part.usage_by_site),
        };
        let end = at.segment.span().end;
        let element = at.segment.field(usize::from(number));
        let span = element.map_or(end..end, |element| element.span());
        self.tell_of(at, span, asked, |name| Told {
            message: format!("{name} is required and has no value"),
            expected: "a value".to_owned(),
            found: "nothing".to_owned(),
            help: "send it, or say usage: Optional in the profile's segments".to_owned(),
            fix: None,
        });
    }

    fn unknown_field(&mut self, at: &At<'_>, field: Element<'_>, plan: &SegmentPlan) {
        let asked = Asked {
            code: "field-unknown",
            by_site: false,
        };
        self.tell(at, field, asked, |_| Told {
            message: format!("{} has {} fields", at.id, plan.fields.len()),
            expected: "nothing".to_owned(),
            found: shape(&field.text()),
            help: "describe the field in the profile's segments if the site sends it".to_owned(),
            fix: None,
        });
    }

    fn field(
        &mut self,
        plans: &Plans,
        at: &At<'_>,
        field: Element<'_>,
        known: &FieldPlan,
        plan: &SegmentPlan,
    ) {
        self.usage(at, field, &known.part);
        let mut data_type = known.part.data_type;
        if at.field == 5 && !plan.types_by_id.is_empty() {
            let named = at.segment.field(2).map_or("", |named| named.raw());
            let by_name = plan.types_by_id.iter().find(|(id, _)| *id == named);
            data_type = by_name.map(|(_, at)| *at);
        }
        let seen = &self.see(field);
        if !seen.is_composite() {
            self.counted(at, field, known, 1);
            if data_type != known.part.data_type || !is_open_for(field, &known.part) {
                self.simple(plans, at, seen, &known.part, data_type);
            }
            return;
        }
        let is_one = !seen.marks.has_repetitions();
        let mut count = 0;
        for repetition in field.repetitions() {
            count += 1;
            let at = &At {
                repetition: (count > 1).then_some(count),
                ..*at
            };
            if !repetition.is_empty() {
                let seen = &if is_one {
                    Seen {
                        element: repetition,
                        ..*seen
                    }
                } else {
                    self.see(repetition)
                };
                self.value(plans, at, seen, &known.part, data_type);
            }
        }
        self.counted(at, field, known, count);
    }

    #[inline]
    fn counted(&mut self, at: &At<'_>, field: Element<'_>, known: &FieldPlan, count: u32) {
        if count > known.most || count < known.least {
            self.count(at, field, known, count);
        }
    }

    /// A number of repetitions that may not be.
    #[cold]
    fn count(&mut self, at: &At<'_>, field: Element<'_>, known: &FieldPlan, count: u32) {
        let (code, bound, help) = if count > known.most {
            let help = "say repeat: Many in the profile's segments if the site repeats it";
            ("field-too-many", format!("at most {}", known.most), help)
        } else {
            let help = "send more, or say a lower least in the profile's segments";
            ("field-too-few", format!("at least {}", known.least), help)
        };
        let asked = Asked {
            code,
            by_site: known.repeats_by_site,
        };
        let some = |count: u32| match count {
            1 => "1 repetition".to_owned(),
            count => format!("{count} repetitions"),
        };
        self.tell(at, field, asked, |name| Told {
            message: format!("{name} has {} where {bound} may stand", some(count)),
            expected: bound,
            found: some(count),
            help: help.to_owned(),
            fix: None,
        });
    }

    /// Whether a field or a component that is not used is empty.
    #[inline]
    pub(super) fn usage(&mut self, at: &At<'_>, element: Element<'_>, part: &PartPlan) {
        if matches!(part.usage, Usage::NotSupported | Usage::Backward) {
            self.unused(at, element, part);
        }
    }

    /// A field or a component that is not used and has a value.
    #[cold]
    fn unused(&mut self, at: &At<'_>, element: Element<'_>, part: &PartPlan) {
        let is_field = at.component.is_none();
        let code = match (part.usage, is_field) {
            (Usage::NotSupported, true) => "field-not-supported",
            (Usage::NotSupported, false) => "component-not-supported",
            (Usage::Backward, true) => "field-withdrawn",
            (Usage::Backward, false)
            | (
                Usage::Required | Usage::RequiredOrEmpty | Usage::Conditional | Usage::Optional,
                _,
            ) => return,
        };
        let asked = Asked {
            code,
            by_site: part.usage_by_site,
        };
        let what = if is_field { "field" } else { "component" };
        self.tell(at, element, asked, |name| Told {
            message: format!("{name} is not used and has a value"),
            expected: "nothing".to_owned(),
            found: shape(&element.text()),
            help: "leave it empty, or say usage: Optional in the profile".to_owned(),
            fix: Some((format!("Empty the {what}"), String::new())),
        });
    }
}
