//! Zones: what runs, a live map, and their logs while they are written.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use massless_core::content::zone::ZoneDef;
use massless_core::math::Vec2;
use serde_json::{Value, json};
use warp::http::HeaderValue;
use warp::http::header::CACHE_CONTROL;

use super::Console;
use super::call::{Call, Caller, Outcome, Refusal, download, json as answer};
use crate::board::ZoneBoard;
use crate::channels::ChannelId;
use crate::live::percentile;
use crate::record::segments_of;

/// Ticks over which a list's percentiles go (10 s).
const RECENT_TICKS: u64 = 200;
/// Bytes of a map's raster in each cell: material, height.
const CELL_BYTES: usize = 2;

/// `GET /zones`.
pub(super) fn list(console: &Console, _: &Caller, _: &Call, _: &[&str]) -> Outcome {
    let zones: Vec<Value> = console.board.zones().iter().map(|zone| shown(zone)).collect();
    answer(&json!({ "zones": zones }))
}

/// A channel's facts.
pub(super) fn shown(zone: &ZoneBoard) -> Value {
    let live = &zone.live;
    let micros = live.since(live.made().saturating_sub(RECENT_TICKS));
    json!({
        "label": zone.id.label(), "zone": zone.id.zone.get(), "channel": zone.id.number,
        "name": zone.name,
        "players": zone.players.load(Relaxed), "actors": zone.actors.load(Relaxed),
        "tick": zone.tick.load(Relaxed), "epoch": zone.epoch.load(Relaxed),
        "p50_micros": percentile(&micros, 50), "p99_micros": percentile(&micros, 99),
        "max_micros": percentile(&micros, 100), "missed": live.missed.load(Relaxed),
        "log_bytes": live.log_bytes.load(Relaxed),
    })
}

/// `GET /zones/{zone}/actors`: who stands where; an empty picture for the first second.
pub(super) fn actors(console: &Console, _: &Caller, _: &Call, parts: &[&str]) -> Outcome {
    let zone = board_of(console, parts[0])?;
    let picture = zone.live.look();
    let nothing = || json!({ "tick": null, "actors": [] });
    answer(&picture.map_or_else(nothing, |picture| picture.shown(&console.content)))
}

/// `GET /zones/{zone}/ground`: width and depth (u16 each, little-endian), then material and height (in
/// 1/255 of the map's range) of each cell of 1 m, row by row from the south-west; water counts as 255.
pub(super) fn ground(console: &Console, _: &Caller, _: &Call, parts: &[&str]) -> Outcome {
    let id = channel(parts[0])?;
    let def = console.content.zone(id.zone).ok_or_else(|| Refusal::nothing("zone"))?;
    let mut response = download("ground.bin", "application/octet-stream", raster(def))?;
    let kept = HeaderValue::from_static("private, max-age=3600");
    response.headers_mut().insert(CACHE_CONTROL, kept);
    Ok(response)
}

fn raster(def: &ZoneDef) -> Vec<u8> {
    let map = &def.map;
    let (width, depth) = map.size();
    let centre = |x: u32, z: u32| Vec2::new(x as f32 + 0.5, z as f32 + 0.5);
    let places = (0..depth).flat_map(|z| (0..width).map(move |x| centre(x, z)));
    let heights: Vec<f32> = places.map(|place| map.height_at(place.x, place.y)).collect();
    let lowest = heights.iter().copied().fold(f32::INFINITY, f32::min);
    let highest = heights.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let scale = 254.0 / (highest - lowest).max(1.0);
    let mut bytes = Vec::with_capacity(4 + CELL_BYTES * heights.len());
    bytes.extend((width as u16).to_le_bytes());
    bytes.extend((depth as u16).to_le_bytes());
    for (height, material) in heights.iter().zip(map.materials()) {
        let is_water = map.water_level().is_some_and(|level| *height < level);
        bytes.push(*material as u8);
        bytes.push(if is_water { 255 } else { ((height - lowest) * scale) as u8 });
    }
    bytes
}

/// `GET /zones/{zone}/logs`: the segments, the newest first; that one is still written.
pub(super) fn logs(console: &Console, _: &Caller, _: &Call, parts: &[&str]) -> Outcome {
    let files = segments(console, parts[0])?;
    let shown = files.iter().rev().filter_map(|path| {
        let name = path.file_name()?.to_str()?;
        let facts = std::fs::metadata(path).ok()?;
        let written = facts.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        Some(
            json!({ "file": name, "bytes": facts.len(), "written_at": written.as_millis() as u64 }),
        )
    });
    answer(&json!({ "segments": shown.collect::<Vec<_>>() }))
}

/// `GET /zones/{zone}/logs/{file}`. The log's writer goes on; what it has written by now is what comes.
pub(super) fn log(console: &Console, caller: &Caller, call: &Call, parts: &[&str]) -> Outcome {
    let files = segments(console, parts[0])?;
    let wanted = files.iter().find(|path| path.file_name().is_some_and(|name| name == parts[1]));
    let path = wanted.ok_or_else(|| Refusal::nothing("segment"))?;
    console.note(call, caller, ("log.download", &format!("zone {}", parts[0]), parts[1]))?;
    let bytes = std::fs::read(path).map_err(|error| Refusal::bad(error.to_string()))?;
    download(&format!("zone-{}-{}", parts[0], parts[1]), "application/octet-stream", bytes)
}

fn segments(console: &Console, label: &str) -> Result<Vec<PathBuf>, Refusal> {
    let files = segments_of(&console.data, channel(label)?);
    files.map_err(|error| Refusal::bad(format!("the logs cannot be listed: {error}")))
}

fn channel(label: &str) -> Result<ChannelId, Refusal> {
    ChannelId::of_label(label).ok_or_else(|| Refusal::nothing("zone"))
}

fn board_of(console: &Console, label: &str) -> Result<Arc<ZoneBoard>, Refusal> {
    let id = channel(label)?;
    let zone = console.board.zones().into_iter().find(|zone| zone.id == id);
    zone.ok_or_else(|| Refusal::nothing("zone"))
}
