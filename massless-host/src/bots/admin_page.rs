//! A server's port for administration, asked from outside.

use anyhow::{Context as _, bail, ensure};
use hyper::Method;

use super::ticks::Ticks;
use massless_net::online::call::{Call, call};

/// The server's page of metrics.
pub(crate) async fn metrics(admin_url: &str) -> anyhow::Result<String> {
    let url = format!("{admin_url}/metrics");
    let reply = call(Call { method: Method::GET, url: &url, token: None, body: None }).await?;
    ensure!(reply.status.is_success(), "{url} answers {}", reply.status);
    let text = std::str::from_utf8(&reply.body).context("the metrics are no text")?;
    Ok(text.to_owned())
}

/// What it says of its ticks.
pub(crate) async fn ticks(admin_url: &str) -> anyhow::Result<Ticks> {
    let ticks = Ticks::read(&metrics(admin_url).await?);
    if ticks.is_empty() {
        bail!("{admin_url} tells of no ticks; name the port of administration with --admin-url");
    }
    Ok(ticks)
}
