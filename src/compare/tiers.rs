//! Customers that are in another tier.

use serde::Serialize;
use serde_json::Value;

use super::Pair;
use super::session::{Session, THERE, When, count, exact, joined, quoted};
use crate::error::Result;
use crate::names::TableName;
use crate::project::header::Unit;
use crate::reports::data::Datum;
use crate::reports::words::{Style, Words};

/// Customers that are in another tier.
#[derive(Debug, Default, Serialize)]
pub struct TierMoves {
    /// How many customers the tier that applies changes for.
    pub customers: u64,
    /// How many of them move from which tier to which, most first.
    pub matrix: Vec<TierMove>,
    /// The first of them, most revenue first.
    pub moved: Vec<Move>,
    /// Customers for whom only the tier by the formula changes, since another one applies.
    pub formula_only: Vec<TierMove>,
}

/// From one tier to another.
#[derive(Debug, Serialize)]
pub struct TierMove {
    /// The tier before; null for customers that were in none.
    pub from: Option<String>,
    /// The tier after.
    pub to: Option<String>,
    /// How many customers.
    pub customers: u64,
    /// Their revenue after, exact; that before where there is none after.
    pub revenue: Value,
    /// The tiers and the revenue as the reports write them.
    #[serde(skip)]
    pub shown: Shown,
}

/// A customer that is in another tier.
#[derive(Debug, Serialize)]
pub struct Move {
    /// Its key.
    pub customer_id: Value,
    /// Its name.
    pub customer_name: Value,
    /// Who looks after it.
    pub owner: Value,
    /// The tier before; null if it was in none.
    pub from: Option<String>,
    /// The tier after.
    pub to: Option<String>,
    /// Its revenue after, exact; that before where there is none after.
    pub revenue: Value,
    /// The tiers and the revenue as the reports write them.
    #[serde(skip)]
    pub shown: Shown,
}

/// Words for two tiers and an amount.
#[derive(Debug, Default)]
pub struct Shown {
    /// The tier before.
    pub from: String,
    /// The tier after.
    pub to: String,
    /// The amount.
    pub revenue: String,
}

/// The moves between the two versions of the tiers; none when they cannot be matched by customer.
pub(super) async fn moves(
    session: &Session,
    name: &TableName,
    pair: &Pair<'_>,
    words: &Words,
    limit: usize,
) -> Result<Option<TierMoves>> {
    let Some(from) =
        pair.matched(&["customer_id".to_owned()]).then(|| joined(name, &["customer_id".to_owned()]))
    else {
        return Ok(None);
    };
    let (effective, formula) = ("effective_tier", "tier");
    let Some(tier) = [effective, formula].into_iter().find(|column| pair.both_have(column)) else {
        return Ok(None);
    };
    let differs = |column: &str| format!("(b.{column} IS DISTINCT FROM a.{column})");
    let moved = Moved { session, name, pair, words, from };
    let matrix = moved.matrix(tier, &differs(tier)).await?;
    let formula_only = if tier == effective && pair.both_have(formula) {
        let both = format!("b.{THERE} = 1 AND a.{THERE} = 1");
        moved.matrix(formula, &format!("{both} AND NOT ({}) AND {}", differs(tier), differs(formula))).await?
    } else {
        Vec::new()
    };
    Ok(Some(TierMoves {
        customers: matrix.iter().map(|cell| cell.customers).sum(),
        moved: moved.list(tier, &differs(tier), limit).await?,
        matrix,
        formula_only,
    }))
}

struct Moved<'a> {
    session: &'a Session,
    name: &'a TableName,
    pair: &'a Pair<'a>,
    words: &'a Words,
    /// Both versions, joined.
    from: String,
}

impl Moved<'_> {
    async fn matrix(&self, tier: &str, condition: &str) -> Result<Vec<TierMove>> {
        let sql = format!(
            "SELECT from_tier, to_tier, count(*) AS n, sum(revenue) AS revenue \
             FROM (SELECT b.{tier} AS from_tier, a.{tier} AS to_tier, {} AS revenue FROM {} WHERE {condition}) \
             GROUP BY from_tier, to_tier ORDER BY n DESC, from_tier NULLS LAST, to_tier NULLS LAST",
            self.either(&["revenue"]),
            self.from
        );
        let rows = self.session.values(self.name, &sql).await?;
        Ok(rows
            .iter()
            .map(|row| TierMove {
                from: text(&row[0]),
                to: text(&row[1]),
                customers: count(row.get(2)),
                revenue: exact(&row[3]),
                shown: self.shown(tier, &row[0], &row[1], &row[3]),
            })
            .collect())
    }

    async fn list(&self, tier: &str, condition: &str, limit: usize) -> Result<Vec<Move>> {
        let sql = format!(
            "SELECT {} AS customer_id, {} AS customer_name, {} AS owner, b.{tier} AS from_tier, a.{tier} AS to_tier, \
             {} AS revenue FROM {} WHERE {condition} ORDER BY revenue DESC NULLS LAST, customer_id LIMIT {limit}",
            self.either(&["customer_id"]),
            self.either(&["customer_name"]),
            self.either(&["owner_name", "owner_id"]),
            self.either(&["revenue"]),
            self.from
        );
        let rows = self.session.values(self.name, &sql).await?;
        Ok(rows
            .iter()
            .map(|row| Move {
                customer_id: exact(&row[0]),
                customer_name: exact(&row[1]),
                owner: exact(&row[2]),
                from: text(&row[3]),
                to: text(&row[4]),
                revenue: exact(&row[5]),
                shown: self.shown(tier, &row[3], &row[4], &row[5]),
            })
            .collect())
    }

    /// The first of these columns that has a value, after rather than before.
    fn either(&self, columns: &[&str]) -> String {
        let sides = [(When::After, self.pair.after), (When::Before, self.pair.before)];
        let found: Vec<String> = columns
            .iter()
            .flat_map(|column| sides.iter().map(move |(when, built)| (column, when, built)))
            .filter(|(column, _, built)| built.schema.field_with_name(column).is_ok())
            .map(|(column, when, _)| format!("{}.{}", when.alias(), quoted(column)))
            .collect();
        match found.is_empty() {
            true => "CAST(NULL AS VARCHAR)".to_owned(),
            false => format!("coalesce({})", found.join(", ")),
        }
    }

    fn shown(&self, column: &str, from: &Datum, to: &Datum, revenue: &Datum) -> Shown {
        let tier = |datum: &Datum| match datum {
            Datum::Null => "no tier".to_owned(),
            datum => self.words.show(datum, Unit::Text, column, Style::Full),
        };
        let revenue = self.words.show(revenue, Unit::Money, "revenue", Style::Full);
        Shown { from: tier(from), to: tier(to), revenue }
    }
}

fn text(datum: &Datum) -> Option<String> {
    match datum {
        Datum::Null => None,
        datum => Some(crate::reports::data::plain(datum)),
    }
}
