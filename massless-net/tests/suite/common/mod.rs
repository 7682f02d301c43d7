//! A host in virtual time: zone, input buffer, sessions and replicator over emulated links.
#![allow(unreachable_pub, reason = "it reads as a crate of its own would")]

pub mod crowd;

use std::collections::BTreeMap;
use std::sync::Arc;

use massless_core::character::Sheet;
use massless_core::command::{Character, Command};
use massless_core::content::map::Map;
use massless_core::content::{Content, SourceFile};
use massless_core::event::Event;
use massless_core::ids::{ActorId, PlayerId, ZoneId};
use massless_core::math::Vec2;
use massless_core::zone::{InputBuffer, NoProbe, Zone};
use massless_net::client::{self, Client, ClientConfig, Control};
use massless_net::clock::Millis;
use massless_net::interest::InterestSettings;
use massless_net::link::{Link, LinkSettings};
use massless_net::replication::{self, Datagrams, Replicator};
use massless_net::session::close::{CloseCode, Notice};
use massless_net::session::token::{ResumeKey, ResumeToken, Resumes, SessionName};
use massless_net::session::{Output, Session};
use massless_net::wire::{Ack, Coding, Kept, PartyVerb, Report, ShortTick, Welcome, may_get_lost};

pub const TICK_MILLIS: u64 = 50;

/// One player: client, both directions of a link, session.
pub struct Peer {
    pub client: Client,
    pub up: Link,
    pub down: Link,
    /// Where the connection has datagrams: those up and down.
    pub datagrams: Option<(Link, Link)>,
    pub visit: u8,
    pub ack: Option<Ack>,
    /// The newest tick it says to have seen.
    pub seen: Option<ShortTick>,
    /// What it has kept of the world, until it is let in.
    pub kept: Option<Kept>,
    /// How often it went on from there.
    pub resumed: usize,
    pub session: Session,
    pub player: PlayerId,
    pub name: String,
    pub serial: u64,
    pub connected: bool,
    pub welcomed: bool,
    pub closed: Option<CloseCode>,
    pub resume: Option<ResumeToken>,
    pub chats: Vec<String>,
    pub verbs: Vec<PartyVerb>,
    pub reports: Vec<Report>,
    pub notices: Vec<Notice>,
    pub invitations: Vec<String>,
    pub events: Vec<Event>,
    pub moves: usize,
    /// The newest update sent.
    pub last_update: Vec<u8>,
    /// Chosen target, as the host knows it from the inputs.
    pub target: Option<ActorId>,
    /// Whether updates can be written in a tick.
    pub writable: bool,
    /// Bytes of updates, one entry a tick.
    pub bytes: Vec<u32>,
    pub error: Option<String>,
}

pub struct World {
    pub now: Millis,
    /// Milliseconds between two steps: more than 50 is a server that runs slow.
    pub step_millis: u64,
    pub zone: Zone,
    pub map: Arc<Map>,
    pub content: Arc<Content>,
    pub inputs: InputBuffer,
    pub replicator: Replicator,
    pub peers: Vec<Peer>,
    pub resumes: Resumes,
    pub commands: Vec<Command>,
    /// Acts of the players, after the host's commands.
    pub acts: Vec<Command>,
    /// Events of the last step.
    pub events: Vec<Event>,
    /// What newcomers are given.
    pub dress: fn(&mut Character),
    /// Whether refused commands are what a test is about.
    pub may_reject: bool,
    key: ResumeKey,
    left: BTreeMap<PlayerId, Character>,
}

fn cut_lines(peer: &mut Peer) {
    peer.up.cut();
    peer.down.cut();
    if let Some((up, down)) = &mut peer.datagrams {
        up.cut();
        down.cut();
    }
}

impl Peer {
    fn send_up(&mut self, now: Millis, frame: &[u8]) {
        match &mut self.datagrams {
            Some((up, _)) if may_get_lost(frame) => up.send(now, frame),
            _ => self.up.send(now, frame),
        }
    }

    fn send_down(&mut self, now: Millis, frame: &[u8]) {
        match &mut self.datagrams {
            Some((_, down)) if may_get_lost(frame) => down.send(now, frame),
            _ => self.down.send(now, frame),
        }
    }

    fn receive_down(&mut self, now: Millis) -> Option<Vec<u8>> {
        let datagram = self.datagrams.as_mut().and_then(|(_, down)| down.receive(now));
        datagram.or_else(|| self.down.receive(now))
    }

    fn receive_up(&mut self, now: Millis) -> Option<Vec<u8>> {
        let datagram = self.datagrams.as_mut().and_then(|(up, _)| up.receive(now));
        datagram.or_else(|| self.up.receive(now))
    }
}

