//! `massless content`: checks and lists content sets.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Subcommand, ValueEnum};
use massless_core::content::Content;
use massless_core::content::creature::CreatureDef;
use massless_core::content::error::ContentErrors;
use massless_core::content::item::{ItemDef, ItemKind};
use massless_core::content::quest::{Goal, NpcRef, QuestDef};
use massless_core::content::skill::{Learner, SkillDef};
use massless_core::units::Level;
use serde_json::json;

use super::report::{Outcome, Report, fields};
use crate::content;

/// What is done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Says everything that is wrong with a content set, or what it holds.
    Check(CheckArguments),
    /// Lists definitions, one a line.
    List(ListArguments),
}

/// Arguments of `content check`.
#[derive(Debug, clap::Args)]
pub(crate) struct CheckArguments {
    /// Folder of the content set; without one the set that is built in.
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Arguments of `content list`.
#[derive(Debug, clap::Args)]
pub(crate) struct ListArguments {
    /// What to list.
    #[arg(value_enum)]
    what: Listed,
    /// Folder of the content set; without one the set that is built in.
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Listed {
    Creatures,
    Items,
    Quests,
    Skills,
}

/// Runs what was asked for; met when the content is valid.
pub(crate) fn run(command: &Command) -> anyhow::Result<Outcome> {
    match command {
        Command::Check(arguments) => check(arguments),
        Command::List(arguments) => list(arguments),
    }
}

fn load(dir: Option<&PathBuf>) -> anyhow::Result<Result<Arc<Content>, ContentErrors>> {
    match dir {
        None => Ok(Ok(Content::embedded())),
        Some(folder) => content::try_load_folder(folder),
    }
}

fn check(arguments: &CheckArguments) -> anyhow::Result<Outcome> {
    let report = Report::start("content check", 0);
    let content = match load(arguments.dir.as_ref())? {
        Ok(content) => content,
        Err(errors) => {
            errors.0.iter().for_each(|error| println!("{error}"));
            eprintln!("the content has {} error(s)", errors.0.len());
            if arguments.json {
                let lines: Vec<String> = errors.0.iter().map(ToString::to_string).collect();
                report.print(Outcome::Missed, fields(json!({ "errors": lines })));
            }
            return Ok(Outcome::Missed);
        }
    };
    let counts = [
        ("classes", content.classes().len()),
        ("skills", content.skills().len()),
        ("effects", content.effects().len()),
        ("items", content.items().len()),
        ("creatures", content.creatures().len()),
        ("quests", content.quests().len()),
        ("zones", content.zones().len()),
    ];
    let shown: Vec<String> = counts.iter().map(|(noun, count)| format!("{count} {noun}")).collect();
    eprintln!("the content is valid: {}", shown.join(", "));
    for zone in content.zones() {
        let creatures: u32 = zone.spawn_groups.iter().map(|group| group.count).sum();
        let (width, depth) = zone.map.size();
        eprintln!(
            "  zone {} {}: {width} x {depth} m, {creatures} creatures, {} NPCs, {} portals",
            zone.id,
            zone.name,
            zone.npcs.len(),
            zone.portals.len()
        );
    }
    eprintln!("hash {}", content.hash());
    if arguments.json {
        let mut line = fields(json!({ "hash": content.hash().to_string() }));
        line.extend(counts.map(|(noun, count)| (noun.to_owned(), json!(count))));
        report.print(Outcome::Met, line);
    }
    Ok(Outcome::Met)
}

fn list(arguments: &ListArguments) -> anyhow::Result<Outcome> {
    let content = match load(arguments.dir.as_ref())? {
        Ok(content) => content,
        Err(errors) => {
            errors.0.iter().for_each(|error| eprintln!("{error}"));
            return Ok(Outcome::Missed);
        }
    };
    let lines = match arguments.what {
        Listed::Creatures => content.creatures().iter().map(of_creature).collect::<Vec<_>>(),
        Listed::Items => content.items().iter().map(of_item).collect(),
        Listed::Quests => content.quests().iter().map(|quest| of_quest(&content, quest)).collect(),
        Listed::Skills => content.skills().iter().map(|skill| of_skill(&content, skill)).collect(),
    };
    let mut out = std::io::stdout().lock();
    for line in lines {
        // A reader that has seen enough closes the pipe.
        if writeln!(out, "{line}").is_err() {
            break;
        }
    }
    Ok(Outcome::Met)
}

/// Id, name and level, as every line begins.
fn head(id: u16, name: &str, level: Level) -> String {
    format!("{id:>5} {name:<24} level {:<3}", level.get())
}

fn of_creature(creature: &CreatureDef) -> String {
    format!(
        "{} {:?}, {} HP, {} attack, {} XP",
        head(creature.id.get(), &creature.name, creature.level),
        creature.category,
        creature.hit_points.get(),
        creature.attack,
        creature.experience
    )
}

fn of_item(item: &ItemDef) -> String {
    let kind = match &item.kind {
        ItemKind::Gear { slot, .. } => format!("{slot:?}"),
        ItemKind::Consumable { .. } => "Consumable".to_owned(),
        other => format!("{other:?}"),
    };
    format!("{} {kind}, price {}", head(item.id.get(), &item.name, item.level), item.price)
}

fn of_quest(content: &Content, quest: &QuestDef) -> String {
    let item_name = |item| content.item(item).map_or("?", |item| item.name.as_str());
    let goal = match quest.goal {
        Goal::Talk(npc) => format!("talk to {}", shown(npc)),
        Goal::Kill { creature, count } => {
            let name = content.creature(creature).map_or("?", |def| def.name.as_str());
            format!("kill {count} x {name}")
        }
        Goal::Collect { item, count } => format!("collect {count} x {}", item_name(item)),
        Goal::Deliver { item, to } => format!("deliver {} to {}", item_name(item), shown(to)),
    };
    let head = head(quest.id.get(), &quest.name, quest.level);
    format!("{head} {goal}; {} XP, {} coin", quest.experience, quest.coin)
}

fn shown(npc: NpcRef) -> String {
    match npc {
        NpcRef::Local(number) => format!("npc {number} of the zone"),
        NpcRef::Npc(id) => format!("npc {id}"),
    }
}

fn of_skill(content: &Content, skill: &SkillDef) -> String {
    let learner = match skill.learner {
        Learner::Class(class) => content
            .class(class)
            .map_or_else(|| format!("class {class}"), |class| class.name.clone()),
        Learner::Specialisation(number) => format!("specialisation {number}"),
        Learner::Creature => "creatures".to_owned(),
    };
    let head = head(skill.id.get(), &skill.name, skill.level);
    format!("{head} {learner}: {}", skill.description)
}
