//! One session with a server: the protocol's own client behind plain exports.
//!
//! Time comes from the page, in milliseconds since any moment. It knows no socket: frames are handed
//! in and polled.

use std::cell::{Cell, RefCell};
use std::fmt::Write;

use massless_core::content::item::EquipSlot;
use massless_core::ids::{ActorId, ClassId, FactionId, ItemId};
use massless_core::units::{Facing, Level};
use massless_core::view::{Gear, Kind};
use massless_net::client::{Client, ClientConfig, Control, Figure, Output};
use massless_net::clock::Millis;
use massless_net::limits::INPUTS_PER_FRAME_MAX;
use massless_net::session::ticket::Ticket;
use massless_net::session::token::{ResumeToken, TOKEN_BYTES};
use massless_net::wire::{Welcome, may_get_lost};

use crate::content::content;
use crate::exchange::{DONE, failed, put_fields, put_numbers, with_input, with_output};
use crate::land;

/// What `client_poll` returns: what kind of output it left.
const NOTHING: i32 = 0;
const FRAME: i32 = 1;
const WELCOME: i32 = 2;
const CHAT: i32 = 3;
const NOTICE: i32 = 4;
const CLOSED: i32 = 5;
const MOVED: i32 = 6;
const INVITED: i32 = 7;
const PARTY: i32 = 8;
/// A frame that may get lost.
const LOSSY_FRAME: i32 = 9;
const RESUMED: i32 = 10;

/// Inputs that a frame repeats where frames get lost: all that it holds beside the newest.
const REPEATS: u8 = INPUTS_PER_FRAME_MAX as u8 - 1;

/// Numbers in a row of `client_figures`.
const FIGURE_COLUMNS: usize = 18;

thread_local! {
    static CLIENT: RefCell<Option<Client>> = const { RefCell::new(None) };
    static IS_LOSSY: Cell<bool> = const { Cell::new(false) };
    static AIM: Cell<Option<[u16; 2]>> = const { Cell::new(None) };
}

pub(crate) fn with_client<T>(act: impl FnOnce(&mut Client) -> T, absent: T) -> T {
    CLIENT.with_borrow_mut(|client| client.as_mut().map_or(absent, act))
}

/// The page's clock as the protocol counts it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates; 584,000 years"
)]
pub(crate) fn moment(now_millis: f64) -> Millis {
    Millis::from_micros((now_millis * 1_000.0) as u64)
}

fn begin(config: ClientConfig) {
    let repeats = if IS_LOSSY.get() { REPEATS } else { 0 };
    let mut client = Client::new(ClientConfig { repeats, ..config });
    client.set_content(content());
    CLIENT.set(Some(client));
}

/// Whether frames may get lost on the connection that the next session begins on: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn client_lossy(lossy: u32) {
    IS_LOSSY.set(lossy != 0);
}