fn rejoin(peer: &mut Peer, key: &ResumeKey, now: Millis, config: ClientConfig) {
    peer.client.reconnect(config);
    peer.session = Session::new(now, key.clone());
    cut_lines(peer);
    (peer.visit, peer.ack, peer.seen) = (0, None, None);
    peer.welcomed = false;
    peer.connected = true;
}

/// The content that is built in, with its real map.
pub fn valley() -> Arc<Content> {
    Content::embedded()
}

/// A flat zone without creatures.
pub fn meadow() -> Arc<Content> {
    load(&[SourceFile { path: "zones/1-meadow.ron", bytes: MEADOW.as_bytes() }])
}

/// A flat zone with one hound at (300, 300).
pub fn paddock() -> Arc<Content> {
    let group = "spawn_groups: [(creature: 101, count: 1, centre: (300.0, 300.0), radius: 1.0)]";
    let zone = MEADOW.replace("spawn_groups: []", group);
    let hound = SourceFile { path: "creatures/101-dust-hound.ron", bytes: HOUND.as_bytes() };
    load(&[hound, SourceFile { path: "zones/1-meadow.ron", bytes: zone.as_bytes() }])
}

fn load(own: &[SourceFile<'_>]) -> Arc<Content> {
    let mut files: Vec<SourceFile<'_>> = Content::foundation_files().to_vec();
    files.extend_from_slice(own);
    Arc::new(Content::load(&files).unwrap_or_else(|errors| panic!("{errors}")))
}

const HOUND: &str = include_str!("../../../../massless-core/content/creatures/101-dust-hound.ron");

const MEADOW: &str = r#"(
    id: 1, name: "Meadow", map: Flat(512, 512), respawn: (256.0, 256.0), safe_radius: 10.0,
    arrival: (centre: (256.0, 256.0), radius: 10.0), spawn_groups: [], npcs: [], portals: [],
    open_channel_at: 4000, characters_max: 4000,
)"#;

impl World {
    pub fn new(content: Arc<Content>, settings: InterestSettings) -> Self {
        let zone = Zone::new(content.clone(), ZoneId::new(1), 42, 1).expect("zone 1");
        let map = content.zone(ZoneId::new(1)).expect("zone 1").map.clone();
        Self {
            now: Millis::new(1_000_000),
            step_millis: TICK_MILLIS,
            zone,
            map: map.clone(),
            content,
            inputs: InputBuffer::new(),
            replicator: Replicator::new(settings, map),
            peers: Vec::new(),
            resumes: Resumes::new(),
            commands: Vec::new(),
            acts: Vec::new(),
            events: Vec::new(),
            dress: |_| (),
            may_reject: false,
            key: ResumeKey::new([3; 32]),
            left: BTreeMap::new(),
        }
    }

    /// Somebody connects; returns the peer's index.
    pub fn connect(&mut self, name: &str, up: LinkSettings, down: LinkSettings) -> usize {
        let index = self.peers.len();
        let repeats = if up.ordered { 0 } else { 2 };
        let config =
            ClientConfig { name: name.to_owned(), look: 1, repeats, ..ClientConfig::default() };
        self.peers.push(Peer {
            client: Client::new(config),
            up: Link::new(up, index as u64 * 2 + 1),
            down: Link::new(down, index as u64 * 2 + 2),
            datagrams: None,
            visit: 0,
            ack: None,
            seen: None,
            kept: None,
            resumed: 0,
            session: Session::new(self.now, self.key.clone()),
            player: PlayerId::new(index as u64 + 1),
            name: name.to_owned(),
            serial: 1,
            connected: true,
            welcomed: false,
            closed: None,
            resume: None,
            chats: Vec::new(),
            verbs: Vec::new(),
            reports: Vec::new(),
            notices: Vec::new(),
            invitations: Vec::new(),
            events: Vec::new(),
            moves: 0,
            last_update: Vec::new(),
            target: None,
            writable: true,
            bytes: Vec::new(),
            error: None,
        });
        index
    }

    /// Somebody connects whose states and inputs travel by datagram.
    pub fn connect_by_datagrams(
        &mut self,
        name: &str,
        stream: LinkSettings,
        datagrams: LinkSettings,
    ) -> usize {
        let index = self.connect(name, stream, stream);
        let config =
            ClientConfig { name: name.to_owned(), look: 1, repeats: 2, ..ClientConfig::default() };
        let link = |n| Link::new(datagrams, index as u64 * 2 + 100 + n);
        self.peers[index].client = Client::new(config);
        self.peers[index].datagrams = Some((link(0), link(1)));
        index
    }

