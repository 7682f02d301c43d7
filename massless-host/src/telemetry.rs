//! The program's own log and its metrics. Never addresses, tokens or chat.
//!
//! Log lines go to standard error through a bounded queue of their own thread: a stalled reader
//! costs lines (counted), never a tick.

use std::time::Duration;

use anyhow::Context;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};
use crate::limits::LOG_LINES_WAITING_MAX;

/// Upper bounds of the tick histogram, seconds; 50 ms is the budget.
const TICK_BUCKETS: &[f64] =
    &[0.000_5, 0.001, 0.002, 0.005, 0.01, 0.015, 0.025, 0.035, 0.05, 0.1, 0.2, 0.5, 1.0];
/// Upper bounds of the histogram of changes of zone, seconds; at best a tick or two.
const TRANSFER_BUCKETS: &[f64] = &[0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0];
/// Upper bounds of the histogram of the vault's answers, seconds.
const VAULT_BUCKETS: &[f64] = &[0.000_1, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0];
/// Upper bounds of the session histogram, seconds.
const SESSION_BUCKETS: &[f64] = &[10.0, 60.0, 300.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0];

/// Time that the last lines of the log get to be written.
const FLUSH_TIME: Duration = Duration::from_secs(2);

/// Keeps log writing alive; dropping it flushes.
pub(crate) struct Telemetry {
    /// Renders the metrics page.
    pub(crate) metrics: PrometheusHandle,
    log_dropped: ErrorCounter,
    guard: Option<WorkerGuard>,
}

/// Starts log and metrics; once per process.
pub(crate) fn start(log: &Log) -> anyhow::Result<Telemetry> {
    let (guard, log_dropped) = start_log(log)?;
    log_panics();
    let metrics = PrometheusBuilder::new()
        .set_buckets_for_metric(
            Matcher::Full("massless_tick_duration_seconds".to_owned()),
            TICK_BUCKETS,
        )?
        .set_buckets_for_metric(
            Matcher::Full("massless_session_duration_seconds".to_owned()),
            SESSION_BUCKETS,
        )?
        .set_buckets_for_metric(
            Matcher::Full("massless_transfer_duration_seconds".to_owned()),
            TRANSFER_BUCKETS,
        )?
        .set_buckets_for_metric(
            Matcher::Full("massless_vault_latency_seconds".to_owned()),
            VAULT_BUCKETS,
        )?
        .install_recorder()
        .context("the metrics recorder is installed once")?;
    describe();
    Ok(Telemetry { metrics, log_dropped, guard: Some(guard) })
}

/// Starts the log alone; it is written as long as the guard is there. Once per process.
pub(crate) fn start_log(log: &Log) -> anyhow::Result<(WorkerGuard, ErrorCounter)> {
    let (writer, guard) = NonBlockingBuilder::default()
        .buffered_lines_limit(LOG_LINES_WAITING_MAX)
        .lossy(true)
        .finish(std::io::stderr());
    let log_dropped = writer.error_counter();
    let filter = EnvFilter::try_new(&log.level).context("log.level was checked at load")?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    match log.format {
        LogFormat::Json => builder.json().flatten_event(true).with_target(false).init(),
        LogFormat::Text => {
            let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
            builder.with_ansi(colours).with_target(false).init();
        }
    }
    Ok((guard, log_dropped))
}

/// Panics go the way of the log: written to standard error they would hold a zone's thread as long as nobody
/// reads that.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let payload = panic.payload();
        let words = payload.downcast_ref::<&str>().copied();
        let words = words.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let current = std::thread::current();
        let thread = current.name().unwrap_or("unnamed");
        let backtrace = std::backtrace::Backtrace::capture();
        let is_there = backtrace.status() == std::backtrace::BacktraceStatus::Captured;
        let backtrace = is_there.then(|| backtrace.to_string());
        tracing::error!(
            thread,
            place,
            backtrace,
            "panicked: {}",
            words.unwrap_or("without a word")
        );
    }));
}

impl Telemetry {
    /// What `/metrics` needs, without the guard.
    pub(crate) fn page(&self) -> MetricsPage {
        MetricsPage { metrics: self.metrics.clone(), log_dropped: self.log_dropped.clone() }
    }
}

impl Drop for Telemetry {
    /// Writes what still waits, unless nobody reads it: the end waits for no reader.
    fn drop(&mut self) {
        let guard = self.guard.take();
        let (done, written) = std::sync::mpsc::channel::<()>();
        let flush = std::thread::Builder::new().name("last lines".to_owned()).spawn(move || {
            drop(guard);
            drop(done);
        });
        if flush.is_ok() {
            let _ = written.recv_timeout(FLUSH_TIME);
        }
    }
}

/// Renders the metrics; cheap to clone.
#[derive(Clone)]
pub(crate) struct MetricsPage {
    metrics: PrometheusHandle,
    log_dropped: ErrorCounter,
}

impl MetricsPage {
    /// The page as Prometheus reads it.
    pub(crate) fn render(&self) -> String {
        let dropped = self.log_dropped.dropped_lines() as u64;
        metrics::counter!("massless_log_dropped_total").absolute(dropped);
        self.run_upkeep();
        self.metrics.render()
    }

    /// Sorts samples into their buckets. They wait in memory until then, so this must run now and
    /// then even if nobody ever reads the page.
    pub(crate) fn run_upkeep(&self) {
        self.metrics.run_upkeep();
    }
}

