//! Stories of a zone as small tables: what is given, what is asked at which tick, what is seen.
//!
//! Each file of `tests/scenarios` is one story; lines after `expect` are what `check` prints. With
//! `MASSLESS_UPDATE=1` the expectations are written anew, to be read in the diff. What the zone asks of a store a
//! ledger in memory answers in the next tick.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use massless_core::character::Item;
use massless_core::command::{Act, Character, Command, Input};
use massless_core::content::{Content, SourceFile};
use massless_core::event::Event;
use massless_core::ids::{ActorId, ItemId, ItemUid, PlayerId, ZoneId};
use massless_core::ledger::MemoryLedger;
use massless_core::math::Vec2;
use massless_core::view::Kind;
use massless_core::zone::{NoProbe, Zone};

/// A flat zone of 128 m with a safe circle of 10 m round (20, 20) and the given spawn groups and people,
/// under the embedded definitions without quests, which name people of other zones.
fn content(groups: &str, npcs: &str) -> Content {
    let zone = format!(
        "(id: 1, name: \"Test Field\", map: Flat(128, 128), respawn: (20.0, 20.0), \
         safe_radius: 10.0, arrival: (centre: (20.0, 20.0), radius: 2.0), \
         spawn_groups: [{groups}], npcs: [{npcs}], portals: [], open_channel_at: 10, \
         characters_max: 20)"
    );
    let dropped = ["zones/", "maps/", "quests/"];
    let kept =
        |file: &&SourceFile<'static>| !dropped.iter().any(|folder| file.path.starts_with(folder));
    let mut files: Vec<SourceFile<'_>> =
        Content::embedded_files().iter().filter(kept).copied().collect();
    files.push(SourceFile { path: "zones/1-test.ron", bytes: zone.as_bytes() });
    Content::load(&files).expect("the test's content is sound")
}

/// `at TICK VERB PLAYER [EAST NORTH]`, `rich TICK PLAYER EAST NORTH COIN ITEM:COUNT..`, `act TICK PLAYER WORDS`,
/// `walk FROM TO PLAYER EAST NORTH`, `show TICK` and `own TICK PLAYER`.
struct Story {
    groups: String,
    npcs: String,
    ledger: MemoryLedger,
    owns: Vec<(u64, PlayerId)>,
    commands: BTreeMap<u64, Vec<Command>>,
    walks: Vec<(u64, u64, u64, [i8; 2])>,
    shows: Vec<u64>,
}

fn parse(text: &str) -> Story {
    let mut story = Story {
        groups: String::new(),
        npcs: String::new(),
        ledger: MemoryLedger::new(),
        owns: vec![],
        commands: BTreeMap::new(),
        walks: vec![],
        shows: vec![],
    };
    for line in text.lines().take_while(|line| *line != "expect") {
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |index: usize| words[index].parse::<f32>().expect("a number");
        let player = |index: usize| PlayerId::new(number(index) as u64);
        match words.first() {
            None | Some(&"#") => {}
            Some(&"given") => story.groups.push_str(line.trim_start_matches("given")),
            Some(&"npc") => story.npcs.push_str(line.trim_start_matches("npc")),
            Some(&"own") => story.owns.push((number(1) as u64, player(2))),
            Some(&"rich") => {
                let place = Vec2::new(number(3), number(4));
                let command = rich(&mut story.ledger, player(2), place, &words[5..]);
                story.commands.entry(number(1) as u64).or_default().push(command);
            }
            Some(&"act") => {
                let command = Command::Act { player: player(2), act: act_of(&words[3..]) };
                story.commands.entry(number(1) as u64).or_default().push(command);
            }
            Some(&"show") => story.shows.push(number(1) as u64),
            Some(&"walk") => {
                let direction = [number(4) as i8, number(5) as i8];
                story.walks.push((number(1) as u64, number(2) as u64, number(3) as u64, direction));
            }
            Some(&"at") => {
                let place = || Vec2::new(number(4), number(5));
                let command = match words[2] {
                    "join" => join(player(3), (words.len() > 4).then(place)),
                    "leave" => Command::Leave { player: player(3) },
                    "detach" => Command::Detach { player: player(3) },
                    "attach" => Command::Attach { player: player(3) },
                    "place" => Command::Place { player: player(3), place: place() },
                    other => panic!("no verb {other}"),
                };
                story.commands.entry(number(1) as u64).or_default().push(command);
            }
            Some(other) => panic!("no line begins with {other}"),
        }
    }
    story
}

