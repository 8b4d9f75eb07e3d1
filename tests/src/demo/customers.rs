//! The customers of the made-up brand: always the same people, who joined, wrote and left at the same times before now.

use std::collections::HashSet;

/// Customers in all.
pub const CUSTOMERS: usize = 320;
/// In progress with the first sales person.
pub const MINE: usize = 142;

/// Minutes of a day.
pub const DAY: i64 = 24 * 60;

/// Where a customer's conversation ends up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In progress with the sales person at this place in the list of staff.
    With(usize),
    /// Finished by that sales person.
    Closed(usize),
    /// Nobody has taken it.
    Pending,
}

/// One customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Her name on LINE.
    pub name: String,
    /// BCP 47 tag of the language her LINE is set to.
    pub language: &'static str,
    /// Adds the account as a friend; one who only writes may or may not be one.
    pub follows: bool,
    /// Minutes before now when she first came.
    pub joined: i64,
    /// What she wrote then.
    pub first: &'static str,
    /// What she wrote since, with minutes before now, the oldest first.
    pub later: Vec<(i64, &'static str)>,
    /// What the sales person said when she took her over, if she did.
    pub greeting: Option<&'static str>,
    /// What the sales person answered last, if that is the last word; minutes before now it may have been.
    pub answer: Option<&'static str>,
    /// Her tags.
    pub tags: Vec<&'static str>,
    /// Where her conversation ends up.
    pub place: Place,
    /// Which account she uses: 0 is the brand's, 1 the one for VIPs.
    pub account: usize,
    /// Minutes before now when she blocked the account.
    pub blocks: Option<i64>,
}

/// The tags of the team, the commonest first.
pub const TAGS: [&str; 10] =
    ["會員", "VIP", "器皿", "香氛", "家飾", "新客", "金卡", "公司採購", "11 月壽星", "喜歡咖啡"];

/// Everybody, in the order in which they came. No two have one name: the demo finds its people again by name.
pub fn all() -> Vec<Customer> {
    let mut names = HashSet::new();
    let mut people: Vec<Customer> = Vec::with_capacity(CUSTOMERS);
    for n in 0..CUSTOMERS {
        let mut called = FIRST.get(n).map_or_else(|| name(n, 0), |(name, ..)| (*name).to_owned());
        let mut turn = 1;
        while !names.insert(called.clone()) {
            called = name(n, turn);
            turn += 1;
        }
        people.push(person(n, called));
    }
    people.sort_by_key(|customer| -customer.joined);
    people
}

