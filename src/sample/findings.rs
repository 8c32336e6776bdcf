//! What was planted around sales, table by table, as the page of truths shows it.

use super::accounts::Chain;
use super::around::Counts;
use super::attributes::required;
use super::balances::{averages, day_text, due_visits, visits_of};
use super::overrides::{Override, overrides};
use super::plan::{Band, Contact, Load, N_EXPANDING};
use super::roles::Part;
use super::scene::Scene;
use super::shops::{ShopCount, shops_of};
use super::touches::{Kind, Touch, touches_of};
use super::truth::yuan;

/// One table of planted cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// What it is about.
    pub title: &'static str,
    /// What the reader has to know to compare; may be empty.
    pub about: &'static str,
    /// The columns.
    pub columns: &'static [&'static str],
    /// The rows, with a text for each column.
    pub rows: Vec<Vec<String>>,
}

/// All tables.
pub(super) fn sections(scene: &Scene, counts: &Counts) -> Vec<Section> {
    let mut sections = vec![
        misrouted(scene),
        unrouted(scene),
        untold(scene),
        gaps(scene),
        fakes(scene),
        strategic(scene),
        expansion(scene),
        visits_due(scene),
        visits_missed(scene),
        visits_spare(scene),
        channels(scene),
        loads(scene),
        opt_outs(scene),
        by_hand(scene),
        chains(scene),
    ];
    sections.extend(super::findings_sales::sections(scene, counts));
    sections.extend(super::findings_leads::sections(scene));
    sections.extend(super::findings_chain::sections(scene));
    sections.extend(super::findings_churn::sections(scene));
    sections.extend(super::findings_content::sections(scene));
    sections
}

pub(super) fn key(scene: &Scene, place: u32) -> String {
    scene.keys.account(place).to_string()
}

fn reach(chain: Option<Chain>) -> String {
    match chain {
        Some(Chain::National) => "national",
        Some(Chain::Regional) => "regional",
        Some(Chain::City) => "city",
        None => "none",
    }
    .to_owned()
}

fn misrouted(scene: &Scene) -> Section {
    let row = |&place: &u32| {
        let account = scene.account(place);
        let rep = account.rep?;
        let level = scene.reps.rows[rep as usize].level.word().to_owned();
        let required = required(account).word().to_owned();
        Some(vec![
            key(scene, place),
            reach(account.chain),
            required,
            super::tables::rep_key(rep).to_string(),
            level,
        ])
    };
    Section {
        title: "Owners of the wrong level",
        about: "All other owners are of the level that the reach of the chain calls for.",
        columns: &["account", "chain", "required", "owner", "level of the owner"],
        rows: scene.plan.misrouted.iter().filter_map(row).collect(),
    }
}

fn unrouted(scene: &Scene) -> Section {
    let row = |&place: &u32| {
        let account = scene.account(place);
        vec![key(scene, place), reach(account.chain), required(account).word().to_owned()]
    };
    Section {
        title: "Chains with revenue and without owner",
        about: "All other chains have an owner.",
        columns: &["account", "chain", "required"],
        rows: scene.plan.unrouted.iter().map(row).collect(),
    }
}

fn untold(scene: &Scene) -> Section {
    let row = |&place: &u32| {
        let account = scene.account(place);
        let shops = shops_of(place, account, scene.source, scene.calendar);
        let mut provinces: Vec<&str> = shops.iter().map(|shop| shop.city.province).collect();
        provinces.sort_unstable();
        provinces.dedup();
        vec![key(scene, place), reach(account.chain), provinces.len().to_string(), shops.len().to_string()]
    };
    Section {
        title: "Chains whose reach only their shops tell",
        about: "One province: city; two to four: regional; five and more: national.",
        columns: &["account", "reach", "provinces", "shops"],
        rows: scene.plan.untold.iter().map(row).collect(),
    }
}

fn latest(touches: &[Touch]) -> String {
    touches
        .iter()
        .filter(|touch| touch.done)
        .map(|touch| touch.day)
        .max()
        .map_or("never".to_owned(), day_text)
}

fn gaps(scene: &Scene) -> Section {
    let kinds = [
        (Contact::Silent, "owned, no contact for more than 180 days"),
        (Contact::Quiet, "owned, no contact for 91 to 180 days"),
        (Contact::Uncovered, "neither owner nor contact by a team in 180 days"),
    ];
    let rows = kinds.into_iter().flat_map(|(contact, word)| {
        scene
            .places_with(|care| care.contact == contact)
            .into_iter()
            .map(move |place| vec![key(scene, place), word.to_owned(), latest(&touches_of(scene, place))])
    });
    Section {
        title: "Customers out of sight",
        about: "All others, prospects too, had a contact within the last 90 days; those without owner by a team.",
        columns: &["account", "case", "last contact"],
        rows: rows.collect(),
    }
}

