//! The calls of conversations.

use shared::{
    call::{Done, Page},
    conversations::{
        Close, Conversation, ConversationCard, CountConversations, Counts, Entry, ListConversations, MarkRead, Message,
        Reopen, Reply, ShowConversation, ShowThread, Take, Transfer,
    },
    id::ConversationId,
};

use super::{act, list, reply, thread};
use crate::{App, caller::Caller, clock::Clock, db::Tx, http::mount::Api, refused::Refused};

type Answer<T> = Result<T, Refused>;

/// Mounts them.
pub fn routes(api: Api) -> Api {
    let api = api.call::<ListConversations, _, _>(list_conversations);
    let api = api.call::<CountConversations, _, _>(count_conversations);
    let api = api.call::<ShowConversation, _, _>(show_conversation);
    let api = api.call::<ShowThread, _, _>(show_thread);
    let api = api.call::<MarkRead, _, _>(mark_read);
    let api = api.call::<Take, _, _>(take);
    let api = api.call::<Transfer, _, _>(transfer);
    let api = api.call::<Close, _, _>(close);
    let api = api.call::<Reopen, _, _>(reopen);
    api.call::<Reply, _, _>(send_reply)
}

async fn list_conversations(app: App, caller: Caller, call: ListConversations) -> Answer<Page<ConversationCard>> {
    let now = app.clock.now();
    app.db.read(move |tx| list::list(tx, &caller, &call, now)).await
}

async fn count_conversations(app: App, caller: Caller, call: CountConversations) -> Answer<Counts> {
    let now = app.clock.now();
    app.db.read(move |tx| list::count(tx, &caller, &call, now)).await
}

async fn show_conversation(app: App, caller: Caller, call: ShowConversation) -> Answer<Conversation> {
    app.db.read(move |tx| list::show(tx, &caller, call.id)).await
}

async fn show_thread(app: App, caller: Caller, call: ShowThread) -> Answer<Page<Entry>> {
    thread::show(&app, caller, call).await
}

async fn mark_read(app: App, caller: Caller, call: MarkRead) -> Answer<Done> {
    app.db.write(move |tx| act::mark_read(tx, &caller, call.id)).await?;
    Ok(Done {})
}

async fn take(app: App, caller: Caller, call: Take) -> Answer<Conversation> {
    change(app, caller, call.id, act::take).await
}

async fn transfer(app: App, caller: Caller, call: Transfer) -> Answer<Done> {
    let clock = app.clock.clone();
    app.db.write(move |tx| act::transfer(tx, &clock, &caller, &call.ids, call.to)).await?;
    Ok(Done {})
}

async fn close(app: App, caller: Caller, call: Close) -> Answer<Conversation> {
    change(app, caller, call.id, act::close).await
}

async fn reopen(app: App, caller: Caller, call: Reopen) -> Answer<Conversation> {
    change(app, caller, call.id, act::reopen).await
}

async fn send_reply(app: App, caller: Caller, call: Reply) -> Answer<Vec<Message>> {
    app.limits.check_send(caller.member)?;
    let known = app.clone();
    let messages = app.db.write(move |tx| reply::reply(tx, &known, &caller, &call)).await?;
    app.outbox.wake();
    Ok(messages)
}

type Act = fn(&mut Tx<'_>, &Clock, &Caller, ConversationId) -> Result<(), Refused>;

/// Does something with a conversation and answers it as it is then.
async fn change(app: App, caller: Caller, id: ConversationId, act: Act) -> Answer<Conversation> {
    let clock = app.clock.clone();
    let done = move |tx: &mut Tx<'_>| {
        act(tx, &clock, &caller, id)?;
        list::show(tx, &caller, id)
    };
    app.db.write(done).await
}
