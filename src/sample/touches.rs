//! Contacts with accounts: who called, wrote or came, and when.
//!
//! The long tail is left alone until it has bought, but for those brought in by hand. Accounts with settlement money
//! are visited as their balances call for, and not beside that.

use super::balances::{Visit, visits_of};
use super::calendar::shanghai_day;
use super::chain::name_people;
use super::deals::deals_of;
use super::draw::{Draw, Stream};
use super::lists::opted_out_on;
use super::people::{Person, people_of};
use super::plan::{Contact, Load};
use super::reps::{Level, OPERATORS};
use super::roles::Part;
use super::scene::Scene;
use super::standing::{Segment, Tier};

/// What happened between the company and a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Visit,
    Call,
    Message,
    /// A mass mailing.
    Campaign,
    Negotiation,
    Training,
}

impl Kind {
    /// The warehouse's word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Visit => "拜访",
            Self::Call => "电话",
            Self::Message => "消息",
            Self::Campaign => "群发",
            Self::Negotiation => "谈判",
            Self::Training => "培训",
        }
    }
}

/// Who made a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Rep(u32),
    Operator(u32),
    /// The team that serves those without a representative.
    Remote,
    Marketing,
}

impl By {
    pub(super) fn rep(self) -> Option<u32> {
        match self {
            Self::Rep(rep) | Self::Operator(rep) => Some(rep),
            Self::Remote | Self::Marketing => None,
        }
    }

    pub(super) fn team<'a>(self, scene: &'a Scene) -> &'a str {
        match self {
            Self::Rep(rep) => &scene.reps.rows[rep as usize].team,
            Self::Operator(_) => OPERATORS,
            Self::Remote => "远程服务组",
            Self::Marketing => "市场部",
        }
    }
}

/// One row of `activity`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Touch {
    pub(super) day: i32,
    pub(super) kind: Kind,
    pub(super) by: By,
    pub(super) deal: Option<u8>,
    pub(super) person: Option<u8>,
    pub(super) done: bool,
}

/// Days of contacts before the last day.
const SPAN: i32 = 455;

/// The contacts with an account, by day.
pub(super) fn touches_of(scene: &Scene, place: u32) -> Vec<Touch> {
    let account = scene.account(place);
    let mut touches = Vec::new();
    if account.part == Part::Internal {
        return touches;
    }
    let mut draw = scene.draw(Stream::Touches, place);
    regular(&mut draw, scene, place, &mut touches);
    mailings(&mut draw, scene, place, &mut touches);
    by_hand(&mut draw, scene, place, &mut touches);
    let by = account.rep.map_or(By::Remote, By::Rep);
    let deals = deals_of(scene, place);
    for deal in &deals {
        let is_wanted = |day: i32| scene.care(place).load != Load::Under || day < scene.last_day() - 110;
        let days = deal.negotiated_on.iter().copied().filter(|&day| is_wanted(day));
        let kind = Kind::Negotiation;
        let deal = Some(deal.number);
        touches.extend(days.map(|day| Touch { day, kind, by, deal, person: None, done: true }));
    }
    for Visit { day, done, is_joint } in visits_of(scene, place).rows {
        let kind = Kind::Visit;
        touches.push(Touch { day, kind, by, deal: None, person: None, done });
        if is_joint {
            let by = By::Rep(scene.reps.serving(&mut draw, Level::Headquarters, account.city));
            touches.push(Touch { day, kind, by, deal: None, person: None, done });
        }
    }
    respect_opt_out(&mut draw, scene, place, &mut touches);
    let people = people_of(scene, place);
    for touch in &mut touches {
        touch.person = somebody(&mut draw, &people, *touch);
    }
    name_people(scene, place, &deals, &mut touches);
    touches.sort_by_key(|touch| touch.day);
    touches
}

/// One of those who are still there; a mailing goes to nobody in particular.
fn somebody(draw: &mut Draw, people: &[Person], touch: Touch) -> Option<u8> {
    let is_named = touch.kind != Kind::Campaign && !people.is_empty() && draw.chance(0.7);
    let person = people.get(if is_named { draw.index(people.len()) } else { return None })?;
    person.left_on.is_none_or(|left| touch.day < left).then_some(person.number)
}

/// The first day on which an account may be contacted by a person.
fn since(scene: &Scene, place: u32) -> i32 {
    let (account, standing) = (scene.account(place), scene.standing(place));
    let created = shanghai_day(account.created_at) + 1;
    let from = match (standing.segment, standing.first_on) {
        (Segment::Tail, Some(first)) => (first + 1).max(created),
        _ => created,
    };
    from.max(scene.last_day() - SPAN).min(scene.last_day())
}

