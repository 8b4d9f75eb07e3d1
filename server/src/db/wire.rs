//! The wire between the servers of one PostgreSQL database: a connection of its own that says and hears by `NOTIFY`. It is
//! driven by whoever holds it, so no task of its own has to be looked after.

use std::{collections::VecDeque, future::Future, pin::pin};

use futures_util::{
    future::{self, Either},
    stream::{self, StreamExt as _},
};
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls, Socket, tls::NoTlsStream};

use super::{Error, Result};

/// What its connection is called in `pg_stat_activity`.
pub(crate) const NAME: &str = "storecast-cluster";
/// Every server of the database listens to this.
const LISTEN: &str = "LISTEN storecast";
const NOW: &str = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";
const SAY: &str = "SELECT pg_notify('storecast', said) FROM unnest($1::text[]) AS said";

/// A connection that hears what every server of the database says, itself included.
pub struct Wire {
    client: Client,
    driven: Connection<Socket, NoTlsStream>,
    heard: VecDeque<String>,
}

impl Wire {
    pub(super) async fn open(mut config: Config) -> Result<Self> {
        config.application_name(NAME);
        let (client, mut driven) = config.connect(NoTls).await?;
        let mut heard = VecDeque::new();
        drive(&mut driven, &mut heard, client.batch_execute(LISTEN)).await?;
        Ok(Self { client, driven, heard })
    }

    /// Says these to all servers, in one transaction of their own; each below 8,000 bytes.
    pub async fn say(&mut self, texts: &[String]) -> Result<()> {
        let Self { client, driven, heard } = self;
        drive(driven, heard, client.execute(SAY, &[&texts])).await.map(drop)
    }

    /// The database's time, in UTC microseconds.
    pub async fn now_micros(&mut self) -> Result<i64> {
        let Self { client, driven, heard } = self;
        Ok(drive(driven, heard, client.query_one(NOW, &[])).await?.try_get(0)?)
    }

    /// What was said next. An error: the connection is over. Dropped before it comes, nothing is lost.
    pub async fn hear(&mut self) -> Result<String> {
        loop {
            if let Some(text) = self.heard.pop_front() {
                return Ok(text);
            }
            turn(&mut self.driven, &mut self.heard).await?;
        }
    }
}

/// Takes one message from the connection.
async fn turn(driven: &mut Connection<Socket, NoTlsStream>, heard: &mut VecDeque<String>) -> Result<()> {
    let message = stream::poll_fn(|context| driven.poll_message(context)).next().await;
    match message {
        Some(Ok(AsyncMessage::Notification(said))) => heard.push_back(said.payload().to_owned()),
        // A notice says nothing that concerns us.
        Some(Ok(_)) => {}
        Some(Err(error)) => return Err(error.into()),
        None => return Err(Error::Unavailable("the connection between the servers was closed".into())),
    }
    Ok(())
}

/// Runs a request, and the connection under it.
async fn drive<T>(
    driven: &mut Connection<Socket, NoTlsStream>,
    heard: &mut VecDeque<String>,
    request: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T> {
    let mut request = pin!(request);
    loop {
        let next = pin!(turn(driven, heard));
        match future::select(request.as_mut(), next).await {
            Either::Left((answered, _)) => return Ok(answered?),
            Either::Right((turned, _)) => {
                if let Err(error) = turned {
                    // The request may say better why.
                    return match future::poll_immediate(request.as_mut()).await {
                        Some(answered) => Ok(answered?),
                        None => Err(error),
                    };
                }
            }
        }
    }
}