/// A number that follows from a customer and a question alone.
fn draw(customer: usize, question: u64, below: usize) -> usize {
    let mut mixed =
        (customer as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ question.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let mixed = usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap_or_default();
    mixed % below.max(1)
}

/// Minutes from `least` on, within `spread`.
fn minutes(customer: usize, question: u64, least: i64, spread: i64) -> i64 {
    let below = usize::try_from(spread).unwrap_or(1);
    least + i64::try_from(draw(customer, question, below)).unwrap_or_default()
}

fn pick<T: Copy>(customer: usize, question: u64, from: &[T]) -> Option<T> {
    from.get(draw(customer, question, from.len())).copied()
}

/// The customers that are shown first are written by hand: they are what people see at once.
const FIRST: [(&str, i64, &str, &[&str]); 12] = [
    ("林雅婷", 1, "那個燕麥白的霧面杯還有嗎？想要兩個", &["VIP", "器皿", "會員"]),
    ("陳柏翰", 12, "請問這款花器可以寄到新竹嗎？", &["新客"]),
    (
        "歐陽史黛芬妮 Stephanie Ou-Yang",
        48,
        "Could you send me the catalogue for the holiday gift sets?",
        &["VIP", "公司採購", "會員"],
    ),
    ("吳佩珊", 95, "生日禮可以自己挑顏色嗎", &["金卡", "11 月壽星", "會員"]),
    ("李宗翰", 140, "客廳那盞燈的安裝說明還有嗎？", &["家飾"]),
    ("蔡宜庭🌿", 210, "好的，那我星期六下午過去試聞", &["器皿", "香氛"]),
    ("許美玲", 320, "麻煩幫我留一組，謝謝", &["11 月壽星"]),
    ("劉俊傑", 410, "了解，我再跟太太討論一下", &[]),
    ("يوسف حداد", 560, "Is the shop open on Sunday?", &["新客"]),
    ("小毛 🐈‍⬛", 700, "收到了，包裝很漂亮，謝謝你🥰", &["香氛", "會員"]),
    ("黃詩涵", 1_530, "先不用了，謝謝", &["VIP"]),
    ("Ⓜ️ay 梅", 1_640, "週年慶的組合還有嗎", &["會員", "金卡"]),
];

fn person(n: usize, name: String) -> Customer {
    let place = place(n);
    let joined = minutes(n, 1, DAY / 2, 28 * DAY);
    let written = FIRST.get(n);
    let foreign = name.is_ascii();
    let (texts, replies): (&[&str], &[&str]) = if foreign { (&ENGLISH, &ENGLISH_ANSWERS) } else { (&TEXTS, &ANSWERS) };
    let text = |question| pick(n, question, texts).unwrap_or("請問今天營業到幾點？");

    let mut later = Vec::new();
    if let Some((_, minutes, text, _)) = written {
        later.push((*minutes, *text));
    } else if place == Place::Pending {
        later.push((minutes(n, 2, 5, 2 * DAY), text(3)));
    } else if draw(n, 4, 100) < 45 {
        // Half wrote again in the last days, some of them just now.
        let spread = if draw(n, 5, 100) < 30 { DAY } else { 6 * DAY };
        later.push((minutes(n, 6, 3, spread), text(7)));
    }
    later.retain(|(minutes, _)| *minutes < joined);

    let quiet = later.is_empty() || draw(n, 8, 100) < 35;
    let answers = quiet && written.is_none() && !matches!(place, Place::Pending);
    // 黃詩涵 of the drawings, and about one in twenty-five.
    let blocks =
        (n == 10 || (n > 20 && draw(n, 9, 100) < 7)).then(|| minutes(n, 10, 20, 8 * DAY)).filter(|gone| *gone < joined);
    if let Some(gone) = blocks {
        later.retain(|(minutes, _)| *minutes > gone);
    }
    let greets = !(answers && later.is_empty()) && draw(n, 15, 100) < 94;
    Customer {
        greeting: greets.then(|| pick(n, 14, replies)).flatten(),
        language: if foreign { "en" } else { "zh-TW" },
        // Whom LINE would not name to us would have no name here: one who never followed wrote in the last days only.
        follows: blocks.is_some() || written.is_some() || joined > 6 * DAY || draw(n, 11, 100) >= 30,
        first: text(12),
        answer: answers.then(|| pick(n, 13, replies)).flatten().filter(|_| blocks.is_none()),
        tags: written.map_or_else(|| tags(n), |(.., tags)| tags.to_vec()),
        name,
        joined,
        later,
        account: usize::from(uses_vip_account(n, place)),
        place,
        blocks,
    }
}

/// The second account is used by every store but one, whose sales person is the third in the list.
fn uses_vip_account(n: usize, place: Place) -> bool {
    !matches!(place, Place::With(2) | Place::Closed(2)) && n >= FIRST.len() && draw(n, 30, 100) < 15
}

/// The first sales person has most of it; the others share.
fn place(n: usize) -> Place {
    match n {
        0..MINE => Place::With(0),
        MINE..200 => Place::With(1 + n % 6),
        200..240 => Place::Pending,
        _ => Place::Closed(n % 7),
    }
}

fn tags(n: usize) -> Vec<&'static str> {
    // Less and less likely down the list, so that a filter finds many of one and few of another.
    let mut tags: Vec<&str> = TAGS
        .into_iter()
        .zip(1..)
        .zip(100..)
        .filter(|((_, rank), question)| draw(n, *question, 100) < 45 / rank)
        .map(|((tag, _), _)| tag)
        .collect();
    tags.truncate(4);
    tags
}

