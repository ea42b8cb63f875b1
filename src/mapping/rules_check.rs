//! A message tried by the rules of the site's own.

use std::sync::Arc;

use rhai::{Dynamic, Scope};

use super::engine::Engine;
use super::errors::of_run;
use super::handles::SegmentHandle;
use super::layout::Layout;
use super::outcome::Verdict;
use super::paths::{PathTable, Paths};
use super::row_store::RowStore;
use super::rules::{ConditionPlan, RulePlan, Rules, Script, scope};
use super::run::{Given, started};
use super::running::{Running, with};
use crate::cancel::{Cancel, Stale};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::grammar::{Finding, Findings, Fix};
use crate::hl7::{FieldPath, Location, Pick, Segment, SegmentId};

impl Rules {
    /// Tries the rules on a message and adds what does not hold. `Err(Stale)` means that nobody waits
    /// any more.
    ///
    /// All rules of one message share the time that a script has; a rule that fails is told and the
    /// next one tried.
    pub fn check(
        &self,
        engine: &Engine,
        given: &Given<'_>,
        findings: &mut Findings<'_>,
        cancel: &Cancel,
    ) -> Result<(), Stale> {
        cancel.check()?;
        let message = given.message;
        let has_own = |segment: Segment<'_>| {
            let id = segment.segment_id();
            id.is_some_and(|id| self.of_segments.contains_key(&id))
        };
        let is_empty = message.segment_count() == 0;
        if is_empty || (self.of_message.is_empty() && !message.segments().any(has_own)) {
            return Ok(());
        }
        let mut trial = Trial {
            engine,
            given,
            cancel,
            paths: &self.paths,
            running: None,
            findings,
        };
        let mut of_message = Subject::new(None);
        for rule in &self.of_message {
            trial.rule(rule, &mut of_message);
        }
        for segment in message.segments() {
            let Some(id) = segment.segment_id() else {
                continue;
            };
            let Some(plan) = self.of_segments.get(&id) else {
                continue;
            };
            let mut of_segment = Subject::new(Some((segment, id)));
            for condition in &plan.conditions {
                trial.condition(condition, &mut of_segment, segment, id);
            }
            for rule in &plan.rules {
                trial.rule(rule, &mut of_segment);
            }
            cancel.check()?;
        }
        let Some(run) = trial.running.and_then(Running::finish) else {
            return Ok(());
        };
        if run.is_stale {
            return Err(Stale);
        }
        for said in run.findings {
            findings.judge(said);
        }
        Ok(())
    }
}

/// What a rule is tried on: the message, or one of its segments.
struct Subject<'t> {
    segment: Option<(Segment<'t>, SegmentId)>,
    /// What scripts find, from the first one on.
    scope: Option<Scope<'static>>,
}

impl<'t> Subject<'t> {
    fn new(segment: Option<(Segment<'t>, SegmentId)>) -> Self {
        Self {
            segment,
            scope: None,
        }
    }
}

struct Trial<'t, 'f, 'j> {
    engine: &'t Engine,
    given: &'t Given<'t>,
    cancel: &'t Cancel,
    paths: &'t Arc<PathTable>,
    /// The run of the scripts, from the first one on: most conditions only compare.
    running: Option<Running>,
    findings: &'f mut Findings<'j>,
}