fn fakes(scene: &Scene) -> Section {
    let words = |part: Part| match part {
        Part::Occasional => Some(["flagged", "passed", "passed"]),
        Part::Unprofitable | Part::Squeezer => Some(["passed", "flagged", "flagged"]),
        _ => None,
    };
    let row = |place: u32| {
        let [occasional, unprofitable, squeezer] = words(scene.account(place).part)?.map(str::to_owned);
        Some(vec![key(scene, place), occasional, unprofitable, squeezer])
    };
    Section {
        title: "Tests for fake key accounts",
        about: "Among the customers that bring 80 % of revenue nobody else fails the first or the third test.\n\
                What fails the second by its gross profit has no contribution either. A squeezer has the highest\n\
                discounts, delays and service beside that.",
        columns: &["account", "occasional", "unprofitable", "squeezer"],
        rows: scene.places().filter_map(row).collect(),
    }
}

fn strategic(scene: &Scene) -> Section {
    let rows = overrides(scene.accounts, scene.calendar);
    let row = |row: &Override| {
        (scene.account(row.account).part == Part::Unprofitable).then(|| {
            vec![
                key(scene, row.account),
                row.tier.to_owned(),
                day_text(row.expires_on),
                row.reason.to_owned(),
            ]
        })
    };
    Section {
        title: "Kept for strategic reasons",
        about: "Fails the tests above, and somebody has given a reason to keep it.",
        columns: &["account", "tier", "holds until", "reason"],
        rows: rows.iter().filter_map(row).collect(),
    }
}

fn expansion(scene: &Scene) -> Section {
    let row = |(nth, &place): (usize, &u32)| {
        let account = scene.account(place);
        let (planned, day) = account.planned_shops?;
        let shops = account.n_shops?;
        let is_total = account.plan_is_total == Some(true);
        let new = if is_total { planned - shops } else { planned };
        Some(vec![
            key(scene, place),
            shops.to_string(),
            planned.to_string(),
            if is_total { "all shops" } else { "new shops" }.to_owned(),
            new.to_string(),
            day_text(day),
            account.requirement.unwrap_or_default().to_owned(),
            if nth < N_EXPANDING { "trigger" } else { "near miss" }.to_owned(),
        ])
    };
    Section {
        title: "Shop plans",
        about: "A trigger at least doubles the shops, is not older than twelve months and needs money at opening.",
        columns: &["account", "shops", "planned", "plan counts", "new", "made on", "need", "case"],
        rows: scene.plan.expanding.iter().enumerate().filter_map(row).collect(),
    }
}

const BANDS: [(Band, &str); 3] =
    [(Band::Weekly, "week"), (Band::TenDays, "ten days"), (Band::Monthly, "month")];

fn visits_due(scene: &Scene) -> Section {
    let first = scene
        .calendar
        .months
        .len()
        .checked_sub(3)
        .map_or(i32::MAX, |index| scene.calendar.months[index].first);
    let holders = scene.places_with(|care| care.band.is_some());
    let row = |(band, word): (Band, &str)| {
        let mut counts = [0_usize; 3];
        for &place in &holders {
            let spans =
                due_visits(scene, place).into_iter().filter(|span| span.band == band && span.start >= first);
            let n = spans.count();
            let missed = visits_of(scene, place).missed.is_some_and(|(span, _)| span.band == band);
            counts[0] += usize::from(n > 0);
            counts[1] += n;
            counts[2] += usize::from(missed);
        }
        let [customers, due, missed] = counts.map(|count| count.to_string());
        vec![word.to_owned(), customers, due, missed]
    };
    Section {
        title: "Visits by balance",
        about: "Spans that began in the last three calendar months, the running ones too. The average balance of the\n\
                calendar month before the one in which a span begins tells how often visits are due.",
        columns: &["once in a", "customers", "due", "missed"],
        rows: BANDS.into_iter().map(row).collect(),
    }
}

fn visits_missed(scene: &Scene) -> Section {
    let row = |place: u32| {
        let (span, visited_on) = visits_of(scene, place).missed?;
        let band = BANDS.iter().find(|(band, _)| *band == span.band).map_or("", |(_, word)| *word);
        Some(vec![
            key(scene, place),
            band.to_owned(),
            day_text(span.start),
            day_text(span.end - 1),
            yuan(span.average),
            visited_on.map_or("never".to_owned(), day_text),
        ])
    };
    Section {
        title: "Visits missed",
        about: "All other spans have a completed visit. Some of these had a visit planned that was not made.",
        columns: &["account", "once in a", "first day", "last day", "average balance before", "visit before"],
        rows: scene.places_with(|care| care.band.is_some()).into_iter().filter_map(row).collect(),
    }
}

