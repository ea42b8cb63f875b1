//! The rules of the site's own, compiled: conditions of fields, rules of messages and of segments.

use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::{AST, Dynamic, OptimizationLevel, Scope};

use super::check::{Findings, inspect_rule};
use super::comparison::Comparison;
use super::engine::Engine;
use super::errors::of_parsing;
use super::evaluate::ExpressionFinding;
use super::handles::{MessageHandle, SegmentHandle};
use super::paths::{Path, PathTable};
use crate::diagnostic::{Diagnostic, Place, Severity, gravest};
use crate::grammar::{Grammar, resolve};
use crate::hl7::{Location, SegmentId, parse};
use crate::profile::{MessageDefinition, Profile, Rule, Usage};

/// The rules that hold for messages of one definition and grammar.
///
/// What cannot be compiled is left out here and told by [`check_rules`].
pub struct Rules {
    pub(super) of_message: Vec<RulePlan>,
    pub(super) of_segments: BTreeMap<SegmentId, SegmentRules>,
    /// The paths of all of them.
    pub(super) paths: Arc<PathTable>,
}

/// The rules of a segment.
#[derive(Default)]
pub(super) struct SegmentRules {
    pub(super) rules: Vec<RulePlan>,
    pub(super) conditions: Vec<ConditionPlan>,
}

/// A rule, compiled.
pub(super) struct RulePlan {
    pub(super) name: Arc<str>,
    pub(super) when: Option<Script>,
    pub(super) must: Script,
    /// What it speaks of: what it says, else the first place that it reads.
    pub(super) at: Option<Location>,
    pub(super) message: Arc<str>,
}

/// When a conditional field must be there.
pub(super) struct ConditionPlan {
    pub(super) field: u16,
    /// What the field is called.
    pub(super) name: Box<str>,
    pub(super) when: Script,
}

/// One line of the mapping language that gives true or false.
pub(super) struct Script {
    /// What findings call it: `rule "dates in order"`.
    pub(super) name: Arc<str>,
    pub(super) source: Arc<str>,
    pub(super) ast: AST,
    /// What it is where it only compares values.
    pub(super) comparison: Option<Comparison>,
}

impl Rules {
    /// Compiles what `profile` asks of messages of `definition`; `grammar` knows their fields.
    pub fn compile(
        engine: &Engine,
        profile: &Profile,
        definition: Option<&MessageDefinition>,
        grammar: &Grammar,
    ) -> Self {
        let mut compiler = Compiler {
            engine,
            grammar,
            paths: PathTable::default(),
            found: Vec::new(),
        };
        let rules = definition.map_or(&[][..], |definition| &definition.rules);
        let of_message = compiler.rules(rules, None, "");
        let mut of_segments = BTreeMap::new();
        for id in profile.segments.keys() {
            let segment = compiler.segment(profile, *id);
            if !segment.rules.is_empty() || !segment.conditions.is_empty() {
                of_segments.insert(*id, segment);
            }
        }
        Self {
            of_message,
            of_segments,
            paths: Arc::new(compiler.paths),
        }
    }

    /// Whether there is nothing to try.
    pub fn is_empty(&self) -> bool {
        self.of_message.is_empty() && self.of_segments.is_empty()
    }
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rules")
            .field("of_message", &self.of_message.len())
            .field("of_segments", &self.of_segments.len())
            .finish_non_exhaustive()
    }
}

/// Compiles every rule and condition of a profile and tells what is wrong with them.
pub fn check_rules(engine: &Engine, profile: &Profile) -> Vec<ExpressionFinding> {
    let has_rules = profile
        .messages
        .iter()
        .any(|message| !message.rules.is_empty());
    let is_scripted = profile.segments.values().any(|segment| {
        !segment.rules.is_empty() || segment.fields.iter().any(|field| field.when.is_some())
    });
    if !has_rules && !is_scripted {
        return Vec::new();
    }
    let empty = parse("").0;
    let mut found = Vec::new();
    for (index, definition) in profile.messages.iter().enumerate() {
        let (grammar, _) = resolve(profile.version(), profile, Some(definition), &empty);
        let mut compiler = Compiler::new(engine, &grammar);
        compiler.rules(
            &definition.rules,
            None,
            &format!(".messages[{index}].rules"),
        );
        found.append(&mut compiler.found);
    }
    let (grammar, _) = resolve(profile.version(), profile, None, &empty);
    let mut compiler = Compiler::new(engine, &grammar);
    for id in profile.segments.keys() {
        compiler.segment(profile, *id);
    }
    found.append(&mut compiler.found);
    found
}

/// The variables that a rule finds; `seg` in those of a segment.
pub(super) fn scope(segment: Option<SegmentHandle>) -> Scope<'static> {
    let mut scope = Scope::new();
    scope.push("msg", MessageHandle);
    if let Some(segment) = segment {
        scope.push_dynamic("seg", Dynamic::from(segment));
    }
    scope
}

struct Compiler<'a> {
    engine: &'a Engine,
    grammar: &'a Grammar,
    paths: PathTable,
    found: Vec<ExpressionFinding>,
}

impl<'a> Compiler<'a> {
    fn new(engine: &'a Engine, grammar: &'a Grammar) -> Self {
        Self {
            engine,
            grammar,
            paths: PathTable::default(),
            found: Vec::new(),
        }
    }

