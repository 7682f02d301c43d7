//! A database whose disk stands still: a file system of its own is frozen below it, so that a commit hangs where
//! no time limit reaches. Needs root and loop devices.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use massless_core::intent::{Entry, Reason};
use massless_store::repo::characters;
use massless_store::repo::operations::Outcome;
use massless_store::{Store, StoreError, StoreSettings};
use massless_testbed::{Durability, Postgres};
use tempfile::TempDir;

use crate::realm::Realm;

/// Bytes of the disk; the file takes only what is written.
const DISK_BYTES: u64 = 600 << 20;
/// Time the disk stands still.
const FROZEN: Duration = Duration::from_secs(10);
/// Longest time until everybody is refused at once: the circuit's patience with a call that hangs, and some more.
const FOUND_OUT_MAX: Duration = Duration::from_secs(6);
/// Longest wait for something that comes; only a failure takes it.
const PATIENCE: Duration = Duration::from_secs(30);

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?} (it needs root): {words}");
}

/// A small disk.
struct Disk {
    folder: TempDir,
}

impl Disk {
    fn mount() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The server runs as another user.
        run("chmod", &["755", &folder.path().display().to_string()]);
        let disk = Self { folder };
        let (image, root) = (disk.path("image"), disk.path("root"));
        std::fs::File::create(&image).unwrap().set_len(DISK_BYTES).unwrap();
        std::fs::create_dir(&root).unwrap();
        run("mkfs.ext4", &["-q", "-F", &image.display().to_string()]);
        let (image, root) = (image.display().to_string(), root.display().to_string());
        run("mount", &["-o", "loop", &image, &root]);
        disk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn freeze(&self) -> Freeze {
        let root = self.path("root").display().to_string();
        run("fsfreeze", &["--freeze", &root]);
        Freeze(root)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.path("root")).status();
    }
}

/// As long as it is there nothing is written, and who writes waits.
struct Freeze(String);

impl Drop for Freeze {
    fn drop(&mut self) {
        let _ = Command::new("fsfreeze").args(["--unfreeze", &self.0]).status();
    }
}

fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
#[ignore = "needs root and loop devices: run by cargo xtask faults"]
fn a_frozen_disk_keeps_nobody_waiting_and_nothing_is_done_twice() {
    let disk = Disk::mount();
    let server = Postgres::start_in(&disk.path("root"), Durability::Disk);
    let url = server.create_database("realm", None);
    let realm = Realm::at(&url);
    let ada = realm.character("Ada");
    let before = realm.load(ada).sheet.coin;
    let store = Store::open(&url, StoreSettings::default()).unwrap();
    let intents: Vec<_> =
        (0..2).map(|_| realm.intent(ada, Reason::Kill, &[Entry::Coin { delta: 1 }])).collect();
    let operations: Vec<_> = intents.iter().map(|intent| realm.operation(intent)).collect();
    let (first, second) = (&operations[..1], &operations[1..]);
    assert!(matches!(store.commit(first).unwrap()[0], Outcome::Done(_)));
    let frozen = disk.freeze();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let stuck = scope.spawn(|| store.commit(second));
        // Whatever happens here: a disk that stays frozen would hold its writers for ever.
        let frozen = frozen;
        until("others are refused", || store.is_away().then_some(()));
        assert!(begun.elapsed() <= FOUND_OUT_MAX, "{:?}", begun.elapsed());
        assert!(store.silence() >= Duration::from_secs(1), "{:?}", store.silence());
        while begun.elapsed() < FROZEN {
            let asked = Instant::now();
            let refused = store.with(|conn| characters::list(conn, 1));
            assert!(matches!(refused, Err(StoreError::Unavailable)), "{refused:?}");
            assert!(asked.elapsed() < Duration::from_millis(200), "{:?}", asked.elapsed());
            std::thread::sleep(Duration::from_millis(50));
        }
        drop(frozen);
        let outcome = stuck.join().unwrap();
        let is_good = match &outcome {
            Ok(done) => matches!(done[0], Outcome::Done(_)),
            Err(error) => matches!(error, StoreError::Busy(_) | StoreError::Unavailable),
        };
        assert!(is_good, "{outcome:?}");
    });
    let again = until("it goes on", || store.commit(second).ok());
    assert!(matches!(again[0], Outcome::Done(_)));
    assert_eq!(store.silence(), Duration::ZERO);
    assert_eq!(realm.load(ada).sheet.coin, before + 2, "each once");
    realm.assert_sound();
}
