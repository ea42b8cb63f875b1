//! The state that a person works on: samples, selection, profile, and the newest preview.
//!
//! Every call returns at once: files are read and previews are made on worker threads, and
//! [`Session::poll`] takes what is ready. Nothing here draws or prints.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::conflict::{Conflict, Conflicts};
use super::corpus::{Corpus, Sample, SampleId};
use super::coverage_desk::CoverageDesk;
use super::derive::derive;
use super::describe::{DescribeJob, Described, describe};
use super::desk::{self, Delivery, Errand, SaveGuard};
use super::drafts::Drafts;
use super::inputs::{Records, SESSION_SEED, Snapshot};
use super::lesson_desk::LessonDesk;
use super::lesson_file::is_lesson;
use super::match_counts::{CountJob, MatchCounts, count};
use super::memo::Memo;
use super::message_steps::MessageSteps;
use super::notice::Notice;
use super::preview::Preview;
use super::sheet_offer::SheetOffer;
use super::site::Site;
use super::site_file::{Replace, SiteDraft};
use super::source::Origin;
use super::template_offer::TemplateOffer;
use super::watch_desk::WatchDesk;
use super::wire_desk::WireDesk;
use super::worker::{Intake, Wake, Worker};
use crate::cancel::Cancel;
use crate::diagnostic::Diagnostic;
use crate::hl7::{Location, Timestamp};
use crate::profile::{Edit, EditError, Moment, Origins, PartPath, Profile, ScriptTexts};

/// A preview older than this is shown dimmed.
const DIM_AFTER: Duration = Duration::from_millis(150);

/// The state of the window, without the window.
pub struct Session {
    pub(super) began: Instant,
    pub(super) corpus: Corpus,
    pub(super) edited: BTreeMap<SampleId, Arc<str>>,
    pub(super) messages: MessageSteps,
    pub(super) selected: Option<SampleId>,
    pub(super) location: Option<Location>,
    pub(super) expected: Option<Arc<str>>,
    pub(super) site: Site,
    pub(super) conflicts: Conflicts,
    /// Changed templates, read and not yet taken.
    pub(super) offer: Option<TemplateOffer>,
    /// A sheet of codes, read and not yet taken.
    pub(super) sheet: Option<SheetOffer>,
    /// The templates that are being read: of which file, and by which name.
    pub(super) asked_templates: Option<(PathBuf, Option<Arc<str>>)>,
    pub(super) now: Timestamp,
    pub(super) seed: u64,
    pub(super) revision: u64,
    pub(super) changed_at: Instant,
    pub(super) preview: Option<Arc<Preview>>,
    pub(super) load_problems: Vec<Diagnostic>,
    pub(super) notices: Vec<Notice>,
    pub(super) loading: usize,
    /// How many of these errands bring samples.
    pub(super) reading: usize,
    pub(super) loaded: (usize, usize),
    pub(super) pastes: u32,
    pub(super) drafts: Drafts,
    /// How much of the run of the selected message is recorded.
    pub(super) records: Records,
    /// What was counted last, or is being counted.
    pub(super) counting: Option<CountJob>,
    pub(super) match_counts: Option<MatchCounts>,
    pub(super) previews: Worker<Snapshot, Preview>,
    pub(super) counts: Worker<CountJob, MatchCounts>,
    pub(super) descriptions: Worker<DescribeJob, Described>,
    pub(super) coverage: CoverageDesk,
    pub(super) watching: WatchDesk,
    pub(super) wire: WireDesk,
    pub(super) lessons: LessonDesk,
    pub(super) desk: Worker<Errand, Delivery>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("samples", &self.corpus.len())
            .field("revision", &self.revision)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// An empty session: no samples, a new profile. `wake` is called when something is ready to poll;
    /// `now` is what scripts get from `now()`.
    pub fn new(wake: Wake, now: Timestamp) -> Self {
        let previews = Worker::start(
            "preview",
            Intake::Newest,
            Arc::clone(&wake),
            Memo::default,
            |memo: &mut Memo, snapshot: Snapshot, cancel: &Cancel, deliver: &dyn Fn(Preview)| {
                let began = Instant::now();
                let mut preview = derive(&snapshot, memo, cancel)?;
                preview.took = began.elapsed();
                deliver(preview);
                Ok(())
            },
        );
        let counts = Worker::start(
            "counts",
            Intake::Newest,
            Arc::clone(&wake),
            || (),
            |(): &mut (), job: CountJob, cancel: &Cancel, deliver: &dyn Fn(MatchCounts)| {
                count(&job, cancel, deliver)
            },
        );
        let descriptions = Worker::start(
            "descriptions",
            Intake::Newest,
            Arc::clone(&wake),
            || (),
            |(): &mut (), job: DescribeJob, cancel: &Cancel, deliver: &dyn Fn(Described)| {
                describe(&job, cancel, deliver)
            },
        );
        let watching = WatchDesk::start(Arc::clone(&wake));
        let wire = WireDesk::start(Arc::clone(&wake));
        let coverage = CoverageDesk::start(Arc::clone(&wake), previews.under_way());
        let desk = Worker::start(
            "files",
            Intake::Every,
            wake,
            || (),
            |(): &mut (), errand: Errand, cancel: &Cancel, deliver: &dyn Fn(Delivery)| {
                desk::run(errand, cancel, deliver)
            },
        );
        let began = Instant::now();
        Self {
            began,
            corpus: Corpus::default(),
            edited: BTreeMap::new(),
            messages: MessageSteps::default(),
            selected: None,
            location: None,
            expected: None,
            site: Site::new(Arc::new(Profile::new("New site"))),
            conflicts: Conflicts::default(),
            offer: None,
            sheet: None,
            asked_templates: None,
            now,
            seed: SESSION_SEED,
            revision: 0,
            changed_at: began,
            preview: None,
            load_problems: Vec::new(),
            notices: Vec::new(),
            loading: 0,
            reading: 0,
            loaded: (0, 0),
            pastes: 0,
            drafts: Drafts::default(),
            records: Records::Nothing,
            counting: None,
            match_counts: None,
            previews,
            counts,
            descriptions,
            coverage,
            watching,
            wire,
            lessons: LessonDesk::default(),
            desk,
        }
    }

