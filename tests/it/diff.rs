//! `diff`: what an edit changes, told before it goes live.

use std::fs;

use jiff::civil::date;
use serde_json::{Value, json};
use tierbook::compare::Comparison;
use tierbook::error::Errors;
use tierbook::run::{self, Request};

use crate::support::{self, Project};

const TIERS: &str = "\
-- The tier of each customer; c7 is a key customer by hand.
--
-- grain: customer_id
-- order: revenue desc, customer_id
-- column: customer_id text \"Customer\"
-- column: customer_name text \"Name\"
-- column: owner_name text \"Owner\"
-- column: revenue money \"Revenue\"
-- column: tier text \"Tier by the formula\"
-- column: effective_tier text \"Tier that applies\"
WITH rated AS (
  SELECT
    b.customer_id, b.customer_name, 'Li' AS owner_name, b.revenue,
    CASE WHEN b.revenue >= s.key_from THEN 'key' WHEN b.revenue >= s.important_from THEN 'important' ELSE 'general' END AS tier
  FROM review.brief b
  CROSS JOIN rules.steps s
)
SELECT *, CASE WHEN customer_id = 'c7' THEN 'key' ELSE tier END AS effective_tier FROM rated
";

const HEADLINE: &str = "\
-- Figures of the book.
--
-- grain: as_of
-- column: as_of date \"As of\"
-- column: revenue money \"Revenue of all customers\"
-- column: key_customers count \"Key customers\"
-- column: key_share ratio \"Share of key customers in revenue\"
SELECT
  $as_of AS as_of,
  sum(revenue) AS revenue,
  sum(CASE WHEN effective_tier = 'key' THEN 1 ELSE 0 END) AS key_customers,
  CAST(sum(CASE WHEN effective_tier = 'key' THEN revenue ELSE 0 END) AS DOUBLE) / CAST(sum(revenue) AS DOUBLE) AS key_share
FROM tiers.current
";

const RECIPIENTS: &str = "
[[recipients]]
name = \"王总\"

[[recipients]]
name = \"Sales\"
reports = [\"people\"]
language = \"en\"
";

/// The brief project with tiers, headline figures, a second report and people who read them.
fn book() -> Project {
    let project = Project::brief();
    project.write("queries/tiers/current.sql", TIERS);
    project.write("queries/review/headline.sql", HEADLINE);
    project.write("queries/rules/steps.csv", "key_from:decimal,important_from:decimal\n300,80\n");
    project.write(
        "report_templates/people.md",
        "# People\n\n{{ table(tiers.current, columns=[\"customer_name\"]) }}\n",
    );
    project.set("publish", "[\"brief\", \"people\"]");
    project.write("tierbook.toml", &(project.read("tierbook.toml") + RECIPIENTS));
    project
}

fn diff(request: &Request, against: &str) -> Result<Comparison, Errors> {
    support::wait(async || run::diff(request, against, 20, &|_| {}).await)
}

#[track_caller]
fn differs(request: &Request, against: &str) -> Value {
    let comparison = diff(request, against).unwrap_or_else(|errors| panic!("{}", support::told(&errors)));
    serde_json::to_value(comparison).unwrap()
}

/// What the project's edits change against what it was before them.
fn edited(edit: impl Fn(&Project)) -> (Project, Value) {
    let (project, before) = (book(), book());
    edit(&project);
    let told = differs(&project.request(), &before.root().display().to_string());
    (project, told)
}

fn names(list: &Value, field: &str) -> Vec<String> {
    let list = list.as_array().unwrap();
    list.iter().map(|item| item[field].as_str().unwrap().to_owned()).collect()
}

fn find<'a>(list: &'a Value, field: &str, name: &str) -> &'a Value {
    let mut list = list.as_array().unwrap().iter();
    list.find(|item| item[field] == name).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn a_rule_moves_exactly_the_customers_that_it_is_about() {
    let (_, told) = edited(|project| project.edit("queries/rules/steps.csv", "300,80", "90,80"));
    let tiers = &told["tiers"];
    assert_eq!(names(&tiers["moved"], "customer_id"), ["c3", "c4"]);
    assert_eq!(
        tiers["matrix"],
        json!([{"from": "important", "to": "key", "customers": 2, "revenue": "190.0000"}])
    );
    assert_eq!(
        tiers["moved"][0],
        json!({"customer_id": "c3", "customer_name": "Adventure", "owner": "Li", "from": "important", "to": "key",
               "revenue": "100.0000"})
    );
    assert_eq!(
        (&told["n_customers"], &told["n_figures"], &told["n_reports"]),
        (&2.into(), &2.into(), &1.into())
    );
    let file = &told["files"][0];
    assert_eq!(
        (&file["path"], &file["lines_removed"]),
        (&"queries/rules/steps.csv".into(), &json!(["300,80"]))
    );
    let key = find(&told["headline"], "column", "key_customers");
    assert_eq!((&key["before"], &key["after"], &key["change"]), (&3.into(), &5.into(), &2.into()));
    assert_eq!((&key["meaning"], &key["change_text"]), (&"Key customers".into(), &"+2, +66.7%".into()));
    // The upstream of the rule is neither compared nor told.
    assert_eq!(names(&told["models"], "model"), ["tiers.current", "review.headline"]);
    assert_eq!(told["n_compared"], 2);
    assert_eq!(told["models"][0]["rows"], json!({"added": 0, "removed": 0, "changed": 2}));
    let report = &told["reports"][0];
    assert_eq!((&report["report"], &report["models"]), (&"people".into(), &json!(["tiers.current"])));
    assert_eq!(
        report["recipients"],
        json!([{"name": "王总", "language": null}, {"name": "Sales", "language": "en"}])
    );
}

