//! What checks messages, kept from one to the next: the grammar's rules and the site's own.

use std::sync::Arc;

use crate::cancel::{Cancel, Stale};
use crate::grammar::{Checker, Finding, Findings, Grammar, Node, bind};
use crate::hl7::{Message, Timestamp};
use crate::mapping::{Engine, Given, Rules};
use crate::profile::{MessageDefinition, Profile, Rule};

/// More kinds of messages than this are not kept: the memory is bounded.
const KEPT: usize = 64;

/// One message, and all that its check depends on.
#[derive(Clone, Copy)]
pub(super) struct CheckInputs<'a> {
    pub(super) message: &'a Message,
    pub(super) grammar: &'a Arc<Grammar>,
    pub(super) profile: &'a Arc<Profile>,
    pub(super) definition: Option<&'a MessageDefinition>,
    pub(super) now: &'a Timestamp,
    pub(super) seed: u64,
}

/// A message's tree, and what in the message is not as the grammar and the profile's rules have it.
pub(super) type Checked = (Arc<Node>, Arc<[Finding]>);

/// The memory of checks.
#[derive(Default)]
pub(super) struct Checking {
    kinds: Vec<Kind>,
    last: Option<Last>,
}

/// What checks messages of one grammar and definition.
struct Kind {
    checker: Checker,
    asked: Vec<Rule>,
    rules: Rules,
}

/// The last message: a keystroke elsewhere leaves it as it is.
struct Last {
    message: Message,
    grammar: Arc<Grammar>,
    profile: Arc<Profile>,
    asked: Vec<Rule>,
    now: Timestamp,
    seed: u64,
    checked: Checked,
}

impl Checking {
    /// The message's segments in their groups, with what breaks a rule.
    pub(super) fn check(
        &mut self,
        inputs: &CheckInputs<'_>,
        engine: &Engine,
        cancel: &Cancel,
    ) -> Result<Checked, Stale> {
        if let Some(last) = self.last.as_ref().filter(|last| last.is_for(inputs)) {
            return Ok(last.checked.clone());
        }
        let at = self.kind(inputs, engine);
        let kind = &mut self.kinds[at];
        let message = inputs.message;
        let tree = Arc::new(bind(message, inputs.grammar));
        let judgement = kind.checker.judgement().clone();
        let mut findings = Findings::new(&judgement, message);
        kind.checker.check(message, &tree, &mut findings);
        if !kind.rules.is_empty() {
            let given = Given {
                message,
                tree: Some(&tree),
                grammar: inputs.grammar,
                profile: inputs.profile,
                now: inputs.now,
                seed: inputs.seed,
                records_reads: false,
            };
            kind.rules.check(engine, &given, &mut findings, cancel)?;
        }
        let found: Checked = (tree, findings.finish().into());
        self.last = Some(Last {
            message: message.clone(),
            grammar: Arc::clone(inputs.grammar),
            profile: Arc::clone(inputs.profile),
            asked: inputs.asked().to_vec(),
            now: *inputs.now,
            seed: inputs.seed,
            checked: found.clone(),
        });
        Ok(found)
    }

    /// The index of what checks such messages; how it lays out their segments is kept.
    fn kind(&mut self, inputs: &CheckInputs<'_>, engine: &Engine) -> usize {
        let known = self.kinds.iter().position(|kind| {
            kind.checker.is_for(inputs.grammar, inputs.profile) && kind.asked == inputs.asked()
        });
        known.unwrap_or_else(|| {
            if self.kinds.len() == KEPT {
                self.kinds.remove(0);
            }
            self.kinds.push(Kind {
                checker: Checker::new(inputs.grammar, inputs.profile),
                asked: inputs.asked().to_vec(),
                rules: Rules::compile(engine, inputs.profile, inputs.definition, inputs.grammar),
            });
            self.kinds.len() - 1
        })
    }
}

impl CheckInputs<'_> {
    /// The rules of its definition.
    fn asked(&self) -> &[Rule] {
        self.definition.map_or(&[], |definition| &definition.rules)
    }
}

impl Last {
    fn is_for(&self, inputs: &CheckInputs<'_>) -> bool {
        Arc::ptr_eq(&self.profile, inputs.profile)
            && Arc::ptr_eq(&self.grammar, inputs.grammar)
            && self.asked == inputs.asked()
            && (self.now, self.seed) == (*inputs.now, inputs.seed)
            && self.message == *inputs.message
    }
}
