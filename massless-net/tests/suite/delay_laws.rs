//! Laws of the delay by which the others are shown: on a clean line it is two ticks, on a line with jitter it is as much
//! as makes what is shown true, and figures' time never jumps.

use std::sync::Arc;

use crate::common::TICK_MILLIS;
use crate::common::crowd::Crowd;
use massless_core::content::map::Map;
use massless_core::ids::{ActorId, PlayerId, ZoneId};
use massless_core::math::{Vec2, Vec3, ground};
use massless_core::units::Tick;
use massless_net::client::timeline::Timeline;
use massless_net::client::{Client, ClientConfig};
use massless_net::clock::Millis;
use massless_net::interest::InterestSettings;
use massless_net::link::{Link, LinkSettings};
use massless_net::replication::{self, Replicator};
use massless_net::session::token::ResumeToken;
use massless_net::wire::{ServerFrame, Welcome};

const PLAYER: PlayerId = PlayerId::new(1);
const PICTURE_MILLIS: u64 = 5;
/// Milliseconds of the whole run, and until it is measured.
const RUN_MILLIS: (u64, u64) = (30_000, 8_000);

/// What was found, metres and ticks.
#[derive(Debug)]
struct Found {
    adaptive_p99: f32,
    fixed_p99: f32,
    delay: f64,
    guessed_share: f64,
}

/// Somebody who watches a crowd over a line.
struct Watch {
    crowd: Crowd,
    replicator: Replicator,
    client: Client,
    map: Arc<Map>,
    line: Link,
    /// Where everybody was, by tick.
    history: Vec<Vec<Vec2>>,
    /// The clock of the control, which shows all two ticks ago.
    control: Timeline,
    newest: Tick,
    adaptive: Vec<f32>,
    fixed: Vec<f32>,
}

impl Watch {
    fn new(settings: LinkSettings, seed: u64) -> Self {
        let mut crowd = Crowd::new(30, 30, 90.0, seed);
        crowd.step(0.0);
        let map = Arc::new(Map::flat(512, 512));
        let mut replicator = Replicator::new(InterestSettings::ZONE_WALK, map.clone());
        replicator.join(PLAYER);
        let client = Client::new(ClientConfig::default());
        let line = Link::new(settings, seed);
        let (history, control, newest) = (Vec::new(), Timeline::new(), Tick::default());
        let (adaptive, fixed) = (Vec::new(), Vec::new());
        Self { crowd, replicator, client, map, line, history, control, newest, adaptive, fixed }
    }

    /// The zone makes a tick.
    fn tick(&mut self, now: Millis) {
        let Self { crowd, replicator, line, .. } = self;
        crowd.step(1_000.0);
        let tick = crowd.view.tick.get() as usize;
        self.history.resize(tick + 1, Vec::new());
        self.history[tick] = crowd.view.position.iter().map(|at: &Vec3| ground(*at)).collect();
        let link = replication::Link { writable: true, ..replication::Link::default() };
        replicator.update(&crowd.view, &[], |_| link, |_, frame| line.send(now, frame));
    }

    fn hear(&mut self, now: Millis) {
        while let Some(frame) = self.line.receive(now) {
            self.client.handle_frame(now, &frame).expect("a frame");
            if self.client.stats().updates == 0 {
                self.client.set_map(self.map.clone());
                continue;
            }
            let told = self.client.told().0;
            if told > self.newest {
                self.newest = told;
                self.control.arrived(now, told);
            }
        }
    }

    /// Where somebody was between two ticks.
    fn truth(&self, actor: ActorId, at: f64) -> Option<Vec2> {
        let index = self.crowd.view.index_of(actor)?;
        let whole = at as usize;
        let (from, to) = (self.history.get(whole)?, self.history.get(whole + 1)?);
        Some(from.get(index)?.lerp(*to.get(index)?, (at - whole as f64) as f32))
    }

