//! Headless players over the real protocol: the same client code as the browser's, without a screen.

pub(crate) mod admin_page;
pub(crate) mod bot;
pub(crate) mod economy;
pub(crate) mod find;
pub(crate) mod floor_load;
pub(crate) mod measure;
pub(crate) mod mind;
pub(crate) mod play;
pub(crate) mod shown;
pub(crate) mod shuttle;
pub(crate) mod tally;
pub(crate) mod ticks;
pub(crate) mod unread;
pub(crate) mod verdict;
pub(crate) mod wander;
pub(crate) mod way;
pub(crate) mod world;
