//! `massless studio`: a page that shows the tables of the database. It only reads, and only this machine can
//! open it.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};

use massless_store::repo::tables::{self, PAGE_ROWS, Page, Table};
use massless_store::{Store, StoreError};
use tokio::sync::watch;
use warp::http::StatusCode;
use warp::reply::Response;
use warp::{Filter, Reply};

use super::migrate::Database;
use super::report::{Outcome, WrongUse};
use crate::{shutdown, web};

const STYLE: &str = "body{font:14px/1.4 system-ui,sans-serif;margin:0;display:flex;color:#222;background:#fafaf8}\
 nav{padding:16px;background:#efece4;min-height:100vh;position:sticky;top:0}\
 nav a{display:block;color:#333;text-decoration:none;padding:2px 0}nav a b{color:#999;font-weight:400}\
 nav a.here{font-weight:700}main{padding:16px;overflow:auto}table{border-collapse:collapse}\
 th,td{padding:3px 10px;border-bottom:1px solid #ddd;text-align:left;white-space:nowrap;max-width:32em;\
 overflow:hidden;text-overflow:ellipsis}th{background:#f3f1ea;position:sticky;top:0}td i{color:#aaa}";

/// Arguments of `studio`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    database: Database,
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 5555, value_name = "PORT")]
    port: u16,
}

/// Shows the tables until a signal.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let store = arguments.database.open()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let (_order, mut stop) = shutdown::on_signal()?;
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let listener = web::listen(loopback, arguments.port, "--port").await.map_err(WrongUse)?;
        println!("the tables: http://{}/   (Ctrl-C ends)", listener.local_addr()?);
        let (ending, ended) = watch::channel(false);
        let served = tokio::spawn(web::serve(listener, routes(store), ended));
        shutdown::ordered(&mut stop).await;
        let _ = ending.send(true);
        served.await?;
        Ok(Outcome::Met)
    })
}

fn routes(store: Store) -> impl Filter<Extract = (Response,), Error = Infallible> + Clone {
    let pages = warp::get()
        .and(warp::path::tail())
        .and(warp::query::raw().or(warp::any().map(String::new)).unify())
        .then(move |tail: warp::path::Tail, query: String| {
            let store = store.clone();
            async move {
                let number = query.strip_prefix("page=").and_then(|text| text.parse().ok());
                let table = tail.as_str().to_owned();
                let shown =
                    tokio::task::spawn_blocking(move || show(&store, &table, number.unwrap_or(0)));
                shown.await.unwrap_or(Err(StoreError::Unavailable))
            }
        })
        .map(|shown: Result<String, StoreError>| match shown {
            Ok(page) => warp::reply::html(page).into_response(),
            Err(StoreError::Missing(_)) => StatusCode::NOT_FOUND.into_response(),
            Err(error) => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                warp::reply::with_status(error.to_string(), status).into_response()
            }
        });
    pages.or(warp::any().map(|| StatusCode::METHOD_NOT_ALLOWED.into_response())).unify()
}

fn show(store: &Store, table: &str, number: u32) -> Result<String, StoreError> {
    let all = store.repeat(tables::tables)?;
    let page = if table.is_empty() {
        None
    } else {
        Some(store.repeat(|conn| tables::page(conn, table, number))?)
    };
    Ok(html(&all, table, page.as_ref(), number))
}

fn html(all: &[Table], table: &str, page: Option<&Page>, number: u32) -> String {
    let links = all.iter().map(|each| {
        let here = if each.name == table { " class=here" } else { "" };
        let name = escaped(&each.name);
        format!("<a{here} href=\"/{name}\">{name} <b>{}</b></a>", each.rows)
    });
    let rows = all.iter().find(|each| each.name == table).map_or(0, |each| each.rows);
    let body = page.map_or_else(
        || "<p>Choose a table.</p>".to_owned(),
        |page| format!("<h1>{}</h1>{}{}", escaped(table), turns(rows, number), grid(page)),
    );
    let links: String = links.collect();
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Massless tables</title>\
         <style>{STYLE}</style><nav>{links}</nav><main>{body}</main></html>"
    )
}

fn turns(rows: i64, number: u32) -> String {
    let last = u32::try_from((rows - 1).max(0) / PAGE_ROWS).unwrap_or(u32::MAX);
    let turn = |to: u32, word: &str| format!("<a href=\"?page={to}\">{word}</a> ");
    let newer = if number > 0 { turn(number - 1, "newer") } else { String::new() };
    let older = if number < last { turn(number + 1, "older") } else { String::new() };
    format!("<p>{rows} rows, page {} of {} {newer}{older}</p>", number + 1, last + 1)
}

fn grid(page: &Page) -> String {
    let heads: String =
        page.columns.iter().map(|column| format!("<th>{}</th>", escaped(column))).collect();
    let rows = page.rows.iter().map(|row| {
        let cells = row.iter().map(|value| match value {
            Some(text) => format!("<td title=\"{0}\">{0}</td>", escaped(text)),
            None => "<td><i>null</i></td>".to_owned(),
        });
        format!("<tr>{}</tr>", cells.collect::<String>())
    });
    format!("<table><tr>{heads}</tr>{}</table>", rows.collect::<String>())
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_become_markup_and_pages_have_neighbours() {
        let all = [Table { name: "item".to_owned(), rows: 250 }];
        let value = Some("<script>\"x\"</script>".to_owned());
        let page = Page { columns: vec!["id".to_owned()], rows: vec![vec![value], vec![None]] };
        let html = html(&all, "item", Some(&page), 1);
        assert!(!html.contains("<script>"), "{html}");
        assert!(html.contains("page 2 of 3") && html.contains("page=0") && html.contains("page=2"));
        assert!(html.contains("<i>null</i>"));
    }
}
