//! Saved replies over HTTP: whoever may uses them, what took one keeps it, and what people do at the same time.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use shared::{
    call::{API, Method},
    campaigns::{CheckDraft, DropDraft, Kind, SaveDraft, SendDraft, ShowDraft},
    content::{Content, Part},
    id::{CategoryId, ConversationId, MediaId, SavedReplyId},
    limits,
    media::{MediaInfo, MediaKind},
    members::Role,
    problem::{Conflict, Problem, Rule, Unit, What},
    saved_replies::{
        DeleteCategory, DeleteSavedReply, ListCategories, ListSavedReplies, MergeCategory, SaveCategory,
        SaveSavedReply, SavedReply, ShowSavedReply, UsableBy,
    },
    selection::Selection,
};
use tests::{Client, Engine, World, upload::upload, world::new_draft};

const PICTURE: &[u8] = include_bytes!("../src/demo/pictures/mugs.jpg");

fn new<T: From<uuid::Uuid>>() -> T {
    T::from(new_draft().0)
}

fn reply(title: &str, usable_by: UsableBy) -> SaveSavedReply {
    SaveSavedReply {
        id: new(),
        title: title.to_owned(),
        content: Content { parts: vec![Part::text(format!("{title} 您好"))] },
        categories: Vec::new(),
        usable_by,
        revision: 0,
    }
}

async fn picture(client: &Client) -> MediaInfo {
    upload(client, new(), MediaKind::Image, PICTURE).await.unwrap()
}

async fn category(admin: &Client, name: &str) -> CategoryId {
    admin.call(SaveCategory { id: new(), name: name.to_owned() }).await.unwrap().id
}

async fn listed(client: &Client, call: ListSavedReplies) -> Vec<SavedReply> {
    let page = client.call(ListSavedReplies { limit: 100, ..call }).await.unwrap();
    assert_eq!(page.next, None);
    page.items
}

async fn titles(client: &Client, call: ListSavedReplies) -> Vec<String> {
    listed(client, call).await.into_iter().map(|one| one.title).collect()
}

async fn is_served(client: &Client, media: &MediaInfo) -> bool {
    let whole = client.get(&media.url).await.unwrap();
    let preview = client.get(media.preview_url.as_deref().unwrap()).await.unwrap();
    whole.status() == 200 && preview.status() == 200
}

/// Bad input of issue 3: a saved reply deleted while it is in a draft. The draft keeps what it took, to the customer's
/// phone.
#[tokio::test(flavor = "multi_thread")]
async fn a_reply_deleted_while_it_is_in_a_draft_leaves_the_draft_whole() {
    for engine in Engine::here().unwrap() {
        let world = World::start_on(engine).await.unwrap();
        let (sales, colleague) = (world.client("sales").await.unwrap(), world.client("colleague").await.unwrap());
        let shown = picture(&sales).await;
        let call = SaveSavedReply {
            content: Content { parts: vec![Part::text("到店了"), Part::Image { media: shown.id }] },
            ..reply("到店通知", UsableBy::Stores { stores: vec![world.team.stores[0]] })
        };
        let kept = sales.call(call.clone()).await.unwrap();
        assert_eq!((kept.revision, kept.may_edit, kept.owner.name.as_str()), (1, true, "許芷晴"));

        // A colleague of the store picks it.
        let (customer, id) = world.taken(&colleague, "林雅婷", "在嗎").await.unwrap();
        let found = listed(&colleague, ListSavedReplies { search: "到店".into(), ..Default::default() }).await;
        assert_eq!((found.len(), found[0].may_edit), (1, false));
        assert!(is_served(&colleague, &found[0].media[0]).await);
        let draft = draft(&colleague, id, found[0].content.clone()).await;

        sales.call(DeleteSavedReply { id: call.id }).await.unwrap();
        let missing = Problem::missing(What::SavedReply);
        assert_eq!(colleague.call(ShowSavedReply { id: call.id }).await, Err(missing.clone()));
        assert_eq!(sales.call(DeleteSavedReply { id: call.id }).await.map(drop), Err(missing.clone()));
        assert_eq!(sales.call(SaveSavedReply { revision: 1, ..call.clone() }).await, Err(missing));
        assert_eq!(titles(&sales, ListSavedReplies::default()).await, [""; 0]);

        let stored = colleague.call(ShowDraft { id: draft }).await.unwrap();
        assert_eq!(stored.content, call.content);
        assert!(is_served(&colleague, &stored.media[0]).await);
        let check = colleague.call(CheckDraft { id: draft }).await.unwrap();
        let sent = SendDraft { id: draft, audience: check.audience, digest: check.digest };
        let campaign = colleague.call(sent).await.unwrap().campaign;
        let progress = world.settled(&colleague, campaign).await.unwrap();
        assert_eq!((progress.figures.succeeded, progress.figures.failed), (1, 0), "{}", customer.name);
        world.stop().await.unwrap();
    }
}