impl Trial<'_, '_, '_> {
    fn rule(&mut self, rule: &RulePlan, subject: &mut Subject<'_>) {
        let judgement = self.findings.judgement();
        let Some(severity) = judgement.severity_of_rule(&rule.name, "rule-broken") else {
            return;
        };
        let asked = match &rule.when {
            Some(when) => self.holds(when, subject),
            None => Ok(true),
        };
        let holds = match asked {
            Ok(true) => self.holds(&rule.must, subject),
            Ok(false) => return,
            Err(fault) => Err(fault),
        };
        let place = || self.place(rule.at.as_ref(), subject.segment);
        match holds {
            Ok(true) => {}
            Ok(false) => {
                let message = if rule.message.is_empty() {
                    format!("the rule \"{}\" does not hold", rule.name)
                } else {
                    rule.message.to_string()
                };
                let diagnostic = Diagnostic::new(severity, "rule-broken", message)
                    .at(place())
                    .with_help(format!("the rule is {}", rule.must.source));
                let mut finding = Finding::of(diagnostic).with(&*rule.must.source, "false");
                finding.rule = Some(Arc::clone(&rule.name));
                self.findings.put(finding);
            }
            Err(fault) => {
                let place = place();
                self.failed(&rule.must, place, Some(&rule.name), *fault);
            }
        }
    }

    fn condition(
        &mut self,
        condition: &ConditionPlan,
        subject: &mut Subject<'_>,
        segment: Segment<'_>,
        id: SegmentId,
    ) {
        let field = segment.field(usize::from(condition.field));
        let is_there = field.is_some_and(|field| !field.is_empty());
        let code = if is_there {
            "field-condition-not-met"
        } else {
            "field-condition"
        };
        let Some(severity) = self.findings.judgement().severity(code, true) else {
            return;
        };
        let location = Location::new(id, FieldPath::field(condition.field));
        let name = match &*condition.name {
            "" => "the field",
            name => name,
        };
        let source = &condition.when.source;
        match self.holds(&condition.when, subject) {
            Ok(needed) if needed == is_there => {}
            Ok(true) => {
                let place = self.place(Some(&location), Some((segment, id)));
                let diagnostic = Diagnostic::new(
                    severity,
                    code,
                    format!("{name} is required here and has no value"),
                )
                .at(place)
                .with_help(format!("it must be there when {source}"));
                let finding = Finding::of(diagnostic);
                let expected = format!("a value, as {source}");
                self.findings.put(finding.with(expected, "nothing"));
            }
            Ok(false) => {
                let place = self.place(Some(&location), Some((segment, id)));
                let diagnostic = Diagnostic::new(
                    severity,
                    code,
                    format!("{name} has a value and is not asked for here"),
                )
                .at(place)
                .with_help(format!("it is asked for when {source}"));
                let expected = format!("nothing, unless {source}");
                let mut finding = Finding::of(diagnostic).with(expected, "a value");
                finding.fix = finding.span().map(|span| Fix {
                    label: "Empty the field".to_owned(),
                    span,
                    text: String::new(),
                });
                self.findings.put(finding);
            }
            Err(fault) => {
                let place = self.place(Some(&location), Some((segment, id)));
                self.failed(&condition.when, place, None, *fault);
            }
        }
    }

    fn failed(
        &mut self,
        script: &Script,
        place: Place,
        rule: Option<&Arc<str>>,
        fault: Diagnostic,
    ) {
        let Some(severity) = self.findings.judgement().severity("rule-failed", true) else {
            return;
        };
        let message = format!("{} cannot be tried: {}", script.name, fault.message);
        let help = fault
            .help
            .unwrap_or_else(|| format!("it is {}", script.source));
        let diagnostic = Diagnostic::new(severity, "rule-failed", message)
            .at(place)
            .with_help(help);
        let mut finding = Finding::of(diagnostic).with("true or false", "a failure");
        finding.rule = rule.cloned();
        self.findings.put(finding);
    }

    fn holds(
        &mut self,
        script: &Script,
        subject: &mut Subject<'_>,
    ) -> Result<bool, Box<Diagnostic>> {
        let message = self.given.message;
        let segment = subject.segment.map(|(segment, _)| segment);
        if let Some(comparison) = &script.comparison {
            return Ok(comparison.holds(message, segment));
        }
        self.running.get_or_insert_with(|| {
            let rows = RowStore::new(Layout::of(self.given.profile));
            let name = Arc::from("rules");
            let mut run = started(self.engine, self.given, self.cancel, &name, rows);
            run.paths = Paths::new(Arc::clone(self.paths));
            Running::start(run)
        });
        let scope = subject
            .scope
            .get_or_insert_with(|| scope(segment.map(SegmentHandle::of)));
        let own = scope.len();
        let result = self
            .engine
            .rhai()
            .eval_ast_with_scope::<Dynamic>(scope, &script.ast);
        scope.rewind(own);
        let ended = with(|run| {
            let verdict = std::mem::replace(&mut run.verdict, Verdict::Accepted);
            Ok::<_, super::fault::ScriptFault>(verdict != Verdict::Accepted)
        });
        let fault = |message: String, help: &str| {
            Box::new(Diagnostic::new(Severity::Error, "rule-failed", message).with_help(help))
        };
        if ended.unwrap_or_default() {
            let message = "it skips or rejects the message".to_owned();
            return Err(fault(message, "a rule only gives true or false"));
        }
        let given = result.map_err(|error| {
            let found = of_run(error, self.engine, &script.name, &script.source);
            Box::new(found.diagnostic)
        })?;
        given.as_bool().map_err(|kind| {
            let message = format!("it gives {kind}, not true or false");
            fault(message, "compare the value, as in seg[\"8\"] == \"F\"")
        })
    }

    /// Where a finding is: at a location, in the segment at hand where it is one of it.
    fn place(&self, at: Option<&Location>, of: Option<(Segment<'_>, SegmentId)>) -> Place {
        let mut location = match (at, of) {
            (Some(at), _) => at.clone(),
            (None, Some((_, id))) => Location::segment(id),
            (None, None) => Location::segment(SegmentId::MSH),
        };
        let own = of.filter(|(_, id)| *id == location.segment);
        if let Some((segment, _)) = own
            && segment.occurrence() > 1
        {
            location.occurrence = Pick::Nth(segment.occurrence());
        }
        let segment = own
            .map(|(segment, _)| segment)
            .or_else(|| self.given.message.segments_named(location.segment).next());
        let element = self.given.message.find(&location);
        let end = segment.map_or(0, |segment| segment.span().end);
        Place::Message {
            // What is not there would stand at the end of its segment.
            span: element.map_or(end..end, |element| element.span()),
            location: Some(location),
        }
    }
}
