//! Fills the demo: day by day, customers come, write and leave, and staff take, tag, answer, send and close.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail, ensure};
use futures_util::{TryStreamExt as _, stream};
use sandbox::{
    Sandbox,
    line::{Act, Batch, BatchAct, BatchCustomer},
};
use shared::{
    contacts::{AddTag, ListTags},
    conversations::{
        Close, ConversationFilter, ConversationState, CountConversations, ListConversations, MarkRead, Reply, Scope,
        Take,
    },
    id::{ConversationId, DraftId, MessageId, TagId},
    selection::{Matching, Selection},
};

use super::{
    Brands, attributes,
    customers::{self, Customer, DAY, Place},
    fixed,
    past::Past,
    replies,
    staff::{self, SELLERS},
    whatsapp,
};
use crate::{Client, Team, team::PASSWORD, world};

/// The days on which staff works, in minutes before now; the last is now.
const DAYS: [i64; 6] = [9 * DAY, 4 * DAY, 26 * 60, 7 * 60, 2 * 60, 0];

/// Requests at once: enough that writes share a commit.
const AT_ONCE: usize = 8;

/// How long webhooks may take to become conversations.
const PATIENCE: Duration = Duration::from_secs(30);

/// Who a send of the past went to.
enum To {
    /// All that the sender has in progress.
    All,
    /// Those of them with a tag.
    Tagged(&'static str),
}

/// A send of the past: on which of [`DAYS`], by which of the sellers, to whom, what.
type Send = (usize, usize, To, &'static [&'static str]);

const SENDS: [Send; 7] = [
    (
        0,
        0,
        To::Tagged("VIP"),
        &[
            "{{system:customer_name}} 您好，週年慶會員預購 11/08 開始，先幫您保留喜歡的花器款式。\n預購頁面 https://qingyu.example/pre",
            "門市也有實品可以看，歡迎週末過來坐坐。",
        ],
    ),
    (0, 3, To::All, &["會員生日禮提醒：本月壽星到店可領手工皂一份。"]),
    (
        1,
        0,
        To::All,
        &[
            "{{system:customer_name}} 您好，我是信義店的芷晴。\n秋冬新品「霧面手作杯」今天到店，幫您留了燕麥白與可可灰兩色，週日前到店享 9 折。\n新品一覽 https://qingyu.example/new",
            "線上預留 https://qingyu.example/hold",
        ],
    ),
    (1, 4, To::All, &["駁二店本週延長營業到 21:30，歡迎散步過來。"]),
    (2, 0, To::Tagged("器皿"), &["這週六有手捏小碟體驗，想幫您留一個位子 🙌\nhttps://qingyu.example/workshop"]),
    (2, 1, To::All, &["無花果香氛蠟燭到貨了，前二十位有試聞組。"]),
    (
        4,
        0,
        To::Tagged("香氛"),
        &[
            "{{system:customer_name}}，您上次看的「無花果香氛蠟燭」到貨了，我們幫您保留到週日。",
            "預留 https://qingyu.example/fig",
        ],
    ),
];

/// Makes everything, then ends the past.
pub(super) async fn everything(mut past: Past, sandbox: &Sandbox) -> anyhow::Result<Brands> {
    let brands = staff::hire(past.server.app()?, sandbox).await?;
    for team in [&brands.team, &brands.plain] {
        team.point_webhooks(sandbox, &past.server.base)?;
    }
    let mut seeding = Seeding {
        customers: customers::all(),
        users: HashMap::new(),
        conversations: HashMap::new(),
        sandbox,
        team: &brands.team,
        past: &past,
    };
    let mut from = i64::MAX;
    for (day, to) in DAYS.into_iter().enumerate() {
        seeding.day(day, from, to).await.with_context(|| format!("day {day} of the demo's past"))?;
        from = to;
    }
    let staff = seeding.sign_in().await?;
    whatsapp::make(&past, sandbox, &brands.team, &staff.admin, staff.of(0)?).await.context("the demo's WhatsApp")?;
    past.server.stop().await?;
    Ok(brands)
}

struct Seeding<'a> {
    customers: Vec<Customer>,
    /// User ids by name.
    users: HashMap<String, String>,
    /// Conversations by the customer's name.
    conversations: HashMap<String, ConversationId>,
    sandbox: &'a Sandbox,
    team: &'a Team,
    past: &'a Past,
}

