//! Who decides at customers: who is planted in the decision chain, and with whom each contact was.
//!
//! A deal that is won reaches the decider early and passes few hands; one that is lost takes more people and more time.

use std::collections::BTreeMap;

use super::accounts::Account;
use super::calendar::shanghai_day;
use super::deals::{Deal, deals_of};
use super::draw::{Draw, Stream};
use super::people::{DECIDER, Person, all_people, base_people};
use super::plan::{Care, Contact, Load};
use super::roles::Part;
use super::scene::Scene;
use super::standing::{Standing, Tier};
use super::touches::{Kind, Touch};

/// Somebody who leaves one customer for another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mover {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) left_on: i32,
    pub(super) joined_on: i32,
    pub(super) is_beneficiary: bool,
}

/// What is planted.
#[derive(Debug, Default)]
pub(super) struct Chain {
    /// Only one person is left there.
    pub(super) single: Vec<u32>,
    /// Deals are open, and nobody decides.
    pub(super) undecided: Vec<u32>,
    pub(super) movers: Vec<Mover>,
}

/// How many customers hang on one person, and how many have deals without a decider.
const N_SINGLE: usize = 4;
const N_UNDECIDED: usize = 5;
/// Moves that open a door; of people who do not gain by the product; to customers of old; within a group; and one that is
/// there twice.
const N_MOVERS: usize = 6;
const N_NOT_GAINING: usize = 2;
const N_KNOWN: usize = 2;
const N_WITHIN: usize = 2;

/// Days within which a contact counts.
const RECENT: i32 = 89;

fn is_plain(account: &Account, care: &Care) -> bool {
    matches!(account.part, Part::Ordinary | Part::Silent)
        && care.contact == Contact::Regular
        && care.load == Load::Usual
        && care.band.is_none()
        && !care.by_hand
}

pub(super) fn is_open(deal: &Deal) -> bool {
    deal.won_on.is_none() && deal.lost_on.is_none()
}

/// Gives the parts; nobody has any in the scene yet.
pub(super) fn cast(scene: &Scene) -> Chain {
    let mut chain = Chain::default();
    if scene.plan.opted_out.is_empty() {
        return chain;
    }
    let is_settled =
        |standing: &Standing, days: i32| standing.first_on.is_some_and(|on| on <= scene.last_day() - days);
    let plain = || {
        scene.places().filter(|&place| {
            is_plain(scene.account(place), scene.care(place)) && !scene.plan.opted_out.contains(&place)
        })
    };
    let is_single = |place: &u32| {
        let standing = scene.standing(*place);
        let people = base_people(scene, *place);
        standing.tier == Tier::Key
            && standing.rank.is_some()
            && is_settled(standing, 420)
            && (2..=4).contains(&people.len())
            && people.iter().all(|person| person.left_on.is_none())
    };
    chain.single = plain().filter(is_single).step_by(2).take(N_SINGLE).collect();
    let is_undecided = |place: &u32| {
        !chain.single.contains(place)
            && deals_of(scene, *place).iter().any(is_open)
            && base_people(scene, *place).iter().all(|person| person.part != DECIDER)
    };
    chain.undecided = plain().filter(is_undecided).step_by(3).take(N_UNDECIDED).collect();
    chain.movers = cast_movers(scene, &chain);
    chain
}

fn cast_movers(scene: &Scene, chain: &Chain) -> Vec<Mover> {
    let is_free = |place: u32| {
        is_plain(scene.account(place), scene.care(place))
            && !chain.single.contains(&place)
            && !chain.undecided.contains(&place)
    };
    let last_day = scene.last_day();
    // Since when the people at a customer can have gained by the product.
    let old: Vec<u32> = scene
        .places()
        .filter(|&place| scene.standing(place).first_on.is_some_and(|on| on <= last_day - 500))
        .filter(|&place| is_free(place) && scene.account(place).parent.is_none())
        .collect();
    let mut from = old.iter().copied().step_by(5);
    let mut movers: Vec<Mover> = Vec::new();
    // Places that buy, or are sold to, for the first time some weeks after the move.
    let opens = |place: u32| {
        let deal = deals_of(scene, place).iter().map(Deal::created_on).min()?;
        let day = scene.standing(place).first_on.map_or(deal, |on| on.min(deal));
        let joined_on = day - 15 - i32::try_from(place % 30).unwrap_or(0);
        let is_fit = is_free(place)
            && !scene.account(place).is_old
            && scene.account(place).parent.is_none()
            && joined_on > last_day - 330;
        is_fit.then_some((place, joined_on))
    };
    let opening = scene.places().filter_map(opens).step_by(2).take(N_MOVERS + N_NOT_GAINING);
    for (nth, (to, joined_on)) in opening.enumerate() {
        let Some(from) = from.next() else { return movers };
        let left_on = joined_on - 20 - i32::try_from(to % 25).unwrap_or(0);
        movers.push(Mover { from, to, left_on, joined_on, is_beneficiary: nth < N_MOVERS });
    }
    // The same person under two numbers.
    movers.extend(movers.first().copied());
    let known: Vec<u32> = old.iter().rev().copied().step_by(7).take(N_KNOWN).collect();
    for to in known {
        let Some(from) = from.next().filter(|from| *from != to) else { return movers };
        let joined_on = last_day - 60 - i32::try_from(to % 90).unwrap_or(0);
        movers.push(Mover { from, to, left_on: joined_on - 30, joined_on, is_beneficiary: true });
    }
    // The oldest branch of each group, which stand in the order of their creation.
    let mut sisters: BTreeMap<u32, u32> = BTreeMap::new();
    let within = scene.places().filter_map(|to| {
        let account = scene.account(to);
        let (parent, first_on) = (account.parent?, scene.standing(to).first_on?);
        let from = *sisters.entry(parent).or_insert(to);
        let joined_on = first_on - 25;
        let is_older = shanghai_day(scene.account(from).created_at) < joined_on - 200
            && scene.standing(from).first_on.is_some_and(|on| on < joined_on - 200);
        let mover = Mover { from, to, left_on: joined_on - 40, joined_on, is_beneficiary: true };
        (from != to && !account.is_old && is_older).then_some(mover)
    });
    movers.extend(within.take(N_WITHIN));
    movers
}

