//! `cargo xtask faults`: the table of faults, row by row, each with what proves its promise and what came of
//! that just now.
//!
//! A row counts as passed only when everything that its promise names is proven by something that ran; a row of
//! which a part is open is "not covered", and says which part.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::project::Project;
use crate::verdict::Verdict;
use crate::{drill, kill};

/// What proves a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    /// A test of the workspace, by the end of its name.
    Test(&'static str),
    /// A short drill.
    Drill(drill::Name),
    /// A short kill test.
    KillTest,
}

/// A fault.
struct Row {
    id: &'static str,
    fault: &'static str,
    proofs: &'static [Proof],
    /// What of its promise nothing proves; empty: nothing.
    open: &'static str,
}

use Proof::{Drill, KillTest, Test};

/// The table; reliability, section 2.3.
const ROWS: [Row; 30] = [
    Row {
        id: "F1",
        fault: "kill -9 of the host in the middle of a trade",
        proofs: &[
            KillTest,
            Drill(drill::Name::Crash),
            Test("an_armed_place_kills_the_server_and_nothing_is_lost"),
        ],
        open: "",
    },
    Row {
        id: "F2",
        fault: "kill -9 of PostgreSQL in the middle of a transaction",
        proofs: &[
            KillTest,
            Drill(drill::Name::DatabaseRestart),
            Test("away::a_killed_database_comes_back_with_all_that_was_acknowledged"),
        ],
        open: "",
    },
    Row {
        id: "F3",
        fault: "restart of PostgreSQL",
        proofs: &[Drill(drill::Name::DatabaseRestart)],
        open: "",
    },
    Row {
        id: "F4",
        fault: "PostgreSQL hangs",
        proofs: &[
            Test("away::a_database_that_hangs_keeps_nobody_waiting_and_goes_on_by_itself"),
            Test("a_slow_vault_delays_answers_and_no_tick"),
        ],
        open: "a frozen file system",
    },
    Row {
        id: "F5",
        fault: "Redis killed, emptied, away",
        proofs: &[
            Drill(drill::Name::RedisLoss),
            Test("two_hosts_are_one_realm_and_redis_may_go_at_any_moment"),
        ],
        open: "",
    },
    Row { id: "F6", fault: "disk full", proofs: &[Drill(drill::Name::DiskFull)], open: "" },
    Row { id: "F7", fault: "partitions", proofs: &[], open: "all of it" },
    Row {
        id: "F8",
        fault: "loss, delay, jitter, reordering, doubles",
        proofs: &[
            Test("a_bad_link_costs_time_but_never_truth"),
            Test("repeated_inputs_survive_lost_datagrams"),
        ],
        open: "over real sockets, and QUIC against WebSocket",
    },
    Row { id: "F9", fault: "clocks jump or stand", proofs: &[], open: "all of it" },
    Row {
        id: "F10",
        fault: "somebody does not read",
        proofs: &[
            Test("who_does_not_read_costs_the_others_nothing"),
            Test("a_slow_reader_is_told_the_present_not_the_past"),
        ],
        open: "500 of them at once",
    },
    Row { id: "F11", fault: "somebody sends very slowly", proofs: &[], open: "all of it" },
    Row { id: "F12", fault: "a peer vanishes", proofs: &[], open: "with packets dropped" },
    Row {
        id: "F13",
        fault: "10,000 idle sockets",
        proofs: &[],
        open: "measured by hand: massless bots idle",
    },
    Row {
        id: "F14",
        fault: "floods of messages, joins, talk",
        proofs: &[
            Test("too_many_frames_and_sockets_are_counted"),
            Test("many_talk_at_once_and_nobody_is_cut"),
        ],
        open: "the ticks of the others meanwhile",
    },
    Row {
        id: "F15",
        fault: "floods of connections",
        proofs: &[
            Test("connections_beyond_the_cap_are_dropped_and_places_come_back"),
            Test("a_flood_of_first_packets_is_sent_away_and_not_amplified"),
            Test("garbage_is_ignored_and_costs_the_others_nothing"),
        ],
        open: "250 addresses and the players meanwhile",
    },
    Row {
        id: "F16",
        fault: "malformed frames",
        proofs: &[
            Test("bad_frames_get_typed_closes_and_players_go_on"),
            Test("every_seed_is_a_frame_and_no_prefix_of_one_is"),
            Test("client_frames"),
            Test("server_frames"),
            Test("sessions"),
            Test("clients"),
            Test("logs"),
            Test("snapshots"),
            Test("content_sets"),
            Test("command_sequences"),
        ],
        open: "Autobahn's suite",
    },
    Row {
        id: "F17",
        fault: "messages, heads and bodies that are too large",
        proofs: &[
            Test("an_oversized_message_is_answered_with_1009"),
            Test("what_is_malformed_too_large_or_from_elsewhere_is_refused_with_its_code"),
        ],
        open: "",
    },
    Row { id: "F18", fault: "zip bombs", proofs: &[], open: "bodies that say they are packed" },
    Row {
        id: "F19",
        fault: "tokens replayed, forged, stolen",
        proofs: &[
            Test("tokens_of_others_for_others_by_others_and_of_no_kind_are_refused"),
            Test("a_good_token_is_believed_from_ten_seconds_before_to_ten_after_its_time"),
            Test("a_refresh_token_is_good_once_and_a_second_use_ends_its_family::postgres"),
            Test("of_two_hosts_that_redeem_one_ticket_at_once_one_lets_in::postgres"),
            Test("a_ticket_is_good_once_on_its_host_for_half_a_minute::postgres"),
            Test("a_session_is_opened_goes_on_and_ends_everywhere"),
        ],
        open: "",
    },
    Row {
        id: "F20",
        fault: "a storm of logins",
        proofs: &[],
        open: "measured by hand: massless bots login-storm",
    },
    Row { id: "F21", fault: "a storm of reconnects", proofs: &[], open: "all of it" },
    Row { id: "F22", fault: "out of memory", proofs: &[], open: "all of it" },
    Row {
        id: "F23",
        fault: "a panic in a zone or a handler",
        proofs: &[
            Test("a_panic_costs_the_tick_and_keeps_the_players"),
            Test("three_panics_in_a_row_start_afresh"),
            Test("a_panic_at_the_other_end_keeps_the_character"),
            Test("what_finds_no_room_is_refused_at_once_and_what_panics_breaks_nothing"),
            Test("a_zone_thread_that_panics_orders_the_stop_and_one_that_was_told_to_end_does_not"),
        ],
        open: "",
    },
    Row { id: "F24", fault: "the sink of the log stalls", proofs: &[], open: "all of it" },
    Row {
        id: "F25",
        fault: "an update under load",
        proofs: &[Test("a_successor_stands_by_and_the_same_sessions_go_on")],
        open: "two builds, with a migration between",
    },
    Row {
        id: "F26",
        fault: "SIGTERM at any moment",
        proofs: &[
            Test("a_stop_keeps_the_world_and_its_log_verifies"),
            Test("what_waits_for_the_vault_survives_a_restart"),
            Test("a_signal_gives_notice_and_a_second_one_is_quicker"),
        ],
        open: "seeded moments, and during the start",
    },
    Row {
        id: "F27",
        fault: "two hosts claim one character or zone",
        proofs: &[
            Test("of_two_hosts_that_claim_at_once_one_acts::postgres"),
            Test("leases_that_move_under_load_let_no_stale_write_through::postgres"),
            Test("zones_have_leases_too::postgres"),
            Test("a_zone_changes_hosts_at_once_after_a_stop_and_by_its_lease_after_a_crash"),
        ],
        open: "",
    },
    Row {
        id: "F28",
        fault: "restore of a backup",
        proofs: &[
            Test("a_backup_of_postgres_comes_back_in_another_database"),
            Test("a_backup_is_made_beside_a_running_server_and_comes_back_whole"),
            Test("postgres_comes_back_as_it_was_at_a_moment"),
            Test("the_agent_archives_takes_backups_tests_them_and_tells"),
            Drill(drill::Name::Restore),
        ],
        open: "",
    },
    Row {
        id: "F29",
        fault: "a flipped bit in a snapshot or a log",
        proofs: &[
            Test("a_damaged_one_is_put_aside_and_the_one_before_is_read::postgres"),
            Test("one_flipped_byte_is_found_with_its_tick"),
        ],
        open: "",
    },
    Row {
        id: "F30",
        fault: "the content no longer knows an item",
        proofs: &[Test("what_the_content_does_not_know_is_put_aside_and_comes_back::postgres")],
        open: "",
    },
];

