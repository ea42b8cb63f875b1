//! What is wrong with a profile as a whole, each problem with the part that it speaks of and the place
//! where that stands: the same for a file that is opened and for the profile that is edited.

use crate::grammar::{Identities, check_judgement};
use crate::mapping::{Engine, check_expressions, check_rules};
use crate::profile::{PartProblem, Sources};

/// What does not fit together in a profile, its identities, its expressions and its rules.
pub(super) fn site_problems(sources: &Sources, engine: &Engine) -> Vec<PartProblem> {
    let profile = sources.profile();
    let (_, mut found) = Identities::new(profile);
    let expressions = check_expressions(profile).into_iter();
    let scripts = expressions.chain(check_rules(engine, profile));
    found.extend(scripts.map(|finding| (finding.path.clone(), finding.of_profile())));
    found.extend(check_judgement(profile));
    sources.problems(found)
}