fn visits_spare(scene: &Scene) -> Section {
    let row = |place: u32| visits_of(scene, place).spare.map(|day| vec![key(scene, place), day_text(day)]);
    Section {
        title: "Visits that were not due",
        about: "Of customers whose money is held; customers without such money are visited as their owners like.",
        columns: &["account", "day"],
        rows: scene.places_with(|care| care.band.is_some()).into_iter().filter_map(row).collect(),
    }
}

fn channels(scene: &Scene) -> Section {
    let row = |&place: &u32| {
        let average = averages(scene, place).last()?.average;
        let right = if average >= 20_000_000 { "manager" } else { "remote" };
        let actual = if right == "manager" { "remote" } else { "manager" };
        Some(vec![key(scene, place), yuan(average), actual.to_owned(), right.to_owned()])
    };
    Section {
        title: "Wrong service channel",
        about: "By the average balance of the last month; those of the three months before are on the same side of\n\
                200,000 yuan. All other holders are served rightly: from 10,000,000 yuan on by the private team.",
        columns: &["account", "average balance", "channel", "right channel"],
        rows: scene.plan.misserved.iter().filter_map(row).collect(),
    }
}

fn loads(scene: &Scene) -> Section {
    let rows = [(Load::Over, "too many"), (Load::Under, "too few")].into_iter().flat_map(|(load, word)| {
        scene.places_with(|care| care.load == load).into_iter().map(move |place| {
            let touches = touches_of(scene, place);
            let is_recent = |touch: &&Touch| {
                touch.done && touch.kind != Kind::Campaign && touch.day > scene.last_day() - 90
            };
            let n = touches.iter().filter(is_recent).count();
            let tier = format!("{:?}", scene.standing(place).tier).to_lowercase();
            vec![key(scene, place), tier, n.to_string(), word.to_owned()]
        })
    });
    Section {
        title: "Contacts out of proportion",
        about: "Completed contacts by a person in the last 90 days. Holders of settlement money are visited by balance.",
        columns: &["account", "tier", "contacts", "case"],
        rows: rows.collect(),
    }
}

fn opt_outs(scene: &Scene) -> Section {
    let row = |(nth, &place): (usize, &u32)| {
        let since = super::lists::opted_out_on(scene, nth);
        let after = touches_of(scene, place).iter().filter(|touch| touch.day >= since).count();
        vec![key(scene, place), day_text(since), after.to_string()]
    };
    Section {
        title: "Customers who want no contact",
        about: "",
        columns: &["account", "since", "contacts after"],
        rows: scene.plan.opted_out.iter().enumerate().map(row).collect(),
    }
}

fn by_hand(scene: &Scene) -> Section {
    let row = |place: u32| {
        let standing = scene.standing(place);
        let first = standing.first_on?;
        let before = |touch: &&Touch| touch.day < first && touch.kind != Kind::Campaign && touch.done;
        let n = touches_of(scene, place).iter().filter(before).count();
        let sku = super::products::PRODUCTS[usize::from(standing.first_product)].sku.to_owned();
        Some(vec![key(scene, place), day_text(first), n.to_string(), sku])
    };
    Section {
        title: "Long tail brought in by hand",
        about: "No other customer of the long tail had a contact by a person or a ticket before its first final order.",
        columns: &["account", "first order", "contacts before", "product"],
        rows: scene.places_with(|care| care.by_hand).into_iter().filter_map(row).collect(),
    }
}

/// How many chains are told.
const MOST_CHAINS: usize = 20;

fn chains(scene: &Scene) -> Section {
    let mut chains: Vec<u32> = scene
        .places()
        .filter(|&place| scene.account(place).chain.is_some() && scene.standing(place).rank.is_some())
        .collect();
    chains.sort_by_key(|&place| scene.standing(place).rank);
    let row = |place: u32| {
        let shops = shops_of(place, scene.account(place), scene.source, scene.calendar);
        let count = ShopCount::of(&shops, scene.calendar);
        let grown = count.shops - count.young - count.closed;
        let [shops, closed, young, grown] =
            [count.shops, count.closed, count.young, grown].map(|count| count.to_string());
        vec![key(scene, place), shops, closed, young, grown]
    };
    Section {
        title: "Shops of the largest chains",
        about: "Comparable are those that opened thirteen months ago or earlier and are still open.",
        columns: &["account", "shops", "closed", "opened later", "comparable"],
        rows: chains.into_iter().take(MOST_CHAINS).map(row).collect(),
    }
}
