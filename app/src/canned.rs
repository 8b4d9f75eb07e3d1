//! A server made of answers, for the tests of screens.

use std::{any::Any, any::TypeId, cell::RefCell, collections::HashMap, rc::Rc};

use futures_util::{
    future,
    stream::{self, Stream},
};
use shared::{
    call::{Call, Method},
    live::LiveEvent,
    problem::Problem,
};
use tokio::sync::mpsc;

use crate::api::Failed;

type Answer<C> = Box<dyn Fn(&C, Option<&str>) -> Option<Result<<C as Call>::Reply, Failed>>>;

/// Answers by call. A call without one is refused as unavailable, so that a forgotten one shows.
#[derive(Clone, Default)]
pub(crate) struct Canned {
    answers: Rc<RefCell<HashMap<TypeId, Box<dyn Any>>>>,
    asked: Rc<RefCell<Vec<(Method, &'static str)>>>,
    streams: Rc<RefCell<Vec<mpsc::UnboundedSender<Vec<u8>>>>>,
}

impl Canned {
    /// Answers a call.
    pub(crate) fn on<C: Call + 'static>(self, answer: impl Fn(&C) -> Result<C::Reply, Failed> + 'static) -> Self {
        self.with::<C>(move |call, _| Some(answer(call)))
    }

    /// Answers a call by the token it carries.
    pub(crate) fn on_token<C: Call + 'static>(
        self,
        answer: impl Fn(Option<&str>) -> Result<C::Reply, Failed> + 'static,
    ) -> Self {
        self.with::<C>(move |_, token| Some(answer(token)))
    }

    /// Never answers a call.
    pub(crate) fn silent<C: Call + 'static>(self) -> Self {
        self.with::<C>(|_, _| None)
    }

    fn with<C: Call + 'static>(
        self,
        answer: impl Fn(&C, Option<&str>) -> Option<Result<C::Reply, Failed>> + 'static,
    ) -> Self {
        let answer: Answer<C> = Box::new(answer);
        self.answers.borrow_mut().insert(TypeId::of::<C>(), Box::new(answer));
        self
    }

    /// How often a route was asked.
    pub(crate) fn asked<C: Call>(&self) -> usize {
        self.asked.borrow().iter().filter(|call| **call == (C::METHOD, C::ROUTE)).count()
    }

    /// Tells an event on every live stream that is open.
    pub(crate) fn tell(&self, event: LiveEvent) {
        let line = format!("data:{}\n\n", serde_json::to_string(&event).unwrap());
        self.streams.borrow_mut().retain(|stream| stream.send(line.clone().into_bytes()).is_ok());
    }

    /// Cuts every live stream.
    pub(crate) fn cut(&self) {
        self.streams.borrow_mut().clear();
    }

    /// How many live streams are open.
    pub(crate) fn open(&self) -> usize {
        self.streams.borrow().iter().filter(|stream| !stream.is_closed()).count()
    }

    /// Opens a live stream, which is silent, also without a greeting, until something is told.
    pub(crate) async fn watch(&self) -> Result<impl Stream<Item = Vec<u8>> + 'static, Failed> {
        tokio::task::yield_now().await;
        let (stream, told) = mpsc::unbounded_channel();
        self.streams.borrow_mut().push(stream);
        Ok(stream::unfold(told, |mut told| async move { Some((told.recv().await?, told)) }))
    }

    pub(crate) async fn answer<C: Call + 'static>(&self, call: &C, token: Option<&str>) -> Result<C::Reply, Failed> {
        self.asked.borrow_mut().push((C::METHOD, C::ROUTE));
        // A turn of the loop, so that calls made together overlap as they do over the air.
        tokio::task::yield_now().await;
        let answered = {
            let answers = self.answers.borrow();
            match answers.get(&TypeId::of::<C>()).and_then(|answer| answer.downcast_ref::<Answer<C>>()) {
                Some(answer) => answer(call, token),
                None => Some(Err(Problem::Unavailable.into())),
            }
        };
        match answered {
            Some(answer) => answer,
            None => future::pending().await,
        }
    }
}
