//! Certificates and keys that options name.

use std::io::Write;
use std::path::Path;

use super::failure::Failure;
use crate::net::{Authorities, Identity, SelfSigned};
use crate::workbench::{FileError, Outgoing, read_text};

/// A chain and its key.
pub(super) fn identity(chain: &Path, key: &Path) -> Result<Identity, Failure> {
    let (chain, _) = read_text(chain)?;
    let (key, _) = read_text(key)?;
    Ok(Identity::from_pem(&chain, &key)?)
}

/// CAs that are trusted.
pub(super) fn authorities(path: &Path) -> Result<Authorities, Failure> {
    let (text, _) = read_text(path)?;
    Ok(Authorities::from_pem(&text)?)
}

/// A fresh certificate of this machine for tests, whose public part is written for the other side to trust; its
/// key is never written.
pub(super) fn self_signed(path: &Path) -> Result<Identity, Failure> {
    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let made = SelfSigned::new(&names)?;
    let mut file = Outgoing::create(path)?;
    file.write_all(made.certificate_pem.as_bytes())
        .map_err(|error| FileError::writing(path, error))?;
    file.commit()?;
    Ok(Identity::from_pem(&made.certificate_pem, &made.key_pem)?)
}
