//! The profiles that ship: they can be read, fit together and survive being saved.

use std::fs;
use std::path::{Path, PathBuf};

use pipehat::profile::{print, read};
use pipehat::workbench::SiteFile;

fn profiles_under(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            profiles_under(&path, found);
        } else if path.extension().is_some_and(|end| end == "ron") {
            found.push(path);
        }
    }
}

fn check(path: &Path) {
    let name = path.display();
    let text = fs::read_to_string(path).expect("the profile can be read");
    let profile = read(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let site = SiteFile::open(path).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(site.findings, [], "{name}");
    assert_eq!(site.problems, [], "{name}");
    let printed = print(&profile);
    assert_eq!(read(&printed), Ok(profile.clone()), "{name}");
    assert_eq!(
        read(&printed).map(|again| print(&again)),
        Ok(printed),
        "{name}"
    );
    for script in profile.script_files() {
        let file = path.with_file_name(&**script);
        assert!(file.is_file(), "{name}: no script {}", file.display());
    }
}

#[test]
fn every_shipped_profile_fits_together_and_survives_saving() {
    let mut profiles = Vec::new();
    let mappings = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings");
    profiles_under(&mappings, &mut profiles);
    assert!(!profiles.is_empty());
    for path in profiles {
        check(&path);
    }
}
