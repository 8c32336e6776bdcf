//! Who plays which part: groups and their branches, internal accounts, and the customers planted to be found.

use super::calendar::Calendar;
use super::draw::Draw;

/// What an account is made to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Buys as its usage tells.
    Ordinary,
    /// Fake key account: one or two bulk purchases, then nothing.
    Occasional,
    /// Fake key account: large repeat demand that costs more than it brings.
    Unprofitable,
    /// Fake key account: discounts so deep that nothing is left.
    Squeezer,
    /// Left before the last twelve months and returned goods within them.
    LateRefund,
    /// Shares its name with another account.
    Twin,
    /// The company's own test account.
    Internal,
    /// A prospect: never buys.
    Silent,
}

impl Part {
    pub(super) fn is_fake(self) -> bool {
        matches!(self, Self::Occasional | Self::Unprofitable | Self::Squeezer)
    }

    /// Whether all that the account does follows from its part, without contracts, pre-sales and refunds.
    pub(super) fn is_plain(self) -> bool {
        self.is_fake() || self == Self::Internal
    }

    /// Whether it is a customer from the first months on.
    pub(super) fn comes_early(self) -> bool {
        self.is_plain() || matches!(self, Self::LateRefund | Self::Twin)
    }

    /// Yearly spending in cents for this part, where an ordinary account would spend `ordinary`.
    pub(super) fn scale(self, draw: &mut Draw, ordinary: i64) -> i64 {
        let yuan = match self {
            Self::Occasional => draw.between(280, 520),
            Self::Unprofitable => draw.between(320, 560),
            Self::Squeezer => draw.between(420, 640),
            Self::LateRefund => draw.between(15, 60),
            Self::Internal => 3,
            Self::Ordinary | Self::Twin | Self::Silent => return ordinary,
        };
        i64::from(yuan) * 100_000
    }
}

/// The place of one account among the others.
#[derive(Debug, Clone)]
pub(super) struct Role {
    pub(super) part: Part,
    /// Which account it belongs to; always an earlier one.
    pub(super) parent: Option<u32>,
    /// Whether others belong to it.
    pub(super) is_group: bool,
}

/// Below this many accounts nothing is planted: the planted ones would be the sample.
pub(super) const ENOUGH_TO_PLANT: u32 = 60;

/// One role per account.
pub(super) fn cast(n: u32, draw: &mut Draw, calendar: &Calendar) -> Vec<Role> {
    let mut roles = families(n, draw);
    for role in &mut roles {
        if role.parent.is_none() && draw.chance(if role.is_group { 0.4 } else { 0.03 }) {
            role.part = Part::Silent;
        }
    }
    if let Some(first) = roles.first_mut() {
        first.part = Part::Ordinary;
    }
    if n < ENOUGH_TO_PLANT {
        return roles;
    }
    let is_free = |role: &Role| role.part == Part::Ordinary && role.parent.is_none() && !role.is_group;
    let mut free: Vec<usize> = (1..roles.len()).filter(|&index| is_free(&roles[index])).collect();
    draw.shuffle(&mut free);
    let mut wanted = vec![(Part::Internal, 2), (Part::Twin, 2)];
    if calendar.window_start().is_some() {
        wanted.extend([(Part::Occasional, 3), (Part::Unprofitable, 3), (Part::Squeezer, 3)]);
    }
    if calendar.window_start().is_some_and(|start| start >= 4) {
        wanted.push((Part::LateRefund, 4));
    }
    let parts = wanted.into_iter().flat_map(|(part, times)| std::iter::repeat_n(part, times));
    for (part, index) in parts.zip(free) {
        roles[index].part = part;
    }
    roles
}

/// Groups with branches, a few of them over two levels; all others stand alone.
fn families(n: u32, draw: &mut Draw) -> Vec<Role> {
    let role = |parent, is_group| Role { part: Part::Ordinary, parent, is_group };
    let mut roles: Vec<Role> = Vec::new();
    let mut next = 0;
    let mut n_groups = 0;
    while next < n {
        let n_branches = 3 + draw.below(6);
        if n - next < n_branches + 1 || !draw.chance(0.032) {
            roles.push(role(None, false));
            next += 1;
            continue;
        }
        let head = next;
        roles.push(role(None, true));
        let has_two_levels = n_groups % 5 == 2;
        for branch in 1..=n_branches {
            let middle = head + 1;
            roles.push(match (has_two_levels, branch) {
                (true, 1) => role(Some(head), true),
                (true, 2 | 3) => role(Some(middle), false),
                _ => role(Some(head), false),
            });
        }
        next += n_branches + 1;
        n_groups += 1;
    }
    roles
}
