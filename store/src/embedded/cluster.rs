//! The life of the embedded cluster: made once, started, watched, stopped.

use std::fs::{self, DirBuilder, File, Permissions, TryLockError};
use std::io::Read;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use model::id::hex_from_bytes;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::EmbeddedError;
use super::binaries::{Binaries, not_installed};
use super::owner::Owner;

const USER: &str = "throughline";

/// Longest path of a Unix socket, `sun_path` less its closing zero (unix(7)).
const MAX_SOCKET_PATH_BYTES: usize = 107;

/// How often a start is tried. After a crash the old server's processes may take a moment to end.
const START_TRIES: u32 = 40;

/// How long a server that runs may take until it accepts connections: it replays its log first.
const READY_TRIES: u32 = 1_200;

const TRY_INTERVAL: Duration = Duration::from_millis(100);

/// How long a stop may take before it is forced. What is on disk is safe either way.
const STOP_TIMEOUT: Duration = Duration::from_mins(1);

/// How much of the server's log an error message repeats.
const LOG_TAIL_LINES: usize = 8;

/// A running embedded Postgres, which nobody else uses.
#[derive(Debug)]
pub struct Cluster {
    options: PgConnectOptions,
    stop: oneshot::Sender<()>,
    watch: JoinHandle<()>,
    /// Held as long as this lives; the system lets go of it however the process ends.
    _lock: File,
}

impl Cluster {
    /// Starts the cluster under the data directory, and makes it first where there is none.
    ///
    /// A server that an earlier Throughline left behind when it crashed is stopped; one that
    /// crashed itself recovers from its log.
    ///
    /// # Errors
    /// Says what is in the way and what to do.
    pub async fn start(data_directory: &Path) -> Result<Self, EmbeddedError> {
        fs::create_dir_all(data_directory).map_err(EmbeddedError::io(format!(
            "creating {}",
            data_directory.display()
        )))?;
        let data_directory = data_directory
            .canonicalize()
            .map_err(EmbeddedError::io(format!(
                "finding {}",
                data_directory.display()
            )))?;
        let lock = lock(&data_directory)?;
        let place = Place::prepare(&data_directory.join("postgres"))?;
        let server = Server::find(place)?;
        server.place.initialise(&server.binaries)?;
        server.stop_leftover();
        let options = server.place.options()?;
        let child = server.start(&options).await?;
        let (stop, stopped) = oneshot::channel();
        let watch = tokio::spawn(server.watch(child, options.clone(), stopped));
        Ok(Self {
            options,
            stop,
            watch,
            _lock: lock,
        })
    }

    /// How to connect to it.
    #[must_use]
    pub fn options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    /// Stops it and waits until it has ended.
    pub async fn stop(self) {
        // An error means that the watcher has ended already.
        if self.stop.send(()).is_err() {
            tracing::warn!("the embedded Postgres was not running any more");
        }
        if let Err(error) = self.watch.await {
            tracing::error!(%error, "the watcher of the embedded Postgres failed");
        }
    }
}

fn lock(data_directory: &Path) -> Result<File, EmbeddedError> {
    let path = data_directory.join("lock");
    let lock =
        File::create(&path).map_err(EmbeddedError::io(format!("creating {}", path.display())))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(EmbeddedError::InUse(data_directory.to_owned())),
        Err(TryLockError::Error(source)) => Err(EmbeddedError::Io {
            action: format!("locking {}", path.display()),
            source,
        }),
    }
}

/// The folder that belongs to Postgres's user.
#[derive(Debug)]
struct Place {
    folder: PathBuf,
    owner: Owner,
}

impl Place {
    fn prepare(folder: &Path) -> Result<Self, EmbeddedError> {
        let owner = Owner::find()?;
        let place = Self {
            folder: folder.to_owned(),
            owner,
        };
        let socket = place.socket_folder().join(".s.PGSQL.5432");
        if socket.as_os_str().len() > MAX_SOCKET_PATH_BYTES {
            return Err(EmbeddedError::LongPath(socket));
        }
        for folder in [place.folder.clone(), place.socket_folder()] {
            let action = format!("creating {}", folder.display());
            let mut builder = DirBuilder::new();
            builder
                .recursive(true)
                .mode(0o700)
                .create(&folder)
                .map_err(EmbeddedError::io(action))?;
            place.owner.take(&folder)?;
        }
        place.owner.check_can_enter(&place.folder)?;
        Ok(place)
    }

