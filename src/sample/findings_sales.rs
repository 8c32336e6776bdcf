//! What was planted around sales, continued: leaders, campaigns, lists, deals, tickets, shared orders, operators.

use super::around::Counts;
use super::balances::day_text;
use super::deals::deals_of;
use super::findings::{Section, key};
use super::launches::splits;
use super::lists::{Target, estimates, targets};
use super::places::CITIES;
use super::scene::Scene;
use super::standing::Tier;
use super::tables::rep_key;
use super::truth::yuan;

pub(super) fn sections(scene: &Scene, counts: &Counts) -> Vec<Section> {
    vec![
        leaders(scene, counts),
        launches(scene, counts),
        list(scene),
        wallet(scene),
        deals(scene),
        tickets(scene, counts),
        shared(scene),
        leavers(scene),
        operators(scene, counts),
    ]
}

fn leaders(scene: &Scene, counts: &Counts) -> Section {
    let row = |leader: &super::end_users::Leader| {
        Some(vec![
            key(scene, leader.account),
            CITIES[leader.city].name.to_owned(),
            leader.n_customers.to_string(),
            leader.rank.to_string(),
            day_text(leader.live_on?),
            leader.before.to_string(),
            leader.after.to_string(),
        ])
    };
    let pulls_nobody = |leader: &&super::end_users::Leader| {
        leader.is_known(scene.last_day()) && leader.after <= leader.before
    };
    Section {
        title: "Leaders of a city that pull nobody",
        about: "Among the first three by revenue, or with a tenth of it, in a city of five customers and more. New\n\
                people of the city in the 90 days before and from the launch. More come after all other launches of\n\
                leaders that are 90 days old or older.",
        columns: &["account", "city", "customers", "rank", "live since", "new before", "new after"],
        rows: counts.leaders.iter().filter(pulls_nobody).filter_map(row).collect(),
    }
}

fn launches(scene: &Scene, counts: &Counts) -> Section {
    let row = |launch: &super::launches::Launch| {
        vec![
            key(scene, launch.account),
            day_text(launch.live_on),
            yuan(launch.subsidy),
            launch.before.to_string(),
            launch.after.to_string(),
        ]
    };
    Section {
        title: "Launch campaigns",
        about: "Final orders without contract in the 28 days before the first day, and in the 28 days from it on.",
        columns: &["account", "live on", "subsidy", "orders before", "orders after"],
        rows: counts.launches.iter().map(row).collect(),
    }
}

fn list(scene: &Scene) -> Section {
    let targets = targets(scene);
    let mut systems: Vec<&str> = targets.iter().map(|target| target.system).collect();
    systems.dedup();
    let row = |system: &&str| {
        // The target that is there twice counts once; its first line holds.
        let mut names: Vec<&str> = Vec::new();
        let mut counts = [0_u32; 4];
        for target in targets.iter().filter(|target| target.system == *system) {
            if names.contains(&target.name.as_str()) {
                continue;
            }
            names.push(&target.name);
            let is_blank = target.account.is_none();
            let is_overdue = |target: &Target| target.due_on.is_some_and(|due| due < scene.last_day());
            counts[0] += 1;
            counts[1] += u32::from(!is_blank);
            counts[2] += u32::from(is_blank);
            counts[3] += u32::from(is_blank && is_overdue(target));
        }
        let [all, covered, blank, overdue] = counts.map(|count| count.to_string());
        vec![(*system).to_owned(), all, covered, blank, overdue]
    };
    systems.sort_unstable();
    systems.dedup();
    Section {
        title: "Named list",
        about: "Covered targets are customers with revenue. A target that is listed twice counts once. One has no owner.",
        columns: &["system", "targets", "covered", "blank", "overdue"],
        rows: systems.iter().map(row).collect(),
    }
}

fn wallet(scene: &Scene) -> Section {
    let rows = estimates(scene);
    let row = |estimate: &super::lists::Estimate| {
        let newest =
            rows.iter().filter(|other| other.account == estimate.account).map(|other| other.on).max();
        let case = match (scene.last_day() - estimate.on > 366, newest == Some(estimate.on)) {
            (true, _) => "too old",
            (false, false) => "an older one",
            (false, true) if estimate.amount < scene.standing(estimate.account).revenue => "below our sales",
            (false, true) => return None,
        };
        let ours = yuan(scene.standing(estimate.account).revenue);
        let (on, amount) = (day_text(estimate.on), yuan(estimate.amount));
        Some(vec![key(scene, estimate.account), on, amount, ours, case.to_owned()])
    };
    Section {
        title: "Estimates of spending that need care",
        about: "All others are the only one of their customer, younger than twelve months and above our sales.",
        columns: &["account", "estimated on", "estimate", "our revenue", "case"],
        rows: rows.iter().filter_map(row).collect(),
    }
}