/// A new session on a connection that was just opened; the input is the wanted name.
#[unsafe(no_mangle)]
pub extern "C" fn client_start(look: u32, class: u32, faction: u32) {
    let name = with_input(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let (class, faction) = (ClassId::new(class as u8), FactionId::new(faction as u8));
    begin(ClientConfig {
        name,
        look: (look & 15) as u8,
        class,
        faction,
        ..ClientConfig::default()
    });
}

/// The client is in this zone, whose map was kept, else it is the one that was loaded last: asked for after
/// each welcome. Until then nothing is predicted or sent.
#[unsafe(no_mangle)]
pub extern "C" fn client_land(zone: u32) {
    with_client(
        |client| {
            if let Some(map) = land::walk_on(zone) {
                client.set_map(map);
            }
        },
        (),
    );
}

/// Goes on with a session that was lost; the input is its token in hexadecimal.
#[unsafe(no_mangle)]
pub extern "C" fn client_resume() -> i32 {
    match with_input(token_of) {
        Some(token) => {
            let repeats = if IS_LOSSY.get() { REPEATS } else { 0 };
            let config = ClientConfig { resume: Some(token), repeats, ..ClientConfig::default() };
            // The session that this page has played goes on from what is known.
            let is_known = |client: &Client| client.welcome().is_some_and(|it| it.resume == token);
            let goes_on = with_client(
                |client| {
                    let goes_on = is_known(client);
                    if goes_on {
                        client.reconnect(config.clone());
                    }
                    goes_on
                },
                false,
            );
            if !goes_on {
                begin(config);
            }
            DONE
        }
        None => failed("the token of the lost session cannot be read"),
    }
}

/// Joins with a ticket; the input is the text that `/api/v1/session` gave.
#[unsafe(no_mangle)]
pub extern "C" fn client_ticket() -> i32 {
    match with_input(|bytes| Ticket::parse(&String::from_utf8_lossy(bytes))) {
        Some(ticket) => {
            begin(ClientConfig { ticket: Some(ticket), ..ClientConfig::default() });
            DONE
        }
        None => failed("the ticket cannot be read"),
    }
}

/// A frame came; the input is its bytes. After a failure the connection is of no use.
#[unsafe(no_mangle)]
pub extern "C" fn client_receive(now: f64) -> i32 {
    let taken =
        with_input(|frame| with_client(|client| client.handle_frame(moment(now), frame), Ok(())));
    match taken {
        Ok(()) => DONE,
        Err(error) => failed(error),
    }
}

/// Time has come to `now`.
#[unsafe(no_mangle)]
pub extern "C" fn client_advance(now: f64) {
    with_client(|client| client.advance(moment(now)), ());
}

/// The place chosen on the ground in metres, for the next `client_control`; no numbers for none.
#[unsafe(no_mangle)]
pub extern "C" fn client_aim(x: f32, z: f32) {
    let aims = x.is_finite() && z.is_finite();
    AIM.set(aims.then(|| [unit_of(x), unit_of(z)]));
}

/// Whispers; the input is the name, a zero, and the line.
#[unsafe(no_mangle)]
pub extern "C" fn client_whisper() {
    let input = with_input(|bytes| String::from_utf8_lossy(bytes).into_owned());
    if let Some((to, text)) = input.split_once('\0') {
        with_client(|client| client.whisper(to, text), ());
    }
}

/// What the hands do from now on: a heading no longer than 1, where the figure looks in radians, the
/// pressed slots of the bar as bits, the chosen target or 0.
#[unsafe(no_mangle)]
pub extern "C" fn client_control(east: f32, north: f32, turn: f32, buttons: u32, target: f64) {
    let control = Control {
        direction: [step_of(east), step_of(north)],
        facing: facing_of(turn),
        buttons: (buttons & 0x3FF) as u16,
        target: (target >= 1.0).then(|| ActorId::new(target as u64)),
        aim: AIM.get(),
    };
    with_client(|client| client.control(control), ());
}

/// Says the input on a channel.
#[unsafe(no_mangle)]
pub extern "C" fn client_chat(channel: u32) {
    let text = with_input(|bytes| String::from_utf8_lossy(bytes).into_owned());
    with_client(|client| client.chat((channel & 0xFF) as u8, &text), ());
}

/// Says goodbye.
#[unsafe(no_mangle)]
pub extern "C" fn client_leave() {
    with_client(Client::leave, ());
}

/// The next thing to do or to know; returns what it is, its parts are in the output.
#[unsafe(no_mangle)]
pub extern "C" fn client_poll() -> i32 {
    match with_client(Client::poll, None) {
        None => NOTHING,
        Some(Output::Frame(frame)) => {
            with_output(|bytes| bytes.extend_from_slice(&frame));
            if may_get_lost(&frame) { LOSSY_FRAME } else { FRAME }
        }
        Some(Output::Welcome(welcome)) => {
            put_welcome(&welcome);
            WELCOME
        }
        Some(Output::Resumed(welcome)) => {
            put_welcome(&welcome);
            RESUMED
        }
        Some(Output::Moved(welcome)) => {
            put_welcome(&welcome);
            MOVED
        }
        Some(Output::Invited { name }) => {
            put_fields(&[&name]);
            INVITED
        }
        Some(Output::PartyChanged) => PARTY,
        Some(Output::Chat { actor, name, channel, sent, text }) => {
            let actor = actor.map_or(String::new(), |actor| actor.to_string());
            let sent = if sent { "true" } else { "false" };
            put_fields(&[&actor, &name, &channel.to_string(), &text, sent]);
            CHAT
        }
        Some(Output::Notice(notice)) => {
            put_fields(&[notice.sentence()]);
            NOTICE
        }
        Some(Output::Closed { code, sentence }) => {
            let may_resume = if code.may_resume() { "true" } else { "false" };
            put_fields(&[&code.get().to_string(), &sentence, may_resume]);
            CLOSED
        }
    }
}

/// The own figure as a row of `client_figures`; returns 0 before its first state, else 1.
#[unsafe(no_mangle)]
pub extern "C" fn client_own(now: f64) -> u32 {
    let own = with_client(
        |client| {
            let own = client.own(moment(now))?;
            let (_, told) = client.told();
            let mask = told.effects.iter().map(|own| u32::from(own.effect.get()));
            let effects = mask.filter(|&id| id < 32).fold(0, |mask, id| mask | 1 << id);
            Some((own, effects, gear_of(client)))
        },
        None,
    );
    let Some((own, effects, gear)) = own else { return 0 };
    put_numbers(row(&Figure {
        slot: 0,
        actor: own.actor,
        kind: Kind::Character { look: 0 },
        level: Level::new(1),
        position: own.position,
        facing: own.facing,
        speed: own.speed,
        pose: own.pose,
        share: own.share,
        gear,
        effects,
        target: None,
    }));
    1
}

/// What the own character holds, by its sheet.
fn gear_of(client: &Client) -> Gear {
    let Some(view) = client.sheet() else { return Gear::default() };
    let weapon = view.sheet.worn[EquipSlot::Weapon as usize];
    Gear {
        class: view.sheet.class,
        weapon: weapon.map_or_else(ItemId::default, |item| item.definition),
    }
}

/// The others, eighteen numbers each: slot, actor, kind, look or definition, level, x, y, z, turn in
/// radians, speed, pose, hit points from 0 to 1, class, weapon, effects as bits, target or 0, and of
/// items rarity and quantity. Returns how many.
#[unsafe(no_mangle)]
pub extern "C" fn client_figures(now: f64) -> u32 {
    CLIENT.with_borrow_mut(|client| {
        let Some(client) = client.as_mut() else { return 0 };
        let figures = client.figures(moment(now));
        put_numbers(figures.iter().flat_map(row));
        u32::try_from(figures.len()).unwrap_or(0)
    })
}

/// The name of a character in sight; returns its length in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn client_name(slot: u32) -> u32 {
    CLIENT.with_borrow(|client| {
        let known = client.as_ref().and_then(|client| client.known_of(slot));
        let name = known.map_or("", |known| known.identity.name.as_str());
        with_output(|bytes| bytes.extend_from_slice(name.as_bytes()));
        u32::try_from(name.len()).unwrap_or(0)
    })
}

