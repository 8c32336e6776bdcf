//! What happens to one lead: on the net from a visit to a payment, elsewhere through the public pool and the hands of
//! sales people; and who talked to it before it was an account.

use super::calendar::shanghai_day;
use super::channels::{Channel, SEARCH};
use super::draw::{Draw, Stream};
use super::leads::{Entry, Fate, Holder, Origin, is_cared_for};
use super::places::area_index;
use super::reps::Level;
use super::scene::Scene;
use super::search;
use super::touches::{By, Kind};

/// What can happen to a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    PoolIn,
    Cleaned,
    Claim,
    Named,
    Visit,
    Register,
    Activate,
    Qualified,
    Trial,
    Proposal,
    Return,
    Recycle,
    Pay,
    Repeat,
}

impl What {
    /// The warehouse's word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Visit => "访问",
            Self::Register => "注册",
            Self::Activate => "激活",
            Self::Qualified => "确认意向",
            Self::Trial => "试用",
            Self::Pay => "付费",
            Self::Repeat => "复购",
            Self::Named => "点名",
            Self::Proposal => "方案报价",
            Self::PoolIn => "入公海",
            Self::Cleaned => "清洗通过",
            Self::Claim => "领取",
            Self::Return => "退回",
            Self::Recycle => "回收",
        }
    }
}

/// One row of `lead_event`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    pub(super) day: i32,
    pub(super) what: What,
    pub(super) channel: Option<u8>,
    pub(super) rep: Option<u32>,
    /// The pool of a region, by its place among them.
    pub(super) pool: Option<u8>,
}

/// A contact with a lead.
#[derive(Debug, Clone, Copy)]
pub(super) struct LeadTouch {
    pub(super) day: i32,
    pub(super) kind: Kind,
    pub(super) by: By,
}

/// All that is known of a lead.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) status: &'static str,
    pub(super) lost: Option<&'static str>,
    pub(super) keyword: Option<String>,
    pub(super) events: Vec<Event>,
    pub(super) touches: Vec<LeadTouch>,
}

/// Days without a contact after which a claimed lead goes back to the pool by itself.
const RECYCLED_AFTER: i32 = 30;

/// What happens to a lead, up to the last day.
pub(super) fn life_of(scene: &Scene, bucket: usize, entry: &Entry) -> Life {
    let step = u32::try_from(bucket).unwrap_or(0);
    let mut draw = match entry.fate {
        Fate::Account(place) => scene.source.stream(Stream::LeadPaths, scene.account(place).id, 0),
        Fate::Idle(nth) | Fate::Held(_, nth) => scene.source.stream(Stream::LeadPaths, nth, step),
    };
    let mut life =
        Life { status: "新线索", lost: None, keyword: None, events: Vec::new(), touches: Vec::new() };
    if entry.channel == Some(SEARCH) {
        let pays = matches!(entry.fate, Fate::Account(place) if scene.standing(place).first_on.is_some());
        life.keyword = search::keyword(&mut draw, pays);
    }
    let mut path = Path { scene, entry, draw, life };
    match entry.fate {
        Fate::Account(place) => {
            if let Some(origin) = scene.book.origins[place as usize] {
                path.of_account(place, &origin);
            }
        }
        Fate::Held(holder, _) => path.held(holder),
        Fate::Idle(_) => path.idle(),
    }
    let last_day = scene.last_day();
    let mut life = path.life;
    life.events.retain(|event| event.day <= last_day);
    life.events.sort_by_key(|event| (event.day, event.what));
    life.touches.retain(|touch| touch.day <= last_day);
    life.touches.sort_by_key(|touch| touch.day);
    life
}

struct Path<'a> {
    scene: &'a Scene<'a>,
    entry: &'a Entry,
    draw: Draw,
    life: Life,
}

