//! What the machine has, and how to get what it lacks.

use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::geteuid;

use crate::command;
use crate::error::Error;

/// Makes sure that something is there: where it is missing, installs Debian's packages when
/// running as root on Debian, and otherwise says what to type.
pub(crate) fn ensure(
    what: &'static str,
    packages: &[&str],
    is_there: impl Fn() -> bool,
) -> Result<bool, Error> {
    if is_there() {
        return Ok(false);
    }
    let is_debian = Path::new("/usr/bin/apt-get").exists();
    if is_debian && geteuid().is_root() {
        install(packages)?;
        if is_there() {
            return Ok(true);
        }
    }
    let sudo = if geteuid().is_root() { "" } else { "sudo " };
    let remedy = if is_debian {
        format!(
            "{sudo}apt-get update && {sudo}apt-get install --yes --no-install-recommends {}",
            packages.join(" ")
        )
    } else {
        format!(
            "(with your system's package manager: {})",
            packages.join(", ")
        )
    };
    Err(Error::Missing { what, remedy })
}

/// The lists of packages are only fetched when those at hand do not do.
fn install(packages: &[&str]) -> Result<(), Error> {
    if apt_install(packages).is_ok() {
        return Ok(());
    }
    command::output(apt().args(["update", "--quiet"]))?;
    apt_install(packages)
}

fn apt_install(packages: &[&str]) -> Result<(), Error> {
    let mut install = apt();
    install
        .args(["install", "--yes", "--quiet", "--no-install-recommends"])
        .args(packages);
    command::output(&mut install).map(drop)
}

/// Gives up on a network that does not answer within seconds.
fn apt() -> Command {
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive")
        .args([
            "-o",
            "Acquire::http::Timeout=10",
            "-o",
            "Acquire::https::Timeout=10",
        ])
        .args(["-o", "Acquire::Retries=1", "-o", "DPkg::Lock::Timeout=120"])
        .stdin(Stdio::null());
    apt
}