/// Runs every proof once and tells what each row came to; whether nothing failed.
pub(crate) fn run(project: &Project, is_json: bool) -> Result<bool> {
    let begun = Instant::now();
    let proofs = ROWS.iter().flat_map(|row| row.proofs.iter().copied());
    let mut tests = BTreeSet::new();
    let mut results: Vec<(Proof, bool)> = Vec::new();
    for proof in proofs {
        match proof {
            Test(name) => _ = tests.insert(name),
            _ if results.iter().any(|(done, _)| *done == proof) => {}
            Drill(name) => {
                let verdict = drill::run(project, &drill::Arguments::short(name))?;
                results.push((proof, verdict == Verdict::Met));
            }
            KillTest => {
                let verdict = kill::run(project, &kill::Arguments::short())?;
                results.push((proof, verdict == Verdict::Met));
            }
        }
    }
    let ran = run_tests(project, &tests)?;
    results.extend(tests.into_iter().map(|name| (Test(name), passed(&ran, name))));
    let rows: Vec<(&Row, &str)> = ROWS.iter().map(|row| (row, result(row, &results))).collect();
    for (row, result) in &rows {
        let open =
            if row.open.is_empty() { String::new() } else { format!("  (open: {})", row.open) };
        println!("{:<4} {result:<12} {}{open}", row.id, row.fault);
    }
    let count = |wanted: &str| rows.iter().filter(|(_, result)| *result == wanted).count();
    println!(
        "{} passed, {} not covered, {} failed",
        count("passed"),
        count("not covered"),
        count("failed")
    );
    if is_json {
        println!("{}", line(project, &rows, begun));
    }
    Ok(count("failed") == 0)
}

