//! Fourth in the tick: answers path queries, oldest first, at most a fixed number per tick.
//!
//! Reads bodies and the map; writes the path queue and brains. Searches run in parallel, each with its own
//! scratch; answers are applied in the order of the queries.

use shipyard::{Get, UniqueView, UniqueViewMut, View, ViewMut, World};

use crate::components::{Body, Brain};
use crate::limits::PATH_QUERIES_PER_TICK;
use crate::math::ground;
use crate::par;
use crate::spatial::path::Path;
use crate::zone::roster::Roster;
use crate::zone::state::{PathQueue, Scene};

/// Queries per scratch search.
const CHUNK: usize = 16;

pub(crate) fn run(world: &World) {
    world.run(
        |roster: UniqueView<'_, Roster>,
         scene: UniqueView<'_, Scene>,
         bodies: View<'_, Body>,
         mut brains: ViewMut<'_, Brain>,
         mut queue: UniqueViewMut<'_, PathQueue>| {
            let PathQueue { waiting, jobs, answers, searches, .. } = &mut *queue;
            waiting.retain(|query| roster.slot(query.actor).is_some());
            let due_len = waiting.len().min(PATH_QUERIES_PER_TICK);
            jobs.clear();
            for query in &waiting[..due_len] {
                let slot = roster.slot(query.actor).expect("the others were just dropped");
                let body = (&bodies).get(slot).expect("every actor has a body");
                jobs.push((ground(body.walker.position), query.goal));
            }
            answers.clear();
            answers.resize(due_len, Path::default());
            par::fill_with(
                CHUNK,
                searches,
                (&jobs[..], &mut answers[..]),
                |search, &(from, to)| search.find(&scene.map, from, to),
            );
            for (query, &answer) in waiting[..due_len].iter().zip(answers.iter()) {
                let slot = roster.slot(query.actor).expect("the others were just dropped");
                let mut brain = (&mut brains).get(slot).expect("only creatures ask for ways");
                if brain.waiting {
                    brain.follow(answer);
                }
            }
            waiting.drain(..due_len);
        },
    );
}
