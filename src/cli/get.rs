//! `get`: the values at locations, one line a message.

use super::args::Get;
use super::failure::{Failure, Finish};
use super::input::{each_source, samples};
use super::output::Output;
use super::report::Report;
use super::{site, stop};
use crate::hl7::{Location, Message, parse_shared};

/// Runs the command.
pub(super) fn run(arguments: &Get) -> Result<Finish, Failure> {
    let locations = locations(&arguments.locations)?;
    let site = arguments.profile.as_deref().map(site::open).transpose()?;
    let charset = site.map(|site| site.profile.charset()).unwrap_or_default();
    let cancel = stop::on_signal();
    let report = Report::new(false);
    let mut output = Output::open(None)?;
    let mut line = Vec::new();
    let result = each_source(&arguments.files, &report, &cancel, |source| {
        for sample in samples(source) {
            cancel.check()?;
            let (message, _) = parse_shared(sample.decode(charset).text);
            line.clear();
            values(&message, &locations, &mut line);
            output.put(&line)?;
            report.done(1);
        }
        output.flush_if(source.goes_on())
    });
    report.close();
    output.finish()?;
    result
}

fn locations(texts: &[String]) -> Result<Vec<Location>, Failure> {
    let one = |text: &String| {
        text.parse().map_err(|error| {
            Failure::Argument(format!(
                "{text}: {error}. A location is written as PID-5.1; files follow after --."
            ))
        })
    };
    texts.iter().map(one).collect()
}

fn values(message: &Message, locations: &[Location], line: &mut Vec<u8>) {
    for (number, location) in locations.iter().enumerate() {
        if number > 0 {
            line.push(b'\t');
        }
        for (match_number, element) in message.find_all(location).iter().enumerate() {
            if match_number > 0 {
                line.push(b'~');
            }
            put_value(&element.text(), line);
        }
    }
    line.push(b'\n');
}

/// Lines stay lines and columns columns.
fn put_value(text: &str, line: &mut Vec<u8>) {
    for byte in text.bytes() {
        match byte {
            b'\t' => line.extend_from_slice(b"\\t"),
            b'\n' => line.extend_from_slice(b"\\n"),
            b'\r' => line.extend_from_slice(b"\\r"),
            other => line.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hl7::parse;

    fn check(at: &[&str], expect: &str) {
        let text = "MSH|^~\\&|A\tB\rPID|1||7^^^X~8^^^Y||M\\T\\M^Eva\rOBX|1|\"\"\rOBX|2|x\r";
        let at: Vec<String> = at.iter().map(ToString::to_string).collect();
        let mut line = Vec::new();
        values(&parse(text).0, &locations(&at).unwrap(), &mut line);
        assert_eq!(String::from_utf8(line).unwrap(), format!("{expect}\n"));
    }

    #[test]
    fn values_stand_in_columns() {
        check(
            &["PID-5.1", "PID-5.2", "PID-9", "PID-3[2].1"],
            "M&M\tEva\t\t8",
        );
        check(&["MSH-3", "MSH-1", "MSH-2"], "A\\tB\t|\t^~\\&");
        check(&["PID-3[*].1", "OBX[*]-2", "ZZZ-1"], "7~8\t\"\"~x\t");
        check(&["PID-3"], "7^^^X~8^^^Y");
    }

    #[test]
    fn what_is_no_location_is_refused_with_the_way_out() {
        let error = locations(&["a.hl7".to_owned()]).unwrap_err().to_string();
        assert!(
            error.starts_with("a.hl7: ") && error.contains("after --"),
            "{error}"
        );
    }
}
