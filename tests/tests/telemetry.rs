//! What a server tells its operator: figures of everything that goes on, and a log without a word of a customer. One
//! test, as both are of the whole process.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::{
    io,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use sandbox::{Fault, FaultKind, line::Act, whatsapp};
use shared::{
    contacts::AddTag,
    content::{Content, NAME_TOKEN},
    conversations::{ConversationState, Reply, Scope, Take},
    id::MessageId,
};
use tests::{
    Engine, World,
    running::listener,
    world::{PATIENCE, new_draft},
};
use tracing_subscriber::fmt::MakeWriter;

const NAME: &str = "祕密的林雅婷";
const HER_WORDS: &str = "我的祕密鞋碼三十七";
const OUR_WORDS: &str = "幫您保留那雙祕密的鞋";
const PHONE: &str = "886955123987";

/// Everything that was logged.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

async fn figures(address: &str) -> String {
    tests::Client::new(address).unwrap().get("/metrics").await.unwrap().text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_goes_on_is_counted_and_no_word_of_a_customer_is_logged() {
    let kept = Kept::default();
    tracing_subscriber::fmt().json().with_env_filter("info,server=trace").with_writer(kept.clone()).init();
    let metrics = listener(0).await.unwrap().local_addr().unwrap();
    let world = World::start_with(Engine::Sqlite, |config| {
        config.metrics_listen = Some(metrics);
        config.engine.retry_ms = vec![20, 20, 20];
    })
    .await
    .unwrap();
    let sales = world.client("sales").await.unwrap();
    let (customer, id) = world.taken(&sales, NAME, HER_WORDS).await.unwrap();
    sales.call(AddTag { id, name: "VIP".into() }).await.unwrap();
    // Refused, not answered, and accepted; with her name in it.
    world.sandbox.line().add_fault(Fault::new(FaultKind::ServerError).at("push").times(1));
    let named = format!("{NAME_TOKEN} {OUR_WORDS}");
    let sent = world.send(&sales, &[id], &[&named]).await.unwrap();
    world.settled(&sales, sent).await.unwrap();
    world.act(&customer, Act::Block).await.unwrap();
    let number = world.team.business.as_ref().unwrap().numbers[0].name.clone();
    let met = whatsapp::NewCustomer::phone(NAME, &format!("+{PHONE}"));
    let met = world.sandbox.whatsapp().add_customer(&number, met).unwrap();
    let says = whatsapp::Act::text(HER_WORDS);
    world.sandbox.whatsapp().act(&number, &met.user, says, whatsapp::When::default()).await.unwrap();
    let pending = (ConversationState::Pending, Scope::Mine);
    let card = world.find(&sales, pending, NAME, |card| card.id != id).await.unwrap();
    sales.call(Take { id: card.id }).await.unwrap();
    let key = MessageId(new_draft().0);
    sales.call(Reply { id: card.id, key, content: Content::of_text(OUR_WORDS) }).await.unwrap();

    let address = format!("http://{metrics}");
    let channel = world.team.accounts[0].id;
    let wanted = [
        format!("storecast_outbox_rate_now{{channel=\"{channel}\",endpoint=\"push\"}} 1900"),
        format!("storecast_outbox_rate_full{{channel=\"{channel}\",endpoint=\"push\"}} 1900"),
        "storecast_outbox_queue_depth{channel=".to_owned(),
        "storecast_outbox_queue_age_seconds{channel=".to_owned(),
        "storecast_outbox_settled_total{state=\"accepted\",reason=\"\"}".to_owned(),
        "storecast_inbox_depth 0".to_owned(),
        "storecast_inbox_age_seconds 0".to_owned(),
        "storecast_webhook_delay_seconds_count{platform=\"whatsapp\"}".to_owned(),
        "storecast_webhook_lag_seconds_count".to_owned(),
        "storecast_db_writer_wait_seconds_count{lane=\"engine\"}".to_owned(),
        "storecast_http_requests_total".to_owned(),
        "storecast_call_seconds_count{platform=\"line\",endpoint=\"push\",answered=\"ok\"}".to_owned(),
        "storecast_call_seconds_count{platform=\"line\",endpoint=\"push\",answered=\"refused\"}".to_owned(),
        "storecast_call_seconds_count{platform=\"line\",endpoint=\"profile\",answered=\"ok\"}".to_owned(),
        "storecast_call_seconds_count{platform=\"whatsapp\",endpoint=\"messages\",answered=\"ok\"}".to_owned(),
    ];
    let began = Instant::now();
    let told = loop {
        let told = figures(&address).await;
        let missing: Vec<&String> = wanted.iter().filter(|one| !told.contains(one.as_str())).collect();
        if missing.is_empty() {
            break told;
        }
        assert!(began.elapsed() < PATIENCE, "{missing:#?} of\n{told}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    world.stop().await.unwrap();
    let log = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("\"serving\""), "{log}");
    assert!(log.lines().all(|line| line.starts_with('{')), "one line for each event");
    for secret in [NAME, HER_WORDS, OUR_WORDS, PHONE] {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret} is logged");
        assert!(!told.contains(secret), "{secret} is in the figures");
    }
}
