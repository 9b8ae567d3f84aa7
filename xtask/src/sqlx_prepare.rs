//! `cargo xtask sqlx-prepare`: the macros of sqlx ask a real Postgres, and note what it says.

use std::fs;

use crate::command;
use crate::error::Error;
use crate::postgres::Postgres;
use crate::step::{Outcome, step};
use crate::workspace;

pub(crate) fn sqlx_prepare() -> Result<(), Error> {
    let notes = workspace::root().join(".sqlx");
    let source = workspace::root().join("store/src/lib.rs");
    step("Checking SQL against the migrations", || {
        let postgres = Postgres::start()?;
        let migrations = workspace::root().join("migrations");
        let entries = migrations
            .read_dir()
            .map_err(Error::io("listing migrations/"))?;
        let mut scripts: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        scripts.sort();
        for script in scripts {
            // Postgres's user may not be able to read the workspace.
            let copy = tempfile::Builder::new().suffix(".sql").tempfile();
            let copy = copy.map_err(Error::io("creating a temporary file"))?;
            let content = fs::read(&script).map_err(Error::io("reading a migration"))?;
            fs::write(copy.path(), content).map_err(Error::io("copying a migration"))?;
            let readable = std::os::unix::fs::PermissionsExt::from_mode(0o644);
            fs::set_permissions(copy.path(), readable).map_err(Error::io("copying a migration"))?;
            postgres.run_script(copy.path())?;
        }
        if notes.exists() {
            fs::remove_dir_all(&notes).map_err(Error::io("removing the old .sqlx"))?;
        }
        fs::create_dir(&notes).map_err(Error::io("creating .sqlx"))?;
        let now = std::time::SystemTime::now();
        fs::File::open(&source)
            .and_then(|file| file.set_modified(now))
            .map_err(Error::io("touching store/src/lib.rs"))?;
        command::run(
            command::cargo()
                .args(["check", "--quiet", "--package", "store"])
                .env("DATABASE_URL", postgres.url("postgres"))
                .env("SQLX_OFFLINE", "false")
                .env("SQLX_OFFLINE_DIR", &notes),
        )?;
        Ok(Outcome::Done)
    })?;
    Ok(())
}
