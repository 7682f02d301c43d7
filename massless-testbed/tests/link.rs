//! The link over real sockets of the loopback: what it does to which packet is what its seed says.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use massless_testbed::link::model::{Direction, Fate, LinkSettings, Share, Way};
use massless_testbed::link::{Link, LinkPlan, Protocols};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(20);
const SEED: u64 = 11;

fn run(test: impl Future<Output = ()>) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async { timeout(PATIENCE, test).await.expect("took too long") });
}

/// Two sockets with a link between them; the first one dials.
async fn pair(settings: LinkSettings) -> (UdpSocket, UdpSocket, Link) {
    let server = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let to = server.local_addr().expect("it is bound");
    let link = Link::open(LinkPlan::loopback(to, settings, SEED)).await.expect("a port");
    let client = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    client.connect(link.address()).await.expect("it is there");
    (client, server, link)
}

async fn number(socket: &UdpSocket) -> Option<u32> {
    let mut packet = [0; 64];
    let heard = timeout(Duration::from_millis(400), socket.recv_from(&mut packet)).await.ok()?;
    assert_eq!(heard.expect("it hears").0, 4);
    Some(u32::from_le_bytes(packet[..4].try_into().expect("four bytes")))
}

#[test]
fn datagrams_fare_as_the_model_says() {
    run(async {
        const COUNT: u32 = 500;
        let settings = LinkSettings {
            delay: Duration::from_millis(20),
            jitter: Duration::from_millis(5),
            loss: Share::percent(10),
            duplicates: Share::percent(5),
            reorder: Share::percent(5),
            ..LinkSettings::CLEAN
        };
        let (client, server, link) = pair(settings).await;
        let send = async {
            for n in 0..COUNT {
                client.send(&n.to_le_bytes()).await.expect("it sends");
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let hear = async {
            let mut heard = Vec::new();
            while let Some(n) = number(&server).await {
                heard.push(n);
            }
            heard
        };
        let ((), heard) = tokio::join!(send, hear);
        let mut way = Way::new(settings, SEED, 0, Direction::Up);
        let (mut due, mut doubled) = (BTreeSet::new(), 0);
        for n in 0..COUNT {
            if let Fate::Arrives { again, .. } = way.datagram(Duration::ZERO, 4) {
                due.insert(n);
                doubled += usize::from(again.is_some());
            }
        }
        assert_eq!(heard.iter().copied().collect::<BTreeSet<_>>(), due, "who arrives");
        assert_eq!(heard.len(), due.len() + doubled, "who arrives twice");
        assert!(heard.windows(2).any(|two| two[0] > two[1]), "nothing was overtaken");
        let counts = link.counts(Direction::Up);
        assert_eq!(counts.packets, u64::from(COUNT));
        assert_eq!(counts.lost, u64::from(COUNT) - due.len() as u64);
        assert_eq!(counts.doubled, doubled as u64);
        assert_eq!(link.counts(Direction::Down).packets, 0);
    });
}

#[test]
fn answers_find_their_way_back_and_nothing_is_early() {
    run(async {
        let delay = Duration::from_millis(30);
        let (client, server, link) = pair(LinkSettings { delay, ..LinkSettings::CLEAN }).await;
        let other = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        other.connect(link.address()).await.expect("it is there");
        let begun = Instant::now();
        client.send(&[1]).await.expect("it sends");
        other.send(&[2]).await.expect("it sends");
        let mut packet = [0; 8];
        for _ in 0..2 {
            let (len, from) = server.recv_from(&mut packet).await.expect("it hears");
            assert!(begun.elapsed() >= delay);
            server.send_to(&[packet[0] + 10; 3][..len + 2], from).await.expect("it answers");
        }
        let len = client.recv(&mut packet).await.expect("an answer");
        assert_eq!(packet[..len], [11; 3]);
        assert!(begun.elapsed() >= delay * 2);
        let len = other.recv(&mut packet).await.expect("an answer");
        assert_eq!(packet[..len], [12; 3]);
        assert_eq!(link.flows(), 2);
    });
}

#[test]
fn a_cut_link_is_silent_and_goes_on_when_mended() {
    run(async {
        let (client, server, link) = pair(LinkSettings::CLEAN).await;
        client.send(&1_u32.to_le_bytes()).await.expect("it sends");
        assert_eq!(number(&server).await, Some(1));
        link.cut(Protocols::Udp);
        client.send(&2_u32.to_le_bytes()).await.expect("it sends");
        assert_eq!(number(&server).await, None);
        link.mend(Protocols::Udp);
        client.send(&3_u32.to_le_bytes()).await.expect("it sends");
        assert_eq!(number(&server).await, Some(3));
        assert_eq!(link.counts(Direction::Up).cut, 1);
    });
}

/// A server that sends back what it reads.
async fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("it listens");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut read, mut write) = stream.into_split();
                let _ = tokio::io::copy(&mut read, &mut write).await;
            });
        }
    });
    address
}

