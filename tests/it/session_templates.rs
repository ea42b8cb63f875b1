//! A session with a site profile that extends a template, as the window drives it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use pipehat::hl7::Timestamp;
use pipehat::profile::{Codes, Edit, PartChange, Profile, read};
use pipehat::workbench::{Notice, SaveGuard, Session};
use tempfile::TempDir;

const ADMIT: &str = "MSH|^~\\&|SITE|WARD|HUB|REGION|20260301120000||ADT^A01|M1|P|2.5\r\
                     EVN|A01|20260301\rPID|1|9|4711^^^SITE^MR||Amsel^Berta||19700102|2\rPV1|1|I\r";

const TEMPLATE: &str = r#"Profile(
    format: 1,
    name: "Index",
    standard: "2.5",
    messages: [
        Message(name: "Admit", identity: [(at: "MSH-9.1", matches: "^ADT$")], rows: [
            Rows(table: "patient", root: "PID", columns: {
                "mrn": From("PID-3.1"),
                "sex": From("PID-8", codes: "sex"),
            }),
        ], script: File("admit.rhai")),
    ],
    codes: {"sex": Codes(values: {"F": "Female", "M": "Male"})},
    tables: {"patient": Table(columns: [Column(name: "mrn"), Column(name: "sex")])},
)"#;

const SITE: &str = r#"Profile(
    format: 1,
    name: "Ward",
    extends: "templates/index.ron",
    codes: {"sex": Codes(maps: {"2": "F"})},
)"#;

struct Bench {
    folder: TempDir,
    session: Session,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bench = Self {
            folder,
            session: Session::new(Arc::new(|| ()), "20260102".parse::<Timestamp>().unwrap()),
        };
        std::fs::create_dir(bench.path("templates")).unwrap();
        bench.write("templates/index.ron", TEMPLATE);
        bench.write("templates/admit.rhai", "out.copy(msg, [\"MSH\", \"PID\"]);");
        bench.write("site.ron", SITE);
        bench.write("one.hl7", ADMIT);
        bench.opened()
    }

    fn opened(mut self) -> Self {
        let paths = vec![self.path("one.hl7"), self.path("site.ron")];
        self.session.open(paths);
        self.session.settle();
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The cells of the one row, and whether the script made a message.
    fn shown(&mut self) -> (String, bool) {
        self.session.settle();
        let preview = self.session.preview().unwrap();
        let outcome = preview.outcome.as_ref().unwrap();
        let cells = outcome.rows.iter().flat_map(|table| &table.rows);
        let cells: Vec<String> = cells
            .flat_map(|row| row.cells.iter().map(ToString::to_string))
            .collect();
        (cells.join(" "), outcome.output.is_some())
    }

    fn codes(&mut self, maps: &[(&str, &str)]) {
        let mut codes = Codes::clone(&self.session.profile().codes["sex"]);
        codes.maps = maps
            .iter()
            .map(|(from, to)| ((*from).into(), (*to).into()))
            .collect();
        let edit = Edit::ChangeCodes {
            name: "sex".into(),
            codes: Arc::new(codes),
        };
        self.session.apply(&edit).unwrap();
    }
}

#[test]
fn what_the_template_says_is_at_work_and_what_the_site_says_goes_over_it() {
    let mut bench = Bench::new();
    assert_eq!(bench.shown(), ("4711 F".to_owned(), true));
    assert_eq!(bench.session.own_profile().messages.len(), 0);
    assert_eq!(bench.session.profile().messages.len(), 1);
}

