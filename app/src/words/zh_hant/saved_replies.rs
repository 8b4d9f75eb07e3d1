//! 預存回覆的文字。

use shared::{limits::Platform, media::MediaKind};

use crate::words::saved_replies::{Categories, Edit, List, SavedReplies, Unfit};

pub(super) const SAVED_REPLIES: SavedReplies = SavedReplies {
    title: "預存回覆",
    pick: "選一則放進訊息",
    search: "搜尋標題或內容",
    choose: "選擇類別",
    chosen: |n| format!("已選 {n} 個類別"),
    filter: "篩選",
    filters: "篩選中的類別",
    remove_filter: "，移除",
    no_categories: "還沒有類別。",
    categories_failed: "類別載入失敗",
    count: |n, more| if more { "最近更新在前".to_owned() } else { format!("共 {n} 則，最近更新在前") },
    add: "加入",
    instead: "取代",
    adds: |parts, total| format!("{parts} 則，加入後共 {total} 則"),
    pick_first: "先選一則預存回覆",
    unfit: Unfit {
        too_many: |parts, room| {
            if room == 0 {
                "訊息已經有 5 則，加不下了".to_owned()
            } else {
                format!("有 {parts} 則，只剩 {room} 則的位置")
            }
        },
        only_instead: |total| format!("加入後會有 {total} 則，超過上限；可改用「取代」"),
        too_large: |kind, platform, size, limit| {
            let (kind, platform) = (kind_name(kind), platform_name(platform));
            format!("{kind} {size}，{platform} 最多 {limit}")
        },
        gone: |kind| match kind {
            MediaKind::Image => "裡面的圖片已經不在了",
            MediaKind::Video => "裡面的影片已經不在了",
            MediaKind::Document => "裡面的文件已經不在了",
        },
    },
    texts: |n| format!("文字 {n}"),
    media: |kind, n| format!("{} {n}", kind_name(kind)),
    no_text: "（沒有文字）",
    list: List {
        loading: "預存回覆載入中",
        failed: "預存回覆載入失敗",
        empty_title: "還沒有預存回覆",
        empty_text: "常用的訊息存在這裡，群發和回覆時一點就能放進去。",
        none_title: "沒有符合的預存回覆",
        none_text: "換個關鍵字或類別試試。",
        clear: "顯示全部",
        new: "新增預存回覆",
        all: "全部",
        categories: "管理類別",
        choose_one: "從列表選一則，或新增一則。",
        deleted: |title| format!("已刪除「{title}」"),
        saved: |title| format!("已儲存「{title}」"),
    },
    edit: Edit {
        new_title: "新增預存回覆",
        title: "編輯預存回覆",
        look_title: "預存回覆",
        back: "返回預存回覆",
        updated: |when| format!("上次更新：{when}"),
        not_mine: |owner| format!("由 {owner} 建立；只有建立者和管理員可以修改。"),
        failed: "這則預存回覆載入失敗",
        gone_title: "這則預存回覆已被刪除",
        gone_text: "你寫的內容還在這台裝置上，可以另存成新的一則。",
        keep_as_new: "另存新的一則",
        name: "標題",
        name_need: "顧客看不到",
        name_missing: "請填標題",
        name_long: |n| format!("標題多了 {n} 個字"),
        categories: "類別",
        categories_need: "可以不選，也可以選好幾個",
        categories_full: |n| format!("最多 {n} 個類別"),
        categories_gone: "原本的類別有些已被移除，儲存時會一併拿掉。",
        usable_by: "適用對象",
        everybody: "所有人",
        only_me: "只有我",
        only_maker: "只有建立者",
        roles: "指定角色",
        stores: "指定門市",
        only_me_help: "只有你自己看得到，管理員也看不到。",
        roles_missing: "請至少選一個角色",
        stores_missing: "請至少選一間門市",
        no_stores: "你還沒有加入門市，只能設為「只有我」。",
        not_yours: "你可以給自己或自己的門市使用；要給更多人，請管理員設定。",
        so_many_stores: |n| format!("{n} 間門市"),
        content: "內容",
        save: "儲存",
        saving: "儲存中",
        kept: "已儲存",
        unsaved: "尚未儲存，先存在這台裝置",
        not_kept: "尚未儲存，這台裝置也存不下，請先不要離開",
        discard: "放棄變更",
        discard_title: "要放棄變更嗎？",
        discard_text: "這台裝置上尚未儲存的內容會清除。",
        conflict_title: |when| format!("這則在別處改過了（{when}）"),
        conflict_text: "看看另一份，再決定要留哪一份。",
        conflict_theirs: "目前儲存的內容",
        keep_mine: "用我的蓋過去",
        take_theirs: "改用目前儲存的",
        delete: "刪除這則預存回覆",
        delete_title: |title| format!("要刪除「{title}」嗎？"),
        delete_text: "已經放進草稿或送出的訊息不受影響。",
        delete_yes: "刪除",
    },
    categories: Categories {
        title: "預存回覆類別",
        back: "返回預存回覆",
        loading: "類別載入中",
        failed: "類別載入失敗",
        empty_title: "還沒有類別",
        empty_text: "先新增一個，例如「新品」「活動」「售後」。",
        replies: |n| format!("{n} 則"),
        new: "新類別",
        name: "類別名稱",
        make: "新增",
        open: |name| format!("編輯類別「{name}」"),
        rename: "改名",
        merge: "合併",
        merge_into: "合併到",
        merge_choose: "選擇類別",
        merge_help: "裡面的預存回覆會移到另一個類別；還在用這個類別篩選的人，會看到合併後的那一個。",
        merge_alone: "沒有其他類別可以合併。",
        delete: "刪除類別",
        delete_title: |name| format!("要刪除類別「{name}」嗎？"),
        delete_text: |n| {
            if n == 0 {
                "裡面沒有預存回覆。".to_owned()
            } else {
                format!("裡面的 {n} 則預存回覆會留著，只是不再屬於這個類別。")
            }
        },
        name_missing: "請填類別名稱",
        taken: "已經有這個類別，請換一個名稱，或改用「合併」。",
        made: |name| format!("已新增類別「{name}」"),
        renamed: |name| format!("已改名為「{name}」"),
        merged: |from, into| format!("「{from}」已合併到「{into}」"),
        deleted: |name| format!("已刪除類別「{name}」"),
    },
};

fn kind_name(kind: MediaKind) -> &'static str {
    (super::media::MEDIA.kind)(kind)
}

fn platform_name(platform: Platform) -> &'static str {
    match platform {
        Platform::Line => "LINE",
        Platform::Whatsapp => "WhatsApp",
    }
}
