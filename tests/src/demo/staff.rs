//! The stores of the made-up brand and who works there.

use sandbox::Sandbox;
use server::{App, members::admin::NewTeam};
use shared::members::Role;

use super::Brands;
use crate::Team;

/// Those who sell, in the order in which customers are given to them: name, e-mail, role, stores by their place below.
pub(super) const SELLERS: [(&str, &str, Role, &[usize]); 7] = [
    ("許芷晴", "sales@qingyu.example", Role::SalesStaff, &[0]),
    ("王柏勛", "wang@qingyu.example", Role::SalesStaff, &[0]),
    ("林子晴", "lin@qingyu.example", Role::SalesStaff, &[1]),
    ("陳怡安", "manager@qingyu.example", Role::SalesManager, &[0, 1]),
    ("張語彤", "chang@qingyu.example", Role::SalesStaff, &[2]),
    ("何俊宏", "ho@qingyu.example", Role::SalesManager, &[2, 3]),
    ("郭詠晴", "kuo@qingyu.example", Role::SalesStaff, &[3, 0]),
];

/// Code and name of each store.
const STORES: [(&str, &str); 4] = [("XY", "信義店"), ("TC", "台中店"), ("KH", "駁二店"), ("TN", "台南店")];

/// The LINE accounts, with the stores that work with each.
const ACCOUNTS: [(&str, &[usize]); 2] = [("晴嶼生活", &[0, 1, 2, 3]), ("晴嶼生活 VIP", &[0, 2, 3])];

/// Sets both teams up, as an operator would.
pub(super) async fn hire(app: &App, sandbox: &Sandbox) -> anyhow::Result<Brands> {
    let mut team = Team::create(app, NewTeam::named("晴嶼生活")).await?;
    let mut stores = Vec::new();
    for (code, name) in STORES {
        stores.push(team.open_store(app, code, name).await?);
    }
    let at = |places: &[usize]| places.iter().filter_map(|place| stores.get(*place).copied()).collect::<Vec<_>>();
    for (name, email, role, places) in SELLERS {
        team.hire(app, role, name, email, &at(places)).await?;
    }
    team.hire(app, Role::Admin, "周曼玲", "admin@qingyu.example", &stores).await?;
    for (name, places) in ACCOUNTS {
        team.connect_line(app, sandbox, name, &at(places)).await?;
    }

    let (xinyi, vip) = (at(&[0]), at(&[0, 1]));
    let numbers: [(&str, &str, &[_]); 2] =
        [("晴嶼 信義店", "+886227001001", &xinyi), ("晴嶼 VIP", "+886227002002", &vip)];
    team.connect_whatsapp(app, sandbox, 10, &numbers).await?;

    let without = NewTeam { omo: false, ..NewTeam::named("小石書房") };
    let mut plain = Team::create(app, without).await?;
    let shop = plain.open_store(app, "YK", "永康店").await?;
    plain.hire(app, Role::SalesStaff, "石小安", "sales@books.example", &[shop]).await?;
    plain.connect_line(app, sandbox, "小石書房", &[shop]).await?;
    Ok(Brands { team, plain })
}