    /// All loaded samples.
    pub fn corpus(&self) -> &Corpus {
        &self.corpus
    }

    /// Reads files and folders; what they hold comes with later polls.
    pub fn open_samples(&mut self, paths: Vec<PathBuf>) {
        self.send(Errand::Load(paths));
    }

    /// Opens what a person dropped or named: a `.lesson.ron` file is a lesson, another `.ron` file the
    /// profile, all else holds samples.
    pub fn open(&mut self, paths: Vec<PathBuf>) {
        let is_profile = |path: &PathBuf| {
            path.extension()
                .is_some_and(|e| e.eq_ignore_ascii_case("ron"))
        };
        let (profiles, samples): (Vec<_>, Vec<_>) = paths.into_iter().partition(is_profile);
        let (lessons, profiles): (Vec<_>, Vec<_>) =
            profiles.into_iter().partition(|path| is_lesson(path));
        if let Some(path) = profiles.into_iter().next_back() {
            self.open_profile(path);
        }
        if let Some(path) = lessons.into_iter().next_back() {
            self.open_lesson(path);
        }
        if !samples.is_empty() {
            self.open_samples(samples);
        }
    }

    /// Takes pasted text as samples.
    pub fn paste(&mut self, text: &str) {
        self.pastes += 1;
        let origin = Origin::Paste(self.pastes);
        self.send(Errand::Cut {
            origin,
            bytes: text.as_bytes().to_vec(),
        });
    }

    /// Forgets the source that holds a sample, with all its messages.
    pub fn close_source_of(&mut self, id: SampleId) {
        let place = self.corpus.position(id);
        self.corpus = self.corpus.without_source_of(id);
        self.edited
            .retain(|id, _| self.corpus.position(*id).is_some());
        if self.selected_position().is_none() {
            let last = self.corpus.len().checked_sub(1);
            let near = place.zip(last).map(|(place, last)| place.min(last));
            self.select(
                near.and_then(|at| self.corpus.sample(at))
                    .map(|sample| sample.id()),
            );
        }
    }

    /// Forgets all samples.
    pub fn close_samples(&mut self) {
        self.corpus = Corpus::default();
        self.edited.clear();
        self.load_problems.clear();
        self.select(None);
    }

    /// Makes a sample the one at hand.
    pub fn select(&mut self, id: Option<SampleId>) {
        if self.selected != id {
            self.selected = id;
            self.location = None;
            self.refresh();
        }
    }

    /// The sample at hand.
    pub fn selected(&self) -> Option<SampleId> {
        self.selected
    }

    /// The place of the sample at hand in the list, counted from 0.
    pub fn selected_position(&self) -> Option<usize> {
        self.corpus.position(self.selected?)
    }

    /// The sample at hand, with the text that a person may have given it.
    pub fn sample(&self) -> Option<Sample> {
        self.sample_of(self.selected?)
    }

    /// A sample, with the text that a person may have given it.
    pub fn sample_of(&self, id: SampleId) -> Option<Sample> {
        let text = self.edited.get(&id).cloned();
        Some(self.corpus.get(id)?.with_text(text))
    }