#[test]
fn a_save_writes_only_what_the_site_changes() {
    let mut bench = Bench::new();
    bench.codes(&[("2", "F"), ("1", "M")]);
    assert!(bench.session.is_modified());
    assert!(bench.session.save_profile());
    bench.session.settle();
    let saved = read(&bench.text("site.ron")).unwrap();
    assert_eq!(saved.extends.as_deref(), Some("templates/index.ron"));
    assert!(saved.messages.is_empty() && saved.tables.is_empty());
    let own = &saved.codes["sex"];
    assert!(
        own.values.is_empty(),
        "inherited values stay in the template"
    );
    assert_eq!(own.maps.len(), 2);
    assert_eq!(bench.text("templates/index.ron"), TEMPLATE);
    let mut again = Bench {
        folder: bench.folder,
        session: Session::new(Arc::new(|| ()), "20260102".parse::<Timestamp>().unwrap()),
    }
    .opened();
    assert_eq!(again.shown(), ("4711 F".to_owned(), true));
}

#[test]
fn an_edit_of_the_sites_own_is_undone_over_the_template() {
    let mut bench = Bench::new();
    bench.codes(&[("2", "M")]);
    assert_eq!(bench.shown().0, "4711 M");
    assert_eq!(bench.session.undo().as_deref(), Some("change codes sex"));
    assert_eq!(bench.shown().0, "4711 F");
    assert!(!bench.session.is_modified());
}

#[test]
fn what_is_reverted_is_inherited_again() {
    let mut bench = Bench::new();
    let edit = Edit::Revert {
        part: "codes/sex".parse().unwrap(),
    };
    bench.session.apply(&edit).unwrap();
    // The template has no code for the site's digit, and keeps it.
    assert_eq!(bench.shown().0, "4711 2");
    assert!(bench.session.own_profile().codes.is_empty());
    assert!(bench.session.undo().is_some());
    assert_eq!(bench.shown().0, "4711 F");
}

#[test]
fn a_template_changed_on_disk_is_told() {
    let mut bench = Bench::new();
    bench.session.take_notices();
    let longer = TEMPLATE.replace("\"Index\"", "\"Index of the region\"");
    bench.write("templates/index.ron", &longer);
    bench.session.look_again();
    bench.session.settle();
    let told =
        bench.session.take_notices().into_iter().any(
            |notice| matches!(notice, Notice::ChangedOnDisk(path) if path.ends_with("index.ron")),
        );
    assert!(told);
}

#[test]
fn a_template_that_is_missing_is_told_with_its_path_and_the_work_stays() {
    let mut bench = Bench::new();
    bench.write("lost.ron", &SITE.replace("index.ron", "gone.ron"));
    let lost = bench.path("lost.ron");
    bench.session.open_profile(lost);
    bench.session.settle();
    let notices = bench.session.take_notices();
    let failed = notices.iter().find_map(|notice| match notice {
        Notice::Failed(diagnostic) => Some(diagnostic.message.clone()),
        _ => None,
    });
    let failed = failed.unwrap_or_default();
    assert!(failed.contains("gone.ron"), "{failed}");
    assert_eq!(&*bench.session.profile().name, "Ward");
    assert_eq!(bench.shown().0, "4711 F");
}

const OTHER: &str = r#"Profile(
    format: 1,
    name: "Other",
    standard: "2.5",
    messages: [
        Message(name: "Admit", rows: [
            Rows(table: "person", root: "PID", columns: {"family": From("PID-5.1")}),
        ]),
    ],
    tables: {"person": Table(columns: [Column(name: "family")])},
)"#;

fn extend(bench: &mut Bench, template: Option<&str>) {
    let edit = Edit::SetExtends {
        template: template.map(Into::into),
    };
    bench.session.apply(&edit).unwrap();
}

#[test]
fn another_template_is_at_work_as_soon_as_it_is_named() {
    let mut bench = Bench::new();
    bench.write("templates/other.ron", OTHER);
    extend(&mut bench, Some("templates/other.ron"));
    assert_eq!(bench.shown(), ("Amsel".to_owned(), false));
    bench.session.undo();
    assert_eq!(bench.shown(), ("4711 F".to_owned(), true));
    bench.session.redo();
    assert_eq!(bench.shown(), ("Amsel".to_owned(), false));
    extend(&mut bench, None);
    bench.session.settle();
    assert!(bench.session.profile().messages.is_empty());
    bench.session.undo();
    assert_eq!(bench.shown(), ("Amsel".to_owned(), false));
}

