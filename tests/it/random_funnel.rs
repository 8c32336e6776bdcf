//! What holds for any leads: the online funnel by cohort of entry, beside counts done here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use tierbook::run::Request;

use crate::random_retention::{is_near, month_of, name_of, ratio, run};
use crate::support::{self, Project, Row};

const AS_OF: Date = date(2026, 10, 15);

/// The stages of the online funnel as shipped: name, events that make it, days until it can be judged.
const STAGES: [(&str, &[&str], i64); 6] = [
    ("visit", &["visit"], 0),
    ("register", &["register"], 30),
    ("activate", &["activate"], 30),
    ("trial", &["trial"], 60),
    ("pay", &["pay"], 90),
    ("repeat", &["repeat"], 180),
];

/// Events, one of which makes no stage.
const EVENTS: [&str; 7] = ["register", "activate", "trial", "pay", "repeat", "visit", "newsletter"];

/// One lead: days before the as-of date on which it was created, and its events, each with the days after that.
type Lead = (i64, Vec<(usize, i64)>);

const QUESTION: &str = "
SELECT CAST(entry_month AS VARCHAR) AS entry_month, stage, leads, entered, skipped, conversion, conversion_total, judged_share,
  CAST(mature_on AS VARCHAR) AS mature_on, is_mature, is_recent
FROM acquisition.funnel WHERE line = 'online' ORDER BY entry_month, position
";

#[test]
fn the_funnel_holds_for_any_leads() {
    let lead = (0_i64..500, prop::collection::vec((0..EVENTS.len(), 0_i64..120), 0..6));
    run(&prop::collection::vec(lead, 0..40), |leads| check(leads));
}

fn check(leads: &[Lead]) -> Result<(), String> {
    let mut known = String::from("lead_id:text,channel:text,created_on:date\n");
    let mut events = String::from("lead_id:text,happened_on:date,event:text\n");
    // The month of entry and the last stage that each lead has reached by the as-of date.
    let mut cohorts: BTreeMap<i64, Vec<BTreeSet<usize>>> = BTreeMap::new();
    for (number, (ago, happened)) in leads.iter().enumerate() {
        let created = AS_OF - ago.days();
        known.push_str(&format!("l{number},seo,{created}\n"));
        let mut reached = BTreeSet::from([0]);
        for (event, after) in happened {
            let day = created + after.days();
            events.push_str(&format!("l{number},{day},{}\n", EVENTS[*event]));
            if day <= AS_OF {
                reached.extend(STAGES.iter().position(|(_, makes, _)| makes.contains(&EVENTS[*event])));
            }
        }
        cohorts.entry(month_of(created)).or_default().push(reached);
    }
    let rows = ask(known, events)?;
    if rows.len() != cohorts.len() * STAGES.len() {
        return Err(format!("{} rows of {} cohorts", rows.len(), cohorts.len()));
    }
    let mut rows = rows.iter();
    for (month, leads) in &cohorts {
        let mut before = None;
        for (place, (stage, _, days)) in STAGES.iter().enumerate() {
            let row = rows.next().ok_or("too few rows")?;
            let entered = count(leads, |reached| reached.last() >= Some(&place));
            let skipped = count(leads, |reached| reached.last() >= Some(&place) && !reached.contains(&place));
            let all = count(leads, |_| true);
            let last_day = next_month(*month) - 1.day();
            let mature_on = last_day + days.days();
            let is_mature = mature_on <= AS_OF;
            let holds = row["entry_month"] == name_of(*month)
                && row["stage"] == *stage
                && row["leads"] == all
                && row["entered"] == entered
                && row["skipped"] == skipped
                && is_near(&row["conversion"], before.and_then(|before| ratio(entered, before)))
                && is_near(&row["conversion_total"], ratio(entered, all))
                && is_near(&row["judged_share"], ratio(entered, all).filter(|_| is_mature))
                && row["mature_on"] == mature_on.to_string()
                && row["is_mature"] == is_mature
                && row["is_recent"] == (month_of(AS_OF) - month < 12);
            if !holds {
                return Err(format!(
                    "{row:?}: of {all} leads {entered} entered and {skipped} skipped, mature on {mature_on}"
                ));
            }
            before = Some(entered);
        }
    }
    Ok(())
}

fn count(leads: &[BTreeSet<usize>], is_one: impl Fn(&BTreeSet<usize>) -> bool) -> i64 {
    i64::try_from(leads.iter().filter(|reached| is_one(reached)).count()).unwrap()
}

fn next_month(month: i64) -> Date {
    name_of(month + 1).parse().unwrap()
}

fn ask(leads: String, events: String) -> Result<Vec<Row>, String> {
    let given = [
        ("customers", "customer_id:text,customer_name:text\nc0,Customer 0\n".to_owned()),
        (
            "sales",
            "order_id:text,line_no:int,customer_id:text,sold_on:date,amount:decimal,state:text\n".to_owned(),
        ),
        ("channels", "channel:text,line:text,mode:text,traffic:text\nseo,online,net,passive\n".to_owned()),
        ("leads", leads),
        ("lead_events", events),
    ];
    let project = Project::shipped(&given.map(|(table, text)| (table.to_owned(), text)));
    let request = Request { partitions: 1, as_of: Some(AS_OF), ..project.request() };
    support::asked(&request, QUESTION).map_err(|errors| support::told(&errors))
}
