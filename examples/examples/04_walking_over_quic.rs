//! A guest logs in, joins over QUIC, walks in a square, and says what it sees.
//!
//! ```text
//! massless serve &
//! cargo run --example 04_walking_over_quic -- http://127.0.0.1:3000 10
//! ```

use std::time::{Duration, Instant};

use anyhow::bail;
use massless_core::ids::{ClassId, FactionId};
use massless_core::math::{Vec2, facing_of, ground};
use massless_core::view::Kind;
use massless_net::client::{ClientConfig, Control, Output};
use massless_net::online::{Api, Happening, Player, Server, Wanted};
use massless_net::transport::Transport;

/// North, east, south, west.
const WAYS: [Vec2; 4] = [Vec2::Y, Vec2::X, Vec2::NEG_Y, Vec2::NEG_X];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let page = arguments.next().unwrap_or_else(|| "http://127.0.0.1:3000".to_owned());
    let seconds: u64 = arguments.next().map_or(Ok(10), |text| text.parse())?;

    let (server, mut player) = dial(&page).await?;
    let (mut walked, mut told, mut before) = (0.0, 0, None::<Vec2>);
    let (dialled, mut begun) = (Instant::now(), None::<Instant>);
    loop {
        match player.next().await? {
            Happening::Told(Output::Welcome(welcome) | Output::Moved(welcome)) => {
                println!("in zone {} as {}", welcome.zone.get(), welcome.name);
                let map = server.map_of(welcome.zone).await?;
                player.client.set_map(map);
            }
            Happening::Told(Output::Closed { code, sentence }) => bail!("{code}: {sentence}"),
            Happening::Told(_) | Happening::Heard(_) => {}
            Happening::Due => {
                let now = player.now();
                let Some(own) = player.client.own(now) else {
                    if dialled.elapsed() > Duration::from_secs(20) {
                        bail!("the server gives no body");
                    }
                    continue;
                };
                let place = ground(own.walker.position);
                walked += before.map_or(0.0, |before| before.distance(place));
                before = Some(place);
                let second = begun.get_or_insert_with(Instant::now).elapsed().as_secs();
                if second >= seconds {
                    break;
                }
                let heading = WAYS[(second % 4) as usize];
                let direction = [(heading.x * 127.0) as i8, (heading.y * 127.0) as i8];
                let facing = facing_of(heading).unwrap_or_default();
                player.client.control(Control { direction, facing, ..Control::default() });
                if second == told {
                    told += 1;
                    let kinds = player.client.known().iter().map(|known| known.identity.kind);
                    let creatures = kinds.clone().filter(|kind| matches!(kind, Kind::Creature(_)));
                    let (creatures, all) = (creatures.count(), kinds.count());
                    println!("at {place:.1}: {creatures} creatures, {all} figures in all");
                }
            }
        }
    }
    let agreement = player.client.stats().agreement;
    println!(
        "walked {walked:.1} m; {} of {} own states predicted exactly",
        agreement.equal, agreement.compared
    );
    player.leave().await;
    Ok(())
}

/// Makes a guest's account and character, and dials with a ticket for it.
async fn dial(page: &str) -> anyhow::Result<(Server, Player)> {
    let server = Server::find(page, Transport::Quic, 1).await?;
    let mut api = Api::new(page);
    api.guest().await?;
    let (class, faction) = (ClassId::new(1), FactionId::new(1));
    let wanted = Wanted { name: a_name(), class, faction, look: 3 };
    let (character, name) = api.character(&wanted.to_json()).await?;
    let (ticket, way) = api.admission(character, Transport::Quic).await?;
    let config = ClientConfig { ticket: Some(ticket), ..ClientConfig::default() };
    let player = Player::connect(&way, config).await?;
    println!("{name} has dialled by {}", way.transport.label());
    Ok((server, player))
}

/// A name by the rules, letters alone, likely nobody's.
fn a_name() -> String {
    let time = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    let digits = (time.as_micros() as u64 ^ u64::from(std::process::id()) << 20).to_string();
    let letters = digits.bytes().rev().take(9).map(|digit| char::from(digit - b'0' + b'a'));
    "Wa".chars().chain(letters).collect()
}
