//! What is wrong with a profile as a whole, each problem with the part that it speaks of and the place
//! where that stands: the same for a file that is opened and for the profile that is edited.

use crate::grammar::{Identities, check_judgement};
use crate::mapping::{Engine, ExpressionFinding, check_expressions, check_rules};
use crate::profile::{PartProblem, PathFinding, Sources};

/// What does not fit together in a profile, its identities, its expressions and its rules.
pub(super) fn site_problems(sources: &Sources, engine: &Engine) -> Vec<PartProblem> {
    let profile = sources.profile();
    let (_, identities) = Identities::new(profile);
    let mut found: Vec<PathFinding> = identities.into_iter().map(PathFinding::from).collect();
    let expressions = check_expressions(profile).into_iter();
    let scripts = expressions.chain(check_rules(engine, profile));
    found.extend(scripts.map(ExpressionFinding::of_profile));
    found.extend(check_judgement(profile).into_iter().map(PathFinding::from));
    sources.problems(found)
}