#[test]
fn a_template_that_cannot_be_read_is_told_and_undo_brings_the_old_one_back() {
    let mut bench = Bench::new();
    bench.session.take_notices();
    extend(&mut bench, Some("templates/gone.ron"));
    bench.session.settle();
    let notices = bench.session.take_notices();
    let is_told = |notice: &Notice| matches!(notice, Notice::Failed(found) if found.message.contains("gone.ron"));
    assert_eq!(notices.iter().filter(|notice| is_told(notice)).count(), 1);
    bench.session.undo();
    assert_eq!(bench.shown(), ("4711 F".to_owned(), true));
}

#[test]
fn a_profile_saved_in_another_folder_still_finds_its_template() {
    let mut bench = Bench::new();
    std::fs::create_dir_all(bench.path("sites/ward")).unwrap();
    let path = bench.path("sites/ward/site.ron");
    bench.session.save_profile_as(path, SaveGuard::New);
    bench.session.settle();
    assert!(!bench.session.is_modified());
    let saved = read(&bench.text("sites/ward/site.ron")).unwrap();
    assert_eq!(saved.extends.as_deref(), Some("../../templates/index.ron"));
    assert_eq!(bench.shown(), ("4711 F".to_owned(), true));
    // A change of the template is noticed from there too.
    let longer = TEMPLATE.replace("\"Index\"", "\"Index of the region\"");
    bench.write("templates/index.ron", &longer);
    bench.session.take_notices();
    bench.session.look_again();
    bench.session.settle();
    let notices = bench.session.take_notices();
    let told = |notice: &Notice| matches!(notice, Notice::ChangedOnDisk(_));
    assert!(notices.iter().any(told));
    let again = bench.path("sites/ward/site.ron");
    bench.session.open_profile(again);
    assert_eq!(bench.shown(), ("4711 F".to_owned(), true));
}

#[test]
fn a_changed_template_is_offered_with_what_it_changes() {
    let mut bench = Bench::new();
    bench.codes(&[("2", "F"), ("9", "M")]);
    let changed = TEMPLATE
        .replace("\"PID-3.1\"", "\"PID-2\"")
        .replace("\"M\": \"Male\"}", "\"M\": \"Male\"}, maps: {\"9\": \"F\"}");
    bench.write("templates/index.ron", &changed);
    bench.session.look_again();
    bench.session.settle();
    assert_eq!(bench.shown().0, "4711 F", "nothing is taken unasked");
    let offer = bench.session.template_offer().expect("an offer");
    let paths = |changes: &[PartChange]| {
        let paths = changes.iter().map(|change| change.path.to_string());
        paths.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        paths(&offer.changes),
        "messages/Admit/rows/patient/columns/mrn"
    );
    let conflicts: Vec<String> = offer.conflicts.iter().map(ToString::to_string).collect();
    assert_eq!(
        conflicts,
        ["conflict  codes/sex/maps/9\n  base: not there\n  ours: \"M\"\n  theirs: \"F\"\n"]
    );
    bench.session.take_templates(&BTreeSet::new());
    assert_eq!(bench.shown().0, "9 F");
    assert!(bench.session.template_offer().is_none());
    assert!(bench.session.is_modified(), "the site's own edits are kept");
    bench.session.look_again();
    bench.session.settle();
    assert!(bench.session.template_offer().is_none(), "it was taken");
}

