//! Taking what the workers made: new samples, an opened or saved profile, a newer preview.

use std::path::PathBuf;
use std::sync::Arc;

use super::conflict::ChangedFile;
use super::desk::{Delivery, Errand};
use super::drafts::Drafts;
use super::files::FileError;
use super::notice::Notice;
use super::session::Session;
use super::site::Site;
use super::site_error::SiteError;
use super::site_file::{SiteDraft, SiteFile, SiteStamps};
use super::site_templates::TemplateFiles;
use super::source::{Loaded, Origin};
use crate::diagnostic::{Diagnostic, Severity};
use crate::profile::Profile;

impl Session {
    /// Takes what is ready; `true` when anything changed that a panel shows. Never waits.
    pub fn poll(&mut self) -> bool {
        let mut changed = false;
        while let Some(delivery) = self.desk.try_next() {
            match delivery {
                Ok(delivery) => self.receive(delivery),
                Err(fault) => {
                    self.finish_errand();
                    self.notices.push(Notice::Failed(fault));
                }
            }
            changed = true;
        }
        if self.loading > 0 && self.desk.is_idle() {
            // A load that was stopped delivers no last part.
            changed |= self.poll_rest();
        }
        while let Some(preview) = self.previews.try_next() {
            match preview {
                Ok(preview) => {
                    let sheet = preview.sheet.clone();
                    self.preview = Some(Arc::new(preview));
                    if let Some(sheet) = sheet {
                        self.take_draft(&sheet);
                    }
                }
                Err(fault) => self.notices.push(Notice::Failed(fault)),
            }
            changed = true;
        }
        self.count_matches();
        changed |= self.poll_descriptions();
        changed |= self.poll_coverage();
        changed |= self.watching.poll();
        changed |= self.poll_wire();
        self.poll_counts() || changed
    }

    /// Waits until nothing is under way, and takes everything: for tests and the command line.
    pub fn settle(&mut self) {
        loop {
            self.desk.wait_until_idle();
            let more = self.poll();
            self.previews.wait_until_idle();
            self.counts.wait_until_idle();
            self.descriptions.wait_until_idle();
            self.coverage.wait_until_idle();
            self.watching.wait_until_idle();
            self.wire.wait_until_idle();
            let is_idle = self.desk.is_idle()
                && self.previews.is_idle()
                && self.counts.is_idle()
                && self.descriptions.is_idle()
                && self.coverage.is_idle()
                && self.watching.is_idle()
                && self.wire.is_idle();
            if !self.poll() && !more && is_idle {
                return;
            }
        }
    }

    fn poll_rest(&mut self) -> bool {
        // What came between the two looks is not to be lost.
        while let Some(Ok(delivery)) = self.desk.try_next() {
            self.receive(delivery);
        }
        let was_loading = self.loading > 0 && self.desk.is_idle();
        if was_loading {
            (self.loading, self.reading) = (0, 0);
            self.tell_loaded();
        }
        was_loading
    }

    fn finish_errand(&mut self) {
        self.loading = self.loading.saturating_sub(1);
        // An errand that failed brings nothing more.
        self.reading = self.reading.min(self.loading);
    }

    fn receive(&mut self, delivery: Delivery) {
        match delivery {
            Delivery::Samples { loaded, is_last } => self.receive_samples(loaded, is_last),
            Delivery::Site(result) => self.receive_site(*result),
            Delivery::Templates {
                own,
                changed,
                result,
            } => self.receive_templates(&own, changed, *result),
            Delivery::SiteSaved { draft, result } => self.receive_saved(&draft, result),
            Delivery::OutputSaved { path, result } => {
                self.finish_errand();
                self.notices.push(match result {
                    Ok(()) => Notice::FileSaved(path),
                    Err(error) => failed(&error),
                });
            }
            Delivery::SheetRead(read) => {
                self.finish_errand();
                self.receive_sheet(*read);
            }
            Delivery::LessonRead(read) => {
                self.finish_errand();
                self.receive_lesson(*read);
            }
            Delivery::LessonSaved { draft, result } => {
                self.finish_errand();
                self.receive_saved_lesson(draft, result);
            }
            Delivery::Changed { site } => {
                self.finish_errand();
                let is_own = |(path, _): &&ChangedFile| {
                    let own = self.site.path.as_deref();
                    !own.is_some_and(|own| self.site.stamps.is_template(own, path))
                };
                let own: Vec<ChangedFile> = site.iter().filter(is_own).cloned().collect();
                self.conflicts.noticed(&own);
                let site: Vec<PathBuf> = site.into_iter().map(|(path, _)| path).collect();
                if own.is_empty() && !site.is_empty() {
                    self.read_changed_templates(site.clone());
                }
                self.notices
                    .extend(site.into_iter().map(Notice::ChangedOnDisk));
            }
        }
    }