fn result(row: &Row, results: &[(Proof, bool)]) -> &'static str {
    let is_good = |proof: &Proof| results.iter().any(|(done, is_good)| done == proof && *is_good);
    if !row.proofs.iter().all(is_good) {
        "failed"
    } else if row.open.is_empty() {
        "passed"
    } else {
        "not covered"
    }
}

/// Runs tests by name; how each that ran ended.
fn run_tests(project: &Project, names: &BTreeSet<&str>) -> Result<BTreeMap<String, bool>> {
    let arguments = ["test", "--workspace", "--exclude", "massless-bench", "--no-fail-fast", "--"];
    let mut command = project.cargo(&arguments);
    let output = command.args(names).stderr(Stdio::inherit()).output();
    let output = output.context("cargo cannot be started")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut ran = BTreeMap::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("test ")) {
        let Some((name, word)) = line.split_once(" ... ") else { continue };
        // Two tests of one name in two programs: both have to pass.
        *ran.entry(name.to_owned()).or_insert(true) &= word == "ok";
    }
    Ok(ran)
}

/// Whether a test ran that is called so, and passed.
fn passed(ran: &BTreeMap<String, bool>, name: &str) -> bool {
    let is_it = |path: &str| path == name || path.ends_with(&format!("::{name}"));
    let mut found = ran.iter().filter(|(path, _)| is_it(path)).peekable();
    found.peek().is_some() && found.all(|(_, is_good)| *is_good)
}

fn line(project: &Project, rows: &[(&Row, &str)], begun: Instant) -> Value {
    let results = rows.iter().map(|(row, result)| (row.id.to_owned(), json!(result)));
    let open = rows.iter().filter(|(row, _)| !row.open.is_empty());
    let open = open.map(|(row, _)| (row.id.to_owned(), json!(row.open)));
    let is_good = rows.iter().all(|(_, result)| *result != "failed");
    json!({
        "schema": 1,
        "ok": is_good,
        "command": "faults",
        "seed": 1,
        "commit": project.commit(),
        "cores": std::thread::available_parallelism().map_or(1, usize::from),
        "seconds": (begun.elapsed().as_secs_f64() * 10.0).round() / 10.0,
        "rows": results.collect::<serde_json::Map<_, _>>(),
        "open": open.collect::<serde_json::Map<_, _>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_passes_with_all_its_proofs_and_nothing_open() {
        let row = |proofs, open| Row { id: "F0", fault: "", proofs, open };
        let both = &[Test("a"), KillTest];
        let good = [(Test("a"), true), (KillTest, true)];
        assert_eq!(result(&row(both, ""), &good), "passed");
        assert_eq!(result(&row(both, "much"), &good), "not covered");
        assert_eq!(result(&row(both, "much"), &[(Test("a"), true), (KillTest, false)]), "failed");
        assert_eq!(result(&row(both, ""), &good[..1]), "failed", "what did not run");
    }

    #[test]
    fn a_test_is_known_by_the_end_of_its_name() {
        let ran = BTreeMap::from([("a::b".to_owned(), true), ("c".to_owned(), false)]);
        assert!(passed(&ran, "b") && passed(&ran, "a::b"));
        assert!(!passed(&ran, "c") && !passed(&ran, "d") && !passed(&ran, "::b"));
    }

    #[test]
    fn every_row_is_there_and_has_a_proof_or_says_what_is_open() {
        for (number, row) in (1..).zip(&ROWS) {
            assert_eq!(row.id, format!("F{number}"));
            assert!(!row.proofs.is_empty() || !row.open.is_empty(), "{}", row.id);
        }
    }
}
