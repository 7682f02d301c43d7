//! Two players over a bad link: the whole game without a socket, in virtual time.
//!
//! A zone, its input buffer, the replicator and a session for each player stand on one side; two
//! clients that predict themselves on the other. Between them are emulated links with 60 ms of
//! delay, jitter and loss. Everything is a value, so the same run gives the same numbers, every
//! time.

use std::error::Error;
use std::sync::Arc;

use massless_core::command::{Character, Command};
use massless_core::content::{Content, map::Map};
use massless_core::ids::{PlayerId, ZoneId};
use massless_core::math::Vec2;
use massless_core::zone::{InputBuffer, NoProbe, Zone};
use massless_net::client::{self, Client, ClientConfig, Control};
use massless_net::clock::Millis;
use massless_net::interest::InterestSettings;
use massless_net::link::{Link, LinkSettings};
use massless_net::replication::{self, Replicator};
use massless_net::session::token::{ResumeKey, ResumeToken};
use massless_net::session::{Output, Session};
use massless_net::wire::Welcome;

const TICK_MILLIS: u64 = 50;
const SECONDS: u64 = 20;
const BAD: LinkSettings = LinkSettings {
    delay_millis: 60,
    jitter_millis: 20,
    loss: 200,
    duplicates: 0,
    ordered: true,
    retransmit_millis: 150,
};

/// One player with both ends of the connection.
struct Peer {
    player: PlayerId,
    client: Client,
    up: Link,
    down: Link,
    session: Session,
}

/// The server's side.
struct Server {
    zone: Zone,
    map: Arc<Map>,
    inputs: InputBuffer,
    replicator: Replicator,
    commands: Vec<Command>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let content = Content::embedded();
    let map = content.zone(ZoneId::new(1)).ok_or("zone 1 exists")?.map.clone();
    let mut server = Server {
        zone: Zone::new(content, ZoneId::new(1), 7, 1)?,
        map: map.clone(),
        inputs: InputBuffer::new(),
        replicator: Replicator::new(InterestSettings::GAME, map),
        commands: Vec::new(),
    };
    let mut peers = [peer(1, "Ada"), peer(2, "Grace")];
    for millis in 1..=SECONDS * 1_000 {
        let now = Millis::new(millis);
        for peer in &mut peers {
            // Ada walks north and back again, Grace stands and watches.
            let wanted = if millis / 3_000 % 2 == 0 { 127 } else { -127 };
            let direction = if peer.player == PlayerId::new(1) { [0, wanted] } else { [0, 0] };
            peer.client.control(Control { direction, ..Control::default() });
            exchange(&mut server, peer, now);
        }
        if millis % TICK_MILLIS == 0 {
            step(&mut server, &mut peers, now);
        }
        if millis % 4_000 == 0 {
            show(&server, &mut peers, now);
        }
    }
    for peer in &peers {
        let agreement = peer.client.stats().agreement;
        println!("player {}: {agreement:?}", peer.player);
        assert_eq!(agreement.compared, agreement.equal, "predicted and true states, bit by bit");
    }
    Ok(())
}

fn peer(number: u64, name: &str) -> Peer {
    let config = ClientConfig { name: name.to_owned(), look: 1, ..ClientConfig::default() };
    Peer {
        player: PlayerId::new(number),
        client: Client::new(config),
        up: Link::new(BAD, 2 * number),
        down: Link::new(BAD, 2 * number + 1),
        session: Session::new(Millis::new(0), ResumeKey::new([3; 32])),
    }
}

/// Moves frames both ways and does what client and session want done.
fn exchange(server: &mut Server, peer: &mut Peer, now: Millis) {
    while let Some(frame) = peer.down.receive(now) {
        peer.client.handle_frame(now, &frame).expect("the server speaks the protocol");
    }
    peer.client.advance(now);
    while let Some(output) = peer.client.poll() {
        match output {
            client::Output::Frame(frame) => peer.up.send(now, &frame),
            client::Output::Welcome(_) => peer.client.set_map(server.map.clone()),
            _ => {}
        }
    }
    while let Some(frame) = peer.up.receive(now) {
        peer.session.handle_frame(now, &frame).expect("the client speaks the protocol");
    }
    peer.session.handle_timeout(now);
    while let Some(output) = peer.session.poll() {
        match output {
            Output::Frame(frame) => peer.down.send(now, &frame),
            Output::Join { name, look, .. } => {
                let character = Box::new(Character::plain(&name, look));
                server.commands.push(Command::Join { player: peer.player, character });
            }
            Output::Input { sequence, meant, input, .. } => {
                let next = server.zone.tick();
                let meant = meant.near(next);
                server.inputs.push(next, peer.player, (sequence, meant), input);
            }
            _ => {}
        }
    }
}

/// One tick: commands in, then to everybody what changed.
fn step(server: &mut Server, peers: &mut [Peer], now: Millis) {
    let Server { zone, inputs, replicator, commands, .. } = server;
    inputs.take(zone.tick(), commands);
    let events = zone.step(commands, &mut NoProbe).events.to_vec();
    commands.clear();
    for peer in peers.iter_mut().filter(|peer| !peer.session.is_playing()) {
        if let Some(welcome) = welcome(zone, replicator, peer.player) {
            peer.session.welcome(welcome, 1);
            replicator.join(peer.player);
            while let Some(Output::Frame(frame)) = peer.session.poll() {
                peer.down.send(now, &frame);
            }
        }
    }
    let link = |player| replication::Link {
        writable: true,
        margin: inputs.margin(player),
        ..replication::Link::default()
    };
    replicator.update(zone.view(), &events, link, |player, frame| {
        if let Some(peer) = peers.iter_mut().find(|peer| peer.player == player) {
            peer.down.send(now, frame);
        }
    });
}

/// What a player is told first, once it has a body.
fn welcome(zone: &Zone, replicator: &Replicator, player: PlayerId) -> Option<Welcome> {
    let (index, body) = zone.view().player(player)?;
    Some(Welcome {
        player,
        actor: zone.view().actor[body.index as usize],
        name: zone.view().names[index].clone(),
        zone: zone.id(),
        epoch: zone.epoch(),
        tick: zone.view().tick,
        content: zone.content().hash().get(),
        resume: ResumeToken::from_bytes([0; 48]),
        sight_metres: replicator.sight_metres(),
        speed: body.speed,
    })
}

/// Where Ada is: in the zone, on her own screen, and on Grace's.
fn show(server: &Server, peers: &mut [Peer; 2], now: Millis) {
    let Some((_, ada)) = server.zone.view().player(PlayerId::new(1)) else { return };
    let actor = server.zone.view().actor[ada.index as usize];
    let [here, there] = peers;
    let Some(own) = here.client.own(now) else { return };
    let grace: Vec<Vec2> = there
        .client
        .figures(now)
        .iter()
        .filter(|figure| figure.actor == actor)
        .map(|figure| Vec2::new(figure.position.x, figure.position.z))
        .collect();
    println!(
        "{:>2} s: Ada is at north {:.2} m; she sees herself at {:.2} (ahead by the delay), Grace sees {}",
        now.get() / 1_000,
        ada.walker.position.z,
        own.position.z,
        grace.first().map_or("nobody".to_owned(), |place| format!("{:.2} (100 ms ago)", place.y)),
    );
}