#[test]
fn a_tier_by_the_formula_alone_is_told_apart() {
    let (_, told) = edited(|project| project.edit("queries/rules/steps.csv", "300,80", "300,2"));
    assert_eq!(names(&told["tiers"]["moved"], "customer_id"), ["c6"]);
    let alone = &told["tiers"]["formula_only"];
    assert_eq!((&alone[0]["customers"], &alone[0]["revenue"]), (&1.into(), &"3.0000".into()));
}

#[test]
fn a_query_that_is_edited_is_told_by_columns_and_rows() {
    let (_, told) = edited(|project| {
        project.edit(
            "queries/tiers/current.sql",
            "'Li' AS owner_name",
            "'Li' AS owner_name, b.revenue > 90 AS is_large",
        );
        project.edit(
            "queries/tiers/current.sql",
            "FROM review.brief b",
            "FROM (SELECT * FROM review.brief WHERE revenue > 70) b",
        );
        project.edit("queries/tiers/current.sql", "'c7'", "'c5'");
    });
    let tiers = find(&told["models"], "model", "tiers.current");
    assert_eq!(tiers["columns_added"], json!(["is_large"]));
    assert_eq!((&tiers["rows_before"], &tiers["rows_after"]), (&7.into(), &5.into()));
    assert_eq!(tiers["rows"], json!({"added": 0, "removed": 2, "changed": 1}));
    assert_eq!(
        tiers["columns_changed"],
        json!([{"column": "effective_tier", "meaning": "Tier that applies", "rows": 1}])
    );
    // Who is gone is in no tier.
    let moves: Vec<(&Value, &Value)> = told["tiers"]["moved"]
        .as_array()
        .unwrap()
        .iter()
        .map(|moved| (&moved["customer_id"], &moved["to"]))
        .collect();
    assert_eq!(
        moves,
        [(&"c5".into(), &"key".into()), (&"c6".into(), &Value::Null), (&"c7".into(), &Value::Null)]
    );
    let revenue = find(&told["headline"], "column", "revenue");
    assert_eq!((&revenue["before"], &revenue["after"]), (&"1283.7500".into(), &"1210.7500".into()));
    assert_eq!(revenue["before_text"], "CN¥1,283.75");
}

#[test]
fn a_model_is_added_taken_away_retyped_and_given_another_grain() {
    let (_, told) = edited(|project| {
        project.write("queries/review/fresh.sql", "-- grain: n\nSELECT 1 AS n\n");
        fs::remove_file(project.path("queries/review/headline.sql")).unwrap();
        project.edit("queries/tiers/current.sql", "grain: customer_id", "grain: customer_name");
        project.edit(
            "queries/tiers/current.sql",
            "SELECT *, CASE",
            "SELECT * EXCEPT (revenue), CAST(revenue AS BIGINT) AS revenue, CASE",
        );
    });
    assert_eq!(find(&told["models"], "model", "review.fresh")["state"], "added");
    assert_eq!(find(&told["models"], "model", "review.headline")["state"], "removed");
    let tiers = find(&told["models"], "model", "tiers.current");
    assert_eq!(tiers["columns_retyped"][0]["after"], "a whole number");
    assert!(tiers["reason"].as_str().unwrap().contains("the grain was customer_id and is customer_name"));
    assert_eq!(tiers["rows"], Value::Null);
}

