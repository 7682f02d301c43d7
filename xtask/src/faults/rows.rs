//! The rows of the table: each fault with what proves its promise, and what of it nothing does.

use super::measure::Measure;
use crate::drill;

/// What proves a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// A test of the workspace, by the end of its name; also one that is ignored because it takes long.
    Test(&'static str),
    /// A short drill.
    Drill(drill::Name),
    /// A short kill test.
    KillTest,
    /// A measurement of the server's program that judges itself.
    Measure(Measure),
    /// Autobahn's suite.
    Autobahn,
}

/// A fault.
pub(super) struct Row {
    pub(super) id: &'static str,
    pub(super) fault: &'static str,
    pub(super) proofs: &'static [Proof],
    /// What of its promise nothing proves; empty: nothing.
    pub(super) open: &'static str,
}

use Proof::Measure as Measured;
use Proof::{Autobahn, Drill, KillTest, Test};

/// The table; reliability, section 2.3.
pub(super) const ROWS: [Row; 30] = [
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
            Test("a_frozen_disk_keeps_nobody_waiting_and_nothing_is_done_twice"),
            Test("a_slow_vault_delays_answers_and_no_tick"),
        ],
        open: "",
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
    Row {
        id: "F7",
        fault: "partitions",
        proofs: &[
            Test("a_host_cut_off_from_its_database_plays_on_and_acknowledges_nothing"),
            Test("lines_cut_and_mended_in_any_order_cost_time_and_no_truth"),
            Test("a_peer_that_vanishes_is_noticed_and_can_come_back"),
            Test("leases_that_move_under_load_let_no_stale_write_through::postgres"),
        ],
        open: "",
    },
    Row {
        id: "F8",
        fault: "loss, delay, jitter, reordering, doubles",
        proofs: &[
            Test("a_bad_link_costs_time_but_never_truth"),
            Test("repeated_inputs_survive_lost_datagrams"),
            Test("whoever_dials_at_twenty_percent_loss_comes_in_and_stays"),
            Test("bad_links_cost_freshness_and_nobody_the_connection"),
        ],
        open: "",
    },
    Row {
        id: "F9",
        fault: "clocks jump or stand",
        proofs: &[
            Test("a_host_that_stood_still_lets_go_of_what_others_took"),
            Test("a_clock_that_jumps_moves_no_tick_and_ends_no_session"),
            Test("a_good_token_is_believed_from_ten_seconds_before_to_ten_after_its_time"),
        ],
        open: "",
    },
    Row {
        id: "F10",
        fault: "somebody does not read",
        proofs: &[
            Test("who_does_not_read_costs_the_others_nothing"),
            Test("a_slow_reader_is_told_the_present_not_the_past"),
            Test("who_leaves_its_stream_unread_is_cut_within_ten_seconds"),
            Test("who_talks_and_acknowledges_nothing_any_more_is_cut_within_ten_seconds"),
            Measured(Measure::SlowReaders),
        ],
        open: "",
    },
    Row {
        id: "F11",
        fault: "somebody sends very slowly",
        proofs: &[Test("who_sends_slowly_is_closed_within_ten_seconds")],
        open: "",
    },
    Row {
        id: "F12",
        fault: "a peer vanishes",
        proofs: &[
            Test("a_peer_that_vanishes_is_noticed_and_can_come_back"),
            Test("who_vanishes_from_a_line_of_datagrams_is_missed_within_half_a_minute"),
        ],
        open: "",
    },
    Row {
        id: "F13",
        fault: "10,000 idle sockets",
        proofs: &[Measured(Measure::IdleSockets)],
        open: "",
    },
    Row {
        id: "F14",
        fault: "floods of messages, joins, talk",
        proofs: &[
            Test("too_many_frames_and_sockets_are_counted"),
            Test("many_talk_at_once_and_nobody_is_cut"),
            Test("floods_of_frames_joins_and_talk_cost_the_others_no_tick"),
        ],
        open: "",
    },
    Row {
        id: "F15",
        fault: "floods of connections",
        proofs: &[
            Test("connections_beyond_the_cap_are_dropped_and_places_come_back"),
            Test("a_flood_of_first_packets_is_sent_away_and_not_amplified"),
            Test("garbage_is_ignored_and_costs_the_others_nothing"),
            Test("floods_of_connections_from_many_addresses_leave_the_players_alone"),
        ],
        open: "",
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
            Test("exchanges"),
            Test("states"),
            Test("logs"),
            Test("snapshots"),
            Test("content_sets"),
            Test("command_sequences"),
            Autobahn,
        ],
        open: "",
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
    Row {
        id: "F18",
        fault: "zip bombs",
        proofs: &[
            Test("nothing_that_is_packed_is_unpacked"),
            Test("what_is_malformed_too_large_or_from_elsewhere_is_refused_with_its_code"),
        ],
        open: "",
    },
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
        proofs: &[Measured(Measure::LoginStorm)],
        open: "",
    },
    Row {
        id: "F21",
        fault: "a storm of reconnects",
        proofs: &[Drill(drill::Name::Reconnect)],
        open: "",
    },
    Row {
        id: "F22",
        fault: "out of memory",
        proofs: &[
            Test("who_is_short_of_memory_lets_nobody_in_and_then_sends_away_the_newest"),
            Test("pressure_rises_at_its_marks_and_falls_with_slack"),
            Test("limits_are_looked_for_in_the_groups_own_folder_and_around_it"),
            // Killed for memory it is the same as killed.
            Drill(drill::Name::Crash),
        ],
        open: "",
    },
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
    Row {
        id: "F24",
        fault: "the sink of the log stalls",
        proofs: &[
            Test("a_log_that_nobody_reads_costs_lines_and_no_tick"),
            Test("no_core_is_dumped_unless_it_is_wanted"),
        ],
        open: "",
    },
    Row {
        id: "F25",
        fault: "an update under load",
        proofs: &[
            Drill(drill::Name::Update),
            Test("a_successor_stands_by_and_the_same_sessions_go_on"),
        ],
        open: "",
    },
    Row {
        id: "F26",
        fault: "SIGTERM at any moment",
        proofs: &[
            Test("a_stop_keeps_the_world_and_its_log_verifies"),
            Test("what_waits_for_the_vault_survives_a_restart"),
            Test("a_signal_gives_notice_and_a_second_one_is_quicker"),
            Test("a_stop_at_any_moment_ends_well_and_loses_nothing"),
        ],
        open: "",
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
