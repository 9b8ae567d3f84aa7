//! Starting everything in order, and stopping it in reverse.

use std::fs;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use app::first_trace;
use axum::Router;
use axum::serve::ListenerExt;
use store::embedded::{Cluster, EmbeddedError};
use store::shard::SHARDS;
use store::{ConnectError, Store};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

use crate::assemble::{Assembler, TraceRules};
use crate::config::{Config, Database};
use crate::feed::Feeds;
use crate::ingest::redact::{Redactor, Rules, RulesError};
use crate::ingest::{
    Appender, LogInserts, Receiver, cors, otlp_grpc, otlp_http, skywalking_grpc, skywalking_http,
    zipkin,
};
use crate::maintain::{
    Expirer, Limits, Room, compact, evaluate_alerts, forget, learn, merge_terms,
    remove_unused_series,
};
use crate::metrics::{self, Metrics};
use crate::notify::{Settings, notify};
use crate::tail::Tails;
use crate::{api, pages};

/// How long open requests may take to end when the server stops.
const DRAIN: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error(
        "cannot listen on {address} ({source}). Stop what uses it, or set {variable} to another address"
    )]
    Listen {
        address: SocketAddr,
        variable: &'static str,
        source: io::Error,
    },
    #[error("the rules of THROUGHLINE_REDACTION cannot be read from {path}: {source}")]
    RulesFile { path: PathBuf, source: io::Error },
    #[error("the rules of THROUGHLINE_REDACTION in {path} make no sense, {source}")]
    Rules { path: PathBuf, source: RulesError },
    #[error("the key of pseudonyms could not be read: {0}")]
    Key(#[from] store::Error),
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Site(#[from] pages::SiteError),
}

/// One for each thing that is served.
struct Listeners {
    web: TcpListener,
    otlp_http: TcpListener,
    otlp_grpc: TcpListener,
}

/// Where they listen.
struct Addresses {
    web: SocketAddr,
    otlp_http: SocketAddr,
    otlp_grpc: SocketAddr,
}

impl Listeners {
    fn addresses(&self) -> io::Result<Addresses> {
        Ok(Addresses {
            web: self.web.local_addr()?,
            otlp_http: self.otlp_http.local_addr()?,
            otlp_grpc: self.otlp_grpc.local_addr()?,
        })
    }
}

pub(crate) async fn serve(config: Config) -> Result<(), ServeError> {
    let rules = rules(config.redaction.as_deref())?;
    // First what can fail at once: an occupied port must not cost the start of a database.
    let web = listen(config.web_listen, "THROUGHLINE_LISTEN").await?;
    let otlp_http = listen(config.otlp_http_listen, "THROUGHLINE_OTLP_HTTP_LISTEN").await?;
    let otlp_grpc = listen(config.otlp_grpc_listen, "THROUGHLINE_OTLP_GRPC_LISTEN").await?;
    let listeners = Listeners {
        web,
        otlp_http,
        otlp_grpc,
    };
    let mut stop_signal = StopSignal::new()?;
    let (cluster, store) = tokio::select! {
        opened = open_database(&config.database) => opened?,
        () = stop_signal.wait() => return Ok(()),
    };
    let outcome = run(&config, rules, listeners, store.clone(), stop_signal).await;
    store.close().await;
    if let Some(cluster) = cluster {
        cluster.stop().await;
    }
    outcome
}

async fn listen(address: SocketAddr, variable: &'static str) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| ServeError::Listen {
            address,
            variable,
            source,
        })
}

async fn open_database(database: &Database) -> Result<(Option<Cluster>, Store), ServeError> {
    match database {
        Database::Url(url) => Ok((None, Store::connect(url).await?)),
        Database::Embedded { data_directory } => {
            let cluster = Cluster::start(data_directory).await?;
            match Store::connect_with(cluster.options()).await {
                Ok(store) => Ok((Some(cluster), store)),
                Err(error) => {
                    cluster.stop().await;
                    Err(error.into())
                }
            }
        }
    }
}

/// How spans are redacted; as long as nothing else is said, by the defaults.
fn rules(path: Option<&Path>) -> Result<Rules, ServeError> {
    let Some(path) = path else {
        return Ok(Rules::default());
    };
    let text = fs::read_to_string(path).map_err(|source| ServeError::RulesFile {
        path: path.to_owned(),
        source,
    })?;
    Rules::parse(&text).map_err(|source| ServeError::Rules {
        path: path.to_owned(),
        source,
    })
}

/// With the key that was given, or else the one that all servers of the database share.
async fn redactor(
    config: &Config,
    rules: Rules,
    store: &Store,
) -> Result<Arc<Redactor>, ServeError> {
    let redactor = match &config.pseudonym_key {
        Some(key) => Redactor::new(rules, key.as_bytes()),
        None => Redactor::new(rules, &store.pseudonym_key().await?),
    };
    Ok(Arc::new(redactor))
}