    fn cluster(&self) -> PathBuf {
        self.folder.join("cluster")
    }

    fn socket_folder(&self) -> PathBuf {
        self.folder.join("run")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    fn password_file(&self) -> PathBuf {
        self.folder.join("password")
    }

    /// Major version of the cluster; none before there is one.
    fn major(&self) -> Option<u32> {
        fs::read_to_string(self.cluster().join("PG_VERSION"))
            .ok()?
            .trim()
            .parse()
            .ok()
    }

    /// Makes the cluster beside its place and moves it there whole, so that an interrupted start
    /// leaves nothing half made.
    fn initialise(&self, binaries: &Binaries) -> Result<(), EmbeddedError> {
        if self.major().is_some() {
            return Ok(());
        }
        let unfinished = self.folder.join("cluster.unfinished");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(EmbeddedError::io(format!(
                "removing {}",
                unfinished.display()
            )))?;
        }
        self.write_password()?;
        let output = self
            .owner
            .command(&binaries.program("initdb"), &self.folder)
            .arg("--pgdata")
            .arg(&unfinished)
            .arg("--pwfile")
            .arg(self.password_file())
            .args([
                "--username",
                USER,
                "--auth",
                "scram-sha-256",
                "--encoding",
                "UTF8",
            ])
            .args(["--locale", "C", "--no-instructions"])
            .output()
            .map_err(EmbeddedError::io("running initdb"))?;
        if !output.status.success() {
            let output = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(EmbeddedError::Program {
                program: "initdb",
                output,
            });
        }
        fs::rename(&unfinished, self.cluster()).map_err(EmbeddedError::io("moving the new cluster"))
    }

    fn write_password(&self) -> Result<(), EmbeddedError> {
        let action = || EmbeddedError::io("making a password");
        let mut random = [0; 24];
        File::open("/dev/urandom")
            .and_then(|mut file| file.read_exact(&mut random))
            .map_err(action())?;
        let path = self.password_file();
        fs::write(&path, hex_from_bytes(&random)).map_err(action())?;
        fs::set_permissions(&path, Permissions::from_mode(0o600)).map_err(action())?;
        self.owner.take(&path)
    }

    fn options(&self) -> Result<PgConnectOptions, EmbeddedError> {
        let password = fs::read_to_string(self.password_file()).map_err(EmbeddedError::io(
            "reading the password of the embedded Postgres",
        ))?;
        Ok(PgConnectOptions::new_without_pgpass()
            .socket(self.socket_folder())
            .port(5432)
            .username(USER)
            .password(password.trim())
            .database("postgres"))
    }

    fn log_tail(&self) -> String {
        let log = fs::read(self.log()).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(LOG_TAIL_LINES)..].join("\n")
    }
}

#[derive(Debug)]
struct Server {
    place: Place,
    binaries: Binaries,
}

impl Server {
    fn find(place: Place) -> Result<Self, EmbeddedError> {
        let major = place.major();
        let binaries = Binaries::find(major).map_err(|others| match major {
            None => not_installed(&others),
            Some(major) => EmbeddedError::OtherVersion {
                directory: place.folder.clone(),
                version: major.to_string(),
            },
        })?;
        Ok(Self { place, binaries })
    }

