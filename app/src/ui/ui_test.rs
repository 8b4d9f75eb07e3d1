//! What assistive technology hears of the kit, and what the style sheet promises.

use dioxus::prelude::*;

use super::{
    action_bar::{ActionBarNote, ActionBarText, NoteTone},
    app_bar::{AppBar, AppBarTitle},
    bottom_sheet::BottomSheet,
    button::{Button, ButtonSize, ButtonTone},
    check::CheckState,
    chip::{Chip, ChipRow, FilterChip},
    code_field::CodeField,
    dialog::Dialog,
    field::{FieldToken, TextField},
    glyph::{Menu as MenuGlyph, Send},
    icon::{Icon, IconSize},
    icon_button::IconButton,
    menu::{Menu, MenuAnchor, MenuItem, MenuWhy},
    option::{OptionKind, OptionRow},
    press::Destination,
    screen::{Layout, Pane, PaneBody, PaneRole, Screen, ScreenMain, Show},
    search_field::SearchField,
    segmented::{Segment, Segmented},
    select::{Select, SelectOption},
    steps::Steps,
    switch::Switch,
    tab_bar::{TabBar, TabBarItem},
    tabs::{Tab, Tabs},
    testing::routed,
    toast::{Toast, ToastMessage},
};

const SHEET: &str = include_str!(env!("STORECAST_STYLES"));
const TOKENS: &str = include_str!("../tokens.css");

#[derive(Clone, PartialEq, Routable)]
enum Elsewhere {
    #[route("/records")]
    Records {},
}

#[component]
fn Records() -> Element {
    rsx! {}
}

fn markup(content: fn() -> Element) -> String {
    let mut dom = VirtualDom::new(content);
    dom.rebuild_in_place();
    dioxus_ssr::render(&dom)
}

/// The markup of `app` after its effects have run.
async fn settled(app: fn() -> Element) -> String {
    let mut dom = VirtualDom::new(app);
    dom.rebuild_in_place();
    let pause = std::time::Duration::from_millis(50);
    // Nothing more to do is the end of waiting, and the only one.
    while tokio::time::timeout(pause, dom.wait_for_work()).await.is_ok() {
        dom.render_immediate(&mut dioxus::core::NoOpMutations);
    }
    dioxus_ssr::render(&dom)
}

#[track_caller]
fn has(html: &str, parts: &[&str]) {
    for part in parts {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
}

fn body_after<'a>(css: &'a str, head: &str) -> &'a str {
    let start = css.find(head).expect("the block") + head.len();
    let end = css[start..].find('}').expect("its end");
    &css[start..start + end]
}

#[test]
fn both_dark_blocks_say_the_same() {
    let lines = |block: &'static str| -> Vec<&'static str> {
        block.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
    };
    let by_phone = lines(body_after(TOKENS, ":root:not([data-theme=\"light\"]) {"));
    let by_choice = lines(body_after(TOKENS, ":root[data-theme=\"dark\"] {"));
    assert!(by_phone.len() > 60, "the block was cut short");
    assert_eq!(by_phone, by_choice);
}

#[test]
fn the_sheet_holds_tokens_then_base_then_children_then_parents() {
    let place = |text: &str| SHEET.find(text).unwrap_or_else(|| panic!("{text} is missing"));
    let order = ["--accent:", ".pane-body {", ".icon-", ".button-", ".search-icon-", ".sheet-", ".dialog-"].map(place);
    assert!(order.is_sorted(), "{order:?}");
    assert!(SHEET.contains("width: 0.875rem"), "a decimal was taken for a class");
}

#[test]
fn every_colour_used_is_a_token() {
    for used in SHEET.split("var(--").skip(1).filter_map(|rest| rest.split([')', ',']).next()) {
        assert!(SHEET.contains(&format!("--{used}:")), "--{used} is used and nowhere set");
    }
}