/// What was measured, nineteen numbers in the output in the order of the page's `Stats`.
#[unsafe(no_mangle)]
pub extern "C" fn client_stats() -> u32 {
    let stats = with_client(|client| client.stats(), massless_net::client::Stats::default());
    let agreement = stats.agreement;
    let counts = [
        agreement.compared,
        agreement.equal,
        agreement.corrected,
        agreement.missed,
        stats.late,
        stats.bytes_in,
        stats.bytes_out,
        stats.frames_in,
        stats.updates,
        stats.records,
        stats.inputs,
        stats.tick,
    ];
    let first = [stats.rtt_millis, f64::from(stats.margin), stats.lead_millis];
    let guessed = stats.guessed as f64 / stats.pictures.max(1) as f64;
    let last = [stats.delay_ticks, guessed, agreement.far as f64, f64::from(agreement.far_metres)];
    put_numbers(first.into_iter().chain(counts.into_iter().map(|count| count as f64)).chain(last));
    19
}

/// One figure as numbers.
fn row(figure: &Figure) -> [f64; FIGURE_COLUMNS] {
    let (kind, detail, rarity, quantity) = match figure.kind {
        Kind::Character { look } => (0, u16::from(look), 0, 0),
        Kind::Creature(definition) => (1, definition.get(), 0, 0),
        Kind::Npc(definition) => (2, definition.get(), 0, 0),
        Kind::Item { definition, rarity, quantity } => (3, definition.get(), rarity, quantity),
        Kind::Area { skill } => (4, skill.get(), 0, 0),
    };
    [
        f64::from(figure.slot),
        figure.actor.get() as f64,
        f64::from(kind),
        f64::from(detail),
        f64::from(figure.level.get()),
        f64::from(figure.position.x),
        f64::from(figure.position.y),
        f64::from(figure.position.z),
        f64::from(figure.facing.get()) * (core::f64::consts::TAU / 65_536.0),
        f64::from(figure.speed),
        f64::from(figure.pose as u8),
        f64::from(figure.share) / 255.0,
        f64::from(figure.gear.class.get()),
        f64::from(figure.gear.weapon.get()),
        f64::from(figure.effects),
        figure.target.map_or(0.0, |target| target.get() as f64),
        f64::from(rarity),
        f64::from(quantity),
    ]
}

