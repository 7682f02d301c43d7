//! What the dashboards ask, without Grafana and Loki, which are in no registry that is reached here: the JSON holds
//! nothing that Grafana's own types of that version do not know, every PromQL expression is read by Prometheus' own
//! tool, every LogQL query by the parser that Grafana's editor has.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use crate::project::Project;
use crate::{packages, shell};

/// Grafana's types of version 11.4, from its makers.
const TYPES: &str = "grafana-foundation-sdk==1769699520!11.4.0";
/// Grafana's parser of LogQL, and what it runs on.
const LOGQL: [&str; 2] = ["@grafana/lezer-logql@0.2.9", "@lezer/lr@1.4.10"];
const DASHBOARDS: &str = "docker/grafana/dashboards";
/// Where data sources get their names.
const SOURCES: &str = "docker/grafana/provisioning/datasources";
/// Widths of a dashboard.
const COLUMNS: u64 = 24;
/// What stands for the dashboards' variables.
const VARIABLES: [(&str, &str); 4] =
    [("$instance", ".*"), ("$zone", "1"), ("$service", ".+"), ("$__auto", "1m")];
/// A block of LogQL in a document.
const FENCE: &str = "```logql\n";
const DOCUMENT: &str = "docs/operations.md";
/// Says what of a dashboard its types do not keep.
const KEPT: &str = include_str!("boards.py");
/// Says which queries are none.
const PARSE: &str = include_str!("logql.mjs");

/// A question of a panel.
pub(crate) struct Question {
    /// Dashboard and panel.
    pub(crate) place: String,
    /// prometheus or loki.
    source: String,
    /// The expression, with what stands for the variables.
    pub(crate) expression: String,
}

impl Question {
    /// Whether it is asked of Prometheus.
    pub(crate) fn is_metric(&self) -> bool {
        self.source == "prometheus"
    }
}

/// The gate's step "dashboards".
pub(crate) fn check(project: &Project) -> Result<()> {
    packages::ensure(&["prometheus"])?;
    let home = tempfile::tempdir()?;
    let home = home.path();
    let boards = boards(project)?;
    forms(project, &boards)?;
    let python = packages::python_with(project, "grafana-types", &[TYPES])?;
    let script = home.join("boards.py");
    std::fs::write(&script, KEPT)?;
    shell::run(Command::new(python).arg(script).arg(project.path(DASHBOARDS)))?;
    let questions = questions(project)?;
    let (metrics, logs): (Vec<&Question>, Vec<&Question>) =
        questions.iter().partition(|question| question.is_metric());
    promql(&metrics, home)?;
    let mut queries: Vec<String> = logs.iter().map(|it| it.expression.clone()).collect();
    let document = std::fs::read_to_string(project.path(DOCUMENT))?;
    let documented = fenced(&document);
    ensure!(!documented.is_empty(), "{DOCUMENT} names no query");
    queries.extend(documented.into_iter().map(str::to_owned));
    logql(project, &queries)?;
    println!("{} expressions and {} queries of logs are read", metrics.len(), queries.len());
    Ok(())
}

/// Every dashboard, with its file's name.
fn boards(project: &Project) -> Result<Vec<(String, Value)>> {
    let mut boards = Vec::new();
    for entry in std::fs::read_dir(project.path(DASHBOARDS))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let board = serde_json::from_str(&std::fs::read_to_string(&path)?);
        boards.push((name.clone(), board.with_context(|| format!("{name} is no JSON"))?));
    }
    boards.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(boards)
}

/// Everything that the panels ask.
pub(crate) fn questions(project: &Project) -> Result<Vec<Question>> {
    let mut questions = Vec::new();
    for (name, board) in boards(project)? {
        for panel in board["panels"].as_array().into_iter().flatten() {
            for target in panel["targets"].as_array().into_iter().flatten() {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                let mut expression = text(&target["expr"]);
                for (variable, value) in VARIABLES {
                    expression = expression.replace(variable, value);
                }
                let place = format!("{name}: {}", text(&panel["title"]));
                ensure!(!expression.contains('$'), "{place} has an unknown variable");
                let source = text(&panel["datasource"]["type"]);
                questions.push(Question { place, source, expression });
            }
        }
    }
    Ok(questions)
}

