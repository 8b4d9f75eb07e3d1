//! What a migration does to rows that are there already, on both engines.

use refinery::Target;
use tokio_postgres::NoTls;

use super::{
    migrate::runner,
    testing::{CLEAN, cluster, with_database},
};

/// Two uploads, one under way and one closed, and a business account that is read later, as the version before V8 kept them.
const BEFORE_DOCUMENTS: &str = "
    INSERT INTO team (id, name, zone, locale, omo, sales_may_take_pending, group_send_max, confirm_above, click_tracking,
            link_days, link_anchor, revenue_anchor, domains, created_at)
        VALUES ('t', 'Brand', 'Asia/Taipei', 'zh-Hant', TRUE, TRUE, 9, 9, 'off', 9, 'click', 'click', '[]', 0);
    INSERT INTO member (team_id, id, name, email, role, password_hash, epoch, created_at)
        VALUES ('t', 'm', 'Ann', 'ann@example.com', 'sales_staff', '', 0, 0);
    INSERT INTO upload (team_id, id, kind, size, received, member_id, created_at, closed_at)
        VALUES ('t', 'a', 'image', 30, 10, 'm', 5, NULL), ('t', 'b', 'video', 40, 40, 'm', 6, 7);
    INSERT INTO whatsapp_app (team_id, id, name, app_secret, verify_token, created_at) VALUES ('t', 'p', 'App', '', '', 0);
    INSERT INTO waba (team_id, id, app_id, meta_id, name, access_token, created_at, sync_due_at)
        VALUES ('t', 'w', 'p', '1', 'Shop', '', 0, 9000);";
const UPLOADS: &str =
    "SELECT id || ' ' || kind || ' ' || size || ' ' || received || ' ' || member_id || ' ' || created_at || ' '
        || COALESCE(closed_at, -1) || ' ' || COALESCE(name, '-') FROM upload ORDER BY id";
const KEPT: [&str; 2] = ["a image 30 10 m 5 -1 -", "b video 40 40 m 6 7 -"];
const DUE: &str = "SELECT sync_due_at FROM waba";
const A_DOCUMENT: &str = "INSERT INTO upload (team_id, id, kind, size, name, received, member_id, created_at)
    VALUES ('t', 'c', 'document', 1, 'a.pdf', 0, 'm', 8)";
const A_SOUND: &str = "INSERT INTO upload (team_id, id, kind, size, received, member_id, created_at)
    VALUES ('t', 'd', 'sound', 1, 0, 'm', 8)";
const OF_NOBODY: &str = "INSERT INTO upload (team_id, id, kind, size, received, member_id, created_at)
    VALUES ('t', 'e', 'image', 1, 0, 'nobody', 8)";

#[test]
fn uploads_under_way_outlive_the_remaking_of_their_table_on_sqlite() {
    let mut file = rusqlite::Connection::open_in_memory().unwrap();
    file.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    runner().set_target(Target::Version(7)).run(&mut file).unwrap();
    file.execute_batch(BEFORE_DOCUMENTS).unwrap();
    runner().run(&mut file).unwrap();
    let mut uploads = file.prepare(UPLOADS).unwrap();
    let uploads: Vec<String> = uploads.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(uploads, KEPT);
    assert_eq!(file.query_one::<i64, _, _>(DUE, [], |row| row.get(0)).unwrap(), 0, "its templates are read anew");
    file.execute_batch(A_DOCUMENT).unwrap();
    assert!(file.execute_batch(A_SOUND).is_err() && file.execute_batch(OF_NOBODY).is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uploads_under_way_outlive_the_remaking_of_their_table_on_postgres() {
    let Some(cluster) = cluster() else { return };
    with_database(&cluster, CLEAN, |config| async move {
        let (mut client, connection) = config.connect(NoTls).await.unwrap();
        #[expect(clippy::disallowed_methods, reason = "lives as long as the test")]
        let line = tokio::spawn(connection);
        runner().set_target(Target::Version(7)).run_async(&mut client).await.unwrap();
        client.batch_execute(BEFORE_DOCUMENTS).await.unwrap();
        runner().run_async(&mut client).await.unwrap();
        let uploads = client.query(UPLOADS, &[]).await.unwrap();
        assert_eq!(uploads.iter().map(|row| row.get(0)).collect::<Vec<&str>>(), KEPT);
        assert_eq!(client.query_one(DUE, &[]).await.unwrap().get::<_, i64>(0), 0, "its templates are read anew");
        client.batch_execute(A_DOCUMENT).await.unwrap();
        assert!(client.batch_execute(A_SOUND).await.is_err() && client.batch_execute(OF_NOBODY).await.is_err());
        drop(client);
        line.await.unwrap().unwrap();
    })
    .await;
}
