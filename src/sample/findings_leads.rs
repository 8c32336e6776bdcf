//! What was planted among leads and channels, as the page of truths shows it.

use super::balances::day_text;
use super::channels::{CHANNELS, Channel, FEW_LEADS, TO_DROP, YOUNG, costs_of};
use super::findings::{Section, key};
use super::lead_paths::{Life, What};
use super::lead_tables::each_lead;
use super::leads::{Entry, Fate, HOLDING_CAP, LeadNumber};
use super::scene::Scene;
use super::tables::rep_key;
use super::touches::{Kind, touches_of};
use super::truth::yuan;

/// Days without a contact after which a lead is neglected for long.
const NEGLECTED: i32 = 90;

/// What is added up lead by lead.
#[derive(Default)]
struct Sums {
    /// By channel: leads, and the day of the first one.
    channels: Vec<(u32, i32)>,
    recovered: Vec<Vec<String>>,
    /// Trials in the window, those that paid, and those of them whom nobody talked to.
    trials: [u32; 3],
}

pub(super) fn sections(scene: &Scene) -> Vec<Section> {
    let mut sums = Sums { channels: vec![(0, i32::MAX); CHANNELS.len()], ..Sums::default() };
    let added: Result<(), std::convert::Infallible> = each_lead(scene, |number, entry, life| {
        add(scene, &mut sums, number, entry, &life);
        Ok(())
    });
    let Ok(()) = added;
    vec![channels(scene, &sums), holders(scene), recovered(sums.recovered), trials(sums.trials)]
}

fn add(scene: &Scene, sums: &mut Sums, number: LeadNumber, entry: Entry, life: &Life) {
    if let Some(channel) = entry.channel {
        let (leads, first_on) = &mut sums.channels[usize::from(channel)];
        *leads += 1;
        *first_on = entry.day.min(*first_on);
    }
    let day_of = |what: What| life.events.iter().find(|event| event.what == what).map(|event| event.day);
    let trial = day_of(What::Trial).filter(|&day| scene.is_in_window(day));
    let paid = day_of(What::Pay);
    sums.trials[0] += u32::from(trial.is_some());
    let (Fate::Account(place), Some(paid)) = (entry.fate, paid) else { return };
    let mut days: Vec<i32> = life.touches.iter().map(|touch| touch.day).collect();
    let talks = touches_of(scene, place).into_iter();
    days.extend(talks.filter(|touch| touch.done && touch.kind != Kind::Campaign).map(|touch| touch.day));
    days.retain(|&day| day > entry.day && day <= paid);
    if let Some(trial) = trial {
        sums.trials[1] += 1;
        sums.trials[2] += u32::from(days.iter().all(|&day| day < trial));
    }
    days.push(paid);
    days.sort_unstable();
    let before = std::iter::once(entry.day).chain(days.iter().copied());
    let longest = days.iter().zip(before).map(|(day, before)| day - before).max().unwrap_or(0);
    if longest >= NEGLECTED {
        sums.recovered.push(vec![
            number.to_string(),
            key(scene, place),
            day_text(entry.day),
            day_text(paid),
            longest.to_string(),
        ]);
    }
}

fn channels(scene: &Scene, sums: &Sums) -> Section {
    let (start, end) = scene.known.window.unwrap_or_default();
    let months = &scene.calendar.months;
    let figures = |channel: usize| {
        let costs = costs_of(scene, channel).into_iter().filter(|cost| (start..end).contains(&cost.month));
        let cost: i64 = costs.map(|cost| cost.spend + cost.salaries).sum();
        let of_window =
            months.iter().zip(&scene.book.wins).filter(|(month, _)| scene.is_in_window(month.first));
        (cost, of_window.map(|(_, wins)| wins[channel]).sum::<u32>())
    };
    let row = |channel: u8| {
        let index = usize::from(channel);
        let (leads, first_on) = sums.channels[index];
        let (cost, wins) = figures(index);
        let case = match channel {
            TO_DROP => "to be dropped",
            YOUNG => "younger than a sales cycle",
            FEW_LEADS => "too few leads",
            _ => "dear, and many come by it",
        };
        vec![
            Channel::of(channel).name.to_owned(),
            leads.to_string(),
            if leads > 0 { day_text(first_on) } else { "never".to_owned() },
            wins.to_string(),
            yuan(cost),
            case.to_owned(),
        ]
    };
    Section {
        title: "Channels to judge",
        about: "New customers and cost are those of the window. A customer of any other channel costs less than twice the\n\
                median. Nothing else is to be dropped.",
        columns: &["channel", "leads", "first lead", "new customers", "cost", "case"],
        rows: [TO_DROP, YOUNG, FEW_LEADS, super::channels::DEAR].map(row).to_vec(),
    }
}

fn holders(scene: &Scene) -> Section {
    let row = |holder: &super::leads::Holder| {
        let case = match (holder.leads >= HOLDING_CAP, holder.follows_up) {
            (false, _) => "one less than allowed, nobody called",
            (true, false) => "hoards, nobody called",
            (true, true) => "as many as allowed, and all called",
        };
        vec![rep_key(holder.rep).to_string(), holder.leads.to_string(), case.to_owned()]
    };
    Section {
        title: "Sales people who hold leads",
        about: "A sales person may hold 100 leads. Nobody else holds a tenth of them. Who calls has talked to each lead\n\
                within the last twelve days.",
        columns: &["owner", "leads", "case"],
        rows: scene.book.holders.iter().map(row).collect(),
    }
}

fn recovered(rows: Vec<Vec<String>>) -> Section {
    Section {
        title: "Leads that nobody cared for and that paid",
        about: "Nobody talked to them for 90 days and more at some time before the first final order.",
        columns: &["lead", "account", "created", "first order", "days alone"],
        rows,
    }
}

fn trials([trials, paid, alone]: [u32; 3]) -> Section {
    Section {
        title: "Trials",
        about: "Begun in the window. Those who paid without help had no contact with a person from the trial to the payment.",
        columns: &["trials", "paid", "paid without help"],
        rows: vec![[trials, paid, alone].map(|count| count.to_string()).to_vec()],
    }
}