/// Data sources are those that are provisioned, numbers and places of panels are their own.
fn forms(project: &Project, boards: &[(String, Value)]) -> Result<()> {
    let mut sources = String::new();
    for entry in std::fs::read_dir(project.path(SOURCES))? {
        sources.push_str(&std::fs::read_to_string(entry?.path())?);
    }
    for (name, board) in boards {
        let panels = board["panels"].as_array().with_context(|| format!("{name} has no panels"))?;
        let (mut ids, mut cells) = (BTreeSet::new(), BTreeSet::new());
        for panel in panels {
            let (title, source) = (&panel["title"], &panel["datasource"]);
            let uid = source["uid"].as_str().unwrap_or_default();
            let kind = source["type"].as_str().unwrap_or_default();
            let is_known = sources.lines().any(|line| line.trim() == format!("uid: {uid}"))
                && sources.lines().any(|line| line.trim() == format!("type: {kind}"));
            ensure!(is_known, "{name}: {title} asks {source}, which nobody provisions");
            ensure!(ids.insert(panel["id"].to_string()), "{name}: {title} has a number twice");
            let at = |side: &str| panel["gridPos"][side].as_u64().context("a place");
            let (x, y, w, h) = (at("x")?, at("y")?, at("w")?, at("h")?);
            ensure!(x + w <= COLUMNS, "{name}: {title} is beyond the edge");
            let free = (x..x + w).all(|x| (y..y + h).all(|y| cells.insert((x, y))));
            ensure!(free, "{name}: {title} lies on another panel");
        }
    }
    Ok(())
}

/// As rules that record, which is what Prometheus' tool reads.
fn promql(questions: &[&Question], home: &Path) -> Result<()> {
    let rules: Vec<Value> = questions
        .iter()
        .map(|it| json!({ "record": "read", "expr": it.expression, "labels": { "place": it.place } }))
        .collect();
    let file = home.join("questions.yml");
    let groups = json!({ "groups": [{ "name": "dashboards", "rules": rules }] });
    std::fs::write(&file, groups.to_string())?;
    shell::output(Command::new("promtool").args(["check", "rules", "--lint=none"]).arg(&file))
        .map(drop)
}

/// The queries of a document, a line each.
fn fenced(document: &str) -> Vec<&str> {
    let blocks = document.split(FENCE).skip(1);
    let lines = blocks.flat_map(|block| block.split("```").next().unwrap_or_default().lines());
    lines.filter(|line| !line.trim().is_empty() && !line.starts_with('#')).collect()
}

fn logql(project: &Project, queries: &[String]) -> Result<()> {
    let place = project.target().join("logql");
    let list = place.join("packages.txt");
    if std::fs::read_to_string(&list).unwrap_or_default() != LOGQL.join("\n") {
        std::fs::create_dir_all(&place)?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--no-save", "--prefix"]);
        shell::run(npm.arg(&place).args(LOGQL))?;
        std::fs::write(&list, LOGQL.join("\n"))?;
    }
    std::fs::write(place.join("parse.mjs"), PARSE)?;
    let queries = serde_json::to_string(queries)?;
    let said = shell::output(Command::new("node").arg(place.join("parse.mjs")).arg(queries))?;
    if !said.trim().is_empty() {
        bail!("no LogQL:\n{said}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::fenced;

    #[test]
    fn queries_of_a_document_are_found() {
        let text = "a\n```logql\n# why\n{a=\"b\"}\n\n{c=\"d\"}\n```\n`x`\n```\nno\n```\n";
        assert_eq!(fenced(text), ["{a=\"b\"}", "{c=\"d\"}"]);
    }
}
