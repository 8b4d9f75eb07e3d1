//! The requests about saved replies and their categories.

use shared::{
    content::{Content, Part},
    id::{CategoryId, SavedReplyId},
    problem::Problem,
    saved_replies::{
        DeleteCategory, DeleteSavedReply, ListCategories, ListSavedReplies, MergeCategory, SaveCategory,
        SaveSavedReply, ShowSavedReply, UsableBy,
    },
};
use tests::{Client, world};

use crate::stage::{Actor, Stage, done};

/// Makes the request of a route about a fresh reply of the owner's, for her store, or a fresh category of her team.
pub(crate) async fn ask(stage: &Stage, route: &str, actor: &Actor, owner: &Actor) -> Result<(), Problem> {
    let client = &actor.client;
    match route {
        "GET /saved-replies" => done(client, ListSavedReplies { limit: 50, ..Default::default() }).await,
        "GET /saved-replies/{id}" => done(client, ShowSavedReply { id: kept(owner).await }).await,
        "PUT /saved-replies/{id}" => done(client, change(kept(owner).await, owner, "改過", 1)).await,
        "DELETE /saved-replies/{id}" => done(client, DeleteSavedReply { id: kept(owner).await }).await,
        "GET /saved-reply-categories" => done(client, ListCategories {}).await,
        "PUT /saved-reply-categories/{id}" => done(client, named(new())).await,
        "POST /saved-reply-categories/{id}/merge" => {
            let into = made(&stage.actor("admin").client).await;
            done(client, MergeCategory { id: made(&admin_of(stage, owner).await).await, into }).await
        }
        "DELETE /saved-reply-categories/{id}" => {
            done(client, DeleteCategory { id: made(&admin_of(stage, owner).await).await }).await
        }
        other => panic!("{other} is mounted, but this test does not know how to ask for it"),
    }
}

fn new<T: From<uuid::Uuid>>() -> T {
    T::from(world::new_draft().0)
}

async fn kept(owner: &Actor) -> SavedReplyId {
    let id = new();
    owner.client.call(change(id, owner, "新的", 0)).await.unwrap();
    id
}

fn change(id: SavedReplyId, owner: &Actor, title: &str, revision: i64) -> SaveSavedReply {
    SaveSavedReply {
        id,
        title: title.to_owned(),
        content: Content { parts: vec![Part::text("新品到店")] },
        categories: Vec::new(),
        usable_by: UsableBy::Stores { stores: owner.seat.stores.clone() },
        revision,
    }
}

/// The admin of the owner's team.
async fn admin_of(stage: &Stage, owner: &Actor) -> Client {
    if owner.seat.id == stage.actor("other").seat.id {
        stage.world.sign_in(stage.world.other.seat("admin").unwrap()).await.unwrap()
    } else {
        stage.actor("admin").client.clone()
    }
}

async fn made(admin: &Client) -> CategoryId {
    let id = new();
    admin.call(named(id)).await.unwrap();
    id
}

fn named(id: CategoryId) -> SaveCategory {
    SaveCategory { id, name: id.to_string().chars().take(40).collect() }
}
