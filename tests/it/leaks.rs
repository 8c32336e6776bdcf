//! Who may see some customers alone never gets a byte of another: in messages, attachments, or anything that their edition
//! holds.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;
use tierbook::run::Request;

use crate::mail::{Mail, mails};
use crate::support::{self, Project};

/// A customer: id, name, and what scopes go by.
#[derive(Debug, Clone)]
struct Customer {
    id: String,
    name: String,
    region: Option<String>,
}

/// All text in a file, packed files unpacked.
fn texts(name: &str, bytes: &[u8]) -> Vec<String> {
    let plain = String::from_utf8_lossy(bytes).into_owned();
    if !name.ends_with(".xlsx") {
        return vec![plain];
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut texts = vec![plain];
    for index in 0..archive.len() {
        let mut text = String::new();
        archive.by_index(index).unwrap().read_to_string(&mut text).unwrap();
        texts.push(text);
    }
    texts
}

fn texts_of(mail: &Mail) -> Vec<String> {
    let files = mail.files.iter().flat_map(|(name, bytes)| texts(name, bytes));
    let headers = mail.headers.iter().map(|(name, value)| format!("{name}: {value}"));
    [mail.html.clone(), mail.plain.clone()].into_iter().chain(headers).chain(files).collect()
}

/// The words that are found in some texts.
fn found<'a>(words: &BTreeSet<&'a str>, texts: &[String]) -> BTreeSet<&'a str> {
    words.iter().copied().filter(|word| texts.iter().any(|text| text.contains(word))).collect()
}

/// The ids and names of customers that pass, without those that another customer has too.
fn words<'a>(customers: &'a [Customer], passes: &dyn Fn(&Customer) -> bool) -> BTreeSet<&'a str> {
    let of = |wanted: bool| -> BTreeSet<&str> {
        let some = customers.iter().filter(|customer| passes(customer) == wanted);
        some.flat_map(|customer| [customer.id.as_str(), customer.name.as_str()]).collect()
    };
    of(true).difference(&of(false)).copied().collect()
}

/// Sees that messages over some of the customers, and all that lies in the editions of scopes, name nobody else; that they do
/// name their own; and that the same search finds the others where they may be.
fn check(
    root: &Path,
    mails: &[(Value, Mail)],
    customers: &[Customer],
    passes: &dyn Fn(&str, &Customer) -> bool,
) -> Result<usize, String> {
    let whole: Vec<String> = mails
        .iter()
        .filter(|(entry, _)| entry["rows"].is_null())
        .flat_map(|(_, mail)| texts_of(mail))
        .collect();
    let mut scopes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (entry, mail) in mails {
        if let Some(rows) = entry["rows"].as_str() {
            scopes.entry(rows.to_owned()).or_default().extend(texts_of(mail));
        }
    }
    // Where no customer is in any scope, none is published.
    let published =
        if root.join("scopes").is_dir() { support::folders(&root.join("scopes")) } else { Vec::new() };
    for folder in published {
        let folder = root.join("scopes").join(folder);
        let manifest: Value =
            serde_json::from_slice(&fs::read(folder.join("latest/manifest.json")).unwrap()).unwrap();
        let rows = manifest["scope"].as_str().ok_or("an edition of a scope does not say so")?.to_owned();
        let into = scopes.get_mut(&rows).ok_or_else(|| format!("nobody reads {rows}"))?;
        for path in support::files(&folder).into_iter().filter(|path| !path.is_dir()) {
            into.extend(texts(&path.display().to_string(), &fs::read(&path).unwrap()));
            links_stay(&folder, &path)?;
        }
    }
    for (rows, texts) in &scopes {
        let foreign = words(customers, &|customer| !passes(rows, customer));
        let leaked = found(&foreign, texts);
        if !leaked.is_empty() {
            return Err(format!("{rows} shows {leaked:?}"));
        }
        if found(&words(customers, &|customer| passes(rows, customer)), texts).is_empty() {
            return Err(format!("{rows} shows nobody at all"));
        }
        if !foreign.is_empty() && found(&foreign, &whole).is_empty() {
            return Err(format!("the search does not find {foreign:?} where they are"));
        }
    }
    Ok(scopes.len())
}