async fn run(
    config: &Config,
    rules: Rules,
    listeners: Listeners,
    store: Store,
    mut stop_signal: StopSignal,
) -> Result<(), ServeError> {
    let redactor = redactor(config, rules, &store).await?;
    let (stop, stopped) = watch::channel(false);
    let commits = Arc::new(Notify::new());
    let metrics = Arc::new(Metrics::new());
    let (append, appenders) = Appender::start(&store, &commits, &metrics);
    let assemblers = assemblers(config, &store, &commits, &metrics, &stopped);
    let (room, is_room) = watch::channel(Room::Plenty);
    let mut maintenance = maintenance(config, &store, &redactor, &metrics, room, &stopped);

    let addresses = listeners.addresses()?;
    let settings = notifications(config, &addresses);
    maintenance.spawn(notify(store.clone(), settings, stopped.clone()));
    let receiver = Receiver::new(
        append,
        LogInserts::new(store.clone(), Arc::clone(&metrics)),
        redactor.clone(),
        is_room,
        metrics.clone(),
    );
    let otlp_http = otlp_http::routes(receiver.clone())
        .merge(zipkin::routes(receiver.clone()))
        .merge(skywalking_http::routes(receiver.clone()))
        .layer(cors::layer(&config.ingest_origins));
    let otlp_grpc = otlp_grpc::routes(receiver.clone())
        .merge(skywalking_grpc::routes(receiver, stopped.clone()));
    let pages = pages::routes(
        store.clone(),
        redactor.clone(),
        addresses.otlp_http,
        config.mailer.is_some(),
        &config.site_directory,
    )?;
    let tails = Tails::new(store.clone(), stopped.clone());
    let watching = tails.start();
    let feeds = Feeds::new(store.clone(), stopped.clone());
    let web = pages
        .merge(api::routes(store, redactor, tails, feeds))
        .merge(metrics::routes(metrics))
        // What is ready is sent, though more is to come: pages stream.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .merge(otlp_http.clone());
    welcome(&addresses);
    let servers = JoinSet::from_iter([
        server(listeners.web, web, stopped.clone()),
        server(listeners.otlp_http, otlp_http, stopped.clone()),
        server(listeners.otlp_grpc, otlp_grpc, stopped),
    ]);

    stop_signal.wait().await;
    tracing::info!("stopping");
    stop.send_replace(true);
    // First the requests, then the queue that they fill, then the assemblers.
    for tasks in [servers, appenders, assemblers, maintenance, watching] {
        if timeout(DRAIN, tasks.join_all()).await.is_err() {
            tracing::warn!("something did not end in time; what was acknowledged is on disk");
        }
    }
    Ok(())
}

fn assemblers(
    config: &Config,
    store: &Store,
    commits: &Arc<Notify>,
    metrics: &Arc<Metrics>,
    stopped: &watch::Receiver<bool>,
) -> JoinSet<()> {
    let rules = TraceRules {
        dimensions: Arc::new(config.dimensions.clone()),
        sampling: config.sampling,
    };
    let assembler = |shard| {
        Assembler::new(
            store.clone(),
            shard,
            rules.clone(),
            Arc::clone(commits),
            Arc::clone(metrics),
            stopped.clone(),
        )
    };
    (0..SHARDS).map(|shard| assembler(shard).run()).collect()
}

/// `room` is told how much room there is.
fn maintenance(
    config: &Config,
    store: &Store,
    redactor: &Arc<Redactor>,
    metrics: &Arc<Metrics>,
    room: watch::Sender<Room>,
    stopped: &watch::Receiver<bool>,
) -> JoinSet<()> {
    let expirer = Expirer {
        store: store.clone(),
        metrics: Arc::clone(metrics),
        trace_days: config.trace_days,
        limits: limits(config),
        room,
    };
    let mut tasks = JoinSet::new();
    tasks.spawn(expirer.run(stopped.clone()));
    tasks.spawn(compact(store.clone(), Arc::clone(metrics), stopped.clone()));
    tasks.spawn(learn(store.clone(), stopped.clone()));
    tasks.spawn(merge_terms(store.clone(), stopped.clone()));
    tasks.spawn(remove_unused_series(store.clone(), stopped.clone()));
    tasks.spawn(evaluate_alerts(
        store.clone(),
        Arc::clone(redactor),
        stopped.clone(),
    ));
    tasks.spawn(forget(store.clone(), stopped.clone()));
    tasks
}

/// Where nothing is said of how others reach the pages, links lead to where they are served.
fn notifications(config: &Config, addresses: &Addresses) -> Settings {
    let own = || format!("http://{}", addresses.web);
    Settings {
        public_url: config.public_url.clone().unwrap_or_else(own),
        networks: config.receiver_networks.clone(),
        mailer: config.mailer.clone(),
    }
}

fn limits(config: &Config) -> Limits {
    let directory = match &config.database {
        Database::Url(_) => None,
        Database::Embedded { data_directory } => Some(data_directory.clone()),
    };
    Limits {
        database_bytes: config.storage_limit,
        directory,
    }
}

/// Where to look, and how to send a first trace.
fn welcome(addresses: &Addresses) {
    let otlp_http = addresses.otlp_http.to_string();
    let curl = first_trace::curl(&otlp_http);
    let environment = first_trace::sdk_environment(&otlp_http);
    let Addresses { web, otlp_grpc, .. } = addresses;
    let text = format!(
        "Throughline is ready: open http://{web}\n\n\
        Send a first trace from another terminal:\n\n{curl}\n\n\
        Or point any OpenTelemetry SDK here:\n\n{environment}\n\n\
        OTLP over gRPC is received at http://{otlp_grpc}\n\n\
        Ctrl-C stops it.\n"
    );
    // Whoever started it may have stopped listening; it serves all the same.
    io::stdout().write_all(text.as_bytes()).ok();
}

async fn server(listener: TcpListener, routes: Router, mut stop: watch::Receiver<bool>) {
    let stopped = async move {
        // An error means that whoever could say so is gone.
        stop.wait_for(|is_stopped| *is_stopped).await.ok();
    };
    // Small frames, such as HTTP/2's permission to send more, must not wait for others.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "a connection is slower than it could be");
        }
    });
    if let Err(error) = axum::serve(listener, routes)
        .with_graceful_shutdown(stopped)
        .await
    {
        tracing::error!(%error, "a listener failed");
    }
}

/// Ctrl-C, or a service manager's polite request.
struct StopSignal {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl StopSignal {
    fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