fn put_welcome(welcome: &Welcome) {
    let mut token = String::with_capacity(TOKEN_BYTES * 2);
    for byte in welcome.resume.as_bytes() {
        write!(token, "{byte:02x}").expect("writing to a string does not fail");
    }
    let content = format!("{:032x}", welcome.content);
    let (zone, actor) = (welcome.zone.to_string(), welcome.actor.to_string());
    put_fields(&[&welcome.name, &zone, &content, &token, &actor]);
}

fn token_of(text: &[u8]) -> Option<ResumeToken> {
    let text = core::str::from_utf8(text).ok()?;
    if text.len() != TOKEN_BYTES * 2 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; TOKEN_BYTES];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(ResumeToken::from_bytes(bytes))
}

/// A share of full speed in 1/127.
#[expect(clippy::cast_possible_truncation, reason = "clamped; NaN is 0")]
fn step_of(share: f32) -> i8 {
    (share.clamp(-1.0, 1.0) * 127.0).round() as i8
}

/// A place in 1/64 m.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
fn unit_of(metres: f32) -> u16 {
    (metres * 64.0).round().clamp(0.0, f32::from(u16::MAX)) as u16
}

/// A facing from radians; whole turns more or less do not matter.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "modulo a turn")]
fn facing_of(turn: f32) -> Facing {
    let steps = (turn * (65_536.0 / core::f32::consts::TAU)).round() as i64;
    Facing::new((steps & 0xFFFF) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_read_back_from_hexadecimal() {
        assert_eq!(token_of(b"00"), None);
        assert_eq!(token_of(&[b'x'; TOKEN_BYTES * 2]), None);
        let token = token_of(&[b'a'; TOKEN_BYTES * 2]);
        assert_eq!(token, Some(ResumeToken::from_bytes([0xaa; TOKEN_BYTES])));
    }

    #[test]
    fn headings_and_turns_become_the_wires_steps() {
        assert_eq!(
            (step_of(1.0), step_of(-1.0), step_of(f32::NAN), step_of(9.0)),
            (127, -127, 0, 127)
        );
        assert_eq!(facing_of(0.0), Facing::new(0));
        assert_eq!(facing_of(core::f32::consts::FRAC_PI_2), Facing::new(16_384));
        assert_eq!(facing_of(-core::f32::consts::FRAC_PI_2), Facing::new(49_152));
    }

    #[test]
    fn a_session_begins_with_a_hello() {
        client_start(3, 1, 1);
        assert_eq!(client_poll(), FRAME);
        assert_eq!(client_poll(), NOTHING);
        assert_eq!(client_own(0.0), 0);
        assert_eq!(client_figures(0.0), 0);
    }
}