    /// The connection of a peer breaks.
    pub fn cut(&mut self, index: usize) {
        let peer = &mut self.peers[index];
        cut_lines(peer);
        peer.connected = false;
        self.inputs.remove(peer.player);
        self.replicator.park(peer.player);
        let name = SessionName { player: peer.player, serial: peer.serial };
        self.resumes.lost(self.now, name);
        self.commands.push(Command::Detach { player: peer.player });
    }

    /// A peer comes back with its token.
    pub fn resume(&mut self, index: usize) {
        let (now, key) = (self.now, self.key.clone());
        let peer = &mut self.peers[index];
        let config = ClientConfig { resume: peer.resume, ..ClientConfig::default() };
        rejoin(peer, &key, now, config);
    }

    /// Puts a character somewhere.
    pub fn place(&mut self, index: usize, x: f32, z: f32) {
        let player = self.peers[index].player;
        self.commands.push(Command::Place { player, place: Vec2::new(x, z) });
    }

    pub fn walk(&mut self, index: usize, direction: [i8; 2]) {
        let control = Control { direction, ..Control::default() };
        self.peers[index].client.control(control);
    }

    /// One millisecond after the other; the zone steps every 50.
    pub fn run(&mut self, ticks: u64) {
        for _ in 0..ticks * TICK_MILLIS {
            self.now = self.now.plus(1);
            for index in 0..self.peers.len() {
                self.serve(index);
            }
            if self.now.get().is_multiple_of(self.step_millis) {
                self.step();
            }
        }
    }

    fn serve(&mut self, index: usize) {
        let now = self.now;
        let peer = &mut self.peers[index];
        if !peer.connected {
            return;
        }
        while let Some(frame) = peer.receive_down(now) {
            if let Err(error) = peer.client.handle_frame(now, &frame) {
                peer.error = Some(error.to_string());
            }
        }
        peer.client.advance(now);
        while let Some(output) = peer.client.poll() {
            match output {
                client::Output::Frame(frame) => peer.send_up(now, &frame),
                client::Output::Resumed(welcome) => {
                    peer.resume = Some(welcome.resume);
                    peer.resumed += 1;
                }
                client::Output::Welcome(welcome) => {
                    peer.resume = Some(welcome.resume);
                    peer.client.set_map(self.map.clone());
                }
                client::Output::Chat { text, .. } => peer.chats.push(text),
                client::Output::Closed { code, .. } => peer.closed = Some(code),
                client::Output::Notice(notice) => peer.notices.push(notice),
                client::Output::Invited { name } => peer.invitations.push(name),
                client::Output::PartyChanged => {}
                client::Output::Moved(welcome) => {
                    peer.resume = Some(welcome.resume);
                    peer.moves += 1;
                    peer.client.set_map(self.map.clone());
                }
            }
        }
        peer.events.extend(core::iter::from_fn(|| peer.client.next_event()));
        while let Some(frame) = peer.receive_up(now) {
            let _ = peer.session.handle_frame(now, &frame);
        }
        peer.session.handle_timeout(now);
        while let Some(output) = self.peers[index].session.poll() {
            self.obey(index, output);
        }
    }

    fn obey(&mut self, index: usize, output: Output) {
        let now = self.now;
        let peer = &mut self.peers[index];
        let player = peer.player;
        match output {
            Output::Frame(frame) => peer.send_down(now, &frame),
            Output::Join { name, look, class, faction } => {
                peer.name = name.clone();
                let mut character = Character::plain(&name, look);
                character.sheet = Sheet::blank(class, faction);
                (self.dress)(&mut character);
                self.resumes.began(SessionName { player, serial: peer.serial });
                self.commands.push(Command::Join { player, character: Box::new(character) });
            }
            Output::Resume { name, kept } if self.resumes.may_resume(now, name) => {
                peer.kept = kept;
                peer.serial += 1;
                self.inputs.remove(player);
                self.resumes.began(SessionName { player, serial: peer.serial });
                // The body is taken over or, once that is gone, the character comes back.
                self.commands.push(match self.left.remove(&player) {
                    Some(character) => Command::Join { player, character: Box::new(character) },
                    None => Command::Attach { player },
                });
            }
            Output::Resume { .. } => peer.session.close(CloseCode::ResumeRefused),
            Output::Ticket(_) => peer.session.close(CloseCode::TicketRefused),
            Output::Input { sequence, meant, seen, input } => {
                peer.seen = Some(seen);
                let next = self.zone.tick();
                peer.target = input.target;
                self.inputs.push(next, player, (sequence, meant.near(next)), input);
            }
            Output::Chat { text, .. } => peer.chats.push(text),
            Output::Ack(ack) => peer.ack = Some(ack),
            Output::Act(act) => self.acts.push(Command::Act { player, act }),
            Output::Party(verb) => peer.verbs.push(verb),
            Output::Report(report) => peer.reports.push(report),
            Output::Leave => self.commands.push(Command::Leave { player }),
            Output::Closed(code) => peer.closed = Some(code),
        }
    }

