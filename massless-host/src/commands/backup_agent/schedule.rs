//! Which task is due when, UTC.
//!
//! | task | when |
//! | --- | --- |
//! | base backup | every day at 03:00 |
//! | dump | every day at 04:00 |
//! | restore test | on the first of a month at 05:00 |
//! | the checker | every hour at :20 |
//! | two made-up players | every 5 minutes |

use time::OffsetDateTime;

use super::task::Task;

/// Milliseconds of a minute.
const MINUTE_MILLIS: u64 = 60_000;
/// Minutes between two runs of the made-up players.
const SMOKE_MINUTES: u8 = 5;

/// The number of the minute since 1970.
pub(super) const fn minute(now_millis: u64) -> u64 {
    now_millis / MINUTE_MILLIS
}

/// What is due in the minute of that moment.
pub(super) fn due(now_millis: u64) -> Vec<Task> {
    let seconds = i64::try_from(now_millis / 1_000).unwrap_or(i64::MAX);
    let Ok(now) = OffsetDateTime::from_unix_timestamp(seconds) else { return Vec::new() };
    let mut due = Vec::new();
    if now.minute().is_multiple_of(SMOKE_MINUTES) {
        due.push(Task::Smoke);
    }
    match (now.hour(), now.minute()) {
        (3, 0) => due.push(Task::Base),
        (4, 0) => due.push(Task::Dump),
        (5, 0) if now.day() == 1 => due.push(Task::RestoreTest),
        (_, 20) => due.push(Task::Verify),
        _ => {}
    }
    due
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_has_its_minute() {
        let day = |day: u64| (1_795_651_200 + (day - 26) * 86_400) * 1_000;
        let at = |day_of_month: u64, hour: u64, minute: u64| {
            due(day(day_of_month) + (hour * 60 + minute) * MINUTE_MILLIS + 59_999)
        };
        assert_eq!(at(26, 3, 0), [Task::Smoke, Task::Base]);
        assert_eq!(at(26, 4, 0), [Task::Smoke, Task::Dump]);
        assert_eq!(at(26, 5, 0), [Task::Smoke]);
        assert_eq!(at(31, 5, 0), [Task::Smoke, Task::RestoreTest], "the first of December");
        assert_eq!(at(26, 9, 20), [Task::Smoke, Task::Verify]);
        assert_eq!(at(26, 9, 25), [Task::Smoke]);
        assert!(at(26, 9, 26).is_empty());
    }
}