fn join(player: PlayerId, place: Option<Vec2>) -> Command {
    let character = Character { place, ..Character::plain(&format!("Hero{player}"), 0) };
    Command::Join { player, character: Box::new(character) }
}

/// Somebody with coin and things that are not bound, named from 1 on over the whole story.
fn rich(ledger: &mut MemoryLedger, player: PlayerId, place: Vec2, words: &[&str]) -> Command {
    let mut character =
        Character { place: Some(place), ..Character::plain(&format!("Hero{player}"), 0) };
    character.sheet.coin = words[0].parse().expect("coin");
    for (slot, word) in character.sheet.bag.iter_mut().zip(&words[1..]) {
        let (definition, quantity) = word.split_once(':').expect("item:count");
        *slot = Some(Item {
            uid: ledger.fresh_uid(),
            definition: ItemId::new(definition.parse().expect("an item")),
            rarity: 0,
            upgrade: 0,
            quantity: quantity.parse().expect("a count"),
            bound: false,
        });
    }
    ledger.enrol(player, &character);
    Command::Join { player, character: Box::new(character) }
}

fn act_of(words: &[&str]) -> Act {
    let number = |index: usize| words[index].parse::<u64>().expect("a number");
    let uid = |index: usize| ItemUid::new(number(index));
    match words[0] {
        "buy" => Act::Buy { item: ItemId::new(number(1) as u16), quantity: number(2) as u16 },
        "sell" => Act::Sell { item: uid(1), quantity: number(2) as u16 },
        "refine" => Act::Refine {
            item: uid(1),
            incense: words.contains(&"incense"),
            oil: words.contains(&"oil"),
        },
        "exchange" => Act::Exchange { recipe: number(1) as u8 },
        "deposit" => Act::Deposit { item: uid(1) },
        "withdraw" => Act::Withdraw { item: uid(1) },
        "enlarge" => Act::EnlargeStorage,
        "trade" => Act::TradeRequest { partner: ActorId::new(number(1)) },
        "answer" => Act::TradeAnswer { yes: words[1] == "yes" },
        "offer" => {
            Act::TradeOffer { coin: number(1) as i64, items: (2..words.len()).map(uid).collect() }
        }
        "lock" => Act::TradeLock,
        "confirm" => Act::TradeConfirm { own: number(1) as u16, other: number(2) as u16 },
        "cancel" => Act::TradeCancel,
        other => panic!("no act {other}"),
    }
}

fn run(story: &Story) -> String {
    let content = std::sync::Arc::new(content(&story.groups, &story.npcs));
    let (mut ledger, mut asked) = (story.ledger.clone(), Vec::new());
    let mut zone = Zone::new(content, ZoneId::new(1), 1, 1).expect("zone 1");
    let mut told = String::new();
    let shown = story.shows.iter().chain(story.owns.iter().map(|(tick, _)| tick));
    let last = shown.copied().max().expect("something is shown");
    for tick in 0..=last {
        let mut commands = ledger.settle(ZoneId::new(1), &core::mem::take(&mut asked));
        commands.extend(story.commands.get(&tick).into_iter().flatten().cloned());
        // Hosts go first, then acts by player.
        commands.sort_by_key(|command| match command {
            Command::Act { player, .. } => (1, *player),
            _ => (0, PlayerId::default()),
        });
        let mut inputs: Vec<(u64, [i8; 2])> = story
            .walks
            .iter()
            .filter(|walk| (walk.0..walk.1).contains(&tick))
            .map(|&(_, _, player, direction)| (player, direction))
            .collect();
        inputs.sort_unstable();
        commands.extend(inputs.into_iter().map(|(player, direction)| {
            let input = Input { direction, ..Input::default() };
            Command::Input { player: PlayerId::new(player), sequence: tick as u16, input }
        }));
        let output = zone.step(&commands, &mut NoProbe);
        asked.extend_from_slice(output.intents);
        for event in output.events {
            writeln!(told, "{tick}: {}", sentence(event)).expect("strings grow");
        }
        if story.shows.contains(&tick) {
            show(&zone, &mut told);
        }
        for (_, player) in story.owns.iter().filter(|own| own.0 == tick) {
            own(&zone, *player, &mut told);
        }
    }
    told
}