/// Sees that no link of a page leads out of a folder, or nowhere.
fn links_stay(root: &Path, page: &Path) -> Result<(), String> {
    if page.extension().is_none_or(|extension| extension != "html") {
        return Ok(());
    }
    let text = fs::read_to_string(page).unwrap().replace("&#x2f;", "/");
    for address in text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        let path = address.split('#').next().unwrap_or_default();
        if path.is_empty() {
            continue;
        }
        let target = page.parent().unwrap().join(path).canonicalize();
        let target = target.map_err(|error| format!("{} leads to {address}: {error}", page.display()))?;
        if !target.starts_with(root.canonicalize().unwrap()) {
            return Err(format!("{} leads to {address}", page.display()));
        }
    }
    Ok(())
}

/// The sample, one reader of which may see a region alone.
pub(crate) fn nothing_of_others(project: &Project, warehouse: &str, mails: &[(Value, Mail)]) {
    let request = Request { warehouse: Some(warehouse.to_owned()), ..project.request() };
    let rows =
        support::asked(&request, "SELECT customer_id, customer_name, region FROM staging.customers").unwrap();
    let text = |row: &support::Row, column: &str| row[column].as_str().map(ToOwned::to_owned);
    let customers: Vec<Customer> = rows
        .iter()
        .map(|row| Customer {
            id: text(row, "customer_id").unwrap(),
            name: text(row, "customer_name").unwrap(),
            region: text(row, "region"),
        })
        .collect();
    assert!(customers.len() > 500);
    let passes = |_: &str, customer: &Customer| customer.region.as_deref() == Some("华东");
    assert_eq!(check(&project.path("book"), mails, &customers, &passes), Ok(1));
}

/// What a case is made of: the region of each customer, its parent, and the regions of each reader; of the readers the
/// first half stands in `tierbook.toml`, the others in the table.
type Case = (Vec<(u8, u8)>, Vec<Vec<u8>>);

const REGIONS: [&str; 4] = ["", "East", "West", "O'Nord \"1\" | 2"];

fn cases() -> impl Strategy<Value = Case> {
    let readers = prop::collection::vec(prop::collection::vec(1_u8..4, 1..3), 1..4);
    (prop::collection::vec((0_u8..4, any::<u8>()), 2..12), readers)
}