/// What a move is to those who look for doors.
pub(super) fn move_case(scene: &Scene, from: u32, to: u32, joined_on: i32, gains: bool) -> &'static str {
    let root = |mut place: u32| {
        while let Some(parent) = scene.account(place).parent {
            place = parent;
        }
        place
    };
    let is_known = scene.standing(to).first_on.is_some_and(|on| on < joined_on);
    match (gains, scene.account(to).part == Part::Internal, root(from) == root(to)) {
        (false, ..) => "does not gain by the product",
        (_, true, _) => "our own account",
        (_, _, true) => "within the group",
        _ if is_known => "already a customer",
        _ => "opens a door",
    }
}

/// Says which contacts were about a deal, and with whom they were.
pub(super) fn name_people(scene: &Scene, place: u32, deals: &[Deal], touches: &mut [Touch]) {
    let people = all_people(scene, place);
    if people.is_empty() {
        return;
    }
    let mut draw = scene.draw(Stream::Chain, place);
    for deal in deals {
        about(&mut draw, scene, deal, &people, touches);
    }
    recently(scene, place, deals, &people, touches);
}

fn is_there(person: &Person, day: i32) -> bool {
    person.left_on.is_none_or(|left| day < left)
}

fn about(draw: &mut Draw, scene: &Scene, deal: &Deal, people: &[Person], touches: &mut [Touch]) {
    let end = deal.won_on.or(deal.lost_on).unwrap_or(scene.last_day());
    for touch in touches.iter_mut() {
        let is_talk = matches!(touch.kind, Kind::Visit | Kind::Call | Kind::Message) && touch.done;
        let is_within = (deal.first_contact_on..=end).contains(&touch.day);
        if touch.deal.is_none() && is_talk && is_within && draw.chance(0.6) {
            touch.deal = Some(deal.number);
        }
    }
    let mut of_deal: Vec<&mut Touch> =
        touches.iter_mut().filter(|touch| touch.deal == Some(deal.number)).collect();
    of_deal.sort_by_key(|touch| touch.day);
    let (decides_first, n_people) = match (deal.won_on, deal.lost_on) {
        (Some(_), _) => (draw.chance(0.8), 1 + draw.below(2)),
        (_, Some(_)) => (draw.chance(0.2), 2 + draw.below(3)),
        _ => (draw.chance(0.5), 1 + draw.below(3)),
    };
    let decides_later = draw.chance(0.5);
    let mut others: Vec<&Person> = people.iter().filter(|person| person.part != DECIDER).collect();
    draw.shuffle(&mut others);
    let decider = people.iter().find(|person| person.part == DECIDER);
    let mut cast: Vec<&Person> = if decides_first { decider.into_iter().collect() } else { Vec::new() };
    cast.extend(others);
    cast.truncate(n_people as usize);
    if !decides_first && decides_later {
        cast.extend(decider);
    }
    for (nth, touch) in of_deal.iter_mut().enumerate() {
        let there: Vec<&&Person> = cast.iter().filter(|person| is_there(person, touch.day)).collect();
        touch.person = if there.is_empty() { None } else { Some(there[nth % there.len()].number) };
    }
}

/// Who was talked to lately: where deals are open the decider too, at larger customers two people, but for the planted.
fn recently(scene: &Scene, place: u32, deals: &[Deal], people: &[Person], touches: &mut [Touch]) {
    let last_day = scene.last_day();
    let mut recent: Vec<&mut Touch> = touches
        .iter_mut()
        .filter(|touch| touch.done && touch.kind != Kind::Campaign && touch.day >= last_day - RECENT)
        .collect();
    recent.sort_by_key(|touch| std::cmp::Reverse(touch.day));
    let here: Vec<&Person> = people.iter().filter(|person| person.left_on.is_none()).collect();
    let Some(first) = here.first() else { return };
    if scene.chain.single.contains(&place) {
        recent.iter_mut().for_each(|touch| touch.person = Some(first.number));
        return;
    }
    let decider = here.iter().find(|person| person.part == DECIDER);
    let is_open = deals.iter().any(is_open) && !scene.chain.undecided.contains(&place);
    if let (true, Some(decider), Some(touch)) = (is_open, decider, recent.first_mut()) {
        touch.person = Some(decider.number);
    }
    let standing = scene.standing(place);
    let is_large = standing.rank.is_some() && standing.tier <= Tier::General;
    let is_named = |touch: &&mut Touch, person: &Person| touch.person == Some(person.number);
    let talked = |person: &&&Person| recent.iter().any(|touch| is_named(touch, person));
    let n_talked = here.iter().filter(talked).count();
    if !is_large || n_talked >= 2 || recent.len() < 2 {
        return;
    }
    let other = here.iter().rev().find(|person| Some(person.number) != decider.map(|decider| decider.number));
    let one = decider.unwrap_or(first);
    if let Some(other) = other.filter(|other| other.number != one.number) {
        recent[0].person = Some(one.number);
        recent[1].person = Some(other.number);
    }
}
