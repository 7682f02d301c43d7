//! Every bound of a zone, with its unit and what breaks when it moves.

/// Characters in one channel of a zone. Reason: game rules, section 1.
pub const CHARACTERS_MAX: usize = 4_096;
/// Actors in one channel of a zone. Reason: game rules, section 1; slots on the wire have 17 bits.
pub const ACTORS_MAX: usize = 131_072;
/// Commands one step accepts; the excess is rejected. A full channel sends one input each, and
/// every one of its characters may join or leave in the same tick.
pub const COMMANDS_PER_TICK_MAX: usize = 4 * CHARACTERS_MAX;
/// Ticks an input may arrive before the tick it is meant for. More would add latency for nothing.
pub const INPUT_LEAD_TICKS_MAX: u32 = 3;
/// Ticks without an input after which a character stops (250 ms).
pub const INPUT_HOLD_TICKS: u32 = 5;
/// Ticks by which a target's place may be older than the blow (200 ms). More, and who has got behind cover
/// long ago is still hit. Reason: game rules, section 3.
pub const REWIND_TICKS_MAX: u8 = 4;
/// Ticks a body stays after its connection was lost outside a safe circle (10 s).
pub const DETACHED_TICKS: u32 = 200;
/// Ticks without movement after which a leaving character goes, outside a safe circle (5 s).
pub const LEAVING_TICKS: u32 = 100;
/// Bytes of a character's name (16 letters of up to 4 bytes).
pub const NAME_BYTES_MAX: usize = 64;
/// Path queries answered per tick; the rest wait, oldest first.
pub const PATH_QUERIES_PER_TICK: usize = 100;
/// Nodes one path query may explore.
pub const PATH_NODES_MAX: usize = 200;
/// Corners one path may have; a longer path is walked up to its last stored corner, then renewed.
pub const PATH_CORNERS_MAX: usize = 8;
/// Cells of a map in each direction: positions on the wire have 16 bits of 1/64 m.
pub const MAP_CELLS_MAX: u32 = 1_024;
/// Props of a map.
pub const PROPS_MAX: usize = 16_384;
/// Edge of a cell of the actor index in metres. Reason: game rules, section 3.
pub const INDEX_CELL_METRES: f32 = 25.0;
/// Spawned creatures per tick: a fresh zone fills over several ticks instead of stalling one.
pub const SPAWNS_PER_TICK: usize = 256;
/// Effects on one actor. Reason: game rules, section 1.
pub const EFFECTS_MAX: usize = 16;
/// Cooldowns remembered of one actor: more than all skills it can have.
pub const COOLDOWNS_MAX: usize = 48;
/// Actors on a creature's threat list, and players with a share in it.
pub const GRUDGE_MAX: usize = 250;
/// Ground items, ground areas and hits in flight for each started 1 000 of `characters_max`.
/// Reason: game rules, section 1.
pub const GROUND_ITEMS_PER_1000: usize = 1_000;
/// See `GROUND_ITEMS_PER_1000`.
pub const GROUND_AREAS_PER_1000: usize = 64;
/// See `GROUND_ITEMS_PER_1000`.
pub const FLIGHTS_PER_1000: usize = 4_096;
/// Ground items one character owns.
pub const OWNED_DROPS_MAX: usize = 20;
/// Hits of one actor in flight.
pub const OWN_FLIGHTS_MAX: usize = 8;
/// Slots of an inventory. Reason: game rules, section 8.
pub const BAG_SLOTS: usize = 45;
/// Slots of the skill bar. Reason: game rules, section 6.
pub const BAR_SLOTS: usize = 10;
/// Active quests. Reason: game rules, section 14.
pub const QUESTS_MAX: usize = 20;
/// Quests a character may have done.
pub const QUESTS_DONE_MAX: usize = 1_024;
/// Operations of one character that wait for the store at a time.
pub const PENDING_PER_PLAYER_MAX: usize = 8;
/// Coin of one character. Reason: game rules, section 12.
pub const COIN_MAX: i64 = 2_000_000_000;
/// Members of a party.
pub const PARTY_MAX: usize = 5;
/// How far away an item on the ground may lie to be picked up, metres. Reason: game rules, section 9.
pub const PICK_UP_METRES: f32 = 3.0;
/// How far away an NPC may stand to be talked to, metres. Reason: game rules, section 10.
pub const TALK_METRES: f32 = 4.0;
/// Ticks for which an item on the ground is its owner's alone (30 s). Reason: game rules, section 9.
pub const DROP_FREE_TICKS: u32 = 600;
/// Ticks after which an item on the ground is gone (60 s). Reason: game rules, section 9.
pub const DROP_GONE_TICKS: u32 = 1_200;
/// Ticks after a hit by a character in which portals are shut (10 s). Reason: game rules, section 10.
pub const PORTAL_SHUT_TICKS: u32 = 200;
/// Slots of a storage at first. Reason: game rules, section 8.
pub const STORAGE_SLOTS_MIN: usize = 30;
/// Slots of the largest storage. Reason: game rules, section 8.
pub const STORAGE_SLOTS_MAX: usize = 90;
/// Slots by which a storage is enlarged. Reason: game rules, section 8.
pub const STORAGE_SLOTS_STEP: usize = 10;
/// Highest rank of a skill. Reason: game rules, section 6.
pub const RANK_MAX: u8 = 10;
/// Skills with a rank that one character may have: more than all it can learn.
pub const RANKS_MAX: usize = 48;
/// Counters of failures at the smith's of one character. Reason: game rules, section 8.
pub const PITY_MAX: usize = 64;
/// Zones a character may have visited: more than there are.
pub const VISITED_MAX: usize = 64;
/// Highest upgrade of gear. Reason: game rules, section 8.
pub const UPGRADE_MAX: u8 = 9;
/// Items that one side of a trade offers. Reason: game rules, section 12.
pub const TRADE_ITEMS_MAX: usize = 12;
/// How near the two sides of a trade stay, metres. Reason: game rules, section 12.
pub const TRADE_METRES: f32 = 5.0;
/// Ticks in which a request for a trade can be answered (30 s). Reason: game rules, section 12.
pub const TRADE_REQUEST_TICKS: u32 = 600;
/// Ticks a trade may take (2 min). Reason: game rules, section 12.
pub const TRADE_TICKS: u32 = 2_400;
/// Items in one letter. Reason: game rules, section 12.
pub const MAIL_ITEMS_MAX: usize = 5;
/// Highest price at the market, coin. Reason: game rules, section 12.
pub const LISTING_PRICE_MAX: i64 = 100_000_000;
/// Entries of one operation: one may touch every stack of an inventory, and more.
pub const ENTRIES_MAX: usize = 128;
