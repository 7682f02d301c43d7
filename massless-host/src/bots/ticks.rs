//! What a server's page of metrics says of its ticks and its queues, seen from outside.
//!
//! Pure: the page's text comes in. Histograms only ever grow, so what happened in a span is the difference
//! of two looks; zones are judged one by one, since three idle ones would hide what a full one suffers.

use std::collections::BTreeMap;

/// Beginning of the lines that say how long ticks took.
const TICKS: &str = "massless_tick_duration_seconds_bucket{";

/// Upper bounds in seconds, rising, each with how many ticks were not longer.
type Bounds = Vec<(f64, f64)>;

/// How long ticks took since the server began, by zone.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ticks(BTreeMap<String, Bounds>);

impl Ticks {
    /// Reads a page; what cannot be read is left out.
    pub(crate) fn read(page: &str) -> Self {
        Self::of(page, TICKS)
    }

    /// The same of another histogram, whose lines begin with `name`; one that knows no zones is one.
    pub(crate) fn of(page: &str, name: &str) -> Self {
        let mut zones: BTreeMap<String, Bounds> = BTreeMap::new();
        for line in page.lines().filter(|line| line.starts_with(name)) {
            let zone = label(line, "zone").unwrap_or_default();
            let Some(bound) = label(line, "le") else { continue };
            let (Ok(bound), Some(count)) = (bound.parse::<f64>(), value(line)) else { continue };
            zones.entry(zone.to_owned()).or_default().push((bound, count));
        }
        for bounds in zones.values_mut() {
            bounds.sort_by(|one, other| one.0.total_cmp(&other.0));
        }
        Self(zones)
    }

    /// Whether the page told of no tick.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Milliseconds that `share` (0..=1) of the ticks since `before` did not exceed, in the zone where these
    /// are most; between two bounds as if ticks were spread evenly. Infinite beyond the last bound, `None`
    /// without a tick.
    pub(crate) fn percentile_since(&self, before: &Self, share: f64) -> Option<f64> {
        let zones = self.0.iter().filter_map(|(zone, bounds)| {
            let earlier = before.0.get(zone).map(Vec::as_slice).unwrap_or_default();
            percentile(&difference(bounds, earlier), share)
        });
        zones.max_by(f64::total_cmp)
    }
}

/// The value of the line `name{label="of"}`.
pub(crate) fn gauge(page: &str, name: &str, (key, of): (&str, &str)) -> Option<f64> {
    let lines = page
        .lines()
        .filter(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with('{')));
    lines.filter(|line| label(line, key) == Some(of)).find_map(value)
}

fn difference(now: &[(f64, f64)], earlier: &[(f64, f64)]) -> Bounds {
    let before = |bound: f64| {
        let same = earlier.iter().find(|(other, _)| other.total_cmp(&bound).is_eq());
        same.map_or(0.0, |(_, count)| *count)
    };
    now.iter().map(|(bound, count)| (*bound, count - before(*bound))).collect()
}

fn percentile(bounds: &[(f64, f64)], share: f64) -> Option<f64> {
    let all = bounds.last().map(|(_, all)| *all).filter(|all| *all > 0.0)?;
    let wanted = all * share;
    let index = bounds.iter().position(|(_, count)| *count >= wanted)?;
    let (most, until) = bounds[index];
    let (least, below) = if index == 0 { (0.0, 0.0) } else { bounds[index - 1] };
    if most.is_infinite() {
        return Some(most);
    }
    // More than none lie between: `below` is less than what is wanted, and `until` is not.
    let seconds = least + (most - least) * (wanted - below) / (until - below);
    Some(seconds * 1_000.0)
}

/// What a line says of a label.
fn label<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let rest = ['{', ','].iter().find_map(|before| {
        let beginning = format!("{before}{name}=\"");
        line.split_once(&beginning).map(|(_, rest)| rest)
    });
    rest?.split('"').next()
}

/// The number at the end of a line.
fn value(line: &str) -> Option<f64> {
    line.rsplit(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(busy: [u64; 3], idle: u64) -> String {
        let mut text = String::from("# TYPE massless_tick_duration_seconds histogram\n");
        for (bound, count) in ["0.005", "0.025", "+Inf"].into_iter().zip(busy) {
            text.push_str(&format!("{TICKS}zone=\"1\",le=\"{bound}\"}} {count}\n"));
            text.push_str(&format!("{TICKS}zone=\"2\",le=\"{bound}\"}} {idle}\n"));
        }
        text
    }

    #[test]
    fn the_percentile_is_of_the_fullest_zone_between_two_looks() {
        let from = Ticks::read(&page([10, 10, 40], 40));
        let to = Ticks::read(&page([60, 110, 140], 100_040));
        // 50 of the 100 were within 5 ms, all of them within 25 ms: the 75th lies half-way.
        assert_eq!(to.percentile_since(&from, 0.75), Some(15.0));
        assert_eq!(to.percentile_since(&to, 0.99), None, "nothing happened");
        let longer = to.percentile_since(&Ticks::default(), 0.99);
        assert_eq!(longer, Some(f64::INFINITY), "30 of 140 are beyond the last bound");
        let alone = "other_bucket{le=\"0.1\"} 1\nother_bucket{le=\"+Inf\"} 1\n";
        let alone = Ticks::of(alone, "other_bucket{");
        assert_eq!(alone.percentile_since(&Ticks::default(), 1.0), Some(100.0));
        assert!(Ticks::read("massless_players{zone=\"1\"} 3\n").is_empty());
    }

    #[test]
    fn a_gauge_is_found_by_its_whole_name_and_label() {
        let page =
            "queue{pool=\"calls\"} 3\nqueue_max{pool=\"hashes\"} 9\nqueue{pool=\"hashes\"} 7\n";
        assert_eq!(gauge(page, "queue", ("pool", "hashes")), Some(7.0));
        assert_eq!(gauge(page, "queue", ("pool", "loader")), None);
        assert_eq!(label("a{role=\"x\",le=\"y\"} 1", "le"), Some("y"), "and not the end of role");
    }
}
