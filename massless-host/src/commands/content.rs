//! `massless content`: checks and lists content sets.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Subcommand, ValueEnum};
use massless_core::content::Content;
use massless_core::content::error::ContentErrors;
use massless_core::content::item::ItemKind;
use massless_core::content::skill::Learner;
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
    match arguments.what {
        Listed::Creatures => list_creatures(&content),
        Listed::Items => list_items(&content),
        Listed::Quests => list_quests(&content),
        Listed::Skills => list_skills(&content),
    }
    Ok(Outcome::Met)
}

fn list_creatures(content: &Content) {
    for creature in content.creatures() {
        println!(
            "{:>5} {:<24} level {:<3} {:?}, {} HP, {} attack, {} XP",
            creature.id.get(),
            creature.name,
            creature.level.get(),
            creature.category,
            creature.hit_points.get(),
            creature.attack,
            creature.experience
        );
    }
}

fn list_items(content: &Content) {
    for item in content.items() {
        let kind = match &item.kind {
            ItemKind::Gear { slot, .. } => format!("{slot:?}"),
            ItemKind::Consumable { .. } => "Consumable".to_owned(),
            other => format!("{other:?}"),
        };
        let (id, level) = (item.id.get(), item.level.get());
        println!("{id:>5} {:<24} level {level:<3} {kind}, price {}", item.name, item.price);
    }
}

fn list_quests(content: &Content) {
    for quest in content.quests() {
        println!(
            "{:>5} {:<24} level {:<3} {:?}, {} XP, {} coin",
            quest.id.get(),
            quest.name,
            quest.level.get(),
            quest.goal,
            quest.experience,
            quest.coin
        );
    }
}

fn list_skills(content: &Content) {
    for skill in content.skills() {
        let learner = match skill.learner {
            Learner::Class(class) => content
                .class(class)
                .map_or_else(|| format!("class {class}"), |class| class.name.clone()),
            Learner::Specialisation(number) => format!("specialisation {number}"),
            Learner::Creature => "creatures".to_owned(),
        };
        let (id, level) = (skill.id.get(), skill.level.get());
        println!("{id:>5} {:<24} level {level:<3} {learner}: {}", skill.name, skill.description);
    }
}
