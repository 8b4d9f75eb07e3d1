//! 圖片、影片與文件的文字。

use shared::media::{MediaFault, MediaKind};

use crate::words::{media::Media, platform, problems::Said};

pub(super) const MEDIA: Media = Media {
    kind,
    fault,
    too_large: |of, most, has| {
        let cure = match of {
            MediaKind::Image => "請縮小尺寸，或另存成 JPEG 後再選一次。",
            MediaKind::Video => "請剪短或降低畫質後再選一次。",
            MediaKind::Document => "請縮小裡面的圖片或另存成較小的檔案後再選一次。",
        };
        Said::new(format!("{}有 {has}，最多 {most}。", kind(of)), cure)
    },
    too_large_for: |of, on, most, has| {
        let whose = on.map_or("預存回覆", platform);
        let cure = match of {
            MediaKind::Image | MediaKind::Document => "縮小",
            MediaKind::Video => "剪短",
        };
        format!("{}有 {has}，{whose} 最多 {most}，請{cure}或換一個檔案。", kind(of))
    },
    empty_file: || Said::new("這個檔案是空的。", "請確認檔案在這台裝置能開啟，再重新選擇。"),
    unreadable: || Said::new("讀不到這個檔案了。", "可能已移動、修改或刪除，請重新選擇。"),
    lost: |of| match of {
        MediaKind::Image => "圖片還沒上傳完，頁面就重新載入了。請再選一次同一張圖片，其他內容都還在。",
        MediaKind::Video => "影片還沒上傳完，頁面就重新載入了。請再選一次同一支影片，其他內容都還在。",
        MediaKind::Document => "文件還沒上傳完，頁面就重新載入了。請再選一次同一份文件，其他內容都還在。",
    },
    alt: |of, name| match name {
        Some(name) => format!("{}：{name}", kind(of)),
        None => kind(of).to_owned(),
    },
    not_shown: |of| format!("（{}）", kind(of)),
    download: "下載文件",
    waiting: "等待上傳",
    going: |percent| format!("上傳中 {percent}%"),
    offline: "沒有網路，恢復後會自動接著上傳",
    making: "處理中",
    ready: "已上傳",
    sent_of: |sent, size| format!("{sent} / {size}"),
    replace: "更換",
    choose_again: "重新選擇",
    cancel: "取消上傳",
    attach: "加入圖片或影片",
    left_out: |n| format!("一次最多 5 則，有 {n} 個檔案沒有加入。"),
    blocked_coming: |n, of| format!("第 {n} 則的{}還在上傳，完成後才能繼續", kind(of)),
    blocked_failed: |n, of| format!("第 {n} 則的{}沒有上傳成功", kind(of)),
    blocked_lost: |n, of| format!("第 {n} 則的{}要重新選擇檔案", kind(of)),
    blocked_large: |n, of| format!("第 {n} 則的{}太大", kind(of)),
};

fn kind(of: MediaKind) -> &'static str {
    match of {
        MediaKind::Image => "圖片",
        MediaKind::Video => "影片",
        MediaKind::Document => "文件",
    }
}

pub(super) fn fault(fault: &MediaFault) -> Said {
    match fault {
        MediaFault::NotTaken { found } => not_taken(found),
        MediaFault::Damaged => Said::new("檔案不完整或打不開。", "請確認檔案在這台裝置能開啟，再重新選擇。"),
        MediaFault::TooManyPixels { limit, actual } => Said::new(
            format!("圖片有 {} 萬畫素，最多 {} 萬畫素。", actual / 10_000, limit / 10_000),
            "請縮小尺寸後再選一次。",
        ),
        MediaFault::VideoCodec { found } if found == "hevc" => Said::new(
            "這支影片是 HEVC（H.265）格式，有些手機無法播放。",
            "iPhone 請到「設定 › 相機 › 格式」改選「最相容」後重新錄影，或轉成 H.264 的 MP4。",
        ),
        MediaFault::VideoCodec { found } => {
            Said::new(format!("這支影片的編碼是 {found}，有些手機無法播放。"), "請轉成 H.264 的 MP4 後再選一次。")
        }
        MediaFault::AudioCodec { found } => {
            Said::new(format!("這支影片的聲音是 {found} 編碼，有些手機沒有聲音。"), "請把聲音轉成 AAC 後再選一次。")
        }
        MediaFault::NoPicture => Said::new("這支影片只有聲音，沒有畫面。", "請選擇有畫面的影片。"),
        MediaFault::NotPdf { found } => not_pdf(found),
    }
}

fn not_pdf(found: &str) -> Said {
    match found {
        // What office programs write, old and new.
        "application/zip" | "application/x-ole-storage" => {
            Said::new("這個檔案不是 PDF。", "請用原來的程式開啟，另存成 PDF 後再選一次。")
        }
        found if found.starts_with("image/") => {
            Said::new("這個檔案是圖片，不是 PDF。", "請另存或列印成 PDF 後再選一次。")
        }
        _ => Said::new("這個檔案的內容不是 PDF。", "請選擇在這台裝置能開啟的 PDF。"),
    }
}

fn not_taken(found: &str) -> Said {
    match found {
        "application/pdf" => {
            Said::new("PDF 只能放在 WhatsApp 範本的標題。", "請改用有文件的範本，或把內容存成 JPEG 圖片後再選一次。")
        }
        "image/heic" | "image/heif" => Said::new(
            "這張照片是 HEIC 格式，顧客的手機不一定能看。",
            "iPhone 請到「設定 › 相機 › 格式」改選「最相容」，或把照片存成 JPEG 後再選一次。",
        ),
        "image/gif" | "image/webp" | "image/avif" | "image/bmp" | "image/tiff" | "image/svg+xml" => {
            Said::new("這種圖片格式無法傳送。", "圖片請用 JPEG 或 PNG，存成其中一種後再選一次。")
        }
        found if found.starts_with("video/") => {
            Said::new("這種影片格式無法傳送。", "影片請用 MP4，或 iPhone 的 MOV（H.264），轉檔後再選一次。")
        }
        found if found.starts_with("image/") => {
            Said::new("這個檔案是圖片，不是影片。", "請移除這一則，改用「圖片」加入。")
        }
        _ => Said::new("這個檔案不是圖片或影片。", "圖片請用 JPEG 或 PNG，影片請用 MP4 或 MOV。"),
    }
}
