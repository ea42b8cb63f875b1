//! `show`: messages as a tree, as JSON, or as they are.

use super::args::{Show, ShowFormat};
use super::failure::{Failure, Finish};
use super::input::{each_source, samples};
use super::output::Output;
use super::report::{Report, note};
use super::{show_json, show_tree, show_why, site, stop};
use crate::hl7::parse_shared;
use crate::profile::SiteCharset;
use crate::workbench::{Memo, Sample, derive};

/// Runs the command.
pub(super) fn run(arguments: &Show) -> Result<Finish, Failure> {
    let cancel = stop::on_signal();
    let site = arguments.profile.as_deref().map(site::open).transpose()?;
    let mut inputs = site::inputs(site.as_ref());
    let charset = inputs.alone().profile.charset();
    let mut memo = Memo::default();
    let report = Report::new(false);
    let mut output = Output::open(None)?;
    let mut index = 0_u64;
    let mut has_shown = false;
    let result = each_source(&arguments.files, &report, &cancel, |source| {
        for sample in samples(source) {
            cancel.check()?;
            let at = index;
            index += 1;
            report.done(1);
            if arguments.message.is_some_and(|wanted| wanted != at + 1) {
                continue;
            }
            has_shown = true;
            let mut bytes = Vec::new();
            match arguments.format {
                ShowFormat::Json => {
                    let (message, _) = parse_shared(sample.decode(charset).text);
                    show_json::write(&mut bytes, at, &message).map_err(Failure::of_output)?;
                }
                ShowFormat::Hl7 => as_it_is(&sample, charset, &mut bytes),
                ShowFormat::Tree if arguments.why => {
                    let profile = site.as_ref().map(|site| &*site.profile);
                    let preview = derive(&inputs.of(&sample), &mut memo, &cancel)?;
                    show_why::write(&mut bytes, at, &sample, &preview, profile)
                        .map_err(Failure::of_output)?;
                }
                ShowFormat::Tree => {
                    let preview = derive(&inputs.of(&sample), &mut memo, &cancel)?;
                    show_tree::write(&mut bytes, at, &sample, &preview)
                        .map_err(Failure::of_output)?;
                }
            }
            output.put(&bytes)?;
        }
        output.flush_if(source.goes_on())
    });
    report.close();
    output.finish()?;
    let finish = result?;
    if let Some(wanted) = arguments.message.filter(|_| !has_shown && index > 0) {
        note(format_args!(
            "--message {wanted}: there are {index} messages only"
        ));
        return Ok(Finish::Incomplete);
    }
    Ok(finish)
}

/// The bytes as they came, but where characters are wider than a byte, which cannot stand beside
/// others.
fn as_it_is(sample: &Sample, charset: SiteCharset, bytes: &mut Vec<u8>) {
    if sample.source().wide_charset().is_some() {
        bytes.extend_from_slice(sample.decode(charset).text.as_bytes());
    } else {
        bytes.extend_from_slice(sample.bytes());
    }
    if !matches!(bytes.last(), None | Some(b'\r' | b'\n')) {
        bytes.push(b'\r');
    }
}