/// Goes back from the last day, one contact at a time.
fn regular(draw: &mut Draw, scene: &Scene, place: u32, into: &mut Vec<Touch>) {
    let (standing, care) = (scene.standing(place), scene.care(place));
    let last_day = scene.last_day();
    let from = since(scene, place);
    let usual = match (standing.rank, standing.tier) {
        (None, _) => 78,
        (Some(_), Tier::Key) => 11,
        (Some(_), Tier::Important) => 20,
        (Some(_), Tier::General) => 38,
        (Some(_), Tier::Maintenance) => 72,
    };
    let mut day = last_day
        - match care.contact {
            Contact::Regular if care.load == Load::Under => 40,
            Contact::Regular if care.load == Load::Over => 1,
            Contact::Regular => draw.between(0, usual.min(55)),
            Contact::Quiet => draw.between(100, 165),
            Contact::Silent | Contact::Uncovered => draw.between(190, 250),
        };
    if care.contact == Contact::Regular {
        // Those who have just come are touched all the same.
        day = day.max(from.min(last_day));
    }
    let mut is_latest = true;
    while day >= from {
        let by = author(draw, scene, place);
        let kind = kind_of(draw, scene, place, by);
        let done = is_latest || !draw.chance(0.04);
        into.push(Touch { day, kind, by, deal: None, person: None, done });
        is_latest = false;
        let is_over = care.load == Load::Over && day > last_day - 84;
        let usual = if is_over { 3 } else { usual };
        let jitter = draw.between(usual * 7 / 10, usual * 13 / 10).max(1);
        day -= if care.load == Load::Under && day > last_day - 100 { 80 } else { jitter };
        if is_over && day < last_day - 84 {
            day -= usual;
        }
    }
}

fn author(draw: &mut Draw, scene: &Scene, place: u32) -> By {
    let operators = &scene.reps.operators;
    let is_head = scene.standing(place).segment == Segment::Head;
    let lot = draw.unit();
    let Some(rep) = scene.account(place).rep else { return By::Remote };
    if operators.is_empty() || scene.standing(place).rank.is_none() {
        return By::Rep(rep);
    }
    // The first operator looks after the head, the others after waist and tail.
    let n_others = operators.end - operators.start - 1;
    let other = operators.start + 1 + draw.below(n_others.max(1));
    match is_head {
        true if lot < 0.22 => By::Operator(operators.start),
        true if lot < 0.25 => By::Operator(other),
        false if lot < 0.02 => By::Operator(operators.start),
        false if lot < 0.30 => By::Operator(other),
        _ => By::Rep(rep),
    }
}

fn kind_of(draw: &mut Draw, scene: &Scene, place: u32, by: By) -> Kind {
    let is_large = matches!(scene.standing(place).tier, Tier::Key | Tier::Important);
    let may_visit = scene.care(place).band.is_none() && scene.care(place).load != Load::Over;
    let weights = match by {
        By::Rep(_) if is_large && may_visit => [35, 35, 20, 10],
        By::Rep(_) if may_visit => [10, 50, 35, 5],
        By::Rep(_) => [0, 55, 35, 10],
        _ => [0, 30, 60, 10],
    };
    [Kind::Visit, Kind::Call, Kind::Message, Kind::Training][draw.weighted(&weights)]
}

/// Mass mailings about four times a year; none lately to those who are to be found untouched.
fn mailings(draw: &mut Draw, scene: &Scene, place: u32, into: &mut Vec<Touch>) {
    let from = (shanghai_day(scene.account(place).created_at) + 1).max(scene.last_day() - SPAN);
    let until = match scene.care(place).contact {
        Contact::Regular => scene.last_day(),
        Contact::Quiet | Contact::Silent | Contact::Uncovered => scene.last_day() - 200,
    };
    for round in 0..5 {
        let day = scene.last_day() - 20 - round * 91;
        if day >= from && day <= until && draw.chance(0.7) {
            into.push(Touch {
                day,
                kind: Kind::Campaign,
                by: By::Marketing,
                deal: None,
                person: None,
                done: true,
            });
        }
    }
}

/// Those who want no contact get none, but for the first of them, who was called all the same.
fn respect_opt_out(draw: &mut Draw, scene: &Scene, place: u32, touches: &mut Vec<Touch>) {
    let Some(nth) = scene.plan.opted_out.iter().position(|&out| out == place) else { return };
    let since = opted_out_on(scene, nth);
    touches.retain(|touch| touch.day < since);
    let by = author(draw, scene, place);
    let called_on = if nth == 0 { since + 9 } else { since - 3 };
    touches.push(Touch { day: called_on, kind: Kind::Call, by, deal: None, person: None, done: true });
}

/// Calls and visits before the first order of those of the long tail that were brought in by hand.
fn by_hand(draw: &mut Draw, scene: &Scene, place: u32, into: &mut Vec<Touch>) {
    let standing = scene.standing(place);
    let Some(first) = standing.first_on.filter(|_| scene.care(place).by_hand) else { return };
    let created = shanghai_day(scene.account(place).created_at);
    for _ in 0..2 + draw.below(6) {
        let kind = [Kind::Call, Kind::Message, Kind::Visit, Kind::Training][draw.weighted(&[4, 3, 2, 1])];
        let by = scene.account(place).rep.map_or(By::Remote, By::Rep);
        let day = draw.between((created + 1).max(first - 45), first - 1);
        into.push(Touch { day, kind, by, deal: None, person: None, done: true });
    }
}