async fn draft(client: &Client, to: ConversationId, content: Content) -> shared::id::DraftId {
    let id = new_draft();
    let selection = Selection { ids: vec![to], matching: Vec::new() };
    client.call(SaveDraft { id, kind: Kind::GroupMessage, selection, content, revision: 0 }).await.unwrap();
    id
}

/// A draft that is thrown away does not take the medium of the reply with it, nor the other way round.
#[tokio::test(flavor = "multi_thread")]
async fn a_draft_thrown_away_leaves_the_reply_its_picture() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let shown = picture(&sales).await;
    let content = Content { parts: vec![Part::Image { media: shown.id }] };
    let call = SaveSavedReply { content: content.clone(), ..reply("一", UsableBy::OnlyMe) };
    sales.call(call.clone()).await.unwrap();
    let (_, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let draft = draft(&sales, id, content).await;
    sales.call(DropDraft { id: draft }).await.unwrap();
    let kept = sales.call(ShowSavedReply { id: call.id }).await.unwrap();
    assert!(is_served(&sales, &kept.media[0]).await);
}

/// Bad input of issue 3: a category merged, and one deleted, while somebody filters by it.
#[tokio::test(flavor = "multi_thread")]
async fn a_category_merged_while_filtered_goes_on_finding() {
    for engine in Engine::here().unwrap() {
        let world = World::start_on(engine).await.unwrap();
        let (admin, sales) = (world.client("admin").await.unwrap(), world.client("sales").await.unwrap());
        let (new_in, events, gone) =
            (category(&admin, "新品").await, category(&admin, "活動").await, category(&admin, "舊類別").await);
        for (title, categories) in [("一", vec![new_in]), ("二", vec![new_in, events]), ("三", vec![gone])] {
            let call = SaveSavedReply { categories, ..reply(title, UsableBy::Everybody) };
            admin.call(call).await.unwrap();
        }
        let by = |categories: &[CategoryId]| ListSavedReplies { categories: categories.to_vec(), ..Default::default() };
        assert_eq!(titles(&sales, by(&[new_in, gone])).await, ["三", "二", "一"]);
        admin.call(MergeCategory { id: new_in, into: events }).await.unwrap();
        admin.call(DeleteCategory { id: gone }).await.unwrap();
        assert_eq!(titles(&sales, by(&[new_in, gone])).await, ["二", "一"]);
        assert_eq!(titles(&sales, by(&[gone])).await, [""; 0]);
        let rows = sales.call(ListCategories {}).await.unwrap();
        let rows: Vec<_> = rows.iter().map(|row| (row.category.name.as_str(), row.replies)).collect();
        assert_eq!(rows, [("活動", 2)]);
        let taken = admin.call(SaveCategory { id: new(), name: " 活動 ".into() }).await;
        assert_eq!(taken, Err(Problem::invalid("name", Rule::Taken)));
        world.stop().await.unwrap();
    }
}

