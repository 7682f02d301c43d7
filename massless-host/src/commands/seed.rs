//! `massless seed`: fills a development database with made-up players who can do business.

use massless_core::content::Content;
use massless_core::ids::{ClassId, FactionId, ItemId, PlayerId};
use massless_core::units::Level;
use massless_net::session::name::fold_name;
use massless_store::repo::accounts::{self, NewAccount};
use massless_store::repo::characters::{self, NewCharacter};
use massless_store::repo::definitions;
use massless_store::repo::friends;
use massless_store::repo::leases;
use massless_store::repo::operations::Endowment;
use massless_store::{Connection, Store, StoreError};
use serde_json::json;

use super::migrate::Database;
use super::report::{Outcome, Report, WrongUse, fields};
use crate::accounts::password;
use crate::bots::bot::name_of;
use crate::bots::wander::Whim;
use crate::clock;

/// The password of all made-up accounts. For development only: it is in the source.
pub(crate) const PASSWORD: &str = "only for development";
/// First number of their characters' names, apart from those of other bots.
const FIRST_NAME: u64 = 90_000;
/// Their level: what clerk and smith ask for, and more.
const LEVEL: Level = Level::new(10);
/// Their coin: at least, and as much again at most.
const COIN: (i64, u64) = (20_000, 10_000);
/// First slot of the inventory that is filled; those before hold the starter kit.
const FIRST_SLOT: u8 = 20;
/// What everybody gets: definition, at least so many, as many more at most.
const STACKS: [(u16, u16, u64); 8] = [
    (4_001, 60, 40),
    (4_002, 20, 20),
    (4_011, 5, 5),
    (4_012, 5, 5),
    (5_001, 20, 40),
    (5_004, 20, 40),
    (5_006, 10, 20),
    (3_002, 5, 10),
];
/// Gear that everybody gets three pieces of: first tiers of these rows.
const GEAR: [u16; 8] = [1_011, 1_021, 1_041, 1_071, 2_011, 2_031, 2_041, 2_061];
/// Pieces of gear.
const GEAR_PIECES: usize = 3;

/// Arguments of `seed`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    database: Database,
    /// How many players.
    #[arg(long, value_name = "N", default_value_t = 100,
        value_parser = clap::value_parser!(u64).range(1..=9_999))]
    players: u64,
    /// Makes nobody: gives this character what made-up players get, once. Not while it plays; may be repeated.
    #[arg(long, value_name = "NAME", conflicts_with = "players")]
    character: Vec<String>,
    /// The same seed makes the same players.
    #[arg(long, value_name = "N", default_value_t = 42)]
    seed: u64,
    /// Password of all accounts. The default is for development only.
    #[arg(long, value_name = "TEXT", default_value = PASSWORD)]
    password: String,
    /// Go on although the database is on another machine.
    #[arg(long)]
    yes: bool,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// What was made.
#[derive(Clone, Copy, Debug, Default)]
struct Made {
    accounts: u64,
    characters: u64,
    endowed: u64,
}

/// Makes what is not there yet.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let report = Report::start("seed", arguments.seed);
    let config = arguments.database.settings()?;
    let address = config.store.database(&config.data.dir);
    if is_elsewhere(&address) && !arguments.yes {
        let sentence = "this database is not on this machine; --yes fills it with made-up players";
        return Err(WrongUse(sentence.to_owned()).into());
    }
    let store = arguments.database.open()?;
    if !store.pending_migrations()?.is_empty() {
        return Err(WrongUse("the database is not ready; run `massless migrate`".to_owned()).into());
    }
    if password::check("", &arguments.password).is_err() {
        return Err(WrongUse("that is no password; it has 8 to 128 letters".to_owned()).into());
    }
    let (made, players) = if arguments.character.is_empty() {
        (fill(&store, arguments)?, arguments.players)
    } else {
        (endow_all(&store, arguments)?, 0)
    };
    match players {
        0 => println!("{} of {} characters endowed", made.endowed, arguments.character.len()),
        players => println!(
            "{players} players, seed-0001 to seed-{players:04}: {} accounts, {} characters made",
            made.accounts, made.characters
        ),
    }
    if arguments.json {
        let line = json!({
            "players": players,
            "accounts_made": made.accounts,
            "characters_made": made.characters,
            "endowed": made.endowed,
        });
        report.print(Outcome::Met, fields(line));
    }
    Ok(Outcome::Met)
}

fn fill(store: &Store, arguments: &Arguments) -> anyhow::Result<Made> {
    let content = Content::embedded();
    let now = clock::unix_millis().cast_signed();
    store.repeat(|conn| definitions::sync(conn, now, &content))?;
    // One hash for all: hashing is slow on purpose.
    let hash = password::hash(&arguments.password);
    let mut made = Made::default();
    for number in 1..=arguments.players {
        let player = Player::draw(&content, arguments.seed, number);
        store.repeat(|conn| player.make(conn, (now, &hash), &content, &mut made))?;
    }
    Ok(made)
}