    /// Stops a server that runs on the cluster: whoever started it is gone, since the lock is ours.
    fn stop_leftover(&self) {
        if !self.place.cluster().join("postmaster.pid").exists() {
            return;
        }
        let mut command = self
            .place
            .owner
            .command(&self.binaries.program("pg_ctl"), &self.place.folder);
        command
            .args(["stop", "--wait", "--mode", "fast", "--pgdata"])
            .arg(self.place.cluster());
        match command.output() {
            Ok(output) if output.status.success() => {
                tracing::info!("stopped the embedded Postgres that a crash had left running");
            }
            // Nothing runs: the file was left by a crash, and the next start clears it away.
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "pg_ctl could not be run"),
        }
    }

    /// Starts the server and waits until it accepts connections.
    async fn start(&self, options: &PgConnectOptions) -> Result<Child, EmbeddedError> {
        for _ in 0..START_TRIES {
            let mut child = self.spawn()?;
            if is_ready(&mut child, options).await {
                return Ok(child);
            }
            sleep(TRY_INTERVAL).await;
        }
        Err(EmbeddedError::NotStarted {
            log: self.place.log(),
            tail: self.place.log_tail(),
        })
    }

    fn spawn(&self) -> Result<Child, EmbeddedError> {
        let log = self.place.log();
        let output = File::options().create(true).append(true).open(&log);
        let output = output.map_err(EmbeddedError::io(format!("opening {}", log.display())))?;
        let copy = output
            .try_clone()
            .map_err(EmbeddedError::io("copying a file handle"))?;
        let command = self
            .place
            .owner
            .command(&self.binaries.program("postgres"), &self.place.folder);
        let mut command = Command::from(command);
        command
            .arg("-D")
            .arg(self.place.cluster())
            .arg("-k")
            .arg(self.place.socket_folder())
            .args([
                "-p",
                "5432",
                "-c",
                "listen_addresses=",
                "-c",
                "unix_socket_permissions=0700",
            ])
            .args([
                "-c",
                "fsync=on",
                "-c",
                "max_wal_size=2GB",
                "-c",
                "log_min_messages=warning",
            ])
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(copy);
        command
            .spawn()
            .map_err(EmbeddedError::io("starting postgres"))
    }

    /// Keeps the server running until it is told to stop.
    async fn watch(
        self,
        mut child: Child,
        options: PgConnectOptions,
        mut stop: oneshot::Receiver<()>,
    ) {
        loop {
            tokio::select! {
                _ = &mut stop => return end(child).await,
                status = child.wait() => {
                    tracing::error!(?status, "the embedded Postgres ended by itself; starting it again");
                }
            }
            child = tokio::select! {
                _ = &mut stop => return,
                child = self.restart(&options) => child,
            };
        }
    }

    async fn restart(&self, options: &PgConnectOptions) -> Child {
        loop {
            match self.start(options).await {
                Ok(child) => return child,
                Err(error) => {
                    tracing::error!(%error, "the embedded Postgres does not start; trying again");
                }
            }
        }
    }
}

/// Waits until the server accepts connections; false when it ends first.
async fn is_ready(child: &mut Child, options: &PgConnectOptions) -> bool {
    for _ in 0..READY_TRIES {
        if !matches!(child.try_wait(), Ok(None)) {
            return false;
        }
        if let Ok(connection) = options.connect().await {
            if let Err(error) = connection.close().await {
                tracing::debug!(%error, "the first connection did not close cleanly");
            }
            return true;
        }
        sleep(TRY_INTERVAL).await;
    }
    end_now(child);
    false
}

/// Fast shutdown: connections are closed, a checkpoint is written (`PostgreSQL` manual, 19.5).
async fn end(mut child: Child) {
    signal(&child, Signal::SIGINT);
    if timeout(STOP_TIMEOUT, child.wait()).await.is_err() {
        tracing::warn!("the embedded Postgres takes long to stop; it will recover from its log");
        end_now(&mut child);
    }
}

/// Immediate shutdown: the next start recovers from the log.
fn end_now(child: &mut Child) {
    signal(child, Signal::SIGQUIT);
}

fn signal(child: &Child, signal: Signal) {
    let Some(id) = child.id().and_then(|id| i32::try_from(id).ok()) else {
        return;
    };
    if let Err(error) = kill(Pid::from_raw(id), signal) {
        tracing::warn!(%error, "the embedded Postgres could not be signalled");
    }
}
