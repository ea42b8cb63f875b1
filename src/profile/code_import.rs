//! A sheet taken into a code table: the edit, and what it changes.

use std::sync::Arc;

use super::code_sheet::{CodeSheet, read_code_sheet};
use super::difference::{PartChange, difference};
use super::document::{Codes, Profile};
use super::edit::Edit;
use super::sheet::SheetFault;

/// What becomes of the codes that a sheet does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ImportMode {
    /// They stay.
    #[default]
    Merge,
    /// They are no longer there. What the sheet has no column for stays: a lookup of two columns takes no
    /// meanings away.
    Replace,
}

/// What importing a sheet comes to; nothing is changed until the edit is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodesImport {
    /// The edit that makes it so; `None` where the table is like the sheet already.
    pub edit: Option<Edit>,
    /// What it adds, changes and removes, code by code.
    pub changes: Vec<PartChange>,
    /// What of the sheet was passed over, as sentences.
    pub notes: Vec<String>,
}

/// What a sheet makes of a code table of the profile, which need not be there yet. What becomes of codes
/// in neither list stays as it is.
///
/// # Errors
/// What is wrong with the sheet, see [`read_code_sheet`].
pub fn import_codes(
    profile: &Profile,
    table: &str,
    sheet: &str,
    mode: ImportMode,
) -> Result<CodesImport, SheetFault> {
    let sheet = read_code_sheet(sheet)?;
    let name: Arc<str> = table.into();
    let known = profile.codes.get(table);
    let before = known.map(|codes| Codes::clone(codes)).unwrap_or_default();
    let after = match mode {
        ImportMode::Replace => replaced(&before, &sheet),
        ImportMode::Merge => merged(&before, sheet.codes.clone()),
    };
    let codes = Arc::new(after);
    // A table that was not there is told code by code as well.
    let alone = |codes: &Arc<Codes>| {
        let mut alone = Profile::new("");
        alone.codes.insert(Arc::clone(&name), Arc::clone(codes));
        alone
    };
    let changes = difference(&alone(&Arc::new(before)), &alone(&codes));
    let edit = match known {
        Some(known) if *known == codes => None,
        Some(_) => Some(Edit::ChangeCodes { name, codes }),
        None => Some(Edit::AddCodes { name, codes }),
    };
    Ok(CodesImport {
        edit,
        changes,
        notes: sheet.notes,
    })
}

/// The codes of the sheet, and of before what it has no column for.
fn replaced(before: &Codes, sheet: &CodeSheet) -> Codes {
    let mut codes = before.clone();
    if sheet.has_values {
        codes.values.clone_from(&sheet.codes.values);
    }
    if sheet.has_sites {
        codes.maps.clone_from(&sheet.codes.maps);
        // A way back to a code that is gone leads nowhere.
        let maps = &codes.maps;
        codes
            .back
            .retain(|application, site| maps.get(site) == Some(application));
    }
    if sheet.has_back {
        codes.back.clone_from(&sheet.codes.back);
    }
    codes
}

/// The codes of before, and over them those of the sheet; a meaning that the sheet leaves out stays.
fn merged(before: &Codes, sheet: Codes) -> Codes {
    let mut codes = before.clone();
    for (code, meaning) in sheet.values {
        let known = codes.values.entry(code).or_default();
        if !meaning.is_empty() {
            *known = meaning;
        }
    }
    codes.maps.extend(sheet.maps);
    codes.back.extend(sheet.back);
    codes
}

#[cfg(test)]
mod tests {
    use super::super::read::read;
    use super::*;

    const PROFILE: &str = r#"Profile(format: 1, name: "p", codes: {
        "sex": Codes(values: {"F": "female", "M": "male"}, maps: {"1": "M", "2": "F"}, otherwise: Error),
    })"#;

    fn check(table: &str, sheet: &str, mode: ImportMode, expect: &str) {
        let profile = read(PROFILE).expect("a profile");
        let found = match import_codes(&profile, table, sheet, mode) {
            Err(fault) => fault.to_string(),
            Ok(import) => {
                let after = match &import.edit {
                    Some(edit) => profile.apply(edit).expect("the edit fits"),
                    None => profile.clone(),
                };
                let otherwise = &after.codes[table].otherwise;
                let kept = profile.codes.get(table).map(|codes| &codes.otherwise);
                assert!(kept.is_none_or(|kept| kept == otherwise));
                let changes = import.changes.iter().map(ToString::to_string);
                changes.collect::<Vec<_>>().join("\n")
            }
        };
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words(&found), words(expect), "{table}: {sheet}");
    }

    #[test]
    fn an_import_says_what_it_adds_changes_and_removes() {
        let sheet = "1,M,man\n3,D,divers\n";
        check(
            "sex",
            sheet,
            ImportMode::Merge,
            "changed codes/sex/values/M: \"male\" -> \"man\"
             added codes/sex/values/D: \"divers\"
             added codes/sex/maps/3: \"D\"",
        );
        check(
            "sex",
            sheet,
            ImportMode::Replace,
            "removed codes/sex/values/F: \"female\"
             changed codes/sex/values/M: \"male\" -> \"man\"
             added codes/sex/values/D: \"divers\"
             removed codes/sex/maps/2: \"F\"
             added codes/sex/maps/3: \"D\"",
        );
        check("sex", "1,M\n2,F\n,M\n,F\n", ImportMode::Merge, "");
        check(
            "sex",
            "key,value\n2,F\n",
            ImportMode::Replace,
            "removed codes/sex/maps/1: \"M\"",
        );
        check(
            "sex",
            "code,meaning\nF,woman\n",
            ImportMode::Replace,
            "changed codes/sex/values/F: \"female\" -> \"woman\" removed codes/sex/values/M: \"male\"",
        );
        check(
            "sex",
            "1,M\n1,F\n",
            ImportMode::Replace,
            "line 2, column 1: the site's code \"1\" stands in line 1 already (keep one of the two lines)",
        );
        check(
            "ward",
            "A,1\n",
            ImportMode::Merge,
            "added codes/ward/maps/A: \"1\"",
        );
    }
}
