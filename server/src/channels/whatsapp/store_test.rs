//! The SQL of WhatsApp apps, accounts and numbers, on both engines.

use shared::id::ChannelId;

use super::{
    super::testing::{NOW, Shop, Whatsapp},
    store::{self, Route},
};
use crate::{
    db::{Db, Error, testing::on_both_engines},
    params,
    platforms::whatsapp::PeopleLimit,
};

on_both_engines![
    insert_app_account_and_number,
    one_number_is_one_channel_of_the_deployment,
    routes_and_numbers_of_what_is_connected,
    accounts_apps_and_waba_of,
    set_token_sealed_account_and_sealed_number,
    set_app_secrets_of_ones_own,
    set_info_and_people_limit,
    set_rate_keeps_what_was_slowed,
];

async fn insert_app_account_and_number(db: Db) {
    let shop = Shop::open(db).await;
    let new = shop.add_whatsapp().await;
    let app = shop.read(move |tx| store::sealed_app(tx, new.app)).await.unwrap();
    assert_eq!((app.team, app.app_secret, app.verify_token), (shop.team, vec![3], vec![4]));
    let number = shop.read(move |tx| store::sealed_number(tx, new.number)).await.unwrap();
    assert_eq!((number.team, number.waba, number.access_token), (shop.team, new.waba, vec![5]));
    assert_eq!((number.phone_number_id, number.portfolio.as_deref()), (new.phone_number_id, Some("77")));
    let budget: (String, i64, i64) = shop
        .read(move |tx| {
            tx.one("SELECT endpoint, rate, next_at FROM channel_budget WHERE channel_id = $1", params![new.number])
        })
        .await;
    assert_eq!(budget, ("messages".into(), 1_900, NOW * 1_000));
    let (line, unknown) = (shop.channel, shop.clock.id());
    assert_eq!(shop.read(move |tx| store::sealed_number(tx, line)).await, None, "a LINE account is no number");
    assert_eq!(shop.read(move |tx| store::sealed_app(tx, unknown)).await, None);
}

async fn one_number_is_one_channel_of_the_deployment(db: Db) {
    let shop = Shop::open(db).await;
    let first = shop.add_whatsapp().await;
    let other = Shop::open(shop.db.clone()).await;
    let second = other.add_whatsapp().await;
    let again = Whatsapp { number: shop.clock.id(), phone_number_id: first.phone_number_id.clone(), ..second.clone() };
    let (new, budget) = (other.new_number(&again), other.budget());
    let refused = other.db.write(move |tx| store::insert_number(tx, &new, &budget, &[])).await;
    assert!(matches!(refused, Err(Error::Unique { .. })), "{refused:?}");
    // A business account, and an app, of another team.
    let foreign = Whatsapp { number: shop.clock.id(), phone_number_id: "1".into(), ..first.clone() };
    let new = other.new_number(&foreign);
    let refused = other.db.write(move |tx| store::insert_number(tx, &new, &budget, &[])).await;
    assert_eq!(refused, Err(Error::ForeignKey));
    let foreign = Whatsapp { waba: shop.clock.id(), account: "1".into(), ..first.clone() };
    let new = other.new_account(&foreign);
    assert_eq!(other.db.write(move |tx| store::insert_account(tx, &new)).await, Err(Error::ForeignKey));
    let twice = Whatsapp { waba: shop.clock.id(), ..first };
    let new = shop.new_account(&twice);
    let refused = shop.db.write(move |tx| store::insert_account(tx, &new)).await;
    assert!(matches!(refused, Err(Error::Unique { .. })), "{refused:?}");
    let new = shop.new_app(second.app);
    assert!(matches!(shop.db.write(move |tx| store::insert_app(tx, &new)).await, Err(Error::Unique { .. })));
}

async fn routes_and_numbers_of_what_is_connected(db: Db) {
    let shop = Shop::open(db).await;
    let first = shop.add_whatsapp().await;
    let second = Whatsapp { number: shop.clock.id(), phone_number_id: "2".into(), ..first.clone() };
    let (new, budget) = (shop.new_number(&second), shop.budget());
    shop.write(move |tx| store::insert_number(tx, &new, &budget, &[])).await;
    let apart = shop.add_whatsapp().await;
    let route = |of: &Whatsapp| Route {
        channel: of.number,
        phone_number_id: of.phone_number_id.clone(),
        account: of.account.clone(),
    };
    let (team, app) = (shop.team, first.app);
    assert_eq!(shop.read(move |tx| store::routes(tx, team, app)).await, [route(&first), route(&second)]);
    let stranger = shop.clock.id();
    assert_eq!(shop.read(move |tx| store::routes(tx, stranger, app)).await, []);
    let all = [first.number, second.number, apart.number].map(|number| (team, number));
    assert_eq!(shop.read(store::numbers).await, all, "and no LINE account");
    let gone = first.number;
    shop.write(move |tx| tx.execute("UPDATE channel SET deleted_at = 1 WHERE id = $1", params![gone])).await;
    assert_eq!(shop.read(move |tx| store::routes(tx, team, app)).await, [route(&second)]);
    assert_eq!(shop.read(store::numbers).await, all[1..]);
    assert_eq!(shop.read(move |tx| store::sealed_number(tx, gone)).await, None);
}

