//! Snapshots: fenced, never backwards, whole or put aside.

use massless_core::ids::PlayerId;
use massless_store::StoreError;
use massless_store::repo::snapshots::{self, Saved, Snapshot};

use crate::on_both;
use crate::realm::Realm;

/// A state that can be told from others by its experience.
fn state(realm: &Realm, player: PlayerId, seq: u64, experience: u32) -> Snapshot {
    let mut character = realm.load(player);
    character.sheet.experience = experience;
    let epoch = realm.epoch(player);
    Snapshot { player, epoch, seq, tick: seq, bytes: character.to_bytes() }
}

fn experience(realm: &Realm, player: PlayerId) -> u32 {
    realm.load(player).sheet.experience
}

/// One byte of the newest snapshot is another one.
fn damage(realm: &Realm, who: PlayerId) {
    let newest = "SELECT max(seq) FROM character_snapshot WHERE character_id";
    match realm.store.backend() {
        massless_store::Backend::Postgres => realm.batch(&format!(
            "UPDATE character_snapshot SET blob = set_byte(blob, 9, get_byte(blob, 9) # 1) \
             WHERE character_id = {who} AND seq = ({newest} = {who})"
        )),
        massless_store::Backend::Sqlite => realm.batch(&format!(
            "UPDATE character_snapshot SET blob = CAST(substr(blob, 1, 9) || X'00' \
               || substr(blob, 11) AS BLOB) \
             WHERE character_id = {who} AND seq = ({newest} = {who})"
        )),
    }
}

on_both! {
    fn only_newer_ones_of_the_holder_are_kept(realm) {
        let (ada, bea) = (realm.character("Ada"), realm.character("Bea"));
        let save = |shots: &[Snapshot]| realm.store.save_snapshots(shots).unwrap();
        let batch = [state(realm, ada, 1, 11), state(realm, bea, 1, 12)];
        assert_eq!(save(&batch), [Saved::Yes, Saved::Yes]);
        assert_eq!((experience(realm, ada), experience(realm, bea)), (11, 12));
        assert_eq!(save(&batch[..1]), [Saved::Older], "twice is once");
        let mut foreign = state(realm, ada, 9, 99);
        foreign.epoch += 1;
        assert_eq!(save(&[state(realm, bea, 2, 22), foreign]), [Saved::Yes, Saved::Fenced]);
        assert_eq!((experience(realm, ada), experience(realm, bea)), (11, 22));
        let lease = realm.claim(ada);
        assert_eq!(lease.snapshot_seq, 1, "where to go on");
        assert_eq!(save(&[state(realm, ada, 2, 33)]), [Saved::Yes]);
        assert_eq!(save(&[]), []);
        realm.assert_sound();
    }

    fn a_damaged_one_is_put_aside_and_the_one_before_is_read(realm) {
        let ada = realm.character("Ada");
        for seq in 1..=3 {
            realm.store.save_snapshots(&[state(realm, ada, seq, 10 * seq as u32)]).unwrap();
        }
        damage(realm, ada);
        assert_eq!(experience(realm, ada), 20);
        assert_eq!(realm.number("SELECT count(*) FROM snapshot_quarantine WHERE seq = 3"), 1);
        assert_eq!(experience(realm, ada), 20, "and stays so");
        damage(realm, ada);
        let bare = realm.load(ada);
        assert_eq!(bare.sheet.experience, 0, "no state at all: what the economy knows is there");
        assert!(bare.sheet.worn[0].is_some());
        realm.store.save_snapshots(&[state(realm, ada, 4, 44)]).unwrap();
        assert_eq!(experience(realm, ada), 44);
        realm.assert_sound();
    }

    fn one_that_is_too_large_is_refused(realm) {
        let ada = realm.character("Ada");
        let mut huge = state(realm, ada, 1, 1);
        huge.bytes = vec![0; massless_store::limits::SNAPSHOT_BYTES_MAX + 1];
        let refused = realm.store.with(|conn| snapshots::save_batch(conn, &[huge]));
        assert!(matches!(refused, Err(StoreError::Denied(_))), "{refused:?}");
    }
}