    /// Shows one location in all panels.
    pub fn select_location(&mut self, location: Option<Location>) {
        self.location = location;
    }

    /// The location that all panels show.
    pub fn location(&self) -> Option<&Location> {
        self.location.as_ref()
    }

    /// Replaces the text of the sample at hand in memory; `None` takes the source's bytes again.
    pub fn edit_message(&mut self, text: Option<&str>) {
        let Some(id) = self.selected else { return };
        match text {
            Some(text) if self.edited.get(&id).is_some_and(|old| **old == *text) => return,
            Some(text) => drop(self.edited.insert(id, text.into())),
            None if self.edited.remove(&id).is_none() => return,
            None => {}
        }
        self.refresh();
    }

    /// What the output should be; without it the output is compared with the input.
    pub fn expect_output(&mut self, expected: Option<Arc<str>>) {
        self.expected = expected;
        self.refresh();
    }

    /// What scripts get from `now()`.
    pub fn set_now(&mut self, now: Timestamp) {
        self.now = now;
        self.refresh();
    }

    /// What the profile's own file says, or will say: without what it inherits.
    pub fn own_profile(&self) -> &Arc<Profile> {
        self.site.own()
    }

    /// Where each part of the profile is from.
    pub fn origins(&self) -> &Arc<Origins> {
        &self.site.resolved().origins
    }

    /// What the templates say, the site left out.
    pub fn inherited(&self) -> &Arc<Origins> {
        &self.site.resolved().inherited
    }

    /// The profile as it stands, with all that it inherits.
    pub fn profile(&self) -> &Arc<Profile> {
        self.site.profile()
    }

    /// The scripts that stand in files.
    pub fn scripts(&self) -> &Arc<ScriptTexts> {
        self.site.scripts()
    }

    /// The profile's file.
    pub fn profile_path(&self) -> Option<&Path> {
        self.site.path.as_deref()
    }

    /// Whether the profile or one of its scripts differs from its file.
    pub fn is_modified(&self) -> bool {
        self.site.is_modified()
    }

    /// Whether a save would lose comments of the file (its backup keeps them).
    pub fn would_lose_comments(&self) -> bool {
        self.site.has_comments
    }

    /// Changes the profile.
    pub fn apply(&mut self, edit: &Edit) -> Result<(), EditError> {
        if let Some(made) = self.rename_everywhere(edit) {
            return made;
        }
        let now = self.moment();
        self.site.apply(edit, now)?;
        self.drafts.follow(edit);
        self.messages.forget_undone();
        self.refresh();
        Ok(())
    }

    /// Begins a profile that stands in no file. Whoever calls has asked about unsaved changes.
    pub fn new_profile(&mut self, profile: Profile) {
        self.site = Site::new(Arc::new(profile));
        self.drafts = Drafts::default();
        self.conflicts.clear();
        self.refresh();
    }

    /// Reads a profile. Whoever calls has asked about unsaved changes.
    pub fn open_profile(&mut self, path: PathBuf) {
        self.send(Errand::OpenSite(path));
    }

    /// Reads the profile's file again and forgets what was changed here.
    pub fn reload_profile(&mut self) {
        if let Some(path) = self.site.path.clone() {
            self.send(Errand::OpenSite(path));
        }
    }

    /// Saves the profile to its file unless somebody else changed that; `false` when it has no file
    /// yet and a name must be asked for.
    pub fn save_profile(&mut self) -> bool {
        let Some(path) = self.site.path.clone() else {
            return false;
        };
        let replace = Replace::Known(self.site.stamps.clone());
        self.save_site(path, replace);
        true
    }

    /// Saves the profile under another name.
    pub fn save_profile_as(&mut self, path: PathBuf, guard: SaveGuard) {
        let replace = match guard {
            SaveGuard::New => Replace::Nothing,
            SaveGuard::Overwrite => Replace::Anything,
        };
        self.save_site(path, replace);
    }

    /// Saves the profile over what somebody else wrote; their version becomes the backup.
    pub fn overwrite_profile(&mut self) {
        if let Some(path) = self.site.path.clone() {
            self.save_site(path, Replace::Anything);
        }
    }

    fn save_site(&mut self, path: PathBuf, replace: Replace) {
        let is_same_place = self.site.path.as_deref().and_then(Path::parent) == path.parent();
        let draft = SiteDraft {
            path,
            profile: Arc::clone(self.site.own()),
            scripts: Arc::clone(self.site.scripts()),
            scripts_on_disk: if is_same_place {
                Arc::clone(self.site.saved_scripts())
            } else {
                Arc::default()
            },
            replace,
        };
        let draft = match &self.site.path {
            Some(before) if !is_same_place => draft.moved_from(before),
            Some(_) | None => draft,
        };
        self.send(Errand::SaveSite(draft));
    }

