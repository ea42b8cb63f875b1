//! What `check` finds as `JUnit` reads it: a suite for each file, a case for each message.

use std::fmt::{self, Display, Write};
use std::time::Duration;

use crate::diagnostic::{Diagnostic, Severity};

/// The suite of one file, or of the profile; written when the file is done.
#[derive(Debug, Default)]
pub(super) struct Suite {
    name: String,
    cases: String,
    tests: u64,
    failures: u64,
    took: Duration,
}

/// What stands before the suites.
pub(super) const START: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";

/// What stands behind them.
pub(super) const END: &str = "</testsuites>\n";

impl Suite {
    /// A suite without cases.
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// Adds a case with what was found; remarks are no failures.
    pub(super) fn case(&mut self, name: &str, found: &[&Diagnostic]) {
        let gravest = found.iter().map(|found| found.severity).max();
        let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
        let first = found.iter().find(|found| Some(found.severity) == gravest);
        let failure = first
            .filter(|first| first.severity > Severity::Info)
            .map(|first| (first.code, first.message.as_str()));
        self.add(name, Duration::ZERO, failure, &lines.join("\n"));
    }

    /// Adds a case: how long it took, the code and the words of its failure, and all that there is to say.
    pub(super) fn add(
        &mut self,
        name: &str,
        took: Duration,
        failure: Option<(&str, &str)>,
        text: &str,
    ) {
        let (class, name) = (Escaped(&self.name), Escaped(name));
        self.tests += 1;
        self.took += took;
        // Writing to a String cannot fail.
        let _ = write!(
            self.cases,
            "    <testcase classname=\"{class}\" name=\"{name}\" time=\"{}\"",
            took.as_secs_f64()
        );
        if failure.is_none() && text.is_empty() {
            self.cases.push_str("/>\n");
            return;
        }
        self.cases.push_str(">\n");
        if let Some((code, message)) = failure {
            self.failures += 1;
            let _ = writeln!(
                self.cases,
                "      <failure type=\"{}\" message=\"{}\">{}</failure>",
                Escaped(code),
                Escaped(message),
                Escaped(text)
            );
        } else {
            let _ = writeln!(
                self.cases,
                "      <system-out>{}</system-out>",
                Escaped(text)
            );
        }
        self.cases.push_str("    </testcase>\n");
    }
}

impl Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\" time=\"{}\">",
            Escaped(&self.name),
            self.tests,
            self.failures,
            self.took.as_secs_f64()
        )?;
        f.write_str(&self.cases)?;
        f.write_str("  </testsuite>\n")
    }
}

/// Text for XML, in elements and attributes; what XML cannot hold is a question mark.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\n' => f.write_str("&#10;")?,
                c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => f.write_char('?')?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_fails_by_its_gravest_finding() {
        let mut suite = Suite::new("a&b.hl7");
        suite.case("1", &[]);
        suite.case("2", &[&Diagnostic::info("x", "a < b")]);
        suite.case(
            "3",
            &[
                &Diagnostic::info("x", "i"),
                &Diagnostic::warning("y", "say \"w\""),
            ],
        );
        assert_eq!(
            suite.to_string(),
            concat!(
                "  <testsuite name=\"a&amp;b.hl7\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"0\" time=\"0\">\n",
                "    <testcase classname=\"a&amp;b.hl7\" name=\"1\" time=\"0\"/>\n",
                "    <testcase classname=\"a&amp;b.hl7\" name=\"2\" time=\"0\">\n",
                "      <system-out>info[x]: a &lt; b</system-out>\n",
                "    </testcase>\n",
                "    <testcase classname=\"a&amp;b.hl7\" name=\"3\" time=\"0\">\n",
                "      <failure type=\"y\" message=\"say &quot;w&quot;\">info[x]: i&#10;warning[y]: say &quot;w&quot;</failure>\n",
                "    </testcase>\n",
                "  </testsuite>\n",
            )
        );
    }
}
