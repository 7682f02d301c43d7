//! Moments as people and PostgreSQL write them: RFC 3339, always UTC, from and to milliseconds since 1970.

use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

use crate::commands::report::WrongUse;

/// Nanoseconds of a millisecond.
const NANOS: i128 = 1_000_000;

/// The moment that a text names, `@` before seconds since 1970 included; one without a time zone is refused, for
/// nobody should have to guess.
pub(in crate::commands) fn parse(text: &str) -> Result<u64, WrongUse> {
    let wrong = || {
        let form = "2026-11-26T04:00:00Z, 2026-11-26T05:00:00+01:00 or @1795665600";
        WrongUse(format!("{text:?} is no moment as it is wanted here: {form}"))
    };
    if let Some(seconds) = text.strip_prefix('@') {
        let seconds: u64 = seconds.parse().map_err(|_| wrong())?;
        return seconds.checked_mul(1_000).ok_or_else(wrong);
    }
    let moment = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| wrong())?;
    u64::try_from(moment.unix_timestamp_nanos() / NANOS).map_err(|_| wrong())
}

/// As RFC 3339 has it, such as 2026-11-26T04:00:00.25Z.
pub(in crate::commands) fn show(millis: u64) -> String {
    let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * NANOS);
    let text = moment.ok().and_then(|it| it.to_offset(UtcOffset::UTC).format(&Rfc3339).ok());
    text.unwrap_or_else(|| format!("{millis} ms after 1970"))
}

/// As PostgreSQL reads it before it has read any names of time zones.
pub(super) fn for_postgres(millis: u64) -> String {
    let text = show(millis);
    text.strip_suffix('Z').map_or(text.clone(), |text| format!("{}+00", text.replacen('T', " ", 1)))
}

/// The moment in a line of PostgreSQL's log, `2026-11-26 04:00:00.123456+00`, when its time zone is UTC.
pub(super) fn of_postgres(text: &str) -> Option<u64> {
    let text = text.trim().strip_suffix("+00")?.replacen(' ', "T", 1);
    parse(&format!("{text}Z")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_back_and_guesses_refused() {
        let moment = parse("2026-11-26T04:00:00.25Z").expect("it is one");
        assert_eq!(moment, 1_795_665_600_250);
        assert_eq!(show(moment), "2026-11-26T04:00:00.25Z");
        assert_eq!(parse("2026-11-26T05:00:00.25+01:00").expect("it is one"), moment);
        assert_eq!(of_postgres("2026-11-26 04:00:00.250812+00"), Some(moment));
        assert_eq!(for_postgres(moment), "2026-11-26 04:00:00.25+00");
        assert_eq!(parse("@1795665600").expect("it is one"), 1_795_665_600_000);
        assert_eq!(of_postgres("2026-11-26 05:00:00.25+01"), None);
        for text in [
            "",
            "@",
            "@-1",
            "yesterday",
            "2026-11-26",
            "2026-11-26T04:00:00",
            "2026-13-26T04:00:00Z",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
        assert!(parse("1969-12-31T23:00:00Z").is_err());
    }
}