async fn accounts_apps_and_waba_of(db: Db) {
    let shop = Shop::open(db).await;
    let (team, stranger) = (shop.team, shop.clock.id());
    let new = shop.add_whatsapp().await;
    let bare = Whatsapp { waba: shop.clock.id(), account: "2".into(), ..new.clone() };
    let row = shop.new_account(&bare);
    shop.write(move |tx| store::insert_account(tx, &row)).await;
    let accounts = shop.read(move |tx| store::accounts(tx, team)).await;
    let shown: Vec<_> = accounts
        .into_iter()
        .map(|row| (row.id, row.meta_id, row.name, row.number.map(|number| (number.id, number.name))))
        .collect();
    let number = Some((new.number, "Number".to_owned()));
    assert_eq!(
        shown,
        [
            (new.waba, new.account.clone(), "Account".to_owned(), number),
            (bare.waba, "2".to_owned(), "Account".to_owned(), None)
        ]
    );
    assert_eq!(shop.read(move |tx| store::accounts(tx, stranger)).await, []);
    assert_eq!(shop.read(move |tx| store::apps(tx, team)).await, [(new.app, "App".to_owned())]);
    assert_eq!(shop.read(move |tx| store::apps(tx, stranger)).await, []);
    let line = shop.channel;
    assert_eq!(shop.read(move |tx| store::waba_of(tx, team, new.number)).await, Some(new.waba));
    assert_eq!(shop.read(move |tx| store::waba_of(tx, team, line)).await, None);
    assert_eq!(shop.read(move |tx| store::waba_of(tx, stranger, new.number)).await, None);
}

async fn set_token_sealed_account_and_sealed_number(db: Db) {
    let shop = Shop::open(db).await;
    let new = shop.add_whatsapp().await;
    let (team, stranger, waba, number) = (shop.team, shop.clock.id(), new.waba, new.number);
    shop.write(move |tx| store::set_token(tx, stranger, waba, &[0])).await;
    assert_eq!(shop.read(move |tx| store::sealed_account(tx, team, waba)).await, Some((new.account.clone(), vec![5])));
    shop.write(move |tx| store::set_token(tx, team, waba, &[6])).await;
    assert_eq!(shop.read(move |tx| store::sealed_account(tx, team, waba)).await, Some((new.account, vec![6])));
    assert_eq!(shop.read(move |tx| store::sealed_account(tx, stranger, waba)).await, None);
    assert_eq!(shop.read(move |tx| store::sealed_number(tx, number)).await.unwrap().access_token, [6]);
}

async fn set_app_secrets_of_ones_own(db: Db) {
    let shop = Shop::open(db).await;
    let (app, team, stranger) = (shop.add_whatsapp().await.app, shop.team, shop.clock.id());
    assert!(!shop.write(move |tx| store::set_app_secrets(tx, stranger, app, &[0], &[0])).await);
    assert!(shop.write(move |tx| store::set_app_secrets(tx, team, app, &[8], &[9])).await);
    let sealed = shop.read(move |tx| store::sealed_app(tx, app)).await.unwrap();
    assert_eq!((sealed.app_secret, sealed.verify_token), (vec![8], vec![9]));
}

async fn set_info_and_people_limit(db: Db) {
    let shop = Shop::open(db).await;
    let new = shop.add_whatsapp().await;
    let (team, number) = (shop.team, new.number);
    let limit = |channel: ChannelId| shop.read(move |tx| store::people_limit(tx, team, channel));
    assert_eq!(limit(number).await, None, "Meta has not told");
    for (throughput, people, kept) in [
        (Some(80), Some(PeopleLimit::Of(2_000)), (Some(80), Some(PeopleLimit::Of(2_000)))),
        (None, None, (Some(80), Some(PeopleLimit::Of(2_000)))),
        (Some(1_000), Some(PeopleLimit::Unlimited), (Some(1_000), Some(PeopleLimit::Unlimited))),
    ] {
        shop.write(move |tx| store::set_info(tx, team, number, throughput, people, NOW)).await;
        let throughput: Option<i64> =
            shop.read(move |tx| tx.one("SELECT throughput FROM channel WHERE id = $1", params![number])).await;
        assert_eq!((throughput, limit(number).await), kept);
    }
    let (line, stranger) = (shop.channel, shop.clock.id());
    let quota = super::super::Quota { limit: Some(5), used: 1, at: NOW };
    shop.write(move |tx| super::super::store::set_quota(tx, team, line, quota)).await;
    assert_eq!(limit(line).await, None, "messages of a month are no people of a day");
    shop.write(move |tx| store::set_info(tx, stranger, number, Some(1), Some(PeopleLimit::Of(1)), NOW)).await;
    assert_eq!(limit(number).await, Some(PeopleLimit::Unlimited));
    assert_eq!(shop.read(move |tx| store::people_limit(tx, stranger, number)).await, None);
    let found = shop.read(move |tx| super::super::store::find(tx, team, number)).await.unwrap();
    assert_eq!(found.quota, None);
}

async fn set_rate_keeps_what_was_slowed(db: Db) {
    let shop = Shop::open(db).await;
    let new = shop.add_whatsapp().await;
    let (team, stranger, number) = (shop.team, shop.clock.id(), new.number);
    let pace = || {
        shop.read(move |tx| {
            tx.one::<(i64, i64)>("SELECT rate, rate_now FROM channel_budget WHERE channel_id = $1", params![number])
        })
    };
    let set = |rate| shop.write(move |tx| store::set_rate(tx, team, number, "messages", rate));
    set(80).await;
    assert_eq!(pace().await, (80, 80));
    set(1_000).await;
    assert_eq!(pace().await, (1_000, 1_000), "it was not slowed");
    shop.write(move |tx| tx.execute("UPDATE channel_budget SET rate_now = 40 WHERE channel_id = $1", params![number]))
        .await;
    set(900).await;
    assert_eq!(pace().await, (900, 40));
    set(20).await;
    assert_eq!(pace().await, (20, 20));
    shop.write(move |tx| store::set_rate(tx, stranger, number, "messages", 7)).await;
    shop.write(move |tx| store::set_rate(tx, team, number, "push", 7)).await;
    assert_eq!(pace().await, (20, 20));
}
