//! Names of the sample's customers: Chinese ones by kind of organisation, some English ones, and no name twice.

use std::collections::HashSet;

use super::draw::Draw;
use super::places::City;
use super::words::{FIRST, INDUSTRIES, LAST, LATIN, MIDDLE, STALLS, SURNAMES, TRADES};

/// Kinds of organisation, as the warehouse codes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OrgType {
    Enterprise,
    Government,
    Military,
    Police,
    School,
    Hospital,
    Utility,
    SoleTrader,
    Transport,
    Other,
}

impl OrgType {
    /// The warehouse's code.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Enterprise => "QY",
            Self::Government => "ZF",
            Self::Military => "BD",
            Self::Police => "JC",
            Self::School => "XX",
            Self::Hospital => "YY",
            Self::Transport => "JT",
            Self::Utility => "GY",
            Self::SoleTrader => "GT",
            Self::Other => "QT",
        }
    }

    /// Paid from public funds: buys once a year, late in the year.
    pub(super) fn is_public(self) -> bool {
        matches!(
            self,
            Self::Government | Self::Military | Self::Police | Self::School | Self::Hospital | Self::Utility
        )
    }
}

/// A name and the industry that it speaks of.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) industry: &'static str,
}

/// Gives names, each only once.
#[derive(Debug, Default)]
pub(super) struct Namer {
    taken: HashSet<String>,
}

impl Namer {
    /// A new name for an organisation of a kind in a city.
    pub(super) fn name(&mut self, draw: &mut Draw, org: OrgType, city: &City, share_english: f64) -> Named {
        let is_english = matches!(org, OrgType::Enterprise) && draw.chance(share_english);
        for attempt in 0_u32.. {
            let brand = coin(draw, attempt);
            let named = if is_english { english(draw, city) } else { chinese(draw, org, city, &brand) };
            if self.taken.insert(named.name.clone()) {
                return named;
            }
        }
        unreachable!("an unbounded loop only ends by returning")
    }

    /// The brand of a new group, such as 澄野餐饮, with its industry.
    pub(super) fn brand(&mut self, draw: &mut Draw) -> Named {
        for attempt in 0_u32.. {
            let industry = &INDUSTRIES[draw.weighted(&INDUSTRIES.each_ref().map(|industry| industry.weight))];
            let name = format!("{}{}", coin(draw, attempt), draw.pick(industry.words));
            if self.taken.insert(name.clone()) {
                return Named { name, industry: industry.name };
            }
        }
        unreachable!("an unbounded loop only ends by returning")
    }

    /// A branch of a brand in a city; further ones are counted.
    pub(super) fn branch(&mut self, brand: &str, city: &City) -> String {
        let first = format!("{brand}（{}）有限公司", city.name);
        if self.taken.insert(first.clone()) {
            return first;
        }
        for ordinal in 2_u32.. {
            let name = format!("{brand}{}第{}分公司", city.name, chinese_number(ordinal));
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
        unreachable!("an unbounded loop only ends by returning")
    }
}

/// A coined word of two syllables, or of three when those seem used up.
fn coin(draw: &mut Draw, attempt: u32) -> String {
    let middle = if attempt < 4 { "" } else { draw.pick(&MIDDLE) };
    let further = if attempt < 12 { "" } else { draw.pick(&FIRST) };
    format!("{}{middle}{further}{}", draw.pick(&FIRST), draw.pick(&LAST))
}

fn chinese(draw: &mut Draw, org: OrgType, city: &City, brand: &str) -> Named {
    let city = city.name;
    let (name, industry) = match org {
        OrgType::Enterprise => return company(draw, city, brand),
        OrgType::Government => {
            let office = draw.pick(&[
                "街道办事处",
                "新区政务服务中心",
                "镇人民政府机关食堂",
                "文化馆",
                "社区服务中心",
            ]);
            (format!("{city}市{brand}{office}"), "政务")
        }
        OrgType::Military => {
            (format!("{city}{brand}{}", draw.pick(&["军人服务社", "营区服务中心"])), "军队后勤")
        }
        OrgType::Police => (
            format!("{city}市{brand}{}", draw.pick(&["派出所机关食堂", "交警大队机关食堂", "警务保障中心"])),
            "公安",
        ),
        OrgType::School => {
            let school = draw.pick(&["中学", "实验小学", "职业技术学院", "外国语学校", "幼儿园", "高级中学"]);
            (format!("{city}{brand}{school}"), "教育")
        }
        OrgType::Hospital => {
            let hospital = draw.pick(&["医院", "口腔医院", "中医院", "康复医院", "妇产医院"]);
            (format!("{city}{brand}{hospital}"), "医疗")
        }
        OrgType::Transport => {
            let carrier = draw.pick(&[
                "客运有限公司",
                "高速服务区管理有限公司",
                "公共交通有限公司",
                "航空服务有限公司",
            ]);
            (format!("{city}{brand}{carrier}"), "交通运输")
        }
        OrgType::Utility => {
            let utility = draw.pick(&["自来水有限公司", "燃气有限公司", "热力有限公司", "环境服务有限公司"]);
            (format!("{city}{brand}{utility}"), "公用事业")
        }
        OrgType::SoleTrader => {
            let stall = draw.pick(&STALLS);
            let owner = if draw.chance(0.4) { format!("{}记", draw.pick(&SURNAMES)) } else { String::new() };
            (format!("{city}市{owner}{brand}{stall}"), "个体商户")
        }
        OrgType::Other => {
            let body = draw.pick(&["餐饮行业协会", "公益基金会", "商会", "农民专业合作社", "体育俱乐部"]);
            (format!("{city}{brand}{body}"), "社会组织")
        }
    };
    Named { name, industry }
}

fn company(draw: &mut Draw, city: &str, brand: &str) -> Named {
    let industry = &INDUSTRIES[draw.weighted(&INDUSTRIES.each_ref().map(|industry| industry.weight))];
    let word = draw.pick(industry.words);
    let name = match draw.below(12) {
        0 => format!("{brand}{word}连锁（{city}）"),
        1 => format!("{city}{brand}{word}股份有限公司"),
        2 => format!("{brand}{word}（{city}）有限公司"),
        3 => format!("{city}{brand}{word}有限责任公司"),
        4 => format!("{city}市{brand}{word}有限公司"),
        _ => format!("{city}{brand}{word}有限公司"),
    };
    Named { name, industry: industry.name }
}

fn english(draw: &mut Draw, city: &City) -> Named {
    let (trade, industry) = TRADES[draw.index(TRADES.len())];
    let first = draw.index(LATIN.len());
    let second = (first + 1 + draw.index(LATIN.len() - 1)) % LATIN.len();
    let (first, second, city) = (LATIN[first], LATIN[second], city.latin);
    let name = match draw.below(20) {
        0..=6 => format!("{first} & {second} {trade} ({city})"),
        7..=10 => format!("{first} {second} {trade} ({city})"),
        11..=13 => format!("{first} {trade} {city} Co. Ltd."),
        14..=16 => format!("{first}'s {second} {trade} ({city})"),
        17..=18 => format!("The \"{first} {second}\" {trade} Company ({city})"),
        _ => format!("{first}, {second} & Partners {trade} ({city})"),
    };
    Named { name, industry }
}

fn chinese_number(n: u32) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |n: u32| DIGITS.get(n as usize).copied().unwrap_or_default();
    match n {
        0..=9 => digit(n).to_owned(),
        10..=19 => format!("十{}", digit(n - 10)),
        20..=99 => format!("{}十{}", digit(n / 10), digit(n % 10)),
        _ => n.to_string(),
    }
}