    /// Saves the output message of the newest preview, in the charset of its sample or of its
    /// MSH-18; says whether there is one.
    pub fn save_output(&mut self, path: PathBuf, guard: SaveGuard) -> bool {
        let Some(preview) = self.preview().cloned() else {
            return false;
        };
        let output = preview
            .outcome
            .as_ref()
            .and_then(|outcome| outcome.output.clone());
        let Some(output) = output else {
            return false;
        };
        let charset = self.profile().charset();
        let sample = preview.sample.and_then(|id| self.sample_of(id));
        self.send(Errand::SaveOutput {
            path,
            output,
            read: sample.map(|sample| (sample, charset)),
            guard,
        });
        true
    }

    /// Looks whether open files were changed on disk, as after the window got the focus again.
    pub fn look_again(&mut self) {
        let site = self
            .site
            .path
            .clone()
            .map(|path| (path, self.site.stamps.clone()));
        self.send(Errand::LookAgain { site });
    }

    /// The profile's file was changed by somebody else, and the person has not chosen yet.
    pub fn conflict(&self) -> Option<&Conflict> {
        self.conflicts.current()
    }

    /// Leaves the conflict for the next save, or until the file is changed again.
    pub fn dismiss_conflict(&mut self) {
        self.conflicts.put_off();
    }

    /// A template was changed by somebody else, and the person has not chosen yet.
    pub fn template_offer(&self) -> Option<&TemplateOffer> {
        self.offer.as_ref()
    }

    /// Lays the profile over the changed templates. Where the site says otherwise that stays, but for
    /// the conflicts in `taken`, in which the template's is taken.
    pub fn take_templates(&mut self, taken: &BTreeSet<PartPath>) {
        if let Some(offer) = self.offer.take() {
            self.site.take_offer(offer, taken);
            self.refresh();
        }
    }

    /// Goes on with the templates as they were read before.
    pub fn dismiss_templates(&mut self) {
        if let Some(offer) = self.offer.take() {
            // Asked once, not at every look.
            self.site.stamps.take_templates(offer.read.stamps, []);
        }
    }

    /// The newest preview, maybe of an older state.
    pub fn preview(&self) -> Option<&Arc<Preview>> {
        self.preview.as_ref()
    }

    /// Whether the preview shows the present state.
    pub fn is_preview_current(&self) -> bool {
        self.preview
            .as_ref()
            .is_some_and(|preview| preview.revision == self.revision)
    }

    /// Whether the preview has been out of date for so long that it should be dimmed.
    pub fn is_preview_dimmed(&self) -> bool {
        !self.is_preview_current() && self.changed_at.elapsed() > DIM_AFTER
    }

    /// Whether files are being read or written.
    pub fn is_busy(&self) -> bool {
        self.loading > 0
    }

    /// Whether samples are being read.
    pub fn is_reading(&self) -> bool {
        self.reading > 0
    }

    /// Stops reading samples; what has come stays.
    pub fn stop_loading(&mut self) {
        self.desk.interrupt();
    }

    /// What is wrong with profile and samples as files, beside what the preview says.
    pub fn file_problems(&self) -> impl Iterator<Item = &Diagnostic> {
        self.site.problems.iter().chain(&self.load_problems)
    }

    /// What happened since the last call.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }

    /// The time since the session began: what joins edits.
    pub(super) fn moment(&self) -> Moment {
        self.began.elapsed()
    }

    pub(super) fn send(&mut self, errand: Errand) {
        self.loading += 1;
        self.reading += usize::from(errand.brings_samples());
        self.desk.submit(errand);
    }

    /// Asks for a preview of the present state; a running older one is given up.
    pub(super) fn refresh(&mut self) {
        self.revision += 1;
        self.read_templates();
        if self.is_preview_current()
            || self
                .preview
                .as_ref()
                .is_none_or(|p| p.revision + 1 == self.revision)
        {
            self.changed_at = Instant::now();
        }
        self.previews.submit(Snapshot {
            revision: self.revision,
            sample: self.sample(),
            expected: self.expected.clone(),
            profile: Arc::clone(self.site.profile()),
            sources: Some(Arc::clone(self.site.sources())),
            scripts: Arc::clone(self.site.scripts()),
            definition: None,
            grammar: self.drafts.focus(),
            records: self.records,
            now: self.now,
            seed: self.seed,
            position: self.selected_position().unwrap_or(0) as u64,
        });
    }
}
