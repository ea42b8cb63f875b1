//! `check`: what is wrong in messages, in the profile and in its scripts.

use super::args::Check;
use super::check_report::CheckReport;
use super::failure::{Failure, Finish};
use super::input::{each_source, samples};
use super::output::Output;
use super::report::{Report, counted, note};
use super::{site, stop};
use crate::grammar::RULES;
use crate::workbench::{Memo, derive};

/// Runs the command.
pub(super) fn run(arguments: &Check) -> Result<Finish, Failure> {
    if arguments.rules {
        return list_rules();
    }
    let cancel = stop::on_signal();
    let site = arguments.profile.as_deref().map(site::open).transpose()?;
    let mut inputs = site::inputs(site.as_ref());
    let report = Report::new(false);
    let profile = std::sync::Arc::clone(&inputs.alone().profile);
    let mut found = CheckReport::new(arguments, &profile)?;
    let mut memo = Memo::default();
    if let Some(site) = &site {
        found.of_site(site)?;
        let alone = derive(inputs.alone(), &mut memo, &cancel)?;
        found.of_preview(None, &alone)?;
        found.end_file()?;
    }
    let mut messages = 0_u64;
    let result = each_source(&arguments.files, &report, &cancel, |source| {
        found.begin_file(source);
        for sample in samples(source) {
            let mut inputs = inputs.of(&sample);
            inputs.position = messages;
            let preview = derive(&inputs, &mut memo, &cancel)?;
            found.of_preview(Some(&sample), &preview)?;
            messages += 1;
            report.done(1);
        }
        found.end_file()?;
        found.flush_if(source.goes_on())
    });
    report.close();
    let counts = found.finish(messages)?;
    let finish = result?;
    note(format_args!(
        "{}: {}, {}, {}",
        counted(messages, "message"),
        counted(counts.errors, "error"),
        counted(counts.warnings, "warning"),
        counted(counts.remarks, "remark"),
    ));
    if messages > 1 {
        for (rule, count) in counts.by_rule() {
            note(format_args!("{count:>8}  {rule}"));
        }
    }
    if counts.waived > 0 {
        note(format_args!("{} waived", counted(counts.waived, "finding")));
    }
    Ok(if counts.errors > 0 {
        finish.max(Finish::Found)
    } else {
        finish
    })
}

/// Prints the rules that messages are checked by.
fn list_rules() -> Result<Finish, Failure> {
    let mut output = Output::open(None)?;
    output.put(b"rule                       standard site     what holds\n")?;
    for rule in RULES {
        let (standard, site) = (rule.severity.name(), rule.site_severity.name());
        let line = format!("{:<26} {standard:<8} {site:<8} {}\n", rule.code, rule.help);
        output.put(line.as_bytes())?;
    }
    output.finish()?;
    Ok(Finish::Clean)
}
