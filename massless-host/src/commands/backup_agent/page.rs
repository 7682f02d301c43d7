//! What the agent shows: metrics for Prometheus, and that it lives.

use std::convert::Infallible;
use std::sync::Arc;

use anyhow::Context as _;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde_json::json;
use warp::http::StatusCode;
use warp::reply::Response;
use warp::{Filter, Reply};

use super::Agent;
use super::task::Task;
use crate::system;

/// Starts the metrics; once per process.
pub(super) fn start() -> anyhow::Result<PrometheusHandle> {
    use metrics::Unit::{Bytes, Count, Seconds};
    use metrics::describe_gauge;
    let builder = PrometheusBuilder::new();
    let handle = builder.install_recorder().context("the metrics recorder is installed once")?;
    describe_gauge!(
        "massless_backup_last_success_timestamp_seconds",
        Seconds,
        "When the newest backup of a kind was done; 0: never"
    );
    describe_gauge!("massless_backup_bytes", Bytes, "Size of the newest backup of a kind");
    describe_gauge!(
        "massless_restore_test_last_success_timestamp_seconds",
        Seconds,
        "When a restore was tested last and all was well; 0: never"
    );
    describe_gauge!("massless_backup_task_ok", "1 when a task's last run was good");
    describe_gauge!("massless_backup_task_duration_seconds", Seconds, "Length of the last run");
    describe_gauge!("massless_verify_violations", Count, "What the checker found last");
    describe_gauge!("massless_wal_archive_lag_seconds", Seconds, "Age of what is not archived");
    describe_gauge!("massless_wal_receiver_up", "1 while PostgreSQL's log is archived");
    describe_gauge!("massless_disk_used_ratio", "Used share of the disk of a folder");
    Ok(handle)
}

/// All that it answers.
pub(super) fn routes(
    agent: Arc<Agent>,
    handle: PrometheusHandle,
) -> impl Filter<Extract = (Response,), Error = Infallible> + Clone {
    let livez =
        warp::path!("livez").map(|| warp::reply::json(&json!({ "live": true })).into_response());
    let metrics = warp::path!("metrics").map(move || {
        gauge(&agent);
        let kind = "text/plain; version=0.0.4; charset=utf-8";
        warp::reply::with_header(handle.render(), "content-type", kind).into_response()
    });
    let known = warp::get().and(livez.or(metrics).unify());
    known.or(warp::any().map(|| StatusCode::NOT_FOUND.into_response())).unify()
}

#[expect(clippy::cast_precision_loss, reason = "gauges of seconds and bytes are exact enough")]
fn gauge(agent: &Agent) {
    let seconds = |millis: u64| millis as f64 / 1_000.0;
    for task in Task::ALL.into_iter().filter(|task| agent.tasks.has(*task)) {
        let record = agent.tasks.record(task);
        let done = seconds(record.last_success_at);
        let word = task.word();
        match task {
            Task::Base | Task::Dump => {
                metrics::gauge!("massless_backup_last_success_timestamp_seconds", "kind" => word)
                    .set(done);
                let bytes = record.line["bytes"].as_u64().unwrap_or(0);
                metrics::gauge!("massless_backup_bytes", "kind" => word).set(bytes as f64);
            }
            Task::RestoreTest => {
                metrics::gauge!("massless_restore_test_last_success_timestamp_seconds").set(done);
            }
            Task::Verify => {
                let found = record.line["violations"].as_u64().unwrap_or(0);
                metrics::gauge!("massless_verify_violations").set(found as f64);
            }
            Task::Smoke => {}
        }
        // One that runs just now keeps what it came to before, and one that never ran has not failed.
        if record.ended_at >= record.started_at {
            let is_good = record.ok || record.ended_at == 0;
            metrics::gauge!("massless_backup_task_ok", "task" => word).set(f64::from(is_good));
            metrics::gauge!("massless_backup_task_duration_seconds", "task" => word)
                .set(seconds(record.ended_at - record.started_at));
        }
    }
    if let Some(receiver) = &agent.receiver {
        metrics::gauge!("massless_wal_archive_lag_seconds").set(receiver.lag_seconds());
        metrics::gauge!("massless_wal_receiver_up").set(f64::from(receiver.is_up()));
    }
    for (name, folder) in &agent.disks {
        if let Some(disk) = system::disk(folder) {
            let ratio = disk.used_ratio();
            metrics::gauge!("massless_disk_used_ratio", "dir" => name.clone()).set(ratio);
        }
    }
}