impl Seeding<'_> {
    /// What happened from one moment to another, both in minutes before now.
    async fn day(&mut self, day: usize, from: i64, to: i64) -> anyhow::Result<()> {
        self.past.forward_to(to);
        let staff = self.sign_in().await?;
        if day == 0 {
            attributes::make(&staff.admin).await?;
        }
        replies::make(day, &staff.admin, &staff.sellers, &self.team.stores).await?;
        let within = |minutes: i64| minutes < from && minutes >= to;

        let came: Vec<Customer> = self.customers.iter().filter(|customer| within(customer.joined)).cloned().collect();
        self.arrive(&came).await?;
        self.find(&staff, self.users.len()).await?;
        let taken = came.iter().filter_map(|customer| match customer.place {
            Place::With(seller) | Place::Closed(seller) => Some((customer, seller)),
            Place::Pending => None,
        });
        let taken: Vec<_> = taken.collect();
        self.each(&taken, async |(customer, seller)| self.take(staff.of(seller)?, customer).await).await?;

        let acts = self.acts(within);
        let unread = !acts.is_empty();
        self.write(acts).await?;
        if unread {
            self.settle(&staff).await?;
        }
        let answered: Vec<_> = self.customers.iter().filter(|customer| to > 0 && within(last_word(customer))).collect();
        self.each(&answered, async |customer| self.answer(&staff, customer).await).await?;

        for (number, (_, seller, audience, texts)) in SENDS.iter().enumerate().filter(|(_, (when, ..))| *when == day) {
            let id = DraftId(fixed("draft", number));
            let selection = Selection { ids: Vec::new(), matching: vec![self.audience(&staff, audience).await?] };
            let client = staff.of(*seller)?;
            let campaign = world::send(client, id, selection, texts).await.with_context(|| format!("send {number}"))?;
            world::settled(client, campaign).await?;
        }
        Ok(())
    }

    /// A session is good for a quarter of an hour of the server's clock, so each day begins with signing in.
    async fn sign_in(&self) -> anyhow::Result<Staff> {
        let visitor = Client::new(&self.past.server.base)?;
        let mut sellers = Vec::with_capacity(SELLERS.len());
        for (_, email, ..) in SELLERS {
            sellers.push(visitor.sign_in(email, PASSWORD).await?);
        }
        let admin = visitor.sign_in(&self.team.seat("admin")?.email, PASSWORD).await?;
        Ok(Staff { sellers, admin })
    }

    /// New customers follow and write.
    async fn arrive(&mut self, came: &[Customer]) -> anyhow::Result<()> {
        for (place, account) in self.team.accounts.iter().enumerate() {
            let these: Vec<&Customer> = came.iter().filter(|customer| customer.account == place).collect();
            let customers = these.iter().map(|customer| BatchCustomer {
                name: customer.name.clone(),
                language: Some(customer.language.to_owned()),
                follow: customer.follows,
                timestamp: Some(self.past.at(customer.joined)),
                texts: vec![customer.first.to_owned()],
            });
            let done = self.batch(&account.name, customers.collect(), Vec::new()).await?;
            self.users.extend(done.customers.into_iter().map(|made| (made.name, made.user)));
        }
        Ok(())
    }

    /// What customers did who were there already: wrote, or blocked the account.
    fn acts(&self, within: impl Fn(i64) -> bool) -> Vec<(usize, i64, BatchAct)> {
        let mut acts = Vec::new();
        for customer in &self.customers {
            let Some(user) = self.users.get(&customer.name) else { continue };
            let wrote = customer.later.iter().map(|(minutes, text)| (*minutes, Act::text(text)));
            let left = customer.blocks.map(|minutes| (minutes, Act::Block));
            for (minutes, act) in wrote.chain(left).filter(|(minutes, _)| within(*minutes)) {
                let timestamp = Some(self.past.at(minutes));
                acts.push((customer.account, minutes, BatchAct { user: user.clone(), act, timestamp }));
            }
        }
        acts.sort_by_key(|(_, minutes, _)| -minutes);
        acts
    }

    async fn write(&self, acts: Vec<(usize, i64, BatchAct)>) -> anyhow::Result<()> {
        for (place, account) in self.team.accounts.iter().enumerate() {
            let these = acts.iter().filter(|(of, ..)| *of == place).map(|(.., act)| act.clone());
            self.batch(&account.name, Vec::new(), these.collect()).await?;
        }
        Ok(())
    }

    async fn batch(
        &self,
        channel: &str,
        customers: Vec<BatchCustomer>,
        acts: Vec<BatchAct>,
    ) -> anyhow::Result<sandbox::line::BatchDone> {
        let batch = Batch { channel: channel.to_owned(), per_call: 50, silent: false, customers, acts };
        let done = self.sandbox.line().batch(batch).await?;
        ensure!(done.failed == 0, "{} of {} webhooks of {channel} were not taken", done.failed, done.calls);
        Ok(done)
    }

    /// Waits until everybody who came has a conversation, and notes which.
    async fn find(&mut self, staff: &Staff, expected: usize) -> anyhow::Result<()> {
        let began = Instant::now();
        loop {
            let count = staff.admin.call(CountConversations { scope: Scope::Team, ..Default::default() }).await?;
            let all = count.pending + count.in_progress + count.closed;
            if usize::try_from(all)? >= expected {
                break;
            }
            if began.elapsed() > PATIENCE {
                bail!("{all} conversations of {expected} are there");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // Names come from LINE after the conversation, one profile at a time.
        while self.conversations.len() < expected {
            let mut after = None;
            loop {
                let list = ListConversations {
                    state: ConversationState::Pending,
                    scope: Scope::Team,
                    limit: 100,
                    after,
                    ..Default::default()
                };
                let page = staff.admin.call(list).await?;
                self.conversations.extend(
                    page.items.into_iter().filter(|card| !card.name.is_empty()).map(|card| (card.name, card.id)),
                );
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            if began.elapsed() > PATIENCE {
                bail!("{} conversations of {expected} have the name of a customer", self.conversations.len());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Waits until what was written has arrived: until counts stand still.
    async fn settle(&self, staff: &Staff) -> anyhow::Result<()> {
        let mut before = None;
        loop {
            let count = staff.admin.call(CountConversations { scope: Scope::Team, ..Default::default() }).await?;
            if before == Some(count) {
                return Ok(());
            }
            before = Some(count);
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
    }

    async fn take(&self, client: &Client, customer: &Customer) -> anyhow::Result<()> {
        let id = self.conversation(customer)?;
        client.call(Take { id }).await.with_context(|| format!("{} cannot be taken", customer.name))?;
        if let Some(text) = customer.greeting {
            self.reply(client, id, customer, 1, text).await?;
        }
        client.call(MarkRead { id }).await?;
        let number = self.customers.iter().position(|other| other.name == customer.name).unwrap_or_default();
        attributes::note(client, id, number).await?;
        for name in &customer.tags {
            client.call(AddTag { id, name: (*name).to_owned() }).await?;
        }
        Ok(())
    }

    /// The sales person answers, if that is her last word, and closes what is to be closed.
    async fn answer(&self, staff: &Staff, customer: &Customer) -> anyhow::Result<()> {
        let (Place::With(seller) | Place::Closed(seller)) = customer.place else { return Ok(()) };
        let (client, id) = (staff.of(seller)?, self.conversation(customer)?);
        if let Some(text) = customer.answer {
            self.reply(client, id, customer, 0, text).await?;
            client.call(MarkRead { id }).await?;
        }
        if matches!(customer.place, Place::Closed(_)) {
            client.call(Close { id }).await.with_context(|| format!("{} cannot be closed", customer.name))?;
        }
        Ok(())
    }

    async fn reply(
        &self,
        client: &Client,
        id: ConversationId,
        customer: &Customer,
        number: usize,
        text: &str,
    ) -> anyhow::Result<()> {
        let key = MessageId(fixed(&customer.name, number));
        let reply = Reply { id, key, content: shared::content::Content::of_text(text) };
        client.call(reply).await.with_context(|| format!("{} cannot be answered", customer.name))?;
        Ok(())
    }

    async fn audience(&self, staff: &Staff, to: &To) -> anyhow::Result<Matching> {
        let mut filter = ConversationFilter::default();
        if let To::Tagged(name) = to {
            let tags = staff.admin.call(ListTags {}).await?;
            let tag: TagId = tags.iter().find(|tag| tag.name == *name).with_context(|| format!("nobody is {name}"))?.id;
            filter.tags_any = vec![tag];
        }
        Ok(Matching { filter, except: Vec::new() })
    }

    async fn each<T: Copy>(&self, of: &[T], work: impl AsyncFn(T) -> anyhow::Result<()>) -> anyhow::Result<()> {
        stream::iter(of.iter().map(|one| Ok::<_, anyhow::Error>(work(*one))))
            .try_buffer_unordered(AT_ONCE)
            .try_for_each(|()| async { Ok(()) })
            .await
    }

    fn conversation(&self, customer: &Customer) -> anyhow::Result<ConversationId> {
        self.conversations
            .get(&customer.name)
            .copied()
            .with_context(|| format!("{} has no conversation", customer.name))
    }
}

/// The staff of a day, signed in.
struct Staff {
    sellers: Vec<Client>,
    admin: Client,
}

impl Staff {
    fn of(&self, seller: usize) -> anyhow::Result<&Client> {
        self.sellers.get(seller).context("there is no such seller")
    }
}

/// When a customer was last heard of, in minutes before now.
fn last_word(customer: &Customer) -> i64 {
    let later = customer.later.iter().map(|(minutes, _)| *minutes);
    later.chain([customer.joined]).min().unwrap_or(customer.joined)
}
