//! Sales representatives: headquarters, regions, cities.

use super::draw::{Draw, Source, Stream};
use super::places::{AREAS, CITIES, City, area_index};
use super::words::{GIVEN, SURNAMES};

/// Where a representative works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Headquarters,
    Region,
    City,
}

impl Level {
    /// The warehouse's word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Headquarters => "hq",
            Self::Region => "region",
            Self::City => "city",
        }
    }
}

/// The team that looks after customers without selling.
pub(super) const OPERATORS: &str = "运营";

/// One representative; the number is the place in the list, from 1.
#[derive(Debug)]
pub(super) struct Rep {
    pub(super) name: String,
    pub(super) level: Level,
    pub(super) team: String,
    /// Place of the manager in the list.
    pub(super) manager: Option<u32>,
    pub(super) area: Option<&'static str>,
    pub(super) city: Option<&'static str>,
    /// Left the company; what was sold stays under the number.
    pub(super) has_left: bool,
}

/// All representatives: headquarters first, then regions, then cities.
#[derive(Debug)]
pub(super) struct Reps {
    pub(super) rows: Vec<Rep>,
    n_headquarters: u32,
    per_area: u32,
    /// Places of the operators.
    pub(super) operators: std::ops::Range<u32>,
}

impl Reps {
    /// As many as a company with so many customers has.
    pub(super) fn hire(n_customers: u32, source: &Source) -> Self {
        let n_headquarters = (n_customers / 150).clamp(1, 200);
        let per_area = (n_customers / 400).clamp(1, 60);
        let n_city = (n_customers / 20).clamp(1, 4000);
        let mut reps = Self { rows: Vec::new(), n_headquarters, per_area, operators: 0..0 };
        for index in 0..n_headquarters {
            let team = format!("总部大客户{}组", index % 3 + 1);
            reps.push(source, Level::Headquarters, team, (index > 0).then_some(0), None);
        }
        for area in AREAS {
            let leader = reps.next();
            for index in 0..per_area {
                let home = CITIES.iter().find(|city| city.area == area);
                let manager = if index == 0 { 0 } else { leader };
                reps.push(source, Level::Region, format!("{area}大区"), Some(manager), home);
            }
        }
        let mut cities: Vec<&City> = CITIES.iter().collect();
        cities.sort_by_key(|city| std::cmp::Reverse(city.weight));
        let n_largest = usize::try_from(n_city / 2).unwrap_or(cities.len()).clamp(1, cities.len());
        for index in 0..n_city as usize {
            let city = cities[index % n_largest];
            let manager = reps.region(area_index(city.area));
            reps.push(source, Level::City, format!("{}城市组", city.name), Some(manager), Some(city));
        }
        let first = reps.next();
        let n_operators = (n_customers / 150).clamp(2, 40);
        for index in 0..n_operators {
            let manager = (index > 0).then_some(first);
            reps.push(source, Level::Headquarters, OPERATORS.to_owned(), manager, None);
        }
        reps.operators = first..first + n_operators;
        reps
    }

    fn next(&self) -> u32 {
        u32::try_from(self.rows.len()).expect("there are only a few thousand representatives")
    }

    fn push(
        &mut self,
        source: &Source,
        level: Level,
        team: String,
        manager: Option<u32>,
        city: Option<&City>,
    ) {
        let mut draw = source.stream(Stream::Reps, self.next(), 0);
        let name = format!("{}{}", draw.pick(&SURNAMES), draw.pick(&GIVEN));
        let area = city.map(|city| city.area);
        let city = city.filter(|_| level == Level::City).map(|city| city.name);
        self.rows.push(Rep { name, level, team, manager, area, city, has_left: false });
    }

    /// The leader of a region.
    fn region(&self, area: usize) -> u32 {
        self.n_headquarters + self.per_area * u32::try_from(area).expect("there are seven regions")
    }

    /// A representative of just this level who has not left, from the region if the city has none.
    pub(super) fn serving(&self, draw: &mut Draw, level: Level, city: &City) -> u32 {
        let is_fit = |rep: &Rep| rep.level == level && !rep.has_left && rep.team != OPERATORS;
        let nearness = |rep: &Rep| match (rep.city == Some(city.name), rep.area == Some(city.area)) {
            (true, _) => 2,
            (false, true) => 1,
            (false, false) => 0,
        };
        let nearest = self.rows.iter().filter(|rep| is_fit(rep)).map(nearness).max();
        let near: Vec<u32> = (0..)
            .zip(&self.rows)
            .filter(|(_, rep)| is_fit(rep) && Some(nearness(rep)) == nearest)
            .map(|(place, _)| place)
            .collect();
        if near.is_empty() { self.find(draw, level, city) } else { near[draw.index(near.len())] }
    }

    /// A representative of a level for a city; the region's when the city has none.
    pub(super) fn find(&self, draw: &mut Draw, level: Level, city: &City) -> u32 {
        match level {
            Level::Headquarters => draw.below(self.n_headquarters),
            Level::Region => self.region(area_index(city.area)) + draw.below(self.per_area),
            Level::City => {
                let first = self.region(AREAS.len()) as usize;
                let here: Vec<usize> = (first..self.rows.len())
                    .filter(|&index| self.rows[index].city == Some(city.name))
                    .collect();
                if here.is_empty() {
                    return self.find(draw, Level::Region, city);
                }
                u32::try_from(here[draw.index(here.len())])
                    .expect("there are only a few thousand representatives")
            }
        }
    }
}