#[test]
fn text_that_the_engine_keeps_in_another_way_is_the_same_text() {
    let (_, told) = edited(|project| {
        project.edit(
            "queries/tiers/current.sql",
            "SELECT *, CASE",
            "SELECT arrow_cast(customer_id, 'Utf8View') AS customer_id, customer_name, owner_name, revenue, tier, CASE",
        );
    });
    assert_eq!((&told["models"], &told["n_compared"]), (&json!([]), &2.into()), "{told:#}");
}

#[test]
fn a_parameter_is_told_against_the_same_folder() {
    let project = book();
    let said = project.tierbook(&["diff", "--against", ".", "--set", "least=500"]).fine();
    assert!(
        said.starts_with("0 customers change tier, 0 headline figures move, 1 report changes\n"),
        "{said}"
    );
    assert!(said.contains("\nParameters\n  least: 10 -> 500\n"), "{said}");
    assert!(said.contains("  review.brief: 4 of 7 rows changed; by column: tier 4\n"), "{said}");
    assert!(said.contains("  brief (read by 王总): models review.brief"), "{said}");
    assert!(!project.path("book").exists(), "diff publishes");
}

#[test]
fn words_and_templates_touch_their_reports_and_no_model() {
    let (_, told) = edited(|project| project.edit("report_templates/people.md", "# People", "# Customers"));
    assert_eq!((&told["n_compared"], &told["models"]), (&0.into(), &json!([])));
    // A title stands in the navigation of every page; the words below it do not.
    assert_eq!(names(&told["reports"], "report"), ["brief", "people"]);
    let seen = |report: &Value| (report["template"].clone(), report["looks"].clone());
    assert_eq!(seen(&told["reports"][0]), (false.into(), true.into()));
    assert_eq!(seen(&told["reports"][1]), (true.into(), true.into()));
    let (_, told) = edited(|project| {
        project.edit("report_templates/people.md", "# People\n", "# People\n\nAll of them.\n")
    });
    assert_eq!(
        (names(&told["reports"], "report"), &told["reports"][0]["looks"]),
        (vec!["people".into()], &false.into())
    );
    let (_, told) = edited(|project| {
        project.edit("report_templates/locales/en.toml", "\nno_rows = \"", "\nno_rows = \"Indeed: ");
        project.edit("queries/review/brief.sql", "\"Tier\"", "\"Class\"");
    });
    assert_eq!((&told["n_compared"], &told["models"]), (&0.into(), &json!([])));
    assert_eq!(names(&told["reports"], "report"), ["brief", "people"]);
    assert_eq!(told["reports"][0]["models"], json!(["review.brief"]));
    assert_eq!(told["reports"][1]["words"], json!(["no_rows"]));
    let (_, told) = edited(|project| {
        project.edit("report_templates/playbook/large.toml", "find a second", "find another")
    });
    assert_eq!(
        (names(&told["reports"], "report"), &told["reports"][0]["advice"]),
        (vec!["brief".into()], &json!(["large"]))
    );
}

#[test]
fn a_time_zone_reaches_everything_that_is_staged() {
    let (_, told) = edited(|project| project.set("timezone", "\"Europe/Berlin\""));
    assert_eq!(told["parameters"][0]["name"], "timezone");
    assert_eq!((told["n_compared"].as_u64() > Some(3), &told["models"]), (true, &json!([])));
}

#[test]
fn the_same_project_changes_nothing() {
    let project = book();
    let said = project.tierbook(&["diff", "--against", "."]).fine();
    assert!(said.starts_with("nothing changes\n"), "{said}");
    project.tierbook(&["run", "--as-of", "2026-10-03", "--set", "least=500"]).fine();
    // The parameters of the edition's run are its own, and its day is the day.
    let told = differs(&project.request(), "latest");
    assert_eq!((&told["as_of"], &told["before"]), (&"2026-10-03".into(), &"edition 2026-10-03.1".into()));
    assert_eq!(told["parameters"], json!([{"name": "least", "before": "500", "after": "10"}]));
    let request = Request { settings: vec![("least".into(), "500".into())], ..project.request() };
    for against in
        ["latest", "2026-10-03.1", &project.path("book/editions/2026-10-03.1").display().to_string()]
    {
        assert_eq!(differs(&request, against)["differs"], false, "{against}");
    }
    // On another day the window is that day's.
    let request = Request { as_of: Some(date(2026, 10, 31)), ..request };
    assert_eq!(differs(&request, "latest")["differs"], false);
}