    /// Compares what is shown, and what the control would show, with where all were.
    fn judge(&mut self, now: Millis, shown: f64) {
        let drawn = self.client.figures(now).iter().map(|it| (it.actor, ground(it.position)));
        let drawn: Vec<_> = drawn.collect();
        let error = |actor, at, place: Vec2| Some(self.truth(actor, at)?.distance(place));
        let adaptive: Vec<f32> =
            drawn.iter().filter_map(|(actor, place)| error(*actor, shown, *place)).collect();
        let arrived = self.control.shown_tick(now).expect("something came");
        let at = (arrived - 2.0).min(self.newest.get() as f64 + 3.0);
        let whole = Tick::new(at as u64);
        let fixed = self.client.known().iter().filter_map(|known| {
            let (from, to) = (known.shown_at(whole), known.shown_at(whole.next()));
            let share = (at - whole.get() as f64) as f32;
            error(known.identity.actor, at, Vec2::from(from).lerp(Vec2::from(to), share))
        });
        let fixed: Vec<f32> = fixed.collect();
        self.adaptive.extend(adaptive);
        self.fixed.extend(fixed);
    }
}

/// Somebody watches a crowd over such a line.
fn watch(settings: LinkSettings, seed: u64) -> Found {
    let mut watch = Watch::new(settings, seed);
    let start = Millis::new(10_000);
    let welcome = ServerFrame::Welcome(Box::new(welcome(&watch.crowd))).to_bytes();
    watch.line.send(start, &welcome);
    let mut before: Option<f64> = None;
    let (mut delays, mut count) = (0.0, 0_u32);
    for millis in (0..RUN_MILLIS.0).step_by(PICTURE_MILLIS as usize) {
        let now = start.plus(millis);
        if millis.is_multiple_of(TICK_MILLIS) {
            watch.tick(now);
        }
        watch.hear(now);
        let Some(shown) = watch.client.shown_tick(now) else { continue };
        let gone = before.replace(shown).map(|before| shown - before);
        if millis < RUN_MILLIS.1 {
            watch.client.figures(now);
            continue;
        }
        let pace = gone.expect("shown before") * TICK_MILLIS as f64 / PICTURE_MILLIS as f64;
        assert!((0.94..1.06).contains(&pace), "figures' time runs at {pace}");
        watch.judge(now, shown);
        delays += watch.client.stats().delay_ticks;
        count += 1;
    }
    let stats = watch.client.stats();
    Found {
        adaptive_p99: p99(&mut watch.adaptive),
        fixed_p99: p99(&mut watch.fixed),
        delay: delays / f64::from(count),
        guessed_share: stats.guessed as f64 / stats.pictures as f64,
    }
}

fn p99(errors: &mut [f32]) -> f32 {
    assert!(errors.len() > 10_000);
    let index = errors.len() * 99 / 100;
    *errors.select_nth_unstable_by(index, f32::total_cmp).1
}

fn welcome(crowd: &Crowd) -> Welcome {
    Welcome {
        player: PLAYER,
        actor: crowd.view.actor[0],
        name: "Ada".to_owned(),
        zone: ZoneId::new(1),
        epoch: 1,
        tick: crowd.view.tick,
        content: 0,
        resume: ResumeToken::from_bytes([1; 48]),
        sight_metres: 100.0,
        speed: 6.0,
    }
}

#[test]
fn with_jitter_what_is_shown_is_truer_than_two_ticks_ago() {
    for seed in 1..4 {
        let jitter = LinkSettings { jitter_millis: 120, ..LinkSettings::clean(40) };
        let found = watch(jitter, seed);
        println!("{found:?}");
        assert!(found.delay > 2.3 && found.delay <= 4.1, "{found:?}");
        assert!(found.adaptive_p99 < found.fixed_p99 * 0.7, "{found:?}");
        assert!(found.guessed_share < 0.08, "{found:?}");
    }
}

#[test]
fn on_a_clean_line_it_is_the_same() {
    let found = watch(LinkSettings::clean(40), 1);
    println!("{found:?}");
    assert!((found.delay - 2.0).abs() < 1e-3, "{found:?}");
    assert!((found.adaptive_p99 - found.fixed_p99).abs() < 1e-3, "{found:?}");
    assert!(found.guessed_share < 0.01, "{found:?}");
}
