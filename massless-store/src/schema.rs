//! The tables as both databases have them after all migrations. Printed from their catalogs by
//! `massless-store/tests/suite/catalog.rs`, which compares; never edited by hand.

diesel::table! {
    account (id) {
        id -> BigInt,
        kind -> SmallInt,
        login -> Nullable<Text>,
        login_key -> Nullable<Text>,
        email -> Nullable<Text>,
        email_key -> Nullable<Text>,
        password_hash -> Nullable<Text>,
        session_epoch -> BigInt,
        roles -> Text,
        created_at -> BigInt,
        seen_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    audit (id) {
        id -> BigInt,
        happened_at -> BigInt,
        actor -> Text,
        account_id -> Nullable<BigInt>,
        action -> Text,
        subject -> Text,
        detail -> Text,
    }
}

diesel::table! {
    ban (id) {
        id -> BigInt,
        account_id -> BigInt,
        reason -> Text,
        banned_by -> Text,
        created_at -> BigInt,
        until_at -> Nullable<BigInt>,
        lifted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    block (character_id, blocked_id) {
        character_id -> BigInt,
        blocked_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    character (id) {
        id -> BigInt,
        account_id -> BigInt,
        name -> Text,
        name_key -> Nullable<Text>,
        class -> SmallInt,
        faction -> SmallInt,
        look -> SmallInt,
        level -> SmallInt,
        storage_slots -> SmallInt,
        resets -> Integer,
        zone_id -> Integer,
        version -> BigInt,
        created_at -> BigInt,
        played_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
        purged_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    character_lease (character_id) {
        character_id -> BigInt,
        host_id -> Nullable<Text>,
        zone_id -> Integer,
        channel -> Integer,
        epoch -> BigInt,
        expires_at -> BigInt,
        snapshot_seq -> BigInt,
    }
}

diesel::table! {
    character_pity (character_id, definition, rarity, target) {
        character_id -> BigInt,
        definition -> Integer,
        rarity -> SmallInt,
        target -> SmallInt,
        failures -> Integer,
        touched -> BigInt,
    }
}

diesel::table! {
    character_quest (character_id, quest) {
        character_id -> BigInt,
        quest -> Integer,
        state -> SmallInt,
        experience -> BigInt,
        changed_at -> BigInt,
    }
}

diesel::table! {
    character_rank (character_id, skill) {
        character_id -> BigInt,
        skill -> Integer,
        grade -> SmallInt,
    }
}

diesel::table! {
    character_snapshot (character_id, generation) {
        character_id -> BigInt,
        generation -> SmallInt,
        epoch -> BigInt,
        seq -> BigInt,
        tick -> BigInt,
        schema_version -> SmallInt,
        blob -> Binary,
        crc32 -> BigInt,
        saved_at -> BigInt,
    }
}

diesel::table! {
    console_session (hash) {
        hash -> Binary,
        account_id -> BigInt,
        session_epoch -> BigInt,
        created_at -> BigInt,
        seen_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    friend (character_id, friend_id) {
        character_id -> BigInt,
        friend_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    host (id) {
        id -> Text,
        address -> Text,
        build_hash -> Text,
        content_hash -> Text,
        started_at -> BigInt,
        heartbeat_at -> BigInt,
        state -> SmallInt,
    }
}

diesel::table! {
    idempotency_http (account_id, request_key) {
        account_id -> BigInt,
        request_key -> Text,
        request_hash -> Binary,
        status -> SmallInt,
        body -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    item (id) {
        id -> BigInt,
        def_id -> Integer,
        owner_kind -> SmallInt,
        owner_id -> BigInt,
        area -> Nullable<SmallInt>,
        slot -> Nullable<SmallInt>,
        rarity -> SmallInt,
        upgrade -> SmallInt,
        quantity -> Integer,
        is_bound -> Bool,
        version -> BigInt,
        created_tx -> Binary,
    }
}

diesel::table! {
    item_def (id) {
        id -> Integer,
        name -> Text,
        stack_max -> Integer,
        seen_at -> BigInt,
    }
}

diesel::table! {
    item_event (item_id, version) {
        item_id -> BigInt,
        version -> BigInt,
        tx_id -> Binary,
        from_kind -> SmallInt,
        from_id -> BigInt,
        to_kind -> SmallInt,
        to_id -> BigInt,
        quantity_delta -> Integer,
        quantity_after -> Integer,
        upgrade_after -> SmallInt,
    }
}

diesel::table! {
    item_quarantine (item_id) {
        item_id -> BigInt,
        reason -> Text,
        seen_at -> BigInt,
    }
}

diesel::table! {
    kill_switch (name) {
        name -> Text,
        is_off -> Bool,
        changed_by -> Text,
        changed_at -> BigInt,
    }
}

diesel::table! {
    lease_history (character_id, epoch) {
        character_id -> BigInt,
        epoch -> BigInt,
        host_id -> Text,
        zone_id -> Integer,
        since -> BigInt,
    }
}

diesel::table! {
    ledger_account (id) {
        id -> BigInt,
        kind -> SmallInt,
        owner_id -> BigInt,
        currency -> SmallInt,
        shard -> SmallInt,
        balance -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    ledger_entry (tx_id, account_id) {
        tx_id -> Binary,
        account_id -> BigInt,
        delta -> BigInt,
        account_version -> BigInt,
        balance_after -> BigInt,
    }
}

diesel::table! {
    ledger_tx (id) {
        id -> Binary,
        kind -> SmallInt,
        request_hash -> Binary,
        result -> Text,
        actor_id -> Nullable<BigInt>,
        actor_host -> Nullable<Text>,
        actor_epoch -> Nullable<BigInt>,
        reverses -> Nullable<Binary>,
        created_at -> BigInt,
    }
}

diesel::table! {
    listing (id) {
        id -> BigInt,
        seller_id -> BigInt,
        buyer_id -> Nullable<BigInt>,
        item_id -> BigInt,
        def_id -> Integer,
        rarity -> SmallInt,
        upgrade -> SmallInt,
        quantity -> Integer,
        price -> BigInt,
        state -> SmallInt,
        listed_at -> BigInt,
        expires_at -> BigInt,
        closed_at -> Nullable<BigInt>,
        tx_id -> Binary,
        closing_tx -> Nullable<Binary>,
    }
}

diesel::table! {
    mail (id) {
        id -> BigInt,
        kind -> SmallInt,
        sender_id -> Nullable<BigInt>,
        recipient_id -> BigInt,
        subject -> Text,
        body -> Text,
        coin -> BigInt,
        tx_id -> Binary,
        sent_at -> BigInt,
        arrives_at -> BigInt,
        expires_at -> BigInt,
        read_at -> Nullable<BigInt>,
        claimed_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    mail_draft (id) {
        id -> BigInt,
        sender_id -> BigInt,
        recipient_id -> BigInt,
        subject -> Text,
        body -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    mute (character_id) {
        character_id -> BigInt,
        until_at -> BigInt,
        muted_by -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    outbox (seq) {
        seq -> BigInt,
        tx_id -> Binary,
        topic -> Text,
        payload -> Text,
        created_at -> BigInt,
        published_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    realm (id) {
        id -> SmallInt,
        build_hash -> Text,
        content_hash -> Text,
        changed_at -> BigInt,
    }
}

diesel::table! {
    recovery_code (hash) {
        hash -> Binary,
        account_id -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    refresh_token (hash) {
        hash -> Binary,
        family -> Binary,
        account_id -> BigInt,
        parent -> Nullable<Binary>,
        session_epoch -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    second_factor (account_id) {
        account_id -> BigInt,
        secret -> Binary,
        used_step -> BigInt,
        failures -> Integer,
        locked_until -> BigInt,
        enrolled_at -> BigInt,
    }
}

diesel::table! {
    snapshot_quarantine (id) {
        id -> BigInt,
        character_id -> BigInt,
        epoch -> BigInt,
        seq -> BigInt,
        blob -> Binary,
        crc32 -> BigInt,
        reason -> Text,
        seen_at -> BigInt,
    }
}

diesel::table! {
    ticket (hash) {
        hash -> Binary,
        account_id -> BigInt,
        character_id -> BigInt,
        host_id -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    trade (id) {
        id -> BigInt,
        a_id -> BigInt,
        b_id -> BigInt,
        state -> SmallInt,
        a_offer -> Text,
        b_offer -> Text,
        a_revision -> Integer,
        b_revision -> Integer,
        tx_id -> Nullable<Binary>,
        created_at -> BigInt,
    }
}

diesel::table! {
    zone_lease (zone_id, channel) {
        zone_id -> Integer,
        channel -> Integer,
        host_id -> Nullable<Text>,
        epoch -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    zone_snapshot (zone_id, channel) {
        zone_id -> Integer,
        channel -> Integer,
        epoch -> BigInt,
        tick -> BigInt,
        build_hash -> Text,
        content_hash -> Text,
        blob -> Binary,
        crc32 -> BigInt,
        saved_at -> BigInt,
    }
}

diesel::joinable!(ban -> account (account_id));
diesel::joinable!(character -> account (account_id));
diesel::joinable!(character_lease -> character (character_id));
diesel::joinable!(character_lease -> host (host_id));
diesel::joinable!(character_pity -> character (character_id));
diesel::joinable!(character_quest -> character (character_id));
diesel::joinable!(character_rank -> character (character_id));
diesel::joinable!(character_snapshot -> character (character_id));
diesel::joinable!(console_session -> account (account_id));
diesel::joinable!(idempotency_http -> account (account_id));
diesel::joinable!(item -> item_def (def_id));
diesel::joinable!(item -> ledger_tx (created_tx));
diesel::joinable!(item_event -> item (item_id));
diesel::joinable!(item_event -> ledger_tx (tx_id));
diesel::joinable!(item_quarantine -> item (item_id));
diesel::joinable!(lease_history -> character (character_id));
diesel::joinable!(ledger_entry -> ledger_account (account_id));
diesel::joinable!(ledger_entry -> ledger_tx (tx_id));
diesel::joinable!(ledger_tx -> character (actor_id));
diesel::joinable!(listing -> item (item_id));
diesel::joinable!(listing -> item_def (def_id));
diesel::joinable!(mail -> ledger_tx (tx_id));
diesel::joinable!(mute -> character (character_id));
diesel::joinable!(outbox -> ledger_tx (tx_id));
diesel::joinable!(recovery_code -> account (account_id));
diesel::joinable!(refresh_token -> account (account_id));
diesel::joinable!(second_factor -> account (account_id));
diesel::joinable!(snapshot_quarantine -> character (character_id));
diesel::joinable!(ticket -> account (account_id));
diesel::joinable!(ticket -> character (character_id));
diesel::joinable!(trade -> ledger_tx (tx_id));
diesel::joinable!(zone_lease -> host (host_id));

diesel::allow_tables_to_appear_in_same_query!(
    account,
    audit,
    ban,
    block,
    character,
    character_lease,
    character_pity,
    character_quest,
    character_rank,
    character_snapshot,
    console_session,
    friend,
    host,
    idempotency_http,
    item,
    item_def,
    item_event,
    item_quarantine,
    kill_switch,
    lease_history,
    ledger_account,
    ledger_entry,
    ledger_tx,
    listing,
    mail,
    mail_draft,
    mute,
    outbox,
    realm,
    recovery_code,
    refresh_token,
    second_factor,
    snapshot_quarantine,
    ticket,
    trade,
    zone_lease,
    zone_snapshot,
);