/// Two people change one reply: the second is told, sees the other's and decides.
#[tokio::test(flavor = "multi_thread")]
async fn two_who_change_one_reply_at_once_lose_nothing() {
    for engine in Engine::here().unwrap() {
        let world = World::start_on(engine).await.unwrap();
        let (admin, sales) = (world.client("admin").await.unwrap(), world.client("sales").await.unwrap());
        let call = reply("一", UsableBy::Stores { stores: vec![world.team.stores[0]] });
        sales.call(call.clone()).await.unwrap();
        let hers = SaveSavedReply { title: "她的".into(), revision: 1, ..call.clone() };
        let ours = SaveSavedReply { title: "管理員的".into(), revision: 1, ..call.clone() };
        let (first, second) = tokio::join!(sales.call(hers.clone()), admin.call(ours.clone()));
        let conflict = Problem::conflict(Conflict::SavedReplyChanged { revision: 2 });
        let (winner, loser, again) = match (first, second) {
            (Ok(kept), Err(problem)) => (kept, problem, (&admin, ours)),
            (Err(problem), Ok(kept)) => (kept, problem, (&sales, hers)),
            other => panic!("one wins, one is told: {other:?}"),
        };
        assert_eq!(loser, conflict);
        assert_eq!(sales.call(ShowSavedReply { id: call.id }).await.unwrap().title, winner.title);
        let (client, mine) = again;
        let kept = client.call(SaveSavedReply { revision: 2, ..mine.clone() }).await.unwrap();
        assert_eq!((kept.revision, kept.title), (3, mine.title));
        assert_eq!(kept.owner.name, "許芷晴", "changing it does not make it another's");
        world.stop().await.unwrap();
    }
}

