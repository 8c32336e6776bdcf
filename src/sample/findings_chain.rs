//! What was planted among the people at customers, as the page of truths shows it.

use super::balances::day_text;
use super::chain::{is_open, move_case};
use super::deals::deals_of;
use super::findings::{Section, key};
use super::people::{DECIDER, all_people};
use super::scene::Scene;
use super::standing::Tier;
use super::touches::{Kind, touches_of};
use super::truth::yuan;

pub(super) fn sections(scene: &Scene) -> Vec<Section> {
    vec![single(scene), undecided(scene), stuck(scene), movers(scene)]
}

fn single(scene: &Scene) -> Section {
    let row = |place: u32| {
        let standing = scene.standing(place);
        if standing.rank.is_none() || standing.tier > Tier::Important {
            return None;
        }
        let people = all_people(scene, place);
        let touches = touches_of(scene, place);
        let is_recent = |number: u8| {
            touches.iter().any(|touch| {
                let is_talk = touch.done && touch.kind != Kind::Campaign;
                is_talk && touch.person == Some(number) && touch.day >= scene.last_day() - 90
            })
        };
        let here: Vec<u8> = people.iter().filter(|p| p.left_on.is_none()).map(|p| p.number).collect();
        let mut talked = here.iter().copied().filter(|&number| is_recent(number));
        let (one, None) = (talked.next()?, talked.next()) else { return None };
        let tier = format!("{:?}", standing.tier).to_lowercase();
        let person = scene.keys.person(place, one).to_string();
        let case = if here.len() == 1 { "the others have left" } else { "others are there" };
        Some(vec![key(scene, place), tier, person, case.to_owned()])
    };
    Section {
        title: "Large customers that hang on one person",
        about: "Key and important by revenue. With just one person who is still there somebody talked in the last 90 days.",
        columns: &["account", "tier", "person", "case"],
        rows: scene.places().filter_map(row).collect(),
    }
}

fn undecided(scene: &Scene) -> Section {
    let row = |place: u32| {
        let open: Vec<_> = deals_of(scene, place).into_iter().filter(is_open).collect();
        let amount: i64 = open.iter().map(|deal| deal.amount).sum();
        let decides = all_people(scene, place).iter().any(|p| p.part == DECIDER && p.left_on.is_none());
        let is_missing = !open.is_empty() && !decides;
        is_missing.then(|| vec![key(scene, place), open.len().to_string(), yuan(amount)])
    };
    Section {
        title: "Open deals where nobody decides",
        about: "All other customers with open deals have a decider who is still there and was talked to in the last 90 days.",
        columns: &["account", "open deals", "amount"],
        rows: scene.places().filter_map(row).collect(),
    }
}

fn stuck(scene: &Scene) -> Section {
    let rows = scene.places().flat_map(|place| {
        let deals = deals_of(scene, place).into_iter().filter(|deal| is_open(deal) && deal.is_stuck);
        let waits = deals.filter_map(move |deal| {
            let (stage, day) = *deal.stages.last()?;
            let days = scene.last_day() - day;
            // Within these days nobody could tell.
            (days > 60).then(|| {
                vec![
                    scene.keys.deal(place, deal.number).to_string(),
                    super::deals::STAGES[stage].to_owned(),
                    day_text(day),
                    days.to_string(),
                ]
            })
        });
        waits.collect::<Vec<_>>()
    });
    Section {
        title: "Approvals that are stuck",
        about: "Deals that will not end, and have been in their stage for more than 60 days. Others may wait long by chance.",
        columns: &["deal", "stage", "since", "days"],
        rows: rows.collect(),
    }
}

fn movers(scene: &Scene) -> Section {
    let mut seen: Vec<(u32, u32, i32)> = Vec::new();
    let mut rows = Vec::new();
    for place in scene.places() {
        for person in all_people(scene, place) {
            let (Some((to, day)), Some(left_on)) = (person.moved, person.left_on) else { continue };
            let case = match seen.contains(&(place, to, day)) {
                true => "the same person once more",
                false => move_case(scene, place, to, day, person.is_beneficiary),
            };
            seen.push((place, to, day));
            rows.push(vec![
                scene.keys.person(place, person.number).to_string(),
                key(scene, place),
                key(scene, to),
                day_text(left_on),
                day_text(day),
                case.to_owned(),
            ]);
        }
    }
    Section {
        title: "People who went to another customer",
        about: "A move opens a door when the person gains by the product and the new customer had bought nothing before.",
        columns: &["person", "from", "to", "left", "started", "case"],
        rows,
    }
}