#[test]
fn an_edition_is_compared_as_it_was_made_whatever_became_of_the_folder() {
    let project = book();
    project.tierbook(&["run"]).fine();
    project.edit("queries/rules/steps.csv", "300,80", "90,80");
    project.edit("queries/review/brief.sql", "-- 客户与收入", "-- 客户与收入, as ever");
    let said = project.tierbook(&["diff", "--against", "latest", "--limit", "1"]).fine();
    assert!(
        said.starts_with("2 customers change tier, 2 headline figures move, 1 report changes\n"),
        "{said}"
    );
    assert!(said.contains("Adventure  Important  ->  Key  CN¥100.00  Li\n  and 1 more\n"), "{said}");
    project.tierbook(&["run"]).fine();
    let said = project.tierbook(&["diff", "--against", "2026-10-31.1", "--format", "json"]).fine();
    let told: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&told["before"], &told["n_customers"]), (&"edition 2026-10-31.1".into(), &2.into()));
    assert_eq!(differs(&project.request(), "2026-10-31.2")["differs"], false);
}

#[test]
fn what_a_run_would_stop_at_is_told_beside_the_rest() {
    let (_, told) = edited(|project| {
        project.edit("queries/review/brief.sql", "check: revenue > 0", "check: revenue > 50")
    });
    let brief = find(&told["models"], "model", "review.brief");
    assert_eq!(brief["state"], "broken");
    assert!(
        brief["reason"].as_str().unwrap().contains("check of `review.brief` does not hold: revenue > 50")
    );
    assert_eq!(find(&told["models"], "model", "tiers.current")["state"], "not_computed");
    assert!(
        brief["reason"]
            .as_str()
            .unwrap()
            .ends_with("customer_id = c7, customer_name = Litware, revenue = 3.0000, tier = general")
    );
    // What stops a run without any edit is told too.
    let (project, before) = (book(), book());
    for project in [&project, &before] {
        project.edit("queries/staging/sales.sql", "rows: 1..", "rows: 9..");
    }
    project.edit("queries/rules/steps.csv", "300,80", "90,80");
    let told = differs(&project.request(), &before.root().display().to_string());
    assert_eq!(find(&told["models"], "model", "staging.sales")["state"], "broken_on_both_sides");
    assert_eq!(find(&told["models"], "model", "tiers.current")["state"], "not_computed");
    let (project, before) = (book(), book());
    before.edit("queries/review/brief.sql", "check: revenue > 0", "check: revenue > 50");
    let told = differs(&project.request(), &before.root().display().to_string());
    assert_eq!(find(&told["models"], "model", "review.brief")["state"], "mended");
}

#[test]
fn a_fault_of_the_other_version_is_told_as_such() {
    let project = book();
    support::copy(book().root(), &project.path("other"));
    project.edit("other/queries/review/brief.sql", "c.customer_name,", "c.custmer_name,");
    let said = project.tierbook(&["diff", "--against", "other"]).failed_with(2);
    assert_eq!(said.out, "");
    assert_eq!(
        said.err,
        "\
error: column `custmer_name` not found in `c`
  --> queries/review/brief.sql:13:3
   |
13 |   c.custmer_name,
   |   ^^^^^^^^^^^^^^
   |
   = note: this is in what is compared against: `other`
   = help: a column with a similar name: `customer_name`

"
    );
}

#[test]
fn what_cannot_be_compared_against_says_what_can() {
    let project = book();
    let said = project.tierbook(&["diff", "--against", "latest"]).failed_with(2);
    assert!(said.err.contains("no edition `latest` in `./book`"), "{}", said.err);
    assert!(said.err.contains("nothing has been published yet"), "{}", said.err);
    project.tierbook(&["run"]).fine();
    let said = project.tierbook(&["diff", "--against", "2026-10-30.1"]).failed_with(2);
    assert!(said.err.contains("no edition `2026-10-30.1`"), "{}", said.err);
    assert!(said.err.contains("the newest editions are `2026-10-31.1`"), "{}", said.err);
    let said = project.tierbook(&["diff", "--against", "nowhere"]).failed_with(2);
    assert!(said.err.contains("neither a project nor an edition at `nowhere`"), "{}", said.err);
    project.tierbook(&["diff"]).failed_with(2);
    fs::remove_file(project.path("book/editions/2026-10-31.1/project.parquet")).unwrap();
    let said = project.tierbook(&["diff", "--against", "latest"]).failed_with(2);
    assert!(
        said.err.starts_with("error: edition `2026-10-31.1` does not hold the project it was made from\n"),
        "{}",
        said.err
    );
    assert!(said.err.contains("an earlier tierbook published it"), "{}", said.err);
}