/// Gives characters that are there what made-up players get.
fn endow_all(store: &Store, arguments: &Arguments) -> anyhow::Result<Made> {
    let content = Content::embedded();
    let now = clock::unix_millis().cast_signed();
    store.repeat(|conn| definitions::sync(conn, now, &content))?;
    let mut made = Made::default();
    for (name, number) in arguments.character.iter().zip(1..) {
        let key = fold_name(name);
        let found = store.repeat(|conn| friends::named(conn, &key))?;
        let refused = |why: &str| WrongUse(format!("{name:?} {why}"));
        let (player, _) = found.ok_or_else(|| refused("is nobody's name"))?;
        let player = PlayerId::new(player);
        if store.repeat(|conn| leases::holder(conn, player))?.is_some() {
            return Err(refused("plays now; wait until the character has left").into());
        }
        let endowment = endowment(&content, &mut Whim::new(arguments.seed, number));
        let is_new = store.repeat(|conn| characters::endow(conn, player, &endowment))?;
        made.endowed += u64::from(is_new);
    }
    Ok(made)
}

/// One made-up player.
struct Player {
    login: String,
    name: String,
    class: ClassId,
    faction: FactionId,
    look: u8,
    endowment: Endowment,
}

impl Player {
    /// Player `number` under `seed`. Two in a row are of one faction, so that they meet.
    fn draw(content: &Content, seed: u64, number: u64) -> Self {
        let mut whim = Whim::new(seed, number);
        let pair = (number - 1) / 2;
        Self {
            login: login(number),
            name: name_of(FIRST_NAME + number),
            class: ClassId::new(1 + whim.below(4) as u8),
            faction: FactionId::new(1 + (pair % 3) as u8),
            look: whim.below(16) as u8,
            endowment: endowment(content, &mut whim),
        }
    }

    fn make(
        &self,
        conn: &mut Connection,
        (now, password_hash): (i64, &str),
        content: &Content,
        made: &mut Made,
    ) -> Result<(), StoreError> {
        let login = self.login.as_str();
        let account = match accounts::by_login(conn, login)? {
            Some(account) => account.id,
            None => {
                let new = NewAccount::Member { login, key: login, email: None, password_hash };
                made.accounts += 1;
                accounts::create(conn, now, &new)?
            }
        };
        let player = match characters::list(conn, account)?.first() {
            Some(character) => character.id,
            None => {
                made.characters += 1;
                self.make_character(conn, (now, account), content)?
            }
        };
        made.endowed += u64::from(characters::endow(conn, player, &self.endowment)?);
        Ok(())
    }

    fn make_character(
        &self,
        conn: &mut Connection,
        (now, account): (i64, u64),
        content: &Content,
    ) -> Result<PlayerId, StoreError> {
        let key = fold_name(&self.name);
        let (name, class, faction, look) = (&*self.name, self.class, self.faction, self.look);
        let new = NewCharacter { name, name_key: &key, class, faction, look };
        characters::create(conn, now, account, (content, new))
    }
}

/// The login of player `number`, from 1 on.
pub(crate) fn login(number: u64) -> String {
    format!("seed-{number:04}")
}

fn endowment(content: &Content, whim: &mut Whim) -> Endowment {
    let stacks = STACKS.map(|(id, least, spread)| (id, least + whim.below(spread + 1) as u16));
    let gear = [(); GEAR_PIECES].map(|()| (GEAR[whim.below(GEAR.len() as u64) as usize], 1));
    let items = stacks.into_iter().chain(gear).zip(FIRST_SLOT..);
    let items = items.filter_map(|((id, quantity), slot)| {
        let def = content.item(ItemId::new(id))?;
        Some((def.id, quantity.min(def.stack_max), slot))
    });
    let coin = COIN.0 + whim.below(COIN.1) as i64;
    Endowment { level: LEVEL.get(), coin, items: items.collect() }
}

/// Whether a database is on another machine than this one: production, as far as this can tell.
fn is_elsewhere(address: &str) -> bool {
    let Some((_, rest)) = address.split_once("://") else { return false };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let is_named_elsewhere = rest.contains("host=");
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let is_here =
        host.is_empty() || host == "localhost" || host == "::1" || host.starts_with("127.");
    is_named_elsewhere || !is_here
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_filled_without_asking() {
        for here in [
            "sqlite:data/massless.db",
            "postgres://massless@127.0.0.1:5432/massless",
            "postgres://massless:secret@localhost/massless",
            "postgres://[::1]:5432/massless",
            "postgres:///massless",
        ] {
            assert!(!is_elsewhere(here), "{here}");
        }
        for elsewhere in [
            "postgres://massless:secret@db.example.org:5432/massless",
            "postgres://10.0.0.7/massless",
            "postgresql://u@[2001:db8::1]/massless",
            "postgres:///massless?host=db",
        ] {
            assert!(is_elsewhere(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn the_same_seed_makes_the_same_players_and_all_fits() {
        let content = Content::embedded();
        for number in 1..=50 {
            let (one, two) = (Player::draw(&content, 7, number), Player::draw(&content, 7, number));
            assert_eq!(one.endowment, two.endowment);
            assert_eq!((one.class, one.look), (two.class, two.look));
            assert_eq!(one.endowment.items.len(), STACKS.len() + GEAR_PIECES);
            assert!(one.endowment.items.iter().all(|&(_, count, slot)| count > 0 && slot < 45));
        }
    }
}