fn deals(scene: &Scene) -> Section {
    let mut groups = [("key", [0_u32; 4]), ("others", [0; 4])];
    for place in scene.places() {
        let standing = scene.standing(place);
        let is_key = standing.rank.is_some() && standing.tier == Tier::Key;
        let counts = &mut groups[usize::from(!is_key)].1;
        for deal in deals_of(scene, place) {
            counts[0] += 1;
            counts[1] += u32::from(deal.won_on.is_some());
            counts[2] += u32::from(deal.lost_on.is_some());
            counts[3] += u32::from(deal.won_on.is_none() && deal.lost_on.is_none());
        }
    }
    let row = |(group, counts): (&str, [u32; 4])| {
        let [all, won, lost, open] = counts.map(|count| count.to_string());
        vec![group.to_owned(), all, won, lost, open]
    };
    Section {
        title: "Deals",
        about: "By the tier that revenue gives; deals of prospects are among the others.",
        columns: &["tier", "deals", "won", "lost", "open"],
        rows: groups.into_iter().map(row).collect(),
    }
}

fn tickets(scene: &Scene, counts: &Counts) -> Section {
    let row = |(index, word): (usize, &str)| {
        let of_segment = |place: &u32| {
            let standing = scene.standing(*place);
            standing.is_rated
                && standing.segment as usize == index
                && scene.account(*place).part != super::roles::Part::Internal
        };
        let places: Vec<u32> = scene.places().filter(of_segment).collect();
        let revenue: i64 = places.iter().map(|&place| scene.standing(place).revenue).sum();
        let (n, minutes) = counts.tickets[index];
        vec![word.to_owned(), places.len().to_string(), yuan(revenue), n.to_string(), minutes.to_string()]
    };
    Section {
        title: "Tickets by segment",
        about: "Customers with a final line in the window; tickets opened in it.",
        columns: &["segment", "customers", "revenue", "tickets", "minutes"],
        rows: ["head", "waist", "tail"].into_iter().enumerate().map(row).collect(),
    }
}

fn shared(scene: &Scene) -> Section {
    let row = |split: &super::launches::Split| {
        let order = scene.keys.order(split.order.number).to_string();
        let amount = yuan(split.order.amount * split.percent / 100);
        vec![order, rep_key(split.rep).to_string(), format!("{} %", split.percent), amount]
    };
    Section {
        title: "Shared orders",
        about: "The amount is the share of the order without what came back later.",
        columns: &["order", "owner", "share", "amount"],
        rows: splits(scene).iter().map(row).collect(),
    }
}

fn leavers(scene: &Scene) -> Section {
    let leavers = (0..).zip(&scene.reps.rows).filter(|(_, rep)| rep.has_left);
    let row = |(place, rep): (u32, &super::reps::Rep)| {
        let held = scene.accounts.iter().filter(|account| account.rep == Some(place)).count();
        vec![rep_key(place).to_string(), rep.name.clone(), held.to_string()]
    };
    Section {
        title: "Representatives who have left",
        about: "What they sold stays theirs; their customers have been given to others.",
        columns: &["owner", "name", "customers now"],
        rows: leavers.map(row).collect(),
    }
}

fn operators(scene: &Scene, counts: &Counts) -> Section {
    let row = |(rep, count): (u32, &super::around::OperatorCount)| {
        let percent = (count.on_head * 100).checked_div(count.contacts).unwrap_or(0);
        vec![
            rep_key(rep).to_string(),
            count.contacts.to_string(),
            count.on_head.to_string(),
            format!("{percent} %"),
        ]
    };
    Section {
        title: "Operators",
        about: "Completed contacts by a person in the window; only one operator spends most of them on the head.",
        columns: &["owner", "contacts", "with head customers", "share"],
        rows: scene.reps.operators.clone().zip(&counts.operators).map(row).collect(),
    }
}
