//! Two logs side by side: the first tick, system, component and actor in which they part.

use std::sync::Arc;

use super::log::LogError;
use super::play::open;
use crate::command::Command;
use crate::content::Content;
use crate::ids::ActorId;
use crate::units::Tick;
use crate::zone::{NoProbe, PARTS, Zone};

/// Where two runs part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// First tick that differs.
    pub tick: Tick,
    /// `commands` when different things were asked, else the system-independent name of the part.
    pub cause: &'static str,
    /// The component that differs first.
    pub component: Option<&'static str>,
    /// The first actor that differs in it.
    pub actor: Option<ActorId>,
    /// That actor's component in both runs, as text.
    pub values: Option<(String, String)>,
}

/// Plays both logs in step from their first common tick; `None` when they agree to the shorter's end.
pub fn diff(
    content: Arc<Content>,
    left: &[u8],
    right: &[u8],
) -> Result<Option<Difference>, LogError> {
    let (mut one, mut one_log) = open(content.clone(), left)?;
    let (mut two, mut two_log) = open(content, right)?;
    let begin = one.tick().max(two.tick());
    while one.tick() < begin {
        let Some(record) = one_log.next()? else { return Ok(None) };
        one.step(record.commands, &mut NoProbe);
    }
    while two.tick() < begin {
        let Some(record) = two_log.next()? else { return Ok(None) };
        two.step(record.commands, &mut NoProbe);
    }
    loop {
        let (Some(first), Some(second)) = (one_log.next()?, two_log.next()?) else {
            return Ok(None);
        };
        let asked = first_other_command(first.commands, second.commands);
        let ours = one.step(first.commands, &mut NoProbe).digests.clone();
        let theirs = two.step(second.commands, &mut NoProbe).digests.clone();
        if let Some(values) = asked {
            let tick = first.tick;
            let (component, actor) = (None, None);
            return Ok(Some(Difference { tick, cause: "commands", component, actor, values }));
        }
        if ours != theirs {
            let part = ours.parts.iter().zip(theirs.parts).position(|(&a, b)| a != b);
            return Ok(Some(explain(first.tick, part.map(|index| PARTS[index]), &one, &two)));
        }
    }
}

/// Both commands as text where the lists differ first; the inner `None` never occurs.
fn first_other_command(one: &[Command], two: &[Command]) -> Option<Option<(String, String)>> {
    let text = |command: Option<&Command>| command.map_or("-".to_owned(), |c| format!("{c:?}"));
    let longest = one.len().max(two.len());
    (0..longest)
        .map(|index| (one.get(index), two.get(index)))
        .find(|(left, right)| left != right)
        .map(|(left, right)| Some((text(left), text(right))))
}

fn explain(tick: Tick, part: Option<&'static str>, one: &Zone, two: &Zone) -> Difference {
    let mut actors: Vec<ActorId> = one.view().actor.clone();
    actors.extend_from_slice(&two.view().actor);
    actors.sort_unstable();
    actors.dedup();
    let cause = part.unwrap_or("zone");
    for actor in actors {
        let (ours, theirs) = (one.describe(actor), two.describe(actor));
        let text = |side: &[(&str, String)], name: &str| {
            side.iter().find(|(n, _)| *n == name).map_or("-".to_owned(), |(_, t)| t.clone())
        };
        let names = ours.iter().chain(&theirs).map(|&(name, _)| name);
        let other = names.into_iter().find(|name| text(&ours, name) != text(&theirs, name));
        if let Some(component) = other {
            let values = Some((text(&ours, component), text(&theirs, component)));
            let (component, actor) = (Some(component), Some(actor));
            return Difference { tick, cause, component, actor, values };
        }
    }
    Difference { tick, cause, component: part, actor: None, values: None }
}