/// What a player has.
fn own(zone: &Zone, player: PlayerId, told: &mut String) {
    let view = zone.view();
    let (index, _) = view.player(player).expect("here");
    let sheet = &view.sheets[index].sheet;
    let list = |items: &[Option<Item>]| {
        let shown = items.iter().flatten().map(|item| {
            let plus = if item.upgrade > 0 { format!("+{}", item.upgrade) } else { String::new() };
            format!("{} of {}{plus} #{}", item.quantity, item.definition, item.uid)
        });
        shown.collect::<Vec<_>>().join(", ")
    };
    let (bag, stored) = (list(&sheet.bag), list(&sheet.storage));
    let (tick, coin) = (view.tick, sheet.coin);
    writeln!(told, "{tick}: player {player} has {coin} coin; bag: {bag}; stored: {stored}")
        .expect("strings grow");
}

fn sentence(event: &Event) -> String {
    match event {
        Event::Joined { player, .. } => format!("player {player} joined"),
        Event::Left { player, .. } => format!("player {player} left"),
        Event::Rejected { player, reason } => format!("player {player} rejected: {reason:?}"),
        Event::Frozen { actor } => format!("actor {actor} frozen"),
        Event::Hit { source, target, skill, amount, kind, .. } => {
            let with = skill.map_or_else(|| "swing".to_owned(), |skill| format!("skill {skill}"));
            format!("actor {source} hits {target} with {with}: {amount} {kind:?}")
        }
        Event::Died { actor, killer } => {
            let killer = killer.map_or_else(|| "nobody".to_owned(), |killer| killer.to_string());
            format!("actor {actor} died by {killer}")
        }
        other => format!("{other:?}"),
    }
}

fn show(zone: &Zone, told: &mut String) {
    let view = zone.view();
    for index in 0..view.len() {
        let who = match view.kind[index] {
            Kind::Character { .. } => "character".to_owned(),
            Kind::Creature(id) => format!("creature {id}"),
            Kind::Npc(id) => format!("npc {id}"),
            Kind::Item { definition, quantity, .. } => format!("{quantity} of item {definition}"),
            Kind::Area { skill } => format!("area of skill {skill}"),
        };
        let (place, pose) = (view.position[index], view.pose[index]);
        let tick = view.tick;
        writeln!(told, "{tick}: {who} at {:.1}, {:.1} {pose:?}", place.x, place.z)
            .expect("strings grow");
    }
}

#[expect(clippy::disallowed_methods, reason = "a person asks for new expectations by a variable")]
fn check(path: &Path) {
    let text = std::fs::read_to_string(path).expect("the story is readable");
    let told = run(&parse(&text));
    let (head, expected) = text.split_once("expect\n").expect("a story expects something");
    if std::env::var_os("MASSLESS_UPDATE").is_some() {
        std::fs::write(path, format!("{head}expect\n{told}")).expect("the story is writable");
    } else {
        assert_eq!(told, expected, "{}; left: told, right: expected", path.display());
    }
}

#[test]
fn every_story_goes_as_told() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut stories: Vec<_> = std::fs::read_dir(folder)
        .expect("the stories are there")
        .map(|entry| entry.expect("readable").path())
        .collect();
    stories.sort();
    assert!(stories.len() >= 6);
    stories.iter().for_each(|path| check(path));
}