#[test]
fn a_connection_keeps_every_byte_in_order_and_its_end() {
    run(async {
        let settings = LinkSettings {
            jitter: Duration::from_millis(3),
            ..LinkSettings::lossy(Duration::from_millis(5), Share::percent(2))
        };
        let plan = LinkPlan::loopback(echo().await, settings, SEED);
        let link = Link::open(plan).await.expect("a port");
        let sent: Vec<u8> = (0..100_000_u32).map(|n| ((n * 31) >> 3) as u8).collect();
        let stream = TcpStream::connect(link.address()).await.expect("it answers");
        let (mut read, mut write) = stream.into_split();
        let all = sent.clone();
        tokio::spawn(async move {
            write.write_all(&all).await.expect("it takes all");
            write.shutdown().await.expect("it ends");
        });
        let mut back = Vec::new();
        read.read_to_end(&mut back).await.expect("it comes back");
        assert!(back == sent, "{} of {} bytes came back", back.len(), sent.len());
        let [up, down] = [Direction::Up, Direction::Down].map(|way| link.counts(way));
        assert_eq!((up.bytes, down.bytes), (100_000, 100_000));
        assert!(up.lost + down.lost > 0, "of {} segments none was late", up.packets);
    });
}

#[test]
fn a_rate_holds_for_connections() {
    run(async {
        let settings =
            LinkSettings { rate: Some(100_000), queue_bytes: 4_000, ..LinkSettings::CLEAN };
        let plan =
            LinkPlan { down: LinkSettings::CLEAN, ..LinkPlan::loopback(echo().await, settings, 0) };
        let link = Link::open(plan).await.expect("a port");
        let stream = TcpStream::connect(link.address()).await.expect("it answers");
        let (mut read, mut write) = stream.into_split();
        let begun = Instant::now();
        tokio::spawn(async move { write.write_all(&[7; 40_000]).await });
        let mut back = vec![0; 40_000];
        read.read_exact(&mut back).await.expect("it comes back");
        let took = begun.elapsed();
        assert!(took >= Duration::from_millis(400), "40 kB at 100 kB/s took {took:?}");
    });
}

#[test]
fn connections_hang_while_cut_and_end_when_hung_up() {
    run(async {
        let plan = LinkPlan::loopback(echo().await, LinkSettings::CLEAN, 0);
        let link = Link::open(plan).await.expect("a port");
        let mut stream = TcpStream::connect(link.address()).await.expect("it answers");
        link.cut(Protocols::Tcp);
        stream.write_all(&[1; 10]).await.expect("the kernel takes it");
        let mut back = [0; 10];
        let early = timeout(Duration::from_millis(300), stream.read(&mut back)).await;
        assert!(early.is_err(), "nothing comes over a cut link");
        link.mend(Protocols::Tcp);
        stream.read_exact(&mut back).await.expect("all comes");
        link.hang_up();
        assert!(matches!(stream.read(&mut back).await, Ok(0) | Err(_)));
        let mut anew = TcpStream::connect(link.address()).await.expect("it answers again");
        anew.write_all(&[2]).await.expect("it takes it");
        assert_eq!(anew.read(&mut back).await.expect("it comes back"), 1);
    });
}

#[test]
fn a_link_without_udp_swallows_datagrams_and_a_port_in_use_is_an_error() {
    run(async {
        let plan = LinkPlan::loopback(echo().await, LinkSettings::CLEAN, 0);
        let link =
            Link::open(LinkPlan { protocols: Protocols::Tcp, ..plan }).await.expect("a port");
        let client = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        // Of a shut port the kernel would tell a socket that is connected.
        client.connect(link.address()).await.expect("an address");
        for _ in 0..3 {
            client.send(&[1; 4]).await.expect("nobody says that the port is shut");
            assert_eq!(number(&client).await, None);
        }
        let again = Link::open(LinkPlan { listen: link.address(), ..plan }).await;
        assert!(again.is_err(), "the port is in use");
    });
}
