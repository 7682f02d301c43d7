//! What the staff looks up, as JSON: once for the pages of the admin console and for the command line.
//!
//! Everything here reads the database or the data folder and blocks; it runs on workers or in a command
//! of its own, never on a zone's thread. Who may ask is judged elsewhere.

pub(crate) mod factor;
pub(crate) mod incidents;
pub(crate) mod ledger;
pub(crate) mod people;
pub(crate) mod records;

use serde_json::{Value, json};

/// A moment in Unix milliseconds as people read it: `2026-11-26 17:03:05`, by UTC.
pub(crate) fn moment(millis: i64) -> String {
    const DAY: i64 = 86_400;
    let seconds = millis.div_euclid(1_000);
    let (days, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    // Days since 0000-03-01, in eras of 400 years (Hinnant, "chrono-compatible low-level date algorithms").
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + 400 * era + i64::from(month <= 2);
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

/// One end of a change in the ledger.
fn party(it: &massless_store::repo::trace::Party) -> Value {
    json!({ "kind": it.kind, "id": it.id, "name": it.name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_dates() {
        assert_eq!(moment(0), "1970-01-01 00:00:00");
        assert_eq!(moment(951_782_400_000), "2000-02-29 00:00:00");
        assert_eq!(moment(1_790_000_000_000), "2026-09-21 14:13:20");
        assert_eq!(moment(-1), "1969-12-31 23:59:59");
    }
}
