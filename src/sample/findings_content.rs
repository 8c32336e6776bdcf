//! What was planted among readers, members, search words and referrals, as the page of truths shows it.

use super::balances::day_text;
use super::content::{SOURCES, gatherings, readings, told};
use super::findings::{Section, key};
use super::roles::Part;
use super::scene::Scene;
use super::search::{Kind, visits_of_all};

pub(super) fn sections(scene: &Scene) -> Vec<Section> {
    vec![readers(scene), members(scene), words(scene), referrals(scene)]
}

fn readers(scene: &Scene) -> Section {
    let months = told(scene);
    let row = |month: &super::calendar::Month| {
        let rows = readings(scene, month);
        let of_source = |source: usize| -> i32 {
            rows.iter().filter(|row| row.source == source).map(|row| row.views).sum()
        };
        let views: i32 = rows.iter().map(|row| row.views).sum();
        let followers: i32 = rows.iter().map(|row| row.followers).sum();
        let counts = [views, of_source(SOURCES.len() - 1), followers].map(|count| count.to_string());
        std::iter::once(day_text(month.first)).chain(counts).collect()
    };
    Section {
        title: "Readers of the last months",
        about: "Views fall in the last month, most of all those of what others passed on. In its second half more followers leave\n\
                than come.",
        columns: &["month", "views", "of what was passed on", "followers won less those lost"],
        rows: months[months.len().saturating_sub(3)..].iter().map(row).collect(),
    }
}

fn members(scene: &Scene) -> Section {
    let rows = gatherings(scene);
    let months = told(scene);
    let row = |month: &super::calendar::Month| {
        let days = i32::try_from(month.weights.len()).unwrap_or(31);
        let of_month: Vec<_> =
            rows.iter().filter(|row| (month.first..month.first + days).contains(&row.day)).collect();
        let invited: i32 = of_month.iter().map(|row| row.invited).sum();
        let members = of_month.last().map_or(0, |row| row.members);
        vec![day_text(month.first), members.to_string(), invited.to_string()]
    };
    Section {
        title: "The community of the last months",
        about: "Members invite fewer members in the last two months.",
        columns: &["month", "members at the end", "invited by members"],
        rows: months[months.len().saturating_sub(4)..].iter().map(row).collect(),
    }
}

fn words(scene: &Scene) -> Section {
    let mut sums = [(Kind::Head, 0, 0), (Kind::Brand, 0, 0), (Kind::Tail, 0, 0)];
    for month in scene.calendar.months.iter().filter(|month| scene.is_in_window(month.first)) {
        for (kind, visits, converted) in visits_of_all(scene, month) {
            let sum = sums.iter_mut().find(|sum| sum.0 == kind).expect("all kinds are there");
            (sum.1, sum.2) = (sum.1 + visits, sum.2 + converted);
        }
    }
    let row = |(kind, visits, converted): (Kind, i32, i32)| {
        let word = match kind {
            Kind::Head => "one short word",
            Kind::Brand => "the company's name",
            Kind::Tail => "three words",
        };
        vec![word.to_owned(), visits.to_string(), converted.to_string()]
    };
    Section {
        title: "Search words",
        about: "Visits of the window. Of those who type three words about four times as many stay as of those who type one.",
        columns: &["words", "visits", "left their number"],
        rows: sums.map(row).to_vec(),
    }
}

fn referrals(scene: &Scene) -> Section {
    let row = |place: u32| {
        let referrer = scene.account(place).referrer?;
        let is_back = scene.account(referrer).referrer == Some(place);
        let case = match (referrer == place, is_back, scene.account(referrer).part) {
            (true, ..) => "names itself",
            (false, true, _) => "each names the other",
            (false, false, Part::Internal) => "named an account of our own",
            _ => return None,
        };
        Some(vec![key(scene, place), key(scene, referrer), case.to_owned()])
    };
    Section {
        title: "Referrals that do not count",
        about: "All other referrers are customers or prospects that were there before.",
        columns: &["account", "referrer", "case"],
        rows: scene.places().filter_map(row).collect(),
    }
}