/// Names and units of all metrics; each exists from the first scrape on.
fn describe() {
    use metrics::Unit::{Bytes, Count, Seconds};
    use metrics::{describe_counter, describe_gauge, describe_histogram};
    describe_gauge!("massless_players", Count, "Characters in a zone");
    describe_gauge!("massless_actors", Count, "Actors in a zone");
    describe_gauge!("massless_zone_epoch", Count, "Epoch of a zone; raised by every restore");
    describe_gauge!(
        "massless_zone_memory_bytes",
        Bytes,
        "Memory of a zone: actors, replication, log"
    );
    describe_histogram!("massless_tick_duration_seconds", Seconds, "Whole tick of a zone");
    describe_counter!("massless_tick_missed_total", Count, "Ticks given up because of overload");
    describe_counter!("massless_zone_panics_total", Count, "Panics of a zone");
    describe_counter!("massless_incidents_total", Count, "Incidents, written or not");
    describe_counter!("massless_recorder_errors_total", Count, "Log segments that broke off");
    describe_counter!("massless_transfers_total", Count, "Changes of zone, by result");
    describe_histogram!(
        "massless_transfer_duration_seconds",
        Seconds,
        "From the body in the old zone to that in the new one"
    );
    describe_counter!("massless_intents_total", Count, "Operations of the vault, by reason");
    describe_gauge!("massless_vault_queue_len", Count, "Batches waiting for the vault");
    describe_histogram!("massless_vault_latency_seconds", Seconds, "From an intent to its answer");
    describe_gauge!("massless_sockets", Count, "Open game sockets");
    describe_counter!("massless_net_messages_total", Count, "Frames by direction");
    describe_counter!("massless_net_bytes_total", Bytes, "Frame bytes by direction");
    describe_counter!("massless_shed_total", Count, "Work refused, by stage");
    describe_counter!("massless_errors_total", Count, "Sessions closed by the host, by code");
    describe_counter!("massless_chat_messages_total", Count, "Chat lines, by result");
    describe_histogram!("massless_session_duration_seconds", Seconds, "Length of a session");
    describe_counter!("massless_log_dropped_total", Count, "Log lines that were dropped");
    describe_gauge!("massless_disk_used_ratio", "Used share of the disk of a folder");
    describe_process();
    metrics::counter!("massless_recorder_errors_total").absolute(0);
    metrics::counter!("massless_chat_messages_total", "result" => "said").absolute(0);
    for kind in ["panic", "publish_panic", "slow_tick"] {
        metrics::counter!("massless_incidents_total", "kind" => kind).absolute(0);
    }
    // To have the handle is enough for it to be on the page.
    let _ = metrics::histogram!("massless_session_duration_seconds");
    describe_store();
    for code in ["protocol", "rate", "slow", "timeout"] {
        metrics::counter!("massless_errors_total", "code" => code).absolute(0);
    }
    for stage in
        ["mailbox", "reliable", "talk", "rate", "sockets", "address", "http", "silence", "memory"]
    {
        metrics::counter!("massless_shed_total", "stage" => stage).absolute(0);
    }
    for result in ["done", "returned"] {
        metrics::counter!("massless_transfers_total", "result" => result).absolute(0);
    }
    metrics::gauge!("massless_build", "version" => env!("CARGO_PKG_VERSION"),
        "commit" => env!("MASSLESS_COMMIT"))
    .set(1.0);
}

/// The same of the process as a whole.
fn describe_process() {
    use metrics::Unit::Bytes;
    use metrics::describe_gauge;
    describe_gauge!("massless_process_memory_bytes", Bytes, "Resident memory of the process");
    describe_gauge!(
        "massless_memory_limit_bytes",
        Bytes,
        "Memory that the process may use; 0: no limit"
    );
    describe_gauge!("massless_draining", "1 while players are told that the host stops");
    describe_gauge!("massless_standby", "1 while the host waits for the one before it");
    describe_gauge!("massless_build", "1, with version and commit as labels");
    metrics::gauge!("massless_memory_limit_bytes").set(0.0);
    metrics::gauge!("massless_draining").set(0.0);
    metrics::gauge!("massless_standby").set(0.0);
}

/// The same of the store and of what waits for it.
fn describe_store() {
    use metrics::Unit::Count;
    use metrics::{describe_counter, describe_gauge};
    describe_gauge!("massless_db_up", "1 while the database answers");
    describe_gauge!("massless_redis_up", "1 while Redis answers; without Redis there is none");
    describe_gauge!("massless_saves_waiting", Count, "Characters that wait to be saved");
    describe_gauge!("massless_worker_queue", Count, "Work that waits for threads, by pool");
    describe_counter!("massless_econ_operations_total", Count, "Operations, by kind and result");
    describe_counter!("massless_rest_problems_total", Count, "Problems of /api/v1, by code");
    let counters = [
        ("massless_econ_duplicates_total", "Operations asked again and answered from the ledger"),
        ("massless_fenced_total", "Writes of stale epochs that were refused"),
        ("massless_store_circuit_opened_total", "Times the database was given up for a while"),
        ("massless_store_damaged_snapshots_total", "Snapshots of characters and zones not taken"),
        ("massless_store_quarantined_items_total", "Items put aside: nobody knows what they are"),
        ("massless_store_refusals_total", "Operations that the store refused"),
    ];
    for (name, what) in counters {
        describe_counter!(name, Count, what);
        metrics::counter!(name).absolute(0);
    }
    metrics::counter!("massless_rest_problems_total", "code" => "internal").absolute(0);
    let done = ("result", "done");
    metrics::counter!("massless_econ_operations_total", &[("kind", "trade"), done]).absolute(0);
    metrics::counter!("massless_intents_total", &[("reason", "trade"), done]).absolute(0);
}
