//! `cargo xtask bench`: figures of the release under load.

use crate::command;
use crate::error::Error;
use crate::postgres;
use crate::run::build_server;
use crate::site;
use crate::step::{Outcome, step};
use crate::workspace;

pub(crate) fn bench(arguments: &[String]) -> Result<(), Error> {
    postgres::ensure()?;
    site::build(true)?;
    let server = build_server(true)?;
    step("Compiling the bench", || {
        let mut build = command::cargo();
        build.args(["build", "--quiet", "--release", "--package", "bench"]);
        command::run(&mut build)?;
        Ok(Outcome::Done)
    })?;
    let mut bench = command::command(workspace::target().join("release/bench"));
    bench.arg("--server").arg(server);
    bench.arg("--site").arg(workspace::site(true));
    command::run(bench.args(arguments))
}
