//! The view state of all panels.

use super::{
    coverage, help, lesson, links, mapping, output, pipeline, problems, profile, raw, samples,
    script, stepper, tree, wire,
};

/// What each panel keeps from frame to frame: its view, never data.
#[derive(Default)]
pub(crate) struct Views {
    pub(crate) samples: samples::State,
    pub(crate) raw: raw::State,
    pub(crate) tree: tree::State,
    pub(crate) script: script::State,
    pub(crate) mapping: mapping::State,
    pub(crate) profile: profile::State,
    pub(crate) output: output::State,
    pub(crate) problems: problems::State,
    pub(crate) coverage: coverage::State,
    pub(crate) lesson: lesson::State,
    pub(crate) links: links::State,
    pub(crate) stepper: stepper::State,
    pub(crate) pipeline: pipeline::State,
    pub(crate) help: help::State,
    pub(crate) wire: wire::State,
}
