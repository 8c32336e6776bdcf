//! The words of the reports: every language has all of them, and the templates use all of them rightly.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support::{Words, files, repository, words};

/// A call in a template: its arguments as they are written.
struct Call {
    place: String,
    arguments: Vec<String>,
}

impl Call {
    /// The first argument, if it is nothing but a text.
    fn key(&self) -> Option<&str> {
        self.arguments.first()?.strip_prefix('"')?.strip_suffix('"').filter(|text| !text.contains('"'))
    }

    fn named(&self, name: &str) -> Option<&str> {
        self.arguments.iter().find_map(|argument| argument.strip_prefix(name)?.strip_prefix('='))
    }
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

/// The texts of a kind of file below a folder of the repository, by path.
fn texts(folder: &str, extension: &str) -> Vec<(String, String)> {
    let is_wanted = |path: &&std::path::PathBuf| path.extension().is_some_and(|own| own == extension);
    let name = |path: &Path| path.strip_prefix(repository()).unwrap().display().to_string();
    let paths = files(&repository().join(folder));
    paths.iter().filter(is_wanted).map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

/// Every call of a function in the report templates.
fn calls(function: &str) -> Vec<Call> {
    let mut calls = Vec::new();
    for (path, text) in texts("report_templates", "md") {
        for (start, _) in text.match_indices(&format!("{function}(")) {
            let is_longer = text[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.');
            if !is_longer {
                let line = text[..start].matches('\n').count() + 1;
                let arguments = arguments(&text[start + function.len() + 1..]);
                calls.push(Call { place: format!("{path}:{line}"), arguments });
            }
        }
    }
    calls
}

/// The arguments of a call, up to its closing parenthesis.
fn arguments(text: &str) -> Vec<String> {
    let mut arguments = vec![String::new()];
    let (mut depth, mut quoted) = (0, false);
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' if !quoted && depth == 0 => break,
            ')' | ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                arguments.push(String::new());
                continue;
            }
            _ => {}
        }
        arguments.last_mut().unwrap().push(c);
    }
    arguments.iter().map(|argument| argument.trim().to_owned()).collect()
}

fn texts_in(list: &str) -> Vec<&str> {
    list.split('"').skip(1).step_by(2).collect()
}

#[test]
fn both_languages_have_the_same_words_with_the_same_places() {
    let (chinese, english) = (words("zh-CN"), words("en"));
    // English headings of columns are the meanings in the query files, unless a word says otherwise.
    let keys = |words: &Words| -> BTreeSet<String> {
        words
            .keys()
            .filter(|key| !key.starts_with("column.") && !key.starts_with("parameter."))
            .cloned()
            .collect()
    };
    let differ: Vec<String> = keys(&chinese).symmetric_difference(&keys(&english)).cloned().collect();
    assert!(differ.is_empty(), "in one language only: {differ:?}");
    for key in keys(&english) {
        assert_eq!(placeholders(&chinese[&key]), placeholders(&english[&key]), "{key}");
    }
    for (key, word) in chinese.iter().chain(&english) {
        assert_eq!(word.matches('{').count(), word.matches('}').count(), "{key}");
    }
}