#[test]
fn a_blocked_button_stays_focusable_and_names_its_reason() {
    let html = markup(|| {
        rsx! {
            Button { tone: ButtonTone::Go, blocked: "why".to_owned(), "送出" }
        }
    });
    has(
        &html,
        &[r#"<button type="button""#, r#"aria-disabled="true""#, r#"aria-describedby="why""#, r#"data-tone="go""#],
    );
    assert!(!html.contains(" disabled"), "{html}");

    let open = markup(|| rsx! { Button { size: ButtonSize::Small, block: true, submit: true, id: "next", "下一步" } });
    has(&open, &[r#"type="submit""#, r#"id="next""#, r#"data-size="sm""#, "data-block="]);
    assert!(!open.contains("aria-disabled"), "{open}");
}

#[test]
fn a_press_that_only_leads_somewhere_is_a_link() {
    let html = routed(|| {
        rsx! {
            Button { to: Destination::address("#check"), tone: ButtonTone::Primary, "look" }
            Tab { to: Elsewhere::Records {}, on: false, "紀錄" }
            IconButton { to: Destination::address("#menu"), label: "群發選單", Icon { size: IconSize::Large, MenuGlyph {} } }
        }
    });
    has(
        &html,
        &[
            r##"<a href="#check""##,
            r#"<a href="/records""#,
            r#"data-tone="primary""#,
            r#"aria-label="群發選單""#,
            r#"data-size="lg" aria-hidden="true""#,
        ],
    );
}

#[test]
fn chips_and_segments_say_what_is_chosen() {
    let html = markup(|| {
        rsx! {
            ChipRow { label: "快速篩選",
                Chip { on: true, mark: true, "全部" }
                Chip { on: false, count: "12", "未讀" }
                FilterChip { remove: "移除條件", onremove: |()| {}, "VIP" }
            }
            Segmented { aria_label: "方式",
                Segment { on: true, "任一" }
                Segment { on: false, "全部" }
            }
        }
    });
    has(
        &html,
        &[
            r#"role="group" aria-label="快速篩選""#,
            r#"aria-pressed="true""#,
            r#"aria-pressed="false""#,
            ">12<",
            r#"data-kind="filter""#,
            r#"<span class="vh">移除條件</span>"#,
            r#"role="group" aria-label="方式""#,
        ],
    );
}

#[test]
fn a_field_ties_label_help_and_error_to_its_input() {
    let html = markup(|| {
        rsx! {
            TextField {
                label: "保留期限",
                value: "",
                oninput: |_| {},
                help: "一行",
                error: "請填寫保留期限",
                placeholder: "例如：11/09",
                before: rsx! { FieldToken { remove: "移除姓名", onremove: |()| {}, "姓名" } },
            }
        }
    });
    let id =
        html.split("for=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a label for the input").to_owned();
    has(
        &html,
        &[
            r#"data-invalid="true""#,
            r#"aria-invalid="true""#,
            r#"role="alert""#,
            &format!(r#"id="{id}""#),
            &format!(r#"aria-describedby="{id}-error {id}-help""#),
            &format!(r#"id="{id}-help""#),
            &format!(r#"id="{id}-error""#),
            r#"placeholder="例如：11/09""#,
            r#"aria-label="移除姓名""#,
        ],
    );
    let fine = markup(|| rsx! { TextField { label: "標題", value: "茶", oninput: |_| {}, rows: 3 } });
    has(&fine, &["<textarea", r#"rows="3""#]);
    assert!(!fine.contains("aria-invalid") && !fine.contains("aria-describedby"), "{fine}");
}

#[test]
fn controls_have_their_roles() {
    let html = markup(|| {
        rsx! {
            SearchField { label: "搜尋姓名", value: "林", oninput: |_| {} }
            CodeField { label: "驗證碼", value: "407", oninput: |_| {} }
            Select {
                aria_label: "門市",
                value: "b",
                options: vec![SelectOption::new("a", "甲"), SelectOption::new("b", "乙")],
                onchange: |_| {},
            }
            Switch { label: "排除已封鎖", help: "收不到", on: true, onchange: |_| {} }
            OptionRow { kind: OptionKind::Checkbox(CheckState::Mixed), flat: true, text: "48 人", "晴嶼生活" }
            OptionRow { kind: OptionKind::Radio(false), "只留 12 人" }
        }
    });
    has(
        &html,
        &[
            r#"type="search""#,
            r#"placeholder="搜尋姓名""#,
            r#"autocomplete="one-time-code""#,
            r#"data-state="here""#,
            r#"aria-label="門市""#,
            r#"role="switch" aria-checked="true""#,
            r#"role="checkbox" aria-checked="mixed""#,
            r#"data-on="mixed""#,
            r#"role="radio" aria-checked="false""#,
        ],
    );
    assert_eq!(html.matches("selected").count(), 1, "{html}");
}

#[test]
fn navigation_says_where_one_is() {
    let html = routed(|| {
        rsx! {
            TabBar { label: "主選單", brand: rsx! { "Storecast" }, me: rsx! { "芷晴" },
                TabBarItem { to: Destination::address("/a"), on: true, label: "對話", count: "12", count_label: "則未讀", Send {} }
                TabBarItem { to: Destination::address("/b"), on: false, label: "紀錄", Send {} }
            }
            AppBar { root: true, AppBarTitle { name: "處理中", hidden: true, Tabs { label: "狀態", Tab { on: true, count: "60", "處理中" } } } }
            Steps { label: "步驟", steps: vec!["對象".into(), "內容".into(), "送出".into()], current: 1 }
        }
    });
    has(
        &html,
        &[
            r#"aria-label="主選單""#,
            r#"12<span class="vh"> 則未讀</span>"#,
            r#"<h1 class="vh">處理中</h1>"#,
            r"<nav class=",
            r#"data-state="done""#,
            r#"aria-current="step""#,
        ],
    );
    assert_eq!(html.matches(r#"aria-current="page""#).count(), 2, "one destination and one tab: {html}");
    assert!(!html.contains("inert"), "nothing covers the screen, yet {html}");
}

#[test]
fn the_bottom_bar_leads_to_the_details_or_only_tells() {
    let html = markup(|| {
        rsx! {
            ActionBarNote { tone: NoteTone::Danger, id: "why", "三人收不到" }
            ActionBarText { title: rsx! { "32 會送出" }, onclick: |_| {} }
            ActionBarText { sub: rsx! { "草稿已儲存" }, live: true }
        }
    });
    has(&html, &[r#"data-tone="danger" id="why""#, "<button", r#"role="status""#]);
}

#[test]
fn a_toast_speaks_from_a_region_that_was_there_before() {
    let quiet = markup(|| rsx! { Toast { message: None } });
    assert_eq!(quiet.matches("role=\"status\"").count(), 1, "{quiet}");
    let loud = markup(|| {
        let message = ToastMessage { text: "已刪除".into(), action: Some("復原".into()) };
        rsx! { Toast { message } }
    });
    has(&loud, &[r#"role="status""#, "已刪除", "復原</button>"]);
}

#[test]
fn a_menu_holds_items_and_the_reason_of_a_blocked_one() {
    let html = markup(|| {
        rsx! {
            MenuAnchor {
                IconButton { label: "更多", menu_open: true, Icon { MenuGlyph {} } }
                Menu { label: "更多", onclose: |()| {},
                    MenuItem { blocked: "export-why", onclick: |()| {}, "匯出" }
                    MenuWhy { id: "export-why", "請先選渠道" }
                    MenuItem { danger: true, onclick: |()| {}, "取消" }
                }
            }
        }
    });
    has(
        &html,
        &[
            r#"aria-haspopup="menu" aria-expanded="true""#,
            r#"role="menu" aria-label="更多""#,
            r#"aria-describedby="export-why""#,
            r#"id="export-why""#,
        ],
    );
    assert_eq!(html.matches(r#"role="menuitem""#).count(), 2);
}

#[test]
fn a_sheet_and_a_dialog_are_modal_and_named() {
    let html = markup(|| {
        rsx! {
            BottomSheet { title: "篩選對象", close: "關閉", onclose: |()| {}, foot: rsx! { Button { "清除" } }, "內容" }
            Dialog { title: "確定送出？", text: "送出後無法收回", onclose: |()| {}, Button { block: true, "再看一下" } }
        }
    });
    for role in ["dialog", "alertdialog"] {
        let start = html.find(&format!(r#"role="{role}""#)).unwrap_or_else(|| panic!("{role} is missing in {html}"));
        let tag = html[start..].split('>').next().unwrap_or_default();
        has(tag, &[r#"aria-modal="true""#, "aria-labelledby=", r#"tabindex="-1""#]);
        let title = tag.split("aria-labelledby=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a title");
        assert_eq!(html.matches(&format!(r#"id="{title}""#)).count(), 1, "{html}");
    }
}

#[tokio::test]
async fn what_lies_behind_an_open_sheet_is_inert_until_it_closes() {
    fn covered() -> Element {
        rsx! {
            Screen { nav: rsx! { TabBar { label: "主選單", brand: rsx! {}, me: rsx! {} } },
                ScreenMain { layout: Layout::Split, show: Show::Detail,
                    Pane { label: "對話", role: PaneRole::Detail, PaneBody { from_end: true, "內容" } }
                }
                BottomSheet { title: "篩選", close: "關閉", onclose: |()| {}, "內容" }
            }
        }
    }
    fn closes() -> Element {
        let mut open = use_signal(|| true);
        let mut seen = use_signal(|| 0);
        // Closed only after the sheet has covered the screen once.
        use_effect(move || {
            if seen() < 2 {
                seen += 1;
            } else {
                open.set(false);
            }
        });
        rsx! {
            Screen {
                ScreenMain { "內容" }
                if open() {
                    BottomSheet { title: "篩選", close: "關閉", onclose: |()| {}, "內容" }
                }
            }
        }
    }
    let open = settled(covered).await;
    assert_eq!(open.matches(" inert=").count(), 2, "nav and main: {open}");
    has(&open, &[r#"data-layout="split""#, r#"data-show="detail""#, r#"data-role="detail""#, r#"data-start="end""#]);
    let sheet = open.find(r#"role="dialog""#).expect("the sheet");
    assert!(open.find("</main>").expect("main") < sheet, "the sheet lies in what is inert");

    let closed = settled(closes).await;
    assert!(!closed.contains("dialog") && !closed.contains("inert"), "{closed}");
}
