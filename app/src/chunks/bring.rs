//! What stands in the place of a screen until its chunk is here.

use dioxus::prelude::*;

use super::Chunk;
use crate::{
    api::Failed,
    platform::{NotLoaded, use_device},
    screens::parts::LoadFailed,
    ui::{
        bottom_sheet::BottomSheet,
        list_card::ListCardSkeleton,
        screen::{Ground, Pane, PaneBody, PaneRole, ScreenMain},
        skeleton::Loading,
    },
    words::use_words,
};

/// Where a screen of a chunk stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Place {
    /// It is all there is beside the main navigation.
    Screen,
    /// Beside a list that is there already.
    Detail,
    /// Over a screen that is there already; this closes it.
    Over(EventHandler<()>),
}

/// Loads a chunk, and shows that it loads, or why it did not.
#[component]
pub(super) fn Bring(
    /// Which.
    chunk: Chunk,
    /// Where its screen stands.
    place: Place,
    /// It is here.
    onbrought: EventHandler<()>,
) -> Element {
    let words = use_words();
    let device = use_device();
    let mut failed = use_signal(|| None::<NotLoaded>);
    let from = device.clone();
    let mut loading = use_future(move || {
        let loaded = from.load_chunk(chunk.name());
        async move {
            match loaded.await {
                Ok(()) => onbrought.call(()),
                Err(why) => failed.set(Some(why)),
            }
        }
    });
    let content = match failed() {
        None => rsx! {
            Loading { label: words.common.loading }
            ListCardSkeleton {}
        },
        Some(why) => rsx! {
            LoadFailed {
                failed: match why {
                    NotLoaded::Offline => Failed::Offline,
                    NotLoaded::Outdated => Failed::Outdated,
                },
                onretry: move |()| match why {
                    NotLoaded::Offline => {
                        failed.set(None);
                        loading.restart();
                    }
                    // The server has this version no more: only the next one brings what belongs to it.
                    NotLoaded::Outdated => device.take_new_version(),
                },
            }
        },
    };
    let title = if failed().is_some() { words.common.failed_title } else { words.common.loading };
    match place {
        Place::Screen => rsx! {
            ScreenMain {
                Pane { label: title, ground: Ground::Surface,
                    PaneBody { {content} }
                }
            }
        },
        Place::Detail => rsx! {
            Pane { label: title, role: PaneRole::Detail,
                PaneBody { {content} }
            }
        },
        Place::Over(onclose) => rsx! {
            BottomSheet { title, close: words.common.close, onclose, {content} }
        },
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::{FutureExt as _, LocalBoxFuture, pending, ready};
    use rstest::rstest;
    use shared::members::Role;

    use super::*;
    use crate::{
        canned::Canned,
        platform::Memory,
        stage::{Stage, member},
    };

    type Loaded = LocalBoxFuture<'static, Result<(), NotLoaded>>;

    async fn html(content: fn() -> Element, chunks: fn() -> Loaded) -> String {
        let stage = Stage::piece(member(Role::SalesStaff), Canned::default(), content);
        stage.on(Memory { chunks, ..Memory::default() }).play().await.html()
    }

    fn beside() -> Element {
        let mut brought = use_signal(|| false);
        rsx! {
            if brought() {
                "the screen"
            } else {
                Bring { chunk: Chunk::Records, place: Place::Detail, onbrought: move |()| brought.set(true) }
            }
        }
    }

    fn over() -> Element {
        let close = use_callback(|()| {});
        rsx! {
            Bring { chunk: Chunk::Filters, place: Place::Over(close), onbrought: |()| {} }
        }
    }

    #[tokio::test]
    async fn the_screen_stands_where_it_was_awaited() {
        let waiting = html(beside, || pending().boxed_local()).await;
        assert!(waiting.contains("載入中") && !waiting.contains("the screen"), "{waiting}");
        let brought = html(beside, || ready(Ok(())).boxed_local()).await;
        assert!(brought.contains("the screen") && !brought.contains("載入中"), "{brought}");
    }

    #[rstest]
    #[case(|| ready(Err(NotLoaded::Offline)).boxed_local(), "連不上伺服器")]
    #[case(|| ready(Err(NotLoaded::Outdated)).boxed_local(), "版本不同")]
    #[tokio::test]
    async fn what_does_not_come_says_why_and_can_be_tried_again(#[case] chunks: fn() -> Loaded, #[case] why: &str) {
        for content in [beside, over] {
            let html = html(content, chunks).await;
            assert!(html.contains(why) && html.contains("再試一次"), "{html}");
        }
    }

    #[tokio::test]
    async fn what_opens_over_a_screen_can_be_closed_while_it_loads() {
        let html = html(over, || pending().boxed_local()).await;
        assert!(html.contains(r#"role="dialog""#) && html.contains("關閉"), "{html}");
    }
}