/// domain.md 4.4: "only me" is invisible even to admins; and what another team has is not there at all.
#[tokio::test(flavor = "multi_thread")]
async fn only_me_is_nobody_elses() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let shown = picture(&sales).await;
    let call = SaveSavedReply {
        content: Content { parts: vec![Part::Image { media: shown.id }] },
        ..reply("我的", UsableBy::OnlyMe)
    };
    sales.call(call.clone()).await.unwrap();
    let missing = Problem::missing(What::SavedReply);
    let stranger = world.sign_in(world.other.seat("admin").unwrap()).await.unwrap();
    for who in ["admin", "manager", "colleague", "elsewhere", "stranger"] {
        let client = if who == "stranger" { stranger.clone() } else { world.client(who).await.unwrap() };
        assert_eq!(titles(&client, ListSavedReplies::default()).await, [""; 0], "{who}");
        assert_eq!(client.call(ShowSavedReply { id: call.id }).await, Err(missing.clone()), "{who}");
        let change = SaveSavedReply { revision: 1, content: Content { parts: vec![Part::text("x")] }, ..call.clone() };
        assert_eq!(client.call(change).await, Err(missing.clone()), "{who}");
        assert_eq!(client.call(DeleteSavedReply { id: call.id }).await.map(drop), Err(missing.clone()), "{who}");
    }
    // Another team's ids: of a picture, a store, a category.
    let foreign = stranger.call(SaveCategory { id: new(), name: "theirs".into() }).await.unwrap();
    let admin = world.client("admin").await.unwrap();
    let unknown = |field: &str| Err(Problem::invalid(field, Rule::Unknown { count: 1 }));
    let filed = SaveSavedReply { categories: vec![foreign.id], ..reply("一", UsableBy::Everybody) };
    assert_eq!(admin.call(filed).await, unknown("categories"));
    let given = reply("一", UsableBy::Stores { stores: vec![world.other.stores[0]] });
    assert_eq!(admin.call(given).await, unknown("usable_by.stores"));
    let with = |media| SaveSavedReply {
        content: Content { parts: vec![Part::Image { media }] },
        ..reply("一", UsableBy::OnlyMe)
    };
    assert_eq!(stranger.call(with(shown.id)).await, unknown("content.parts[0].media"));
    assert_eq!(admin.call(with(MediaId(new()))).await, unknown("content.parts[0].media"));
    assert!(sales.call(ShowSavedReply { id: call.id }).await.unwrap().may_edit);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_sales_roles_may_not_give_away_is_refused_by_name() {
    let world = World::start().await.unwrap();
    let [here, there] = [world.team.stores[0], world.team.stores[1]];
    let not_yours = Problem::invalid("usable_by", Rule::NotYours);
    for who in ["sales", "manager"] {
        let client = world.client(who).await.unwrap();
        for usable_by in [
            UsableBy::Everybody,
            UsableBy::Roles { roles: vec![Role::SalesStaff] },
            UsableBy::Stores { stores: vec![here, there] },
        ] {
            let refused = client.call(reply("一", usable_by.clone())).await;
            assert_eq!(refused, Err(not_yours.clone()), "{who} {usable_by:?}");
        }
        let kept = client.call(reply(who, UsableBy::Stores { stores: vec![here] })).await.unwrap();
        assert!(kept.may_edit);
    }
    let elsewhere = world.client("elsewhere").await.unwrap();
    assert_eq!(titles(&elsewhere, ListSavedReplies::default()).await, [""; 0]);
    let mine = ListSavedReplies { editable: true, ..Default::default() };
    assert_eq!(titles(&world.client("sales").await.unwrap(), mine).await, ["sales"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_refused_by_its_field() {
    let world = World::start().await.unwrap();
    let admin = world.client("admin").await.unwrap();
    let texts = |texts: Vec<String>| Content { parts: texts.into_iter().map(Part::text).collect() };
    let long = |limit: usize, actual: u64| Rule::TooLong { limit: limit as u64, actual, unit: Unit::Characters };
    let base = || reply("一", UsableBy::Everybody);
    let over = "好".repeat(limits::SAVED_REPLY_TEXT + 1);
    for (call, field, rule) in [
        (SaveSavedReply { title: " \u{202e}".into(), ..base() }, "title", Rule::Required),
        (SaveSavedReply { title: "a\0".into(), ..base() }, "title", Rule::ControlCharacter),
        (SaveSavedReply { title: "好".repeat(61), ..base() }, "title", long(limits::SAVED_REPLY_TITLE, 61)),
        (SaveSavedReply { content: texts(Vec::new()), ..base() }, "content.parts", Rule::Required),
        (SaveSavedReply { content: texts(vec![" ".into()]), ..base() }, "content.parts[0].text", Rule::Required),
        (
            SaveSavedReply { content: texts(vec!["a\0".into()]), ..base() },
            "content.parts[0].text",
            Rule::ControlCharacter,
        ),
        (
            SaveSavedReply { content: texts(vec!["好".into(), over]), ..base() },
            "content.parts[1].text",
            long(limits::SAVED_REPLY_TEXT, 1_001),
        ),
        (
            SaveSavedReply { content: texts(vec!["好".into(); 6]), ..base() },
            "content.parts",
            Rule::TooMany { limit: 5, actual: 6 },
        ),
        (
            SaveSavedReply { usable_by: UsableBy::Stores { stores: Vec::new() }, ..base() },
            "usable_by.stores",
            Rule::Required,
        ),
        (SaveSavedReply { categories: vec![new()], ..base() }, "categories", Rule::Unknown { count: 1 }),
    ] {
        assert_eq!(admin.call(call).await, Err(Problem::invalid(field, rule)));
    }
    for (call, field) in [
        (ListSavedReplies { search: "a\0".into(), limit: 50, ..Default::default() }, "search"),
        (ListSavedReplies { search: "好".repeat(101), limit: 50, ..Default::default() }, "search"),
        (ListSavedReplies { limit: 0, ..Default::default() }, "limit"),
        (ListSavedReplies { limit: 50, after: Some("x".into()), ..Default::default() }, "after"),
        (ListSavedReplies { limit: 50, categories: vec![new(); 201], ..Default::default() }, "categories"),
    ] {
        let Err(Problem::Invalid { field: named, .. }) = admin.call(call).await else { panic!("{field}") };
        assert_eq!(named, field);
    }
    let id: SavedReplyId = new();
    let answer = admin.raw(Method::Get, &format!("{API}/saved-replies/{id}x")).send().await.unwrap();
    assert_eq!(answer.status(), 422);
    let missing = admin.call(SaveSavedReply { revision: 3, ..base() }).await;
    assert_eq!(missing, Err(Problem::missing(What::SavedReply)));
}
