//! `cargo xtask dist`: the release, in `target/dist`.

use std::fs;

use crate::error::Error;
use crate::run::build_server;
use crate::site;
use crate::workspace;

pub(crate) fn dist() -> Result<(), Error> {
    site::build(true)?;
    let binary = build_server(true)?;
    let copy = workspace::target().join("dist/throughline");
    fs::copy(&binary, &copy).map_err(Error::io("copying the binary"))?;
    println!(
        "\n{} with its site beside it. Start it with\n",
        copy.display()
    );
    println!(
        "    THROUGHLINE_SITE_DIR={} {} serve",
        workspace::site(true).display(),
        copy.display()
    );
    Ok(())
}
