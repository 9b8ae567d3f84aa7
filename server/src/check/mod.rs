//! `throughline check`: whether the traces of a candidate are worse than those of a baseline, for
//! delivery pipelines.

mod answer;
mod judge;

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use reqwest::{Client, StatusCode, Url};
use serde_json::Value;

use self::answer::Answer;
use self::judge::{Budget, Judgement, Line, Outcome};

/// How long the server may take.
const TIMEOUT: Duration = Duration::from_mins(1);

/// What a pipeline goes on with.
const REGRESSION: u8 = 1;
const UNKNOWN: u8 = 2;

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct CheckOptions {
    /// The requests to compare with, in the filter language: release:4.1.0
    #[arg(long, value_name = "FILTER")]
    baseline: String,
    /// The requests to check, in the filter language: release:4.2.0
    #[arg(long, value_name = "FILTER")]
    candidate: String,
    /// Where a running Throughline has its web pages.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    server: String,
    /// Begin of the time that is looked at.
    #[arg(long, default_value = "now-24h")]
    from: String,
    /// Its end.
    #[arg(long, default_value = "now")]
    to: String,
    /// Percent by which a percentile may be longer.
    #[arg(long, default_value_t = 5.0, value_name = "PERCENT")]
    slower: f64,
    /// Percent of the requests that may fail beyond those of the baseline.
    #[arg(long, default_value_t = 0.1, value_name = "PERCENT")]
    failing: f64,
    /// Fewest requests of each side; with fewer nothing is said.
    #[arg(long, default_value_t = 100, value_name = "REQUESTS")]
    least: i64,
    /// Operations that only one side has are a regression, too.
    #[arg(long)]
    same_structure: bool,
    /// Prints JSON in place of a table.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, thiserror::Error)]
enum CheckError {
    #[error("{0} is not an address; write it as http://127.0.0.1:8080")]
    Address(String),
    #[error("the HTTP client could not be made: {0}")]
    Client(reqwest::Error),
    #[error("{url} does not answer. Check that Throughline runs there")]
    Unreachable { url: Url },
    #[error("the server refused: {message} {hint}")]
    Refused { message: String, hint: String },
    #[error(
        "the answer cannot be read: {0}. Check that the server has the version of this command"
    )]
    Answer(serde_json::Error),
    #[error("the result could not be printed: {0}")]
    Print(io::Error),
}

/// Prints what it found; the exit code is 0 when the candidate passes, 1 when it is a regression
/// and 2 when nobody can say.
pub(crate) async fn check(options: CheckOptions) -> ExitCode {
    match judge(&options).await {
        Ok(Outcome::Passed) => ExitCode::SUCCESS,
        Ok(Outcome::Regression) => ExitCode::from(REGRESSION),
        Ok(Outcome::NotEnoughData) => ExitCode::from(UNKNOWN),
        Err(error) => {
            eprintln!("throughline: {error}");
            ExitCode::from(UNKNOWN)
        }
    }
}

async fn judge(options: &CheckOptions) -> Result<Outcome, CheckError> {
    let answer = ask(options).await?;
    let budget = Budget {
        slower: options.slower / 100.0,
        failing: options.failing / 100.0,
        least: options.least,
        same_structure: options.same_structure,
    };
    let judgement = Judgement::of(&answer, budget);
    let text = if options.json {
        serde_json::to_string_pretty(&judgement).map_err(CheckError::Answer)?
    } else {
        table(&judgement)
    };
    let mut out = io::stdout();
    writeln!(out, "{text}").map_err(CheckError::Print)?;
    Ok(judgement.outcome)
}

async fn ask(options: &CheckOptions) -> Result<Answer, CheckError> {
    let no_address = || CheckError::Address(options.server.clone());
    let mut url = Url::parse(&options.server)
        .and_then(|url| url.join("/api/v1/compare"))
        .map_err(|_not_a_url| no_address())?;
    url.query_pairs_mut()
        .append_pair("a_q", &options.baseline)
        .append_pair("b_q", &options.candidate);
    for side in ["a", "b"] {
        url.query_pairs_mut()
            .append_pair(&format!("{side}_from"), &options.from)
            .append_pair(&format!("{side}_to"), &options.to);
    }
    // The question is for that server and not for a proxy.
    let client = Client::builder()
        .timeout(TIMEOUT)
        .no_proxy()
        .build()
        .map_err(CheckError::Client)?;
    let unreachable = |_error: reqwest::Error| CheckError::Unreachable { url: url.clone() };
    let response = client.get(url.clone()).send().await.map_err(unreachable)?;
    let status = response.status();
    let body = response.bytes().await.map_err(unreachable)?;
    if status == StatusCode::OK {
        return serde_json::from_slice(&body).map_err(CheckError::Answer);
    }
    let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = |name: &str| {
        answer["error"][name]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let message = match text("message") {
        message if message.is_empty() => format!("status {status}."),
        message => message,
    };
    Err(CheckError::Refused {
        message,
        hint: text("hint"),
    })
}

fn table(judgement: &Judgement) -> String {
    let head = Line {
        what: String::new(),
        baseline: "baseline".into(),
        candidate: "candidate".into(),
        change: "change".into(),
        is_regression: false,
    };
    let lines: Vec<&Line> = std::iter::once(&head).chain(&judgement.lines).collect();
    let width = |of: fn(&Line) -> &str| {
        let widths = lines.iter().map(|line| of(line).chars().count());
        widths.max().unwrap_or(0)
    };
    let widths = [
        width(|line| &line.what),
        width(|line| &line.baseline),
        width(|line| &line.candidate),
    ];
    let rows = lines.iter().map(|line| {
        let [what, baseline, candidate] = widths;
        let mark = if line.is_regression {
            "  <- regression"
        } else {
            ""
        };
        format!(
            "{:what$}  {:>baseline$}  {:>candidate$}  {}{mark}",
            line.what, line.baseline, line.candidate, line.change
        )
        .trim_end()
        .to_owned()
    });
    let verdict = match judgement.outcome {
        Outcome::Passed => "Passed: nothing is worse by more than it may.",
        Outcome::Regression => "Regression: the candidate is worse than it may be.",
        Outcome::NotEnoughData => "Unknown: there are too few requests to say.",
    };
    let structure = judgement.structure.iter().cloned();
    let rows: Vec<String> = rows
        .chain(structure)
        .chain([String::new(), verdict.to_owned()])
        .collect();
    rows.join("\n")
}