#[test]
fn a_comparison_has_these_fields_and_is_the_same_each_time() {
    let (project, before) = (book(), book());
    project.edit("queries/rules/steps.csv", "300,80", "90,80");
    let against = before.root().display().to_string();
    let said = || project.tierbook(&["diff", "--against", &against, "--format", "json"]).fine();
    let first = said();
    assert_eq!(first, said());
    let told: Value = serde_json::from_str(&first).unwrap();
    let fields: Vec<&String> = told.as_object().unwrap().keys().collect();
    assert_eq!(
        fields,
        [
            "differs",
            "as_of",
            "before",
            "after",
            "n_customers",
            "n_figures",
            "n_reports",
            "files",
            "parameters",
            "headline",
            "tiers",
            "models",
            "n_compared",
            "reports"
        ]
    );
    let left = support::folders(project.root());
    assert!(left.iter().all(|name| !name.starts_with("tierbook-")), "{left:?}");
}

#[test]
fn what_a_report_prints_of_rules_and_control_totals_is_its_own() {
    let printed = |edit: &dyn Fn(&Project)| {
        let (project, before) = (book(), book());
        for project in [&project, &before] {
            let steps =
                "key_from:decimal,important_from:decimal,valid_from:date,valid_to:date,version:text\n";
            project.write("queries/rules/steps.csv", &format!("{steps}300,80,,,1\n"));
            let people = project.read("report_templates/people.md");
            project.write(
                "report_templates/people.md",
                &format!("{people}\n{{{{ limits() }}}}\n\n{{{{ controls() }}}}\n"),
            );
        }
        edit(&project);
        differs(&project.request(), &before.root().display().to_string())
    };
    // No customer moves, and the page has another number all the same.
    let told = printed(&|project| project.edit("queries/rules/steps.csv", "300,80", "299,80"));
    assert_eq!((&told["models"], names(&told["reports"], "report")), (&json!([]), vec!["people".to_owned()]));
    assert_eq!(told["reports"][0]["rules"], json!(["rules.steps"]));
    // Who prints versions only does not see values.
    let told = printed(&|project| {
        project.edit("report_templates/people.md", "limits()", "rules()");
        project.edit("queries/rules/steps.csv", "300,80,,,1", "300,80,,,2");
    });
    assert_eq!(told["reports"][0]["rules"], json!(["rules.steps"]));
    let told = printed(&|project| {
        let total = "-- order: revenue desc, customer_id\n-- total: sum(revenue) = (select sum(revenue) from review.brief)";
        project.edit("queries/tiers/current.sql", "-- order: revenue desc, customer_id", total);
    });
    let people = find(&told["reports"], "report", "people");
    assert_eq!((&people["totals"], &people["models"]), (&json!(["tiers.current"]), &json!([])));
    assert_eq!(names(&told["reports"], "report"), ["people"]);
}

#[test]
fn words_belong_to_the_reports_that_may_show_them() {
    let report_of = |key: &str| {
        let (group, name) = key.rsplit_once('.').unwrap();
        let (project, before) = (book(), book());
        for (project, word) in [(&project, "One"), (&before, "Two")] {
            project
                .write("report_templates/locales/en/more.toml", &format!("[{group}]\n{name} = \"{word}\"\n"));
            project.edit(
                "report_templates/brief.md",
                "{{ rules() }}",
                "{{ rules() }}\n\n{{ t(\"definition.of_brief\") }}",
            );
            project.write("report_templates/locales/en/own.toml", "");
        }
        if group != "definition" {
            for project in [&project, &before] {
                project.write("report_templates/locales/en/own.toml", "[definition]\nof_brief = \"Brief\"\n");
            }
        }
        let told = differs(&project.request(), &before.root().display().to_string());
        names(&told["reports"], "report")
    };
    assert_eq!(report_of("definition.of_brief"), ["brief"]);
    assert_eq!(report_of("values.owner_name.Li"), ["people"]);
    assert_eq!(report_of("values.tier.rare"), ["brief", "people"]);
    assert_eq!(report_of("column.review.brief.revenue"), ["brief"]);
    assert_eq!(report_of("phrases.unheard_of"), Vec::<String>::new());
    assert_eq!(report_of("measure.M77"), Vec::<String>::new());
    // The name of a report is in the navigation of all.
    assert_eq!(report_of("people.name"), ["brief", "people"]);
}

