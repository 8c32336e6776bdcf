//! Stages, moves between tiers, and steps from one total to another.

use minijinja::Error;
use minijinja::value::Value;

use super::{Draft, Drafted, tint};
use crate::reports::charts::{
    Chart, Direction, Funnel, Migration, Move, Stage, Step, StepGroup, TierEnd, Waterfall,
};
use crate::reports::data::plain;
use crate::reports::engine::fault;
use crate::reports::objects::{CellObject, no_column};
use crate::reports::words::Style;

/// What a waterfall's steps may miss its end by: half a cent, and what adding floats costs.
const SLACK: f64 = 0.005;

impl Draft<'_> {
    /// Rows of stages, the first one first; `rate` is the share of the stage before.
    pub(super) fn funnel(&self) -> Result<Drafted, Error> {
        let (x, y) = (self.column("x", "stage")?, self.column("y", "customers")?);
        let rate = self.optional("rate")?;
        let mut stages = Vec::new();
        for row in &self.rows {
            let Some(value) = self.number(*row, y) else { continue };
            let known = rate.filter(|column| !stages.is_empty() && self.number(*row, *column).is_some());
            let rate = known.map(|column| self.say("chart.step_rate", &[("rate", self.show(*row, column))]));
            stages.push(Stage {
                name: self.show(*row, x),
                value,
                label: self.show(*row, y),
                rate: rate.transpose()?.unwrap_or_default(),
            });
        }
        let found = match (stages.first(), stages.last()) {
            (Some(first), Some(last)) => self.say(
                "chart.found_funnel",
                &[
                    ("first", first.label.clone()),
                    ("first_stage", first.name.clone()),
                    ("last", last.label.clone()),
                    ("last_stage", last.name.clone()),
                ],
            )?,
            _ => String::new(),
        };
        Ok((Chart::Funnel(Funnel { stages }), found))
    }

    /// Rows of pairs; columns `<from>_position` and `<to>_position` of the tiers, if there are any, say what is up.
    pub(super) fn migration(&self) -> Result<Drafted, Error> {
        let (from, to) = (self.column("from", "from_tier")?, self.column("to", "to_tier")?);
        let value = self.column("value", "customers")?;
        let places = [self.place_of("from_position")?, self.place_of("to_position")?];
        let (before, after) = (self.ends(from, places[0], value), self.ends(to, places[1], value));
        let index = |ends: &[(String, TierEnd)], row: usize, column: usize| {
            ends.iter().position(|(name, _)| *name == plain(self.datum(row, column)))
        };
        let mut moves = Vec::new();
        for row in &self.rows {
            let ends = (index(&before, *row, from), index(&after, *row, to));
            let (Some(value_of), (Some(left), Some(right))) = (self.number(*row, value), ends) else {
                continue;
            };
            let (old, new) = (plain(self.datum(*row, from)), plain(self.datum(*row, to)));
            let rank = |column: usize| self.number(*row, column).unwrap_or(0.0);
            let direction = match rank(places[1]).total_cmp(&rank(places[0])) {
                _ if old == "new" || new == "lost" => Direction::Beyond,
                _ if old == new => Direction::Stayed,
                std::cmp::Ordering::Less => Direction::Up,
                _ => Direction::Down,
            };
            let label = self.show(*row, value);
            moves.push(Move { from: left, to: right, value: value_of, label, direction });
        }
        let sum = |direction: Direction| {
            let values = moves.iter().filter(|step| step.direction == direction).map(|step| step.value);
            self.sum_text(value, values)
        };
        let found = self.say(
            "chart.found_migration",
            &[
                ("up", sum(Direction::Up)),
                ("down", sum(Direction::Down)),
                ("stayed", sum(Direction::Stayed)),
                ("beyond", sum(Direction::Beyond)),
            ],
        )?;
        let ends = |all: Vec<(String, TierEnd)>| all.into_iter().map(|(_, end)| end).collect();
        let chart = Chart::Migration(Migration {
            before_title: self.moment("from_month_end", from),
            after_title: self.moment("to_month_end", to),
            before: ends(before),
            after: ends(after),
            moves,
            words: vec![
                (Direction::Up, self.word("chart.moved_up")?),
                (Direction::Down, self.word("chart.moved_down")?),
                (Direction::Stayed, self.word("chart.stayed")?),
                (Direction::Beyond, self.word("chart.in_or_out")?),
            ],
        });
        Ok((chart, found))
    }

    fn place_of(&self, name: &str) -> Result<usize, Error> {
        self.data.column(name).ok_or_else(|| no_column(&self.model.name, name))
    }

    /// The day of a side where the model has it, else what the column is.
    fn moment(&self, day: &str, column: usize) -> String {
        match (self.data.column(day), self.rows.first()) {
            (Some(day), Some(row)) => self.show(*row, day),
            _ => self.title_of(column),
        }
    }

    /// The tiers of one side from the top, with what each holds.
    fn ends(&self, column: usize, place: usize, value: usize) -> Vec<(String, TierEnd)> {
        let mut found: Vec<(f64, String, usize)> = Vec::new();
        for row in &self.rows {
            let name = plain(self.datum(*row, column));
            if found.iter().all(|(_, known, _)| *known != name) {
                found.push((self.number(*row, place).unwrap_or(f64::MAX), name, *row));
            }
        }
        found.sort_by(|a, b| a.0.total_cmp(&b.0));
        let end = |(_, name, row): (f64, String, usize)| {
            let own = self.rows.iter().filter(|row| plain(self.datum(**row, column)) == name);
            let held = own.filter_map(|row| self.number(*row, value)).filter(|held| *held > 0.0);
            let label = self.sum_text(value, held);
            let end = TierEnd { name: self.show(row, column), tint: tint(&name), label };
            (name, end)
        };
        found.into_iter().map(end).collect()
    }

    /// Rows of steps; each of the columns `steps` is a kind of step, whose heading is in `names`.
    pub(super) fn waterfall(&self) -> Result<Drafted, Error> {
        let x = self.column("x", "tier")?;
        let columns: Vec<String> = self.kwargs.get("steps")?;
        let names: Vec<String> = self.kwargs.get::<Option<Vec<String>>>("names")?.unwrap_or_default();
        let (start, end) = (self.total("start")?, self.total("end")?);
        let mut groups = Vec::new();
        let mut unit = None;
        for (place, name) in columns.iter().enumerate() {
            let column = self.place_of(name)?;
            unit = unit.or(Some(column));
            let title = names.get(place).map_or_else(|| Ok(String::new()), |name| self.plain_words(name))?;
            let step = |row: &usize| {
                let info = &self.data.columns[column];
                let label =
                    self.shared.words.show(self.datum(*row, column), info.unit, &info.name, Style::Signed);
                Some(Step { name: self.show(*row, x), value: self.number(*row, column)?, label })
            };
            groups.push(StepGroup { title, steps: self.rows.iter().filter_map(step).collect() });
        }
        let unit = unit.ok_or_else(|| fault("a waterfall wants `steps`, a list of columns"))?;
        let steps = || groups.iter().flat_map(|group| group.steps.iter().map(move |step| (group, step)));
        let sum = steps().fold(start.value, |sum, (_, step)| sum + step.value);
        if (sum - end.value).abs() > SLACK.max(end.value.abs() * 1e-9) {
            return Err(fault(format!(
                "the steps of a waterfall lead from {} to {sum:.2}, and its `end` is {}",
                start.label, end.label
            )));
        }
        let named = |(group, step): (&StepGroup, &Step)| {
            let text = format!("{} {}", step.name, step.label);
            if group.title.is_empty() {
                return Ok(text);
            }
            self.say("chart.step_in_group", &[("step", text), ("group", group.title.clone())])
        };
        let by_value = |a: &(&StepGroup, &Step), b: &(&StepGroup, &Step)| a.1.value.total_cmp(&b.1.value);
        let rise = steps().filter(|(_, step)| step.value > 0.0).max_by(by_value);
        let fall = steps().filter(|(_, step)| step.value < 0.0).min_by(by_value);
        let ends = [("start", start.label.clone()), ("end", end.label.clone())];
        let mut found = vec![self.say("chart.found_waterfall", &ends)?];
        for (key, step) in [("chart.found_rise", rise), ("chart.found_fall", fall)] {
            found.extend(step.map(|step| self.say(key, &[("step", named(step)?)])).transpose()?);
        }
        let found = self.sentences(&found);
        let chart = Chart::Waterfall(Waterfall {
            start,
            groups,
            end,
            title: self.plain_words(&self.kwargs.get::<Option<String>>("axis")?.unwrap_or_default())?,
            cut_note: self.word("chart.cut_axis")?,
            unit: self.axis_unit(unit),
            lang: self.shared.words.lang,
        });
        Ok((chart, found))
    }

    /// A total of a waterfall: the arguments `start` and `start_name`, or `end` and `end_name`.
    fn total(&self, argument: &str) -> Result<Step, Error> {
        let given: Value = self.kwargs.get(argument)?;
        let cell = given.downcast_object_ref::<CellObject>();
        let cell = cell.ok_or_else(|| fault(format!("`{argument}` of a waterfall is a cell of a model")))?;
        let value =
            cell.number().ok_or_else(|| fault(format!("`{argument}` of a waterfall is not known")))?;
        let name: String = self.kwargs.get(&format!("{argument}_name"))?;
        Ok(Step { name: self.plain_words(&name)?, value, label: cell.to_cell().text })
    }
}