/// Surnames about as common as in Taiwan, given names of several generations, and what people call themselves on LINE.
fn name(n: usize, turn: u64) -> String {
    let question = 1_000 + 10 * turn;
    let family = pick(n, question, &FAMILY).unwrap_or("林");
    let given = pick(n, question + 1, &GIVEN).unwrap_or("雅婷");
    let english = pick(n, question + 2, &LATIN).unwrap_or("Amy");
    let emoji = |more| pick(n, question + more, &EMOJI).unwrap_or("🌸");
    match draw(n, question + 3, 100) {
        0..64 => format!("{family}{given}"),
        64..74 => english.to_owned(),
        74..82 => format!("{english} {family}"),
        82..88 => format!("{given} {}", emoji(4)),
        88..93 => format!("{}{english}{}", emoji(4), emoji(5)),
        93..97 => format!("{given}媽咪"),
        _ => format!("{english} {family}{given}"),
    }
}

const FAMILY: [&str; 32] = [
    "陳", "陳", "陳", "林", "林", "林", "黃", "黃", "張", "張", "李", "李", "王", "吳", "劉", "蔡", "楊", "許", "鄭",
    "謝", "郭", "洪", "邱", "曾", "廖", "賴", "徐", "周", "葉", "蘇", "歐陽", "范姜",
];

const GIVEN: [&str; 56] = [
    "家豪", "志明", "俊傑", "建宏", "俊宏", "志豪", "宗翰", "冠宇", "柏翰", "彥廷", "承恩", "宥廷", "品睿", "子翔",
    "淑芬", "淑惠", "美玲", "雅婷", "雅雯", "怡君", "欣怡", "詩涵", "佳穎", "宜庭", "品妍", "子晴", "思妤", "詠晴",
    "芷若", "心怡", "佩珊", "惠如", "麗華", "秀英", "嘉欣", "穎琳", "信宏", "若瑜", "郁婷", "筱涵", "曉雯", "靜宜",
    "佩君", "慧敏", "玉珍", "春嬌", "國華", "文雄", "凱翔", "昱安", "采潔", "語彤", "亭妤", "沛瑜", "羽彤", "安",
];

const LATIN: [&str; 28] = [
    "Amy",
    "Kevin",
    "Stephanie",
    "Jason",
    "Vivian",
    "Eric",
    "Tina",
    "Peggy",
    "Leo",
    "Ivy",
    "Sandy",
    "Ken",
    "Joyce",
    "Wendy",
    "Alex",
    "Mia",
    "Oscar",
    "Nina",
    "Emily C.",
    "J. Wu",
    "Coco",
    "Hank",
    "Rita",
    "Yuki",
    "Bella",
    "Doris",
    "Frank",
    "Zoe",
];

const EMOJI: [&str; 12] = ["🌸", "☕️", "🐶", "✨", "🌿", "🐱", "🍰", "👩‍👧", "🌙", "🏔", "🧸", "🍀"];