#[test]
fn no_reader_gets_a_byte_of_a_customer_beyond_their_rows() {
    let config = Config { cases: 12, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let scopes = std::cell::Cell::new(0);
    runner
        .run(&cases(), |case| {
            scopes.set(scopes.get() + one(&case).map_err(TestCaseError::fail)?);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    assert!(scopes.get() > 10, "only {} scopes were looked at", scopes.get());
}

fn one((of, readers): &Case) -> Result<usize, String> {
    let project = Project::brief();
    let customers: Vec<Customer> = of
        .iter()
        .enumerate()
        .map(|(n, (region, _))| Customer {
            id: format!("kunde{n:03}"),
            name: format!("Haus Nummer {n:03}"),
            region: Some(REGIONS[usize::from(*region)])
                .filter(|region| !region.is_empty())
                .map(ToOwned::to_owned),
        })
        .collect();
    write(&project, &customers, of);
    let (first, second) = readers.split_at(readers.len() / 2);
    let quoted = |regions: &[u8]| -> Vec<&str> {
        regions.iter().map(|region| REGIONS[usize::from(*region)]).collect()
    };
    let mut config = "[mail]\nfrom = \"book@example.com\"\n\n[[recipients]]\nname = \"All\"\naddress = \"all@example.com\"\n".to_owned();
    for (n, regions) in first.iter().enumerate() {
        config.push_str(&format!(
            "[[recipients]]\nname = \"R{n}\"\naddress = \"r{n}@example.com\"\nrows = {{ region = {:?} }}\n",
            quoted(regions)
        ));
    }
    config
        .push_str("[lists.\"review.brief\"]\ncolumns = [\"customer_id\", \"customer_name\", \"revenue\"]\n");
    project.configure(&config);
    let mut table = "address:text,rows_column:text,rows_value:text\n".to_owned();
    for (n, regions) in second.iter().enumerate() {
        for region in quoted(regions) {
            table.push_str(&format!("t{n}@example.com,region,\"{}\"\n", region.replace('"', "\"\"")));
        }
    }
    crate::tables::write_parquet(&table, &project.path("warehouse/recipients.parquet"));
    let outcome = support::publish(&project.request()).map_err(|errors| support::told(&errors))?;
    if !outcome.failed.is_empty() {
        return Err(outcome.failed.join("\n"));
    }
    let passes = |rows: &str, customer: &Customer| {
        let regions = rows.strip_prefix("region = ").unwrap();
        customer.region.as_deref().is_some_and(|region| is_one_of(regions, region))
    };
    let mails = mails(&project.path("book/latest"));
    check(&project.path("book"), &mails, &customers, &passes)
}

/// Whether `East | West` names a region; one of the regions has the sign between in its own name.
fn is_one_of(regions: &str, region: &str) -> bool {
    let rest = regions.replace(REGIONS[3], "<third>");
    rest.split(" | ").any(|name| name == region || (name == "<third>" && region == REGIONS[3]))
}

fn write(project: &Project, customers: &[Customer], of: &[(u8, u8)]) {
    project.write(
        "queries/staging/customers.sql",
        "-- Customers.\n--\n-- grain: customer_id\nSELECT customer_id, customer_name, region, parent_id, partner_customer_id \
         FROM warehouse.customers\n",
    );
    project.write(
        "queries/staging/recipients.sql",
        "-- Readers.\n--\n-- grain: address, rows_value\nSELECT DISTINCT address, rows_column, rows_value FROM warehouse.recipients\n",
    );
    project.write(
        "queries/review/kin.sql",
        "-- Who belongs to whom.\n--\n-- grain: customer_id\n-- column: customer_id text \"Customer\"\n\
         -- column: parent_id text \"Parent\"\n-- column: partner text \"Partner\"\n-- column: order_id text \"Order\"\n\
         SELECT c.customer_id, max(c.parent_id) AS parent_id, max(c.partner_customer_id) AS partner, max(d.order_id) AS order_id\n\
         FROM staging.customers c LEFT JOIN staging.sales s ON s.customer_id = c.customer_id\n\
         LEFT JOIN staging.deal_splits d ON d.order_id = s.order_id OR s.order_id IS NULL\nGROUP BY c.customer_id\n",
    );
    project.write(
        "queries/staging/deal_splits.sql",
        "-- Shares.\n--\n-- grain: order_id, owner_id\nSELECT order_id, owner_id, share FROM warehouse.deal_splits\n",
    );
    project.edit("report_templates/brief.md", "{{ rules() }}", "{{ table(review.kin) }}\n\n{{ rules() }}");
    let mut text =
        "customer_id:text,customer_name:text,region:text,parent_id:text,partner_customer_id:text\n"
            .to_owned();
    let mut sales =
        "order_id:text,line_no:int,customer_id:text,sold_on:date,amount:decimal,state:text\n".to_owned();
    let mut splits = "order_id:text,owner_id:text,share:decimal\n".to_owned();
    for (n, (customer, (_, other))) in customers.iter().zip(of).enumerate() {
        let other = &customers[usize::from(*other) % customers.len()].id;
        let region = customer.region.clone().unwrap_or_default().replace('"', "\"\"");
        text.push_str(&format!("{},{},\"{region}\",{other},{other}\n", customer.id, customer.name));
        // The number of an order is told by its customer.
        sales.push_str(&format!("o-{},1,{},2026-10-30,{}.5,final\n", customer.id, customer.id, 20 + n));
        splits.push_str(&format!("o-{},anna,1\n", customer.id));
    }
    for (table, text) in [("customers", text), ("sales", sales), ("deal_splits", splits)] {
        crate::tables::write_parquet(&text, &project.path(&format!("warehouse/{table}.parquet")));
    }
}
