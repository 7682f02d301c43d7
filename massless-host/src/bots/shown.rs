//! What observers showed of others, in a file: to be compared with the zone's log (`massless replay shown`).
//!
//! A line of JSON for each look: `own` is the observer's actor, `tick` the moment that was drawn, `shown` where everybody was
//! drawn then; `told` is the newest tick told and `raw` the points told last, the control. A place is `[actor, x, z]`.

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use anyhow::Context as _;
use massless_core::math::Vec2;
use serde::{Deserialize, Serialize};

/// An actor and where it was.
type Place = (u64, f32, f32);

/// One look of one observer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ShownLook {
    /// The observer's actor.
    pub(crate) own: u64,
    /// The tick that was drawn, with its fraction.
    pub(crate) tick: f64,
    /// Where everybody was drawn.
    pub(crate) shown: Vec<Place>,
    /// The newest tick told.
    pub(crate) told: u64,
    /// The points told last.
    pub(crate) raw: Vec<Place>,
}

/// Places for the file.
pub(crate) fn places(list: &[(u64, Vec2)]) -> Vec<Place> {
    list.iter().map(|(actor, place)| (*actor, place.x, place.y)).collect()
}

/// Writes looks.
pub(crate) fn write(path: &Path, looks: impl Iterator<Item = ShownLook>) -> anyhow::Result<usize> {
    let what = || format!("{} cannot be written", path.display());
    let mut out = BufWriter::new(File::create(path).with_context(what)?);
    let mut count = 0;
    for look in looks {
        serde_json::to_writer(&mut out, &look).with_context(what)?;
        out.write_all(b"\n").with_context(what)?;
        count += 1;
    }
    out.flush().with_context(what)?;
    Ok(count)
}

/// Reads looks.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<ShownLook>> {
    let what = || format!("{} cannot be read", path.display());
    let file = BufReader::new(File::open(path).with_context(what)?);
    let mut looks = Vec::new();
    for (line, number) in file.lines().zip(1..) {
        let look: ShownLook = serde_json::from_str(&line.with_context(what)?)
            .with_context(|| format!("{}, line {number}: no look", path.display()))?;
        let places = look.shown.iter().chain(&look.raw);
        let is_sound = look.tick.is_finite()
            && look.tick >= 0.0
            && places.into_iter().all(|(_, x, z)| x.is_finite() && z.is_finite());
        anyhow::ensure!(is_sound, "{}, line {number}: its numbers are none", path.display());
        looks.push(look);
    }
    Ok(looks)
}