const TEXTS: [&str; 44] = [
    "請問今天營業到幾點？",
    "這個杯子可以微波嗎？",
    "無花果香氛蠟燭到貨了嗎？",
    "請問信義店有現貨嗎，我下班過去拿",
    "可以幫我查一下訂單到哪裡了嗎？",
    "謝謝，我週末帶朋友過去看看",
    "想請問手捏小碟的體驗課還有名額嗎",
    "上次買的花器底部有一點點裂，可以換嗎？",
    "好喔謝謝",
    "這組餐盤有分開賣嗎",
    "請問會員生日禮要怎麼領？",
    "可以幫我包裝成禮物嗎？要送長輩的",
    "運費怎麼算呢",
    "想訂 20 份公司開幕禮，可以報價嗎？",
    "門市可以停車嗎？",
    "亞麻桌巾有 180 公分的嗎",
    "我想要上次妳推薦的那個檀香",
    "請問可以刷卡分期嗎？",
    "麻煩幫我保留到星期五，謝謝🙏",
    "收到！包裝很用心，媽媽很喜歡❤️",
    "可可灰的容量多少呢？",
    "已經匯款了，末五碼 20418",
    "顏色跟網站上的照片差很多嗎？",
    "可以加購提袋嗎",
    "妳好，我想退換貨",
    "檯燈的燈泡壞了，店裡有賣替換的嗎？",
    "請問這禮拜有活動嗎？",
    "想看實品，哪一間門市有展示？",
    "沒關係我再等等看補貨",
    "請問陶鍋可以用電磁爐嗎？",
    "兩個都要，幫我留",
    "請問你們有賣禮券嗎",
    "剛剛有打電話但沒人接",
    "可以幫我改成宅配嗎？地址不變",
    "小孩打破一個盤子，可以單買補一個嗎😭",
    "了解，那我改買大的",
    "台中店幾號補貨呢？",
    "發票可以打統編嗎？",
    "請問有沒有無香味的擴香石",
    "今天去店裡妳不在，下次再去找妳～",
    "請問這款沙發要等多久？",
    "好的，星期六見！",
    "我朋友也想買，可以一起寄嗎",
    "謝謝芷晴，每次都很細心",
];

const ENGLISH: [&str; 12] = [
    "Hi! Do you ship to Hong Kong?",
    "Is the oat white mug dishwasher safe?",
    "Thanks, I'll come by on Saturday.",
    "Can I return this without the box?",
    "How much is the fig candle for members?",
    "Got it, thank you so much!",
    "Do you have the linen tablecloth in 180 cm?",
    "What time do you close today?",
    "Could you keep two for me until Friday?",
    "Is there parking near the Xinyi store?",
    "Love it!! 😍",
    "Please add a gift wrap, it's for my mother.",
];

const ANSWERS: [&str; 11] = [
    "好的，已經幫您保留了，週五前來店都可以取貨喔。",
    "型錄幫您準備好了，這週末前來都可以看到實品。",
    "有的！信義店還有三組，要幫您留嗎？",
    "350 ml，可以微波也可以進洗碗機。",
    "不客氣，有任何需要隨時告訴我。",
    "已經幫您改成宅配，明天寄出。",
    "體驗課還有兩個名額，我先幫您報名。",
    "今天營業到晚上九點半，歡迎過來。",
    "收到，這就幫您查，晚點回覆您。",
    "好的，週六見！",
    "沒問題，帶發票來門市就可以換。",
];

const ENGLISH_ANSWERS: [&str; 4] = [
    "Of course! I have put two aside for you until Friday.",
    "We are open until 9:30 tonight, see you then.",
    "Yes, it can go into the dishwasher.",
    "You are welcome, just write to me any time.",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_the_same_people_every_time() {
        assert_eq!(all(), all());
        assert_eq!(all().len(), CUSTOMERS);
    }

    #[test]
    fn every_kind_of_customer_is_among_them() {
        let all = all();
        let mine = |customer: &&Customer| customer.place == Place::With(0);
        assert_eq!(all.iter().filter(mine).count(), MINE);
        let blocked = all.iter().filter(mine).filter(|customer| customer.blocks.is_some()).count();
        assert!((3..20).contains(&blocked), "{blocked} of the first sales person's customers blocked the account");
        let unsure = all.iter().filter(mine).filter(|customer| !customer.follows).count();
        assert!((3..20).contains(&unsure), "{unsure} of them never followed it");
        assert!(all.iter().any(|customer| customer.place == Place::Pending));
        assert!(all.iter().any(|customer| customer.name.is_ascii()));
        for tag in TAGS {
            assert!(all.iter().filter(mine).any(|customer| customer.tags.contains(&tag)), "nobody is {tag}");
        }
    }

    #[test]
    fn nobody_writes_before_she_came_or_after_she_left() {
        for customer in all() {
            for (minutes, text) in &customer.later {
                assert!(*minutes < customer.joined, "{}: {text}", customer.name);
                assert!(customer.blocks.is_none_or(|gone| *minutes > gone), "{}: {text}", customer.name);
            }
        }
    }
}
