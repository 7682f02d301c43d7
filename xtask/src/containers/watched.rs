//! Prometheus and Alertmanager of production: whom they ask, and whether the dashboards' questions are answered.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::compose::Stage;
use super::say;
use crate::deploy::boards;
use crate::deploy::process::until;
use crate::project::Project;

/// Time until everybody was asked.
const SCRAPE_TIME: Duration = Duration::from_secs(60);
/// Who is asked: blue, green, the proxy, the backups' agent.
const TARGETS: usize = 4;

/// Prometheus asks everybody, its rules are loaded, and it knows Alertmanager.
pub(super) fn everybody(stage: &Stage<'_>) -> Result<()> {
    let mut last = Value::Null;
    let asked = until("an answer of everybody to Prometheus", SCRAPE_TIME, || {
        last = ask(stage, "targets")?;
        let targets = last["data"]["activeTargets"].as_array().context("targets")?;
        let is_good = targets.iter().all(|target| target["health"] == "up");
        std::thread::sleep(Duration::from_millis(500));
        Ok(targets.len() == TARGETS && is_good)
    });
    asked.with_context(|| last.to_string())?;
    let rules = ask(stage, "rules")?;
    let groups = rules["data"]["groups"].as_array().context("groups of rules")?;
    ensure!(!groups.is_empty(), "no rules are loaded");
    let managers = ask(stage, "alertmanagers")?;
    let active = managers["data"]["activeAlertmanagers"].as_array().map_or(0, Vec::len);
    ensure!(active == 1, "Prometheus knows {active} Alertmanagers");
    let ready = "http://127.0.0.1:9093/-/ready";
    stage.within("alertmanager", &["wget", "--quiet", "--output-document=-", ready])?;
    say("Prometheus asks blue, green, the proxy and the backups' agent, and knows Alertmanager");
    Ok(())
}

/// Every expression of the dashboards has an answer here; how many, and which have none.
pub(super) fn panels(project: &Project, stage: &Stage<'_>) -> Result<Value> {
    let (mut answered, mut empty) = (0, Vec::new());
    for question in boards::questions(project)?.iter().filter(|question| question.is_metric()) {
        let answer = ask(stage, &format!("query?query={}", encoded(&question.expression)))?;
        ensure!(answer["status"] == "success", "{}: {answer}", question.place);
        if answer["data"]["result"].as_array().is_some_and(|rows| !rows.is_empty()) {
            answered += 1;
        } else {
            empty.push(format!("{}: {}", question.place, question.expression));
        }
    }
    say(&format!("{answered} questions of the dashboards are answered, {} are not", empty.len()));
    ensure!(empty.is_empty(), "panels without data:\n{}", empty.join("\n"));
    Ok(json!({ "answered": answered, "without_data": empty }))
}

fn ask(stage: &Stage<'_>, path: &str) -> Result<Value> {
    let url = format!("http://127.0.0.1:9090/api/v1/{path}");
    let text = stage.within("prometheus", &["wget", "--quiet", "--output-document=-", &url])?;
    Ok(serde_json::from_str(&text)?)
}

/// A text as a part of an address.
fn encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let one =
        |byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_expression_becomes_a_part_of_an_address() {
        assert_eq!(super::encoded("up{a=\"b\"}+1"), "up%7Ba%3D%22b%22%7D%2B1");
    }
}
