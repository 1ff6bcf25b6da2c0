//! What came of a run: lines for people, JSON, XML, and the matrix of testees and areas.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    pub testee: String,
    pub tests: Vec<Entry>,
    /// What went wrong outside any test.
    pub faults: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    pub name: String,
    pub seconds: f64,
    #[serde(flatten)]
    pub outcome: Outcome,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "lowercase")]
pub enum Outcome {
    Passed,
    Failed {
        signature: String,
        detail: String,
    },
    /// It failed as it is known to.
    Known {
        reason: String,
    },
    /// The testee lacks the capability.
    Skipped {
        capability: String,
    },
}

impl Entry {
    fn area(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }
}

#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub struct Counts {
    pub passed: usize,
    pub failed: usize,
    pub known: usize,
    pub skipped: usize,
}

impl Counts {
    fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Failed { .. } => self.failed += 1,
            Outcome::Known { .. } => self.known += 1,
            Outcome::Skipped { .. } => self.skipped += 1,
        }
    }
}

impl Report {
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.tests.iter().for_each(|entry| counts.add(&entry.outcome));
        counts
    }

    pub fn good(&self) -> bool {
        self.counts().failed == 0 && self.faults.is_empty()
    }

    /// Failures in full, then the closing line.
    pub fn print(&self) -> String {
        let mut text = String::new();
        for entry in &self.tests {
            if let Outcome::Failed { signature, detail } = &entry.outcome {
                let _ = writeln!(text, "FAILED {}: {signature}\n       {detail}", entry.name);
            }
        }
        for fault in &self.faults {
            let _ = writeln!(text, "FAULT  {fault}");
        }
        let counts = self.counts();
        if counts.known > 0 {
            let _ = writeln!(text, "known failures: {}", counts.known);
        }
        let failed = counts.failed + self.faults.len();
        let _ = writeln!(text, "judge: {} passed, {failed} failed, {} skipped", counts.passed, counts.skipped);
        text
    }

    pub fn junit(&self) -> String {
        let counts = self.counts();
        let (failures, skipped) = (counts.failed, counts.skipped + counts.known);
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"{}\" skipped=\"{skipped}\">\n",
            escape(&self.testee),
            self.tests.len(),
            self.faults.len(),
        );
        for entry in &self.tests {
            let (class, name) = entry.name.rsplit_once('/').unwrap_or(("", &entry.name));
            let _ = write!(
                xml,
                "  <testcase classname=\"{}\" name=\"{}\" time=\"{:.3}\"",
                escape(&class.replace('/', ".")),
                escape(name),
                entry.seconds
            );
            let body = match &entry.outcome {
                Outcome::Passed => None,
                Outcome::Failed { signature, detail } => {
                    Some(format!("<failure message=\"{}\">{}</failure>", escape(signature), escape(detail)))
                }
                Outcome::Known { reason } => Some(format!("<skipped message=\"known failure: {}\"/>", escape(reason))),
                Outcome::Skipped { capability } => Some(format!("<skipped message=\"needs {}\"/>", escape(capability))),
            };
            match body {
                Some(body) => {
                    let _ = writeln!(xml, ">{body}</testcase>");
                }
                None => xml.push_str("/>\n"),
            }
        }
        for fault in &self.faults {
            let _ = writeln!(xml, "  <system-err>{}</system-err>", escape(fault));
        }
        xml.push_str("</testsuite>\n");
        xml
    }
}

/// Text as it can stand in XML: also without the control characters that XML 1.0 does not know.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() && !matches!(c, '\n' | '\t') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Testees against areas. A cell says how many tests passed, of how many that apply to the testee.
pub fn matrix(reports: &[Report]) -> String {
    let areas: BTreeSet<&str> = reports.iter().flat_map(|report| report.tests.iter().map(Entry::area)).collect();
    let mut page = String::from("| testee |");
    for area in &areas {
        let _ = write!(page, " {area} |");
    }
    page.push_str("\n|---|");
    page.push_str(&"---|".repeat(areas.len()));
    page.push('\n');
    for report in reports {
        let mut cells: BTreeMap<&str, Counts> = BTreeMap::new();
        report.tests.iter().for_each(|entry| cells.entry(entry.area()).or_default().add(&entry.outcome));
        let _ = write!(page, "| {} |", report.testee);
        for area in &areas {
            let cell = cells.get(area).copied().unwrap_or_default();
            let applied = cell.passed + cell.failed + cell.known;
            let _ = match applied {
                0 => write!(page, " – |"),
                _ => write!(page, " {}/{applied} |", cell.passed),
            };
        }
        page.push('\n');
    }
    page
}
