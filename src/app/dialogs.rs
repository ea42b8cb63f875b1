//! The system's file dialogs, on a thread of their own, and the files of the worked example.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

/// A dialog that comes back empty so soon was never shown: there is no portal and no zenity.
const NEVER_SHOWN: Duration = Duration::from_millis(400);

/// What a path is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    Samples,
    Folder,
    Profile,
    Lesson,
    /// A file, a folder or a profile.
    Anything,
    SaveProfile,
    SaveOutput,
    SaveLesson,
    /// A sheet of codes to read.
    ImportCodes,
    ExportCodes,
    ExportCodesForExcel,
}

impl Want {
    /// The title of the dialog.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Samples => "Open samples",
            Self::Folder => "Open a folder of samples",
            Self::Profile => "Open a site profile",
            Self::Lesson => "Open a lesson",
            Self::Anything => "Open by path",
            Self::SaveProfile => "Save profile as",
            Self::SaveOutput => "Save output message as",
            Self::SaveLesson => "Save lesson as",
            Self::ImportCodes => "Import a sheet of codes",
            Self::ExportCodes => "Export the codes as CSV",
            Self::ExportCodesForExcel => "Export the codes for Excel",
        }
    }

    /// Whether the path is one to write to.
    pub(super) fn is_save(self) -> bool {
        match self {
            Self::SaveProfile
            | Self::SaveOutput
            | Self::SaveLesson
            | Self::ExportCodes
            | Self::ExportCodesForExcel => true,
            Self::Samples
            | Self::Folder
            | Self::Profile
            | Self::Lesson
            | Self::Anything
            | Self::ImportCodes => false,
        }
    }
}

/// What came of a dialog.
pub(super) enum Answer {
    Paths(Want, Vec<PathBuf>),
    Cancelled,
    /// No dialog could be shown: the window's own takes over.
    Unavailable(Want),
}

/// The dialogs of the system.
pub(super) struct Dialogs {
    answers: Receiver<Answer>,
    sender: Sender<Answer>,
    available: bool,
    is_open: bool,
}

impl Dialogs {
    /// Without `native`, every path is asked for inside the window.
    pub(super) fn new(native: bool) -> Self {
        let (sender, answers) = channel();
        Self {
            answers,
            sender,
            available: native,
            is_open: false,
        }
    }

    /// Whether it is worth asking the system.
    pub(super) fn is_available(&self) -> bool {
        self.available
    }

    /// Shows a dialog; the answer comes with a later [`Self::poll`].
    pub(super) fn ask(&mut self, want: Want, name: &str, ctx: &egui::Context) {
        if self.is_open {
            return;
        }
        let (sender, name, ctx) = (self.sender.clone(), name.to_owned(), ctx.clone());
        let shown = std::thread::Builder::new()
            .name("dialog".to_owned())
            .spawn(move || {
                let began = Instant::now();
                let answer = match show(want, &name) {
                    Some(paths) => Answer::Paths(want, paths),
                    None if began.elapsed() < NEVER_SHOWN => Answer::Unavailable(want),
                    None => Answer::Cancelled,
                };
                // The window may have closed meanwhile: nobody is left to answer to.
                let _ = sender.send(answer);
                ctx.request_repaint();
            });
        self.is_open = shown.is_ok();
        self.available &= shown.is_ok();
    }

    /// The answer, once it is there.
    pub(super) fn poll(&mut self) -> Option<Answer> {
        let answer = self.answers.try_recv().ok()?;
        self.is_open = false;
        if matches!(answer, Answer::Unavailable(_)) {
            self.available = false;
        }
        Some(answer)
    }
}

fn show(want: Want, name: &str) -> Option<Vec<PathBuf>> {
    let dialog = rfd::FileDialog::new().set_title(want.title());
    let samples = ["hl7", "txt", "dat", "msg", "gz", "zst", "er7", "bin"];
    match want {
        Want::Samples | Want::Anything => dialog
            .add_filter("HL7 messages", &samples)
            .add_filter("All files", &["*"])
            .pick_files(),
        Want::Folder => dialog.pick_folders(),
        Want::Profile => dialog
            .add_filter("Site profiles", &["ron"])
            .pick_file()
            .map(|path| vec![path]),
        Want::Lesson => dialog
            .add_filter("Lessons", &["lesson.ron", "ron"])
            .pick_file()
            .map(|path| vec![path]),
        Want::SaveLesson => dialog
            .add_filter("Lessons", &["lesson.ron"])
            .set_file_name(name)
            .save_file()
            .map(|path| vec![path]),
        Want::SaveProfile => dialog
            .add_filter("Site profiles", &["ron"])
            .set_file_name(name)
            .save_file()
            .map(|path| vec![path]),
        Want::ImportCodes => dialog
            .add_filter("Sheets", &["csv", "tsv", "txt"])
            .add_filter("All files", &["*"])
            .pick_file()
            .map(|path| vec![path]),
        Want::ExportCodes | Want::ExportCodesForExcel => dialog
            .add_filter("Sheets", &["csv"])
            .set_file_name(name)
            .save_file()
            .map(|path| vec![path]),
        Want::SaveOutput => dialog
            .add_filter("HL7 messages", &["hl7"])
            .set_file_name(name)
            .save_file()
            .map(|path| vec![path]),
    }
}

/// The worked example as it stands in the source tree, where that is at hand.
pub(super) fn example_paths() -> Option<Vec<PathBuf>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let here = [PathBuf::from("."), root.to_owned()];
    here.into_iter().find_map(|root| {
        let paths = [
            root.join("mappings/st-elsewhere/profile.ron"),
            root.join("examples/st-elsewhere"),
        ];
        paths
            .iter()
            .all(|path| path.exists())
            .then(|| paths.to_vec())
    })
}

/// The worked example as it travels in the program: its profile and its messages.
pub(super) const EXAMPLE_PROFILE: &str = include_str!("../../mappings/st-elsewhere/profile.ron");
/// The messages of the worked example.
pub(super) const EXAMPLE_MESSAGES: [&str; 10] = [
    include_str!("../../examples/st-elsewhere/01-admit.hl7"),
    include_str!("../../examples/st-elsewhere/02-register-lf.hl7"),
    include_str!("../../examples/st-elsewhere/03-update-null.hl7"),
    include_str!("../../examples/st-elsewhere/04-admit-sex-unknown.hl7"),
    include_str!("../../examples/st-elsewhere/05-training.hl7"),
    include_str!("../../examples/st-elsewhere/06-chemistry.hl7"),
    include_str!("../../examples/st-elsewhere/07-haematology-lf.hl7"),
    include_str!("../../examples/st-elsewhere/08-microbiology.hl7"),
    include_str!("../../examples/st-elsewhere/09-morning.hl7"),
    include_str!("../../examples/st-elsewhere/10-appointment.hl7"),
];
/// The lessons that travel in the program.
pub(super) const LESSONS: [&str; 3] = [
    include_str!("../../examples/lessons/structure.lesson.ron"),
    include_str!("../../examples/lessons/delimiters-and-escapes.lesson.ron"),
    include_str!("../../examples/lessons/adt-step-by-step.lesson.ron"),
];