#[test]
fn who_reads_one_language_is_not_told_of_another() {
    let readers = |edit: &dyn Fn(&Project)| {
        let (project, before) = (book(), book());
        for project in [&project, &before] {
            project.set("languages", "[\"en\", \"zh-CN\"]");
            let large = project.read("report_templates/playbook/large.toml");
            if !large.contains("[zh-CN]") {
                let zh = "\n[zh-CN]\ntitle = \"大客户\"\ntext = \"{customers} 家\"\n";
                let quoted = large.split('{').nth(1).and_then(|rest| rest.split('}').next()).unwrap();
                project.write(
                    "report_templates/playbook/large.toml",
                    &(large.clone() + &zh.replace("customers", quoted)),
                );
            }
            let readers = "\n[[recipients]]\nname = \"Anna\"\nlanguage = \"zh-CN\"\n";
            project.write("tierbook.toml", &(project.read("tierbook.toml") + readers));
        }
        edit(&project);
        let told = differs(&project.request(), &before.root().display().to_string());
        let report = find(&told["reports"], "report", "brief").clone();
        (report["languages"].clone(), names(&report["recipients"], "name"))
    };
    let english = (json!(["en"]), vec!["王总".to_owned()]);
    let both = (json!(["zh-CN", "en"]), vec!["王总".to_owned(), "Anna".to_owned()]);
    let chinese = (json!(["zh-CN"]), both.1.clone());
    let word = |lang: &str| format!("report_templates/locales/{lang}.toml");
    let edited = readers(&|project| project.edit(&word("en"), "\nno_rows = \"", "\nno_rows = \"Indeed: "));
    assert_eq!(edited, english);
    let edited = readers(&|project| project.edit(&word("zh-CN"), "\nno_rows = \"", "\nno_rows = \"确实："));
    assert_eq!(edited, chinese);
    let advice = "report_templates/playbook/large.toml";
    assert_eq!(readers(&|project| project.edit(advice, "find a second", "find another")), english);
    assert_eq!(
        readers(&|project| project.edit("queries/review/brief.sql", "\"Tier\"", "\"Class\"")).1,
        both.1
    );
}

#[test]
fn what_is_not_known_is_not_told_as_none() {
    let counts = |told: &Value| (told["n_customers"].clone(), told["n_figures"].clone());
    // Tiers that cannot differ do not; an edit that touches no model moves nothing.
    let (_, told) = edited(|project| project.edit("report_templates/people.md", "# People", "# Customers"));
    assert_eq!(counts(&told), (0.into(), 0.into()));
    assert_eq!(told["tiers"], json!({"customers": 0, "matrix": [], "moved": [], "formula_only": []}));
    // A run would stop: nobody can say who moves.
    let broken = |project: &Project| {
        project.edit("queries/review/brief.sql", "check: revenue > 0", "check: revenue > 50")
    };
    let (project, told) = edited(broken);
    assert_eq!((counts(&told), &told["tiers"]), ((Value::Null, Value::Null), &Value::Null));
    let said = project.tierbook(&["diff", "--against", &book().root().display().to_string()]).fine();
    let first = "which customers change tier is not known, which headline figures move is not known, ";
    assert!(said.starts_with(first), "{said}");
    // Customers under another key cannot be matched.
    let (_, told) = edited(|project| {
        project.edit(
            "queries/tiers/current.sql",
            "SELECT *, CASE",
            "SELECT * EXCEPT (customer_id), length(customer_id) AS customer_id, CASE",
        );
        project.edit("queries/tiers/current.sql", "grain: customer_id", "grain: customer_name");
        project.edit(
            "queries/tiers/current.sql",
            "CASE WHEN customer_id = 'c7'",
            "CASE WHEN customer_name = 'Litware'",
        );
    });
    assert_eq!(told["n_customers"], Value::Null);
    // A headline of two rows has no figure to compare.
    let (_, told) = edited(|project| {
        let rows = "FROM tiers.current CROSS JOIN (VALUES (1), (2)) AS two(n) GROUP BY n";
        project.edit("queries/review/headline.sql", "FROM tiers.current", rows);
        project.edit("queries/review/headline.sql", "-- grain: as_of", "-- grain: as_of, n");
        project.edit("queries/review/headline.sql", "$as_of AS as_of,", "$as_of AS as_of, n,");
    });
    assert_eq!(counts(&told), (0.into(), Value::Null));
}