/// What the site has of codes, over a template that was changed to `template`, where the template's is
/// taken for the parts in `taken`; and what its own file says of them then.
fn codes_after(own: &str, template: &str, taken: &[&str]) -> (String, String) {
    let mut bench = Bench::new();
    bench.write("site.ron", &SITE.replace("{\"2\": \"F\"}", own));
    let site = bench.path("site.ron");
    bench.session.open_profile(site);
    bench.session.settle();
    let before = bench.session.own_profile().clone();
    bench.write("templates/index.ron", template);
    bench.session.look_again();
    bench.session.settle();
    let taken = taken.iter().map(|path| path.parse().unwrap()).collect();
    bench.session.take_templates(&taken);
    let codes = |profile: &Profile| {
        let codes = profile.codes.get("sex");
        codes.map_or_else(String::new, |codes| {
            format!("{:?} {:?}", codes.values, codes.maps)
        })
    };
    let (all, own) = (
        codes(bench.session.profile()),
        codes(bench.session.own_profile()),
    );
    if bench.session.own_profile() != &before {
        assert_eq!(
            bench.session.undo().as_deref(),
            Some("take the changed index.ron")
        );
        assert_eq!(bench.session.own_profile(), &before, "it was one step");
    }
    (all, own)
}

fn check_taken(own: &str, template: &str, taken: &[&str], all: &str, own_after: &str) {
    let found = codes_after(own, template, taken);
    assert_eq!(
        found,
        (all.to_owned(), own_after.to_owned()),
        "{own} {taken:?}"
    );
}

#[test]
fn each_conflict_with_a_changed_template_is_chosen_by_itself() {
    let maps = TEMPLATE.replace(
        "\"M\": \"Male\"}",
        "\"M\": \"Male\"}, maps: {\"1\": \"F\", \"2\": \"M\"}",
    );
    let all = r#"{"F": "Female", "M": "Male"}"#;
    let own = r#"{"1": "M", "2": "F"}"#;
    check_taken(
        own,
        &maps,
        &[],
        &format!("{all} {own}"),
        &format!("{{}} {own}"),
    );
    check_taken(
        own,
        &maps,
        &["codes/sex/maps/2"],
        &format!("{all} {{\"1\": \"M\", \"2\": \"M\"}}"),
        "{} {\"1\": \"M\"}",
    );
    check_taken(
        own,
        &maps,
        &["codes/sex/maps/1", "codes/sex/maps/2"],
        &format!("{all} {{\"1\": \"F\", \"2\": \"M\"}}"),
        "",
    );
}

#[test]
fn what_a_site_builds_on_stays_whole_when_the_template_drops_it() {
    let codes = "    codes: {\"sex\": Codes(values: {\"F\": \"Female\", \"M\": \"Male\"})},\n";
    let without = TEMPLATE.replace(codes, "").replace(", codes: \"sex\"", "");
    assert_ne!(without, TEMPLATE);
    let all = r#"{"F": "Female", "M": "Male"} {"2": "F"}"#;
    check_taken(r#"{"2": "F"}"#, &without, &[], all, all);
    check_taken(r#"{"2": "F"}"#, &without, &["codes/sex"], "", "");
}

#[test]
fn what_a_site_says_as_the_template_did_is_asked_for_too() {
    let before = TEMPLATE.replace("\"M\": \"Male\"}", "\"M\": \"Male\"}, maps: {\"2\": \"F\"}");
    let after = before.replace("maps: {\"2\": \"F\"}", "maps: {\"2\": \"M\"}");
    let mut bench = Bench::new();
    bench.write("templates/index.ron", &before);
    let site = bench.path("site.ron");
    bench.session.open_profile(site);
    bench.session.settle();
    bench.write("templates/index.ron", &after);
    bench.session.look_again();
    bench.session.settle();
    let offer = bench.session.template_offer().expect("an offer");
    let paths: Vec<String> = offer
        .conflicts
        .iter()
        .map(|one| one.path.to_string())
        .collect();
    assert_eq!(paths, ["codes/sex/maps/2"]);
    bench.session.take_templates(&BTreeSet::new());
    assert_eq!(bench.shown().0, "4711 F");
}