impl Path<'_> {
    fn push(&mut self, what: What, day: i32) {
        self.life.events.push(Event { day, what, channel: None, rep: None, pool: None });
    }

    /// With the channel by which it came this time: most often the first one.
    fn push_by_channel(&mut self, what: What, day: i32) {
        let lot = self.draw.unit();
        let other = u8::try_from(self.draw.below(7)).unwrap_or(0);
        let first = self.entry.day == day && what <= What::Visit;
        let channel = if first || lot < 0.8 { self.entry.channel } else { Some(other) };
        self.life.events.push(Event { day, what, channel, rep: None, pool: None });
    }

    fn push_by(&mut self, what: What, day: i32, rep: Option<u32>, pool: Option<u8>) {
        self.life.events.push(Event { day, what, channel: None, rep, pool });
    }

    fn is_online(&self) -> bool {
        self.entry.channel.is_some_and(|channel| Channel::of(channel).is_online())
    }

    /// One to four contacts within some days.
    fn follow(&mut self, by: By, from: i32, until: i32) {
        if from >= until {
            return;
        }
        for _ in 0..1 + self.draw.below(4) {
            let kinds = [Kind::Call, Kind::Message, Kind::Visit];
            let kind = kinds[self.draw.weighted(&[6, 3, 2])];
            let day = self.draw.between(from, until - 1);
            self.life.touches.push(LeadTouch { day, kind, by });
        }
    }

    fn of_account(&mut self, place: u32, origin: &Origin) {
        let (account, standing) = (self.scene.account(place), self.scene.standing(place));
        let created = shanghai_day(account.created_at);
        let (first_on, second_on) = (standing.first_on, standing.second_on);
        let cared = is_cared_for(standing, self.scene.care(place), origin);
        let by = account.rep.map_or(By::Remote, By::Rep);
        let is_trial = self.draw.chance(0.75);
        let until = first_on.unwrap_or(self.scene.last_day()).max(created);
        if self.is_online() {
            self.push_by_channel(What::Visit, origin.day);
            self.push_by_channel(What::Register, created);
            let active = (created + self.draw.between(0, 3)).min(until);
            self.push(What::Activate, active);
            if cared {
                let day = (active + 1).min(until);
                self.push_by_channel(What::Qualified, day);
            }
            if is_trial {
                let day = (active + self.draw.between(0, 5)).min(until);
                self.push_by_channel(What::Trial, day);
            }
        } else {
            self.by_hand(origin, account.rep, account.city.area, created, until, first_on.is_some());
        }
        if cared {
            self.follow(by, origin.day + 1, created);
        }
        for (what, day) in [(What::Pay, first_on), (What::Repeat, second_on)] {
            if let Some(day) = day {
                self.push(what, day);
            }
        }
        self.life.lost = origin.is_recovered.then_some("暂无需求");
        self.life.status = if first_on.is_some() { "已成交" } else { "跟进中" };
    }

    /// A lead of an account that did not come over the net.
    fn by_hand(
        &mut self,
        origin: &Origin,
        rep: Option<u32>,
        area: &str,
        created: i32,
        until: i32,
        pays: bool,
    ) {
        let is_pooled = Channel::of(origin.channel).is_pooled() && pays && rep.is_some();
        let pool = u8::try_from(area_index(area)).ok();
        let mut day = origin.day;
        if is_pooled {
            day = (day + self.draw.between(0, 1)).min(created);
            self.push_by(What::PoolIn, day, None, pool);
            day = (day + self.draw.between(0, 2)).min(created);
            self.push_by(What::Cleaned, day, None, pool);
            day = (day + self.draw.between(0, 9)).min(created);
            self.push_by(What::Claim, day, rep, pool);
        }
        self.push_by(What::Named, day, rep, None);
        self.push_by_channel(What::Qualified, (day + 1).min(until));
        if self.draw.chance(0.8) {
            let visited = (created + self.draw.between(0, 8)).min(until);
            self.push_by(What::Visit, visited, rep, None);
        }
        if pays || self.draw.chance(0.4) {
            let proposed = (created + self.draw.between(4, 20)).min(until);
            self.push_by_channel(What::Proposal, proposed);
        }
    }

    /// Held without an end; the auto-recycling is passed by.
    fn held(&mut self, holder: Holder) {
        let area = self.scene.reps.rows[holder.rep as usize].area.unwrap_or_default();
        let pool = u8::try_from(area_index(area)).ok();
        let (day, last_day) = (self.entry.day, self.scene.last_day());
        self.push_by(What::PoolIn, day, None, pool);
        self.push_by(What::Cleaned, day + 2, None, pool);
        let claimed = day + self.draw.between(3, 12);
        self.push_by(What::Claim, claimed, Some(holder.rep), pool);
        if holder.follows_up {
            for back in [self.draw.between(2, 12), self.draw.between(16, 24)] {
                let by = By::Rep(holder.rep);
                self.life.touches.push(LeadTouch { day: last_day - back, kind: Kind::Call, by });
            }
        }
        self.life.status = "跟进中";
    }

    fn idle(&mut self) {
        let lot = self.draw.unit();
        if lot < 0.05 {
            (self.life.status, self.life.lost) = ("无效", Some("重复"));
        } else if lot < 0.09 {
            (self.life.status, self.life.lost) = ("无效", Some("垃圾信息"));
        }
        let is_junk = self.life.lost.is_some();
        if self.is_online() {
            self.idle_online(is_junk);
        } else if self.entry.channel.is_none_or(|channel| Channel::of(channel).is_pooled()) {
            self.idle_pooled(is_junk);
        } else if !is_junk {
            self.idle_direct();
        }
    }

    fn idle_online(&mut self, is_junk: bool) {
        let mut day = self.entry.day;
        self.push_by_channel(What::Visit, day);
        if is_junk || self.draw.chance(0.45) {
            return;
        }
        day += self.draw.between(0, 2);
        self.push_by_channel(What::Register, day);
        let is_active = self.draw.chance(0.7);
        if is_active {
            day += self.draw.between(0, 3);
            self.push(What::Activate, day);
        }
        let is_followed = self.draw.chance(0.35);
        if is_followed {
            let by = self.anybody();
            self.follow(by, day + 1, day + 25);
            self.life.status = "跟进中";
            if self.draw.chance(0.5) {
                self.push_by_channel(What::Qualified, day + 3);
                self.life.status = "已确认";
            }
        }
        if is_active && self.draw.chance(0.65) {
            day += self.draw.between(0, 5);
            self.push_by_channel(What::Trial, day);
        }
        self.give_up(day + 40, is_followed);
    }

    /// The usual course: cleaned by telephone, claimed, worked on, and given back.
    fn idle_pooled(&mut self, is_junk: bool) {
        let mut day = self.entry.day + self.draw.between(0, 2);
        let area = self.draw.below(7);
        // Some come in without a pool, so that nobody knows when they are to be recycled.
        let pool = u8::try_from(area).ok().filter(|_| !self.draw.chance(0.03));
        let is_bypassed = self.draw.chance(0.02);
        if !is_bypassed {
            self.push_by(What::PoolIn, day, None, pool);
            if is_junk || self.draw.chance(0.28) {
                self.life.lost = self.life.lost.or(Some("联系不上"));
                self.life.status = "无效";
                return;
            }
            day += self.draw.between(1, 4);
            self.push_by(What::Cleaned, day, None, pool);
        }
        // The young leads of today are claimed tomorrow.
        for round in 0..3 {
            if !self.draw.chance(if round == 0 { 0.62 } else { 0.3 }) {
                return;
            }
            day += self.draw.between(1, 24);
            let rep = self.claimer();
            self.push_by(What::Claim, day, Some(rep), pool);
            if self.draw.chance(0.3) {
                // Nobody called; the lead goes back by itself.
                day += RECYCLED_AFTER;
                self.push_by(What::Recycle, day, None, pool);
                continue;
            }
            self.push_by(What::Named, day, Some(rep), None);
            self.follow(By::Rep(rep), day + 1, day + 24);
            (self.life.status, self.life.lost) = ("跟进中", None);
            if self.draw.chance(0.55) {
                let on = day + self.draw.between(2, 8);
                self.push_by_channel(What::Qualified, on);
                self.life.status = "已确认";
                if self.draw.chance(0.6) {
                    let on = day + self.draw.between(5, 14);
                    self.push_by(What::Visit, on, Some(rep), None);
                }
                if self.draw.chance(0.45) {
                    let on = day + self.draw.between(10, 26);
                    self.push_by_channel(What::Proposal, on);
                }
            }
            day += self.draw.between(28, 44);
            if self.draw.chance(0.25) {
                self.push_by(What::Recycle, day, None, pool);
                continue;
            }
            self.push_by(What::Return, day, Some(rep), pool);
            self.give_up(day, true);
            if self.draw.chance(0.7) {
                return;
            }
        }
    }

    fn idle_direct(&mut self) {
        let by = self.anybody();
        let day = self.entry.day + self.draw.between(1, 6);
        let rep = by.rep();
        if self.draw.chance(0.25) {
            // Nobody has looked at it.
            return self.give_up(day + 120, false);
        }
        self.push_by(What::Named, day, rep, None);
        self.follow(by, day, day + 40);
        self.life.status = "跟进中";
        if self.draw.chance(0.6) {
            let on = day + self.draw.between(2, 10);
            self.push_by_channel(What::Qualified, on);
            self.life.status = "已确认";
            if self.draw.chance(0.6) {
                let on = day + self.draw.between(5, 20);
                self.push_by(What::Visit, on, rep, None);
            }
            if self.draw.chance(0.5) {
                let on = day + self.draw.between(12, 40);
                self.push_by_channel(What::Proposal, on);
            }
        }
        self.give_up(day + 60, true);
    }

    /// From some day on the lead counts as lost; what nobody worked on only sometimes.
    fn give_up(&mut self, day: i32, is_worked: bool) {
        let is_told = self.draw.chance(if is_worked { 0.85 } else { 0.4 });
        let reasons = ["暂无需求", "不匹配", "预算不足", "选择竞品", "联系不上"];
        let reason = reasons[self.draw.weighted(&[40, 22, 14, 12, 12])];
        if is_told && day <= self.scene.last_day() {
            (self.life.status, self.life.lost) = ("已流失", Some(reason));
        }
    }

    /// Who calls leads that are in no pool: a sales person of a city, or the remote team.
    fn anybody(&mut self) -> By {
        if self.draw.chance(0.5) { By::Remote } else { By::Rep(self.claimer()) }
    }

    /// A sales person of a city who is there; those who hoard claim nothing else.
    fn claimer(&mut self) -> u32 {
        let rows = &self.scene.reps.rows;
        let n = u32::try_from(rows.len()).expect("there are only a few thousand representatives");
        let is_fit = |place: &u32| {
            let rep = &rows[*place as usize];
            let hoards = self.scene.book.holders.iter().any(|holder| holder.rep == *place);
            rep.level == Level::City && !rep.has_left && !hoards
        };
        let drawn: Vec<u32> = (0..12).map(|_| self.draw.below(n)).collect();
        drawn.into_iter().find(is_fit).or_else(|| (0..n).find(is_fit)).unwrap_or(0)
    }
}