    fn receive_samples(&mut self, loaded: Loaded, is_last: bool) {
        for source in loaded.sources {
            self.loaded.0 += source.len();
            self.loaded.1 += 1;
            let of_lesson = matches!(source.origin(), Origin::Lesson(_));
            let at = self.corpus.len();
            self.corpus.add(source);
            if of_lesson {
                self.receive_lesson_sample(at);
            }
        }
        for problem in loaded.problems {
            if problem.severity == Severity::Error {
                self.notices.push(Notice::Failed(problem.clone()));
            }
            self.load_problems.push(problem);
        }
        if self.selected_position().is_none() {
            let first = self.corpus.sample(0);
            self.select(first.map(|sample| sample.id()));
        }
        if is_last {
            self.reading = self.reading.saturating_sub(1);
            self.finish_errand();
            self.tell_loaded();
        }
    }

    fn tell_loaded(&mut self) {
        let (messages, sources) = std::mem::take(&mut self.loaded);
        if sources > 0 {
            self.notices.push(Notice::Loaded { messages, sources });
        }
    }

    fn receive_site(&mut self, result: Result<SiteFile, SiteError>) {
        self.finish_errand();
        match result {
            Ok(file) => {
                self.notices.push(Notice::ProfileOpened(file.path.clone()));
                self.site = Site::opened(file);
                self.offer = None;
                self.sheet = None;
                self.drafts = Drafts::default();
                self.conflicts.clear();
                self.refresh();
            }
            Err(error) => self.notices.push(Notice::Failed(error.to_diagnostic())),
        }
    }

    /// Has the templates read that the profile extends by now, if they are others than before.
    pub(super) fn read_templates(&mut self) {
        if let Some((site, own)) = self.site.unread_templates()
            && self.asked_templates.as_ref() != Some(&(site.clone(), own.extends.clone()))
        {
            self.asked_templates = Some((site.clone(), own.extends.clone()));
            self.send(Errand::OpenTemplates {
                site,
                own,
                changed: Vec::new(),
            });
        }
    }

    /// Has templates read that somebody changed, so that they can be offered.
    fn read_changed_templates(&mut self, changed: Vec<PathBuf>) {
        if let Some(site) = self.site.path.clone() {
            let own = Arc::clone(self.site.own());
            self.send(Errand::OpenTemplates { site, own, changed });
        }
    }

    fn receive_templates(
        &mut self,
        own: &Profile,
        changed: Vec<PathBuf>,
        result: Result<TemplateFiles, SiteError>,
    ) {
        self.finish_errand();
        if !changed.is_empty() {
            match result {
                Ok(read) => self.offer = self.site.offer(own, changed, read),
                Err(error) => self.notices.push(Notice::Failed(error.to_diagnostic())),
            }
            return;
        }
        self.asked_templates = None;
        let files = match result {
            Ok(files) => Some(files),
            Err(error) => {
                self.notices.push(Notice::Failed(error.to_diagnostic()));
                None
            }
        };
        self.site.take_templates(own, files);
        self.refresh();
    }

    fn receive_saved(&mut self, draft: &SiteDraft, result: Result<SiteStamps, FileError>) {
        self.finish_errand();
        match result {
            Ok(stamps) => {
                self.site
                    .saved(&draft.path, &draft.profile, &draft.scripts, stamps);
                self.conflicts.clear();
                self.notices.push(Notice::ProfileSaved(draft.path.clone()));
                self.read_templates();
            }
            Err(FileError::ChangedOnDisk(path)) => {
                self.conflicts.refused(&path);
                self.notices.push(failed(&FileError::ChangedOnDisk(path)));
            }
            Err(error) => self.notices.push(failed(&error)),
        }
    }
}

fn failed(error: &dyn std::error::Error) -> Notice {
    Notice::Failed(Diagnostic::error("file", error.to_string()))
}
