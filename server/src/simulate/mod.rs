//! stub
#[derive(Debug, clap::Args)]
pub(crate) struct SimulateOptions {}
#[expect(clippy::unused_async, reason = "stub")]
pub(crate) async fn simulate(_: SimulateOptions) -> Result<(), std::io::Error> { Ok(()) }