#[test]
fn every_word_that_a_template_asks_for_is_there_and_gets_its_values() {
    let words = words("en");
    let calls = calls("t");
    assert!(calls.len() > 100, "only {} words are asked for", calls.len());
    let mut faults = Vec::new();
    for call in &calls {
        let Some(key) = call.key() else {
            let prefix = call.arguments[0].split('"').nth(1).unwrap_or_default();
            if !words.keys().any(|key| key.starts_with(prefix)) {
                faults.push(format!("{}: no word begins with `{prefix}`", call.place));
            }
            continue;
        };
        let Some(word) = words.get(key) else {
            faults.push(format!("{}: no word `{key}`", call.place));
            continue;
        };
        let wanted = placeholders(word);
        for name in wanted.iter().filter(|name| call.named(name).is_none()) {
            faults.push(format!("{}: `{key}` wants `{name}`", call.place));
        }
        if call.arguments.len() - 1 > wanted.len() {
            faults.push(format!("{}: `{key}` gets more than its {} places", call.place, wanted.len()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_column_of_a_table_has_a_chinese_heading() {
    let words = words("zh-CN");
    let tables = calls("table");
    assert!(tables.len() > 15);
    let mut missing = BTreeSet::new();
    for table in &tables {
        let model = &table.arguments[0];
        let columns = table.named("columns").unwrap_or_else(|| panic!("{}: no columns", table.place));
        for column in texts_in(columns) {
            let keys = [format!("column.{model}.{column}"), format!("column.{column}")];
            if !keys.iter().any(|key| words.contains_key(key)) {
                missing.insert(format!("{}: `column.{column}`", table.place));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn no_word_is_left_that_nobody_asks_for() {
    let sources: String = [("report_templates", "md"), ("report_templates", "html"), ("src/reports", "rs")]
        .iter()
        .flat_map(|(folder, extension)| texts(folder, extension))
        .map(|(_, text)| text)
        .collect();
    let all = |folder: &str, extension: &str| -> String {
        texts(folder, extension).into_iter().map(|(_, text)| text).collect()
    };
    let (plays, queries) = (
        [all("report_templates/playbook", "toml"), all("tests/projects", "toml")].concat(),
        all("queries", "sql"),
    );
    let config = fs::read_to_string(repository().join("tierbook.toml")).unwrap();
    let sources = sources + &config;
    let config: toml::Table = config.parse().unwrap();
    let lists = config["lists"].as_table().unwrap();
    let listed = lists.iter().flat_map(|(model, list)| {
        let columns = list["columns"].as_array().unwrap().iter();
        columns.map(|column| (model.clone(), column.as_str().unwrap().to_owned()))
    });
    let shown: BTreeSet<(String, String)> = calls("table")
        .iter()
        .chain(&calls("matrix"))
        .flat_map(|table| {
            let names = ["rows", "columns", "value"].map(|name| table.named(name).unwrap_or_default());
            let columns = names.into_iter().flat_map(texts_in);
            columns.map(|column| (table.arguments[0].clone(), column.to_owned())).collect::<Vec<_>>()
        })
        .collect();
    let shown: BTreeSet<(String, String)> = shown.into_iter().chain(listed).collect();
    let is_used = |key: &str| match key.split('.').collect::<Vec<_>>().as_slice() {
        ["column" | "meaning", column] => sources.contains(&format!("\"{column}\"")),
        ["column" | "meaning", folder, model, column] => {
            shown.contains(&(format!("{folder}.{model}"), (*column).to_owned()))
        }
        ["list", folder, model, "title" | "about"] => lists.contains_key(&format!("{folder}.{model}")),
        // Only a language that is not that of `tierbook.toml` has words for its parameters.
        ["parameter", parameter] => config["parameters"].as_table().unwrap().contains_key(*parameter),
        // A kind of value is shown in columns whose names end with it: `from_tier` is a `tier`.
        ["values", kind, _] => {
            let ends = |column: &str| column == *kind || column.ends_with(&format!("_{kind}"));
            shown.iter().any(|(_, column)| ends(column)) || sources.contains(&format!("\"values.{kind}.\""))
        }
        // The way from report to report has short names.
        [report, "name"] if sources.contains("way.name ~ \".name\"") => {
            repository().join(format!("report_templates/{report}.md")).is_file()
        }
        ["measure", measure] => plays.contains(&format!("\"{measure}\"")),
        ["phrases", code] => queries.contains(&format!("'{code}'")),
        _ => sources.contains(&format!("\"{key}\"")),
    };
    for language in ["zh-CN", "en"] {
        let unused: Vec<String> = words(language).into_keys().filter(|key| !is_used(key)).collect();
        assert!(unused.is_empty(), "unused in {language}: {unused:?}");
    }
}
