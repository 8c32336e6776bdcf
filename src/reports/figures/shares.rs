//! Curves of shares over shares.

use minijinja::{Error, Value};

use super::{Draft, Drafted};
use crate::reports::charts::{Chart, CurveMark, Lorenz, LorenzCurve, Pareto};
use crate::reports::data::plain;
use crate::reports::engine::model_of;
use crate::reports::format::Lang;
use crate::reports::objects::no_column;
use crate::reports::words::Style;

impl Draft<'_> {
    /// Columns `customers_share`, `revenue_share`, and `is_crossing` for the marked point; `x_title` and `y_title` for other axes.
    pub(super) fn pareto(&self) -> Result<Drafted, Error> {
        let (x, y) = (self.column("x", "customers_share")?, self.column("y", "revenue_share")?);
        let crossing = self.column("mark", "is_crossing")?;
        let label: Option<String> = self.kwargs.get("label")?;
        let x_title: Option<String> = self.kwargs.get("x_title")?;
        let y_title: Option<String> = self.kwargs.get("y_title")?;
        let target: Option<f64> = self.kwargs.get("target")?;
        let point = |row: usize| Some((self.number(row, x)?, self.number(row, y)?));
        let marked = self.rows.iter().find(|row| self.is_true(**row, crossing));
        let mark = match (marked.and_then(|row| point(*row)), label) {
            (Some((x, y)), Some(label)) => Some(CurveMark { x, y, label: self.plain_words(&label)? }),
            _ => None,
        };
        let found = marked.filter(|row| point(**row).is_some()).map(|row| {
            let values = [("customers", self.show(*row, x)), ("value", self.show(*row, y))];
            self.say("chart.found_pareto", &values)
        });
        let chart = Chart::Pareto(Pareto {
            points: self.rows.iter().filter_map(|row| point(*row)).collect(),
            target: target.unwrap_or(0.8),
            mark,
            x_title: x_title.map_or_else(|| self.word("chart.customers_share"), Ok)?,
            y_title: y_title.map_or_else(|| self.word("chart.revenue_share"), Ok)?,
            equality_label: self.word("chart.equality")?,
            lang: self.shared.words.lang,
        });
        Ok((chart, found.transpose()?.unwrap_or_default()))
    }

    /// The points of `pareto`, counted from the smallest customer; `series` gives a curve for each of its values.
    pub(super) fn lorenz(&self) -> Result<Drafted, Error> {
        let (x, y) = (self.column("x", "customers_share")?, self.column("y", "revenue_share")?);
        let series = self.optional("series")?;
        let label: Option<String> = self.kwargs.get("label")?;
        let mark_at: Option<f64> = self.kwargs.get("mark_at")?;
        let mut curves: Vec<(String, LorenzCurve)> = Vec::new();
        // From the smallest customer: the rows turned round.
        for row in self.rows.iter().rev() {
            let key = series.map_or_else(String::new, |column| plain(self.datum(*row, column)));
            let place = match curves.iter().position(|(known, _)| *known == key) {
                Some(place) => place,
                None => {
                    let shown = series.map_or_else(String::new, |column| self.show(*row, column));
                    let name = self.curve_name(&key, shown, series)?;
                    curves.insert(0, (key, LorenzCurve { name, points: Vec::new() }));
                    0
                }
            };
            if let (Some(x), Some(y)) = (self.number(*row, x), self.number(*row, y)) {
                curves[place].1.points.push((1.0 - x, 1.0 - y));
            }
        }
        let curves: Vec<LorenzCurve> = curves.into_iter().map(|(_, curve)| curve).collect();
        let names: Vec<&str> = curves.iter().map(|curve| curve.name.as_str()).collect();
        let gap = if self.shared.words.lang == Lang::En { ", " } else { "，" };
        let found = self.say("chart.found_lorenz", &[("curves", names.join(gap))])?;
        let at = mark_at.map(|share| 1.0 - share);
        let height = at.zip(curves.first()).and_then(|(at, curve)| height(&curve.points, at));
        let mark = match (at, height, label) {
            (Some(x), Some(y), Some(label)) => Some(CurveMark { x, y, label: self.plain_words(&label)? }),
            _ => None,
        };
        let chart = Chart::Lorenz(Lorenz {
            curves,
            mark,
            x_title: self.word("chart.customers_from_smallest")?,
            y_title: self.word("chart.value_share")?,
            equality_label: self.word("chart.equality")?,
            lang: self.shared.words.lang,
        });
        Ok((chart, found))
    }

    /// The name of a curve with its Gini coefficient, which the model of the argument `gini` has.
    fn curve_name(&self, key: &str, shown: String, series: Option<usize>) -> Result<String, Error> {
        let given: Option<Value> = self.kwargs.get("gini")?;
        let Some(given) = given else { return Ok(shown) };
        let model = model_of(&given)?;
        let wanted = series.map(|column| (self.data.columns[column].name.clone(), key.to_owned()));
        let row = model.matching(&wanted.into_iter().collect::<Vec<_>>())?.first().copied();
        let data = model.data()?;
        let column = data.column("gini").ok_or_else(|| no_column(&model.name, "gini"))?;
        let Some(row) = row else { return Ok(shown) };
        let info = &data.columns[column];
        let gini = self.shared.words.show(&data.rows[row][column], info.unit, &info.name, Style::Plain);
        let named = self.say("chart.gini", &[("gini", gini)])?;
        Ok(if shown.is_empty() { named } else { format!("{shown} · {named}") })
    }
}

/// The height of a rising curve at a place.
fn height(points: &[(f64, f64)], at: f64) -> Option<f64> {
    let after = points.iter().position(|(x, _)| *x >= at)?;
    let (x1, y1) = points[after];
    let (x0, y0) = after.checked_sub(1).map_or((0.0, 0.0), |before| points[before]);
    Some(if x1 > x0 { y0 + (y1 - y0) * (at - x0) / (x1 - x0) } else { y1 })
}