    /// Rules of a message definition, or of a segment; `path` is theirs in the profile.
    fn rules(&mut self, rules: &[Rule], segment: Option<SegmentId>, path: &str) -> Vec<RulePlan> {
        let mut plans = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            let name: Arc<str> = format!("rule \"{}\"", rule.name).into();
            let when = rule.when.as_ref().map(|source| {
                self.script(&name, source, segment, &format!("{path}[{index}].when"))
            });
            let must = self.script(&name, &rule.must, segment, &format!("{path}[{index}].must"));
            let (Some(must), false) = (must, matches!(when, Some(None))) else {
                continue;
            };
            plans.push(RulePlan {
                at: rule
                    .at
                    .clone()
                    .or_else(|| first_place(&must.source, &self.paths, segment)),
                name: Arc::clone(&rule.name),
                when: when.flatten(),
                must,
                message: Arc::clone(&rule.message),
            });
        }
        plans
    }

    fn segment(&mut self, profile: &Profile, id: SegmentId) -> SegmentRules {
        let mut plan = SegmentRules::default();
        let Some(overlay) = profile.segments.get(&id) else {
            return plan;
        };
        plan.rules = self.rules(
            &overlay.rules,
            Some(id),
            &format!(".segments{{{id}}}.rules"),
        );
        let grammar = self.grammar;
        let view = grammar.segment(id.as_str());
        for (index, (number, overlay)) in overlay.numbered().enumerate() {
            let field = view.as_ref().and_then(|view| view.field(number));
            let (Some(source), Some(field)) = (&overlay.when, field) else {
                continue;
            };
            let name: Arc<str> = format!("condition of {id}-{number}").into();
            let path = format!(".segments{{{id}}}.fields[{index}].when");
            let Some(when) = self.script(&name, source, Some(id), &path) else {
                continue;
            };
            if field.usage == Usage::Conditional {
                plan.conditions.push(ConditionPlan {
                    field: number,
                    name: field.name.into(),
                    when,
                });
            }
        }
        plan
    }

    fn script(
        &mut self,
        name: &Arc<str>,
        source: &Arc<str>,
        segment: Option<SegmentId>,
        path: &str,
    ) -> Option<Script> {
        let handle = segment.map(|id| SegmentHandle {
            index: None,
            id: Some(id),
        });
        let scope = scope(handle);
        let rhai = self.engine.rhai();
        let ast = match rhai.compile_with_scope(&scope, &**source) {
            Ok(ast) => ast,
            Err(error) => {
                self.tell(path, source, only_reads(of_parsing(&error, name), segment));
                return None;
            }
        };
        let Findings {
            paths, diagnostics, ..
        } = inspect_rule(&ast, self.engine, name, self.grammar, segment);
        let is_faulty = gravest(&diagnostics) == Some(Severity::Error);
        for diagnostic in diagnostics {
            self.tell(path, source, diagnostic);
        }
        if is_faulty {
            return None;
        }
        self.paths.extend(paths);
        Some(Script {
            name: Arc::clone(name),
            source: Arc::clone(source),
            comparison: Comparison::of(&ast, segment),
            ast: rhai.optimize_ast(&scope, ast, OptimizationLevel::Simple),
        })
    }

    /// The place of a script of one line is that of the line in the profile.
    fn tell(&mut self, path: &str, source: &str, diagnostic: Diagnostic) {
        let mut found = ExpressionFinding::new(path.to_owned(), source, diagnostic);
        let diagnostic = &mut found.diagnostic;
        if let Place::Script { name, .. } = &diagnostic.place {
            diagnostic.message = format!("{name}: {}", diagnostic.message);
        }
        self.found.push(found);
    }
}

/// A rule has nothing to write to.
fn only_reads(diagnostic: Diagnostic, segment: Option<SegmentId>) -> Diagnostic {
    let of_mapping = ["out", "rows"]
        .iter()
        .find(|name| diagnostic.message == format!("a function does not see {name}"));
    let is_segment = diagnostic.message == "seg is not defined";
    match (of_mapping, segment) {
        (Some(name), _) => Diagnostic {
            message: format!("a rule does not see {name}"),
            ..diagnostic
        }
        .with_help("a rule reads msg, in a segment also seg, and writes nothing"),
        (None, None) if is_segment => diagnostic
            .with_help("seg is there in rules and conditions of a segment; write msg[\"PID-8\"]"),
        (None, _) => diagnostic,
    }
}

/// The first place that a script reads.
fn first_place(source: &str, paths: &PathTable, segment: Option<SegmentId>) -> Option<Location> {
    let named = paths.iter().filter_map(|(text, path)| {
        let at = ["[\"", "(\""].iter().find_map(|open| {
            let read = format!("{open}{text}\"");
            source.find(&read)
        })?;
        let location = match (path, segment) {
            (Path::Whole(location), _) => location.clone(),
            (Path::Inner(path), Some(id)) => Location::new(id, path.clone()),
            (Path::Inner(_), None) => return None,
        };
        Some((at, location))
    });
    named
        .min_by_key(|(at, _)| *at)
        .map(|(_, location)| location)
}
