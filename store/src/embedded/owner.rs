//! The user as whom the embedded Postgres runs: this one, or for root an unprivileged one.

use std::os::unix::fs::chown;
use std::path::Path;
use std::process::Command;

use nix::unistd::User;

use super::EmbeddedError;

/// Users to run as in root's stead, the first that exists.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

#[derive(Debug, Clone)]
pub(super) struct Owner {
    /// Only when it is another user than the one who asks.
    other: Option<User>,
}

impl Owner {
    pub(super) fn find() -> Result<Self, EmbeddedError> {
        if !super::is_root() {
            return Ok(Self { other: None });
        }
        let named = |name| User::from_name(name).ok().flatten();
        let user = UNPRIVILEGED
            .into_iter()
            .find_map(named)
            .ok_or(EmbeddedError::NoUser)?;
        Ok(Self { other: Some(user) })
    }

    /// A command that runs as this user, in a folder that it can enter.
    pub(super) fn command(&self, program: &Path, folder: &Path) -> Command {
        use std::os::unix::process::CommandExt;
        let mut command = Command::new(program);
        command.current_dir(folder);
        if let Some(user) = &self.other {
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        }
        command
    }

    /// Hands a file or folder over to this user.
    pub(super) fn take(&self, path: &Path) -> Result<(), EmbeddedError> {
        let Some(user) = &self.other else {
            return Ok(());
        };
        chown(path, Some(user.uid.as_raw()), Some(user.gid.as_raw())).map_err(EmbeddedError::io(
            format!("giving {} to {}", path.display(), user.name),
        ))
    }

    /// Whether this user can enter the folder, through all the folders above it.
    pub(super) fn check_can_enter(&self, folder: &Path) -> Result<(), EmbeddedError> {
        let Some(user) = &self.other else {
            return Ok(());
        };
        let mut test = self.command(Path::new("test"), Path::new("/"));
        let entered = test.args(["-x"]).arg(folder).status();
        if entered.is_ok_and(|status| status.success()) {
            return Ok(());
        }
        let directory = folder.to_owned();
        Err(EmbeddedError::Closed {
            user: user.name.clone(),
            directory,
        })
    }
}
