//! The core and the protocol as the browser's module: plain exports over linear memory.
//!
//! The page writes bytes to where `input` points, calls an export and reads what `output` points to.
//! A call that can fail returns a number below 0 when it failed, and then the output is a sentence
//! in UTF-8. Nothing is imported: no clock, no random numbers, no console. Pointers stay valid until
//! the next call that says it writes there.

mod acts;
mod content;
mod exchange;
mod game;
mod land;
mod names;
mod news;
mod own;
mod replay;

pub use acts::client_act;
pub use content::definitions;
pub use exchange::{input, output, output_len};
pub use game::{
    client_advance, client_aim, client_chat, client_control, client_figures, client_land,
    client_leave, client_lossy, client_name, client_own, client_poll, client_receive,
    client_resume, client_start, client_stats, client_ticket, client_whisper,
};
pub use land::{
    map_depth, map_heights, map_keep, map_load, map_materials, map_of_zone, map_open, map_props,
    map_props_count, map_walkable, map_water, map_width, path_find,
};
pub use names::{content_hash, name_of};
pub use news::client_events;
pub use own::{
    client_foreseen, client_own_state, client_party, client_sheet, client_sheet_revision,
    client_trade, client_trade_revision,
};
pub use replay::replay_verify;
