//! Warehouses as they come: capitals, folders by month, files of several ages.

use std::fs;

use crate::support::{self, Project};
use crate::tables;

fn rows(project: &Project, sql: &str) -> String {
    project.tierbook(&["query", "--format", "csv", "--sql", sql]).fine()
}

fn load(project: &Project, file: &str, csv: &str) {
    tables::write_parquet(csv, &project.path(&format!("warehouse/{file}.parquet")));
}

#[test]
fn names_are_read_in_small_letters() {
    let project = Project::brief();
    load(&project, "OrderDetails", "OrderID:text,Größe:int\no1,3\n");
    assert_eq!(
        rows(&project, "SELECT OrderID, \"größe\" FROM warehouse.OrderDetails"),
        "orderid,größe\no1,3\n"
    );
}

#[test]
fn two_tables_or_columns_that_differ_only_in_capitals_are_a_fault() {
    let project = Project::brief();
    load(&project, "SALES", "a:int\n1\n");
    let said = project.tierbook(&["run"]).failed_with(1);
    assert!(said.err.contains("two tables are called `warehouse.sales`"), "{}", said.err);
    fs::remove_file(project.path("warehouse/SALES.parquet")).unwrap();
    load(&project, "customers", "customer_id:text,customer_name:text,Customer_Name:text\nc1,a,b\n");
    let said = project.tierbook(&["run"]).failed_with(1);
    assert!(said.err.contains("has the column `customer_name` twice"), "{}", said.err);
}

#[test]
fn a_table_in_folders_has_their_names_as_columns() {
    let project = Project::brief();
    load(&project, "visits/month=2026-01/a", "n:int\n1\n");
    load(&project, "visits/month=2026-02/b", "n:int\n2\n");
    fs::write(project.path("warehouse/visits/_SUCCESS"), "").unwrap();
    let sql = "SELECT month, sum(n) AS n FROM warehouse.visits GROUP BY month ORDER BY month";
    assert_eq!(rows(&project, sql), "month,n\n2026-01,1\n2026-02,2\n");
    let sql = "SELECT n FROM warehouse.visits WHERE month > '2026-01'";
    assert_eq!(rows(&project, sql), "n\n2\n");
}

#[test]
fn files_of_several_ages_have_the_columns_of_all_of_them() {
    for (older, newer) in [("a", "b"), ("b", "a")] {
        let project = Project::brief();
        load(&project, &format!("visits/{older}"), "id:int,amount:decimal\n1,2.5\n");
        load(&project, &format!("visits/{newer}"), "id:int,note:text,amount:decimal\n2,new,3\n");
        let sql = "SELECT id, amount, note FROM warehouse.visits ORDER BY id";
        assert_eq!(rows(&project, sql), "id,amount,note\n1,2.5000,\n2,3.0000,new\n");
    }
}

#[test]
fn no_row_is_lost_to_a_sign_in_a_file_name() {
    let mut lost = Vec::new();
    for name in [
        "a b", "100%", "100%20", "a#b", "?", "a*", "[a]", "{a,b}", "a:b", "a\\b", "月", "a+b&c", "~a",
        "'a\"b",
    ] {
        let project = Project::brief();
        load(&project, "visits/a", "n:int\n1\n");
        load(&project, &format!("visits/{name}"), "n:int\n2\n");
        let arguments = ["query", "--format", "csv", "--sql", "SELECT sum(n) AS n FROM warehouse.visits"];
        let said = project.tierbook(&arguments);
        if said.out != "n\n3\n" {
            lost.push(format!("`{name}.parquet`: {:?} {}{}", said.code, said.out, said.err));
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

#[test]
fn a_project_may_lie_in_a_folder_with_signs() {
    let good = Project::brief();
    good.tierbook(&["run"]).fine();
    let good_page = good.read("book/latest/en/brief.md");
    let mut faults = Vec::new();
    for name in ["our books", "账本", "100%", "100%20", "[a]", "a?b", "a*b", "a#b", "{a}"] {
        let project = Project::brief();
        support::copy(Project::brief().root(), &project.path(name));
        let said = project.tierbook(&["run", "--project", name]);
        if said.code != Some(0) {
            faults.push(format!("in `{name}`: {:?} {}", said.code, said.err));
        } else if project.read(&format!("{name}/book/latest/en/brief.md")) != good_page {
            faults.push(format!("in `{name}` the page is another"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_warehouse_and_a_book_may_lie_beside_the_project() {
    let project = Project::brief();
    fs::create_dir(project.path("ours")).unwrap();
    for part in ["tierbook.toml", "queries", "report_templates"] {
        fs::rename(project.path(part), project.path("ours").join(part)).unwrap();
    }
    project.edit("ours/tierbook.toml", "\"warehouse\"", "\"../warehouse\"");
    project.edit("ours/tierbook.toml", "keep = 60", "keep = 60\nout = \"../shelf\"");
    project.tierbook(&["run", "--project", "ours"]).fine();
    assert!(project.path("shelf/editions/2026-10-31.1/en/brief.html").is_file());
}

#[test]
fn what_is_no_parquet_is_no_table() {
    let project = Project::brief();
    fs::write(project.path("warehouse/notes.txt"), "notes").unwrap();
    fs::create_dir(project.path("warehouse/empty")).unwrap();
    fs::write(project.path("warehouse/.hidden.parquet"), "half").unwrap();
    project.tierbook(&["run"]).fine();
    let said = project.tierbook(&["query", "--sql", "SELECT * FROM warehouse.empty"]).failed_with(2);
    assert!(said.err.contains("warehouse.empty"), "{}", said.err);
}