    fn step(&mut self) {
        self.commands.sort_by_key(Command::player);
        let mut commands = core::mem::take(&mut self.commands);
        let attached: Vec<PlayerId> = commands
            .iter()
            .filter(|command| matches!(command, Command::Attach { .. }))
            .map(Command::player)
            .collect();
        self.acts.sort_by_key(Command::player);
        commands.append(&mut self.acts);
        self.inputs.take(self.zone.tick(), &mut commands);
        let output = self.zone.step(&commands, &mut NoProbe);
        self.events = output.events.to_vec();
        let mut came = attached;
        for event in output.events {
            match event {
                Event::Joined { player, .. } => came.push(*player),
                Event::Left { player, character, .. } => {
                    self.replicator.forget_body(*player);
                    self.left.insert(*player, (**character).clone());
                }
                Event::Rejected { player, reason } if !self.may_reject => {
                    panic!("{player} rejected: {reason:?}")
                }
                Event::Frozen { actor } => panic!("{actor} frozen"),
                _ => {}
            }
        }
        for player in came {
            self.admit(player);
        }
        self.replicate();
    }

    /// As if the peer had come here from another zone.
    pub fn transfer(&mut self, index: usize) {
        let player = self.peers[index].player;
        self.replicator.join(player);
        let welcome = self.welcome_of(index);
        let peer = &mut self.peers[index];
        peer.visit = peer.visit.wrapping_add(1);
        peer.session.transfer(welcome, peer.serial);
        while let Some(Output::Frame(frame)) = peer.session.poll() {
            peer.down.send(self.now, &frame);
        }
    }

    fn admit(&mut self, player: PlayerId) {
        let index = self.peers.iter().position(|peer| peer.player == player).expect("known");
        let kept = self.peers[index].kept.take();
        let is_resumed = kept.is_some_and(|kept| self.replicator.try_resume(player, &kept));
        if !is_resumed {
            self.replicator.join(player);
        }
        let welcome = self.welcome_of(index);
        let peer = &mut self.peers[index];
        if is_resumed {
            peer.session.resumed(welcome, peer.serial);
        } else {
            peer.session.welcome(welcome, peer.serial);
        }
        peer.welcomed = true;
        while let Some(Output::Frame(frame)) = peer.session.poll() {
            peer.down.send(self.now, &frame);
        }
    }

    fn welcome_of(&self, index: usize) -> Welcome {
        let peer = &self.peers[index];
        let view = self.zone.view();
        let (_, entry) = view.player(peer.player).expect("joined");
        Welcome {
            player: peer.player,
            actor: view.actor[entry.index as usize],
            name: peer.name.clone(),
            zone: self.zone.id(),
            epoch: self.zone.epoch(),
            tick: view.tick,
            content: self.content.hash().get(),
            resume: ResumeToken::from_bytes([0; 48]),
            sight_metres: self.replicator.sight_metres(),
            speed: entry.speed,
        }
    }

    fn replicate(&mut self) {
        let (now, peers, inputs) = (self.now, &mut self.peers, &self.inputs);
        for peer in peers.iter_mut() {
            peer.bytes.push(0);
        }
        let at = |player: PlayerId| player.get() as usize - 1;
        let targets: Vec<Option<ActorId>> = peers.iter().map(|peer| peer.target).collect();
        let writable: Vec<bool> = peers.iter().map(|peer| peer.writable && peer.welcomed).collect();
        let codings: Vec<Coding> = peers.iter().map(|peer| peer.session.coding()).collect();
        let seen: Vec<Option<ShortTick>> = peers.iter().map(|peer| peer.seen).collect();
        let datagrams: Vec<Option<Datagrams>> = peers
            .iter()
            .map(|peer| {
                peer.datagrams.as_ref().map(|_| Datagrams { visit: peer.visit, ack: peer.ack })
            })
            .collect();
        self.replicator.update(
            self.zone.view(),
            &self.events,
            |player| replication::Link {
                writable: writable[at(player)],
                datagrams: datagrams[at(player)],
                seen: seen[at(player)],
                margin: inputs.margin(player),
                target: targets[at(player)],
                coding: codings[at(player)],
            },
            |player, frame| {
                let peer = &mut peers[at(player)];
                *peer.bytes.last_mut().expect("pushed above") += frame.len() as u32 + 4;
                peer.last_update = frame.to_vec();
                peer.send_down(now, frame);
            },
        );
    }
}
