//! The saved replies of the made-up brand and their categories: some of each kind of "usable by", a few with pictures.

use anyhow::Context as _;
use shared::{
    content::{Content, NAME_TOKEN, Part},
    id::{CategoryId, MediaId, SavedReplyId, StoreId},
    media::MediaKind,
    members::Role,
    saved_replies::{SaveCategory, SaveSavedReply, UsableBy},
};

use super::fixed;
use crate::{Client, upload::upload};

/// The categories, by name.
const CATEGORIES: [&str; 5] = ["新品", "活動", "門市資訊", "售後", "生日禮"];

/// Sample pictures, drawn for the demo.
const PICTURES: [(&str, &[u8]); 3] = [
    ("mugs", include_bytes!("pictures/mugs.jpg")),
    ("candle", include_bytes!("pictures/candle.jpg")),
    ("vase", include_bytes!("pictures/vase.jpg")),
];

/// Who made a reply.
#[derive(Debug, Clone, Copy)]
enum By {
    Admin,
    /// One of the sellers, by her place.
    Seller(usize),
}

/// Whom a reply is for; stores by their place.
#[derive(Debug, Clone, Copy)]
enum For {
    Everybody,
    OnlyMe,
    Roles(&'static [Role]),
    Stores(&'static [usize]),
}

/// A message of a reply.
#[derive(Debug, Clone, Copy)]
enum Says {
    Text(&'static str),
    Picture(&'static str),
}

use By::{Admin, Seller};
use For::{Everybody, OnlyMe, Roles, Stores};
use Says::{Picture, Text};

/// On which of the days, by whom, the title, its categories, whom it is for, what it says. `{}` is the customer's name.
type Reply = (usize, By, &'static str, &'static [&'static str], For, &'static [Says]);

const REPLIES: [Reply; 15] = [
    (
        0,
        Admin,
        "週年慶預購說明",
        &["活動"],
        Everybody,
        &[
            Text("{} 您好，週年慶會員預購 11/08 中午開始，可以先挑款式，當天直接幫您保留。"),
            Text("預購頁面 https://qingyu.example/pre"),
        ],
    ),
    (
        0,
        Admin,
        "退換貨說明",
        &["售後"],
        Everybody,
        &[Text("收到商品七天內都可以退換，請保留完整包裝和發票，帶到任一門市就能處理。")],
    ),
    (
        0,
        Admin,
        "陶器第一次使用前的保養",
        &["售後"],
        Everybody,
        &[
            Text("第一次使用前請先以溫水浸泡 10 分鐘，再以中性清潔劑清洗後晾乾。"),
            Text("霧面釉比較容易吃色，盛過深色湯品後請當天清洗。"),
        ],
    ),
    (
        0,
        Admin,
        "全台門市與營業時間",
        &["門市資訊"],
        Everybody,
        &[Text("信義店、台中店、駁二店、台南店每天 11:00–21:30。\n地址與停車 https://qingyu.example/stores")],
    ),
    (
        1,
        Admin,
        "缺貨時的跨店調撥",
        &["門市資訊"],
        Roles(&[Role::SalesManager]),
        &[Text("這一款其他門市還有，調到您常去的店約三天，到店會再通知您。")],
    ),
    (
        1,
        Admin,
        "香氛新品試聞",
        &["新品"],
        Roles(&[Role::SalesManager, Role::SalesStaff]),
        &[Text("無花果與雪松兩款新香到店，歡迎來試聞，試聞即贈 10 ml 分享瓶。"), Picture("candle")],
    ),
    (
        1,
        Seller(3),
        "門市手作體驗日邀請",
        &["活動", "門市資訊"],
        Stores(&[0]),
        &[
            Text("這個週末在信義店有手捏小碟體驗，每場 8 位，含材料與燒製。\n報名 https://qingyu.example/workshop"),
            Picture("vase"),
            Picture("mugs"),
        ],
    ),
    (
        1,
        Seller(5),
        "駁二店延長營業",
        &["門市資訊"],
        Stores(&[2]),
        &[Text("駁二店本週延長營業到 22:00，散步過來坐坐。")],
    ),
    (
        2,
        Seller(0),
        "秋冬器皿到店通知",
        &["新品"],
        Stores(&[0]),
        &[Text("{} 您好，秋冬器皿今天到店，幫您留了常用的顏色，週末前都可以來看實品。"), Picture("mugs")],
    ),
    (2, Seller(0), "我的招呼語", &[], OnlyMe, &[Text("{} 您好，我是信義店的芷晴，有什麼想找的都可以直接問我 😊")]),
    (
        3,
        Seller(0),
        "壽星來店禮",
        &["活動", "生日禮"],
        Stores(&[0]),
        &[Text("{} 生日快樂！這個月來店出示訊息，就送您手工皂一份。")],
    ),
    (
        3,
        Seller(1),
        "到貨保留三天",
        &["新品"],
        Stores(&[0]),
        &[Text("您訂的款式到了，幫您保留三天，方便的時候來取就好。")],
    ),
    (
        3,
        Seller(2),
        "台中店停車資訊",
        &["門市資訊"],
        Stores(&[1]),
        &[Text("台中店旁的特約停車場消費滿千可折抵一小時。")],
    ),
    (
        4,
        Admin,
        "花器挑選三步驟",
        &["新品", "售後"],
        Everybody,
        &[
            Text("先看桌面：小餐桌適合 15 公分以下，玄關可以到 30 公分。"),
            Picture("vase"),
            Text("再看花材：一兩枝用窄口，花束用寬口。"),
            Picture("mugs"),
            Text("最後看顏色：霧白百搭，可可灰襯綠葉。到店可以帶花來試。"),
        ],
    ),
    (4, Admin, "客訴回報格式", &["售後"], OnlyMe, &[Text("日期／門市／商品／狀況／顧客希望怎麼處理")]),
];

/// The category of this name.
pub(super) fn category(name: &str) -> CategoryId {
    CategoryId(fixed(name, 1))
}

/// A sample picture.
pub(super) fn picture_of(name: &str) -> anyhow::Result<&'static [u8]> {
    let found = PICTURES.iter().find(|(known, _)| *known == name);
    found.map(|(_, bytes)| *bytes).context("there is no such picture")
}

/// Makes what was made on this day.
pub(super) async fn make(day: usize, admin: &Client, sellers: &[Client], stores: &[StoreId]) -> anyhow::Result<()> {
    if day == 0 {
        for name in CATEGORIES {
            admin.call(SaveCategory { id: category(name), name: name.to_owned() }).await?;
        }
    }
    for (number, (_, by, title, categories, usable_by, says)) in
        REPLIES.iter().enumerate().filter(|(_, (when, ..))| *when == day)
    {
        let client = match by {
            Admin => admin,
            Seller(place) => sellers.get(*place).context("there is no such seller")?,
        };
        let mut parts = Vec::with_capacity(says.len());
        for one in *says {
            parts.push(match one {
                Text(text) => Part::text(text.replace("{}", NAME_TOKEN)),
                Picture(name) => picture(client, title, name).await?,
            });
        }
        let usable_by = match usable_by {
            Everybody => UsableBy::Everybody,
            OnlyMe => UsableBy::OnlyMe,
            Roles(roles) => UsableBy::Roles { roles: roles.to_vec() },
            Stores(places) => {
                UsableBy::Stores { stores: places.iter().filter_map(|place| stores.get(*place).copied()).collect() }
            }
        };
        let call = SaveSavedReply {
            id: SavedReplyId(fixed("saved reply", number)),
            title: (*title).to_owned(),
            content: Content { parts },
            categories: categories.iter().map(|name| category(name)).collect(),
            usable_by,
            revision: 0,
        };
        client.call(call).await.with_context(|| format!("the saved reply {title} cannot be made"))?;
    }
    Ok(())
}

/// A sample picture as a message of this reply.
async fn picture(client: &Client, title: &str, name: &str) -> anyhow::Result<Part> {
    let bytes = picture_of(name)?;
    let id = MediaId(fixed(&format!("{title} {name}"), 0));
    let info =
        upload(client, id, MediaKind::Image, bytes).await.with_context(|| format!("{name} cannot be brought"))?;
    Ok(Part::Image { media: info.id })
}
