//! What templates may call. Every function makes words or a block; none of them does arithmetic for a template.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use minijinja::value::{Kwargs, Rest, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State};

use super::compose;
use super::data::Datum;
use super::document::{Block, ControlLine, Inline, Kpi};
use super::figures::SparkObject;
use super::objects::{CellObject, ModelObject, Shared, Slot, Source, cell};
use super::{figures, format, matrix, playbook, tables};
use crate::models::ControlTotal;
use crate::project::header::Unit;
use crate::project::playbook::Play;
use crate::project::templates;

/// What a report's template sees beside its models.
#[derive(Debug)]
pub(super) struct Surroundings {
    /// Its name.
    pub(super) report: String,
    /// Control totals of what it reads.
    pub(super) totals: Vec<ControlTotal>,
    /// Rule tables of what it reads, and their versions.
    pub(super) rules: Vec<(String, String)>,
    /// What these rule tables say.
    pub(super) limits: Vec<ControlLine>,
    /// Advice by name.
    pub(super) plays: BTreeMap<String, Play>,
    /// The words, and what markers stand for.
    pub(super) shared: Arc<Shared>,
}

/// An environment with the functions of a report.
pub(super) fn environment(surroundings: Arc<Surroundings>) -> Environment<'static> {
    let mut environment = templates::environment();
    // The text is Markdown; what it becomes is escaped by the writers.
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_formatter(format);
    add_words(&mut environment, &surroundings.shared);
    add_blocks(&mut environment, &surroundings);
    let shared = Arc::clone(&surroundings.shared);
    environment.add_function("table", move |model: Value, kwargs: Kwargs| {
        let model = model_of(&model)?;
        let block = tables::table(model, &kwargs, &shared)?;
        kwargs.assert_all_used()?;
        Ok::<Value, Error>(mark(&shared, Slot::Block(block)))
    });
    let shared = Arc::clone(&surroundings.shared);
    environment.add_function("matrix", move |model: Value, kwargs: Kwargs| {
        let model = model_of(&model)?;
        let block = matrix::matrix(model, &kwargs, &shared)?;
        kwargs.assert_all_used()?;
        Ok::<Value, Error>(mark(&shared, Slot::Block(block)))
    });
    let own = Arc::clone(&surroundings);
    environment.add_function("playbook", move |model: Value, names: Rest<String>| {
        let advice = playbook::advice(model_of(&model)?, &names, &own.plays, &own.shared)?;
        let marks: Vec<String> =
            advice.into_iter().map(|block| own.shared.slots.mark(Slot::Block(block))).collect();
        Ok::<Value, Error>(Value::from(marks.join("\n\n")))
    });
    let counter = AtomicUsize::new(0);
    environment.add_function("chart", move |kind: String, model: Value, kwargs: Kwargs| {
        let number = counter.fetch_add(1, Ordering::Relaxed) + 1;
        let id = format!("{}-{number}", surroundings.report);
        let model = model_of(&model)?;
        let block = figures::figure(&kind, model, &kwargs, &surroundings.shared, id)?;
        kwargs.assert_all_used()?;
        Ok::<Value, Error>(mark(&surroundings.shared, Slot::Block(block)))
    });
    environment
}

/// Prints words and cells; nothing at all, a whole model or a whole row is a fault.
fn format(output: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_none() {
        return Err(Error::new(ErrorKind::UndefinedError, "a template prints a value that is not there"));
    }
    if value.downcast_object_ref::<ModelObject>().is_some() {
        return Err(Error::new(
            ErrorKind::InvalidOperation,
            "a template prints a whole model: use `table(...)`",
        ));
    }
    minijinja::escape_formatter(output, state, value)
}

fn add_words(environment: &mut Environment<'static>, shared: &Arc<Shared>) {
    let own = Arc::clone(shared);
    environment.add_function("t", move |key: String, kwargs: Kwargs| fill(&own, &key, &kwargs));
    environment.add_function("available", |model: Value| Ok::<bool, Error>(model_of(&model)?.data.is_some()));
    let own = Arc::clone(shared);
    environment.add_function("missing", move |model: Value| {
        let missing = model_of(&model)?.missing.clone().unwrap_or_default();
        let values = [("table".to_owned(), missing)];
        let words = own.words.fill("missing", &values).map_err(fault)?;
        let inlines = vec![Inline::Text { text: words }];
        Ok::<Value, Error>(mark(&own, Slot::Block(Block::Note { tone: "missing".to_owned(), inlines })))
    });
    let own = Arc::clone(shared);
    environment.add_function("small_sample", move |flag: Value| {
        let words = own.words.get("small_sample").unwrap_or_default();
        Ok::<Value, Error>(Value::from(if flag.is_true() { words.to_owned() } else { String::new() }))
    });
}

fn fill(shared: &Shared, key: &str, kwargs: &Kwargs) -> Result<Value, Error> {
    let mut values = Vec::new();
    for name in kwargs.args() {
        let value: Value = kwargs.get(name)?;
        if value.is_undefined() || value.is_none() {
            return Err(Error::new(
                ErrorKind::UndefinedError,
                format!("word `{key}` gets nothing for `{{{name}}}`"),
            ));
        }
        values.push((name.to_owned(), value.to_string()));
    }
    shared.words.fill(key, &values).map(Value::from).map_err(fault)
}

fn add_blocks(environment: &mut Environment<'static>, surroundings: &Arc<Surroundings>) {
    let shared = Arc::clone(&surroundings.shared);
    let report = surroundings.report.clone();
    let counter = AtomicUsize::new(0);
    environment.add_function(
        "kpi",
        move |label: String, value: Value, notes: Rest<Value>, kwargs: Kwargs| {
            let spark: Option<Value> = kwargs.get("spark")?;
            kwargs.assert_all_used()?;
            let mut kpi = kpi(&label, &value, &notes, &shared)?;
            if let Some(spark) = spark {
                let spark = spark.downcast_object_ref::<SparkObject>();
                let spark =
                    spark.ok_or_else(|| fault("`spark` of a headline figure is what `spark(...)` gives"))?;
                let id = format!("{report}-spark-{}", counter.fetch_add(1, Ordering::Relaxed) + 1);
                kpi.spark = spark.themed(&id, &super::writers::markdown::plain_text(&kpi.label));
            }
            Ok::<Value, Error>(mark(&shared, Slot::Block(Block::Kpis { items: vec![kpi] })))
        },
    );
    let shared = Arc::clone(&surroundings.shared);
    environment.add_function("spark", move |model: Value, column: String, kwargs: Kwargs| {
        let spark = figures::spark(model_of(&model)?, &column, &kwargs, &shared)?;
        kwargs.assert_all_used()?;
        Ok::<Value, Error>(Value::from_object(spark))
    });
    let shared = Arc::clone(&surroundings.shared);
    environment.add_function("kpis", move |kpis: Rest<String>| {
        let mut items = Vec::new();
        for kpi in kpis.iter() {
            match compose::blocks(kpi, &shared.slots).map_err(fault)?.pop() {
                Some(Block::Kpis { items: one }) => items.extend(one),
                _ => return Err(fault("`kpis` takes what `kpi` gives")),
            }
        }
        Ok::<Value, Error>(mark(&shared, Slot::Block(Block::Kpis { items })))
    });
    let shared = Arc::clone(&surroundings.shared);
    environment.add_function("note", move |text: String, kwargs: Kwargs| {
        let tone: Option<String> = kwargs.get("tone")?;
        kwargs.assert_all_used()?;
        let note =
            Block::Note { tone: tone.unwrap_or_else(|| "info".to_owned()), inlines: words(&text, &shared)? };
        Ok::<Value, Error>(mark(&shared, Slot::Block(note)))
    });
    let own = Arc::clone(surroundings);
    environment.add_function("controls", move || controls(&own));
    let own = Arc::clone(surroundings);
    environment.add_function("limits", move || {
        let count = [("n".to_owned(), own.limits.len().to_string())];
        let summary = own.shared.words.fill("limits", &count).map_err(fault)?;
        let totals = own.limits.clone();
        Ok::<Value, Error>(mark(&own.shared, Slot::Block(Block::Controls { of: "limits", summary, totals })))
    });
    let own = Arc::clone(surroundings);
    environment.add_function("rules", move || Ok::<Value, Error>(Value::from(rule_versions(&own)?)));
}

/// The versions of the rules that a report goes by: the one that most have is said once, the others by name.
fn rule_versions(surroundings: &Surroundings) -> Result<String, Error> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, version) in &surroundings.rules {
        *counts.entry(version).or_default() += 1;
    }
    let Some((common, n)) = counts.iter().max_by_key(|(version, n)| (**n, **version)) else {
        return Ok(format::NOT_AVAILABLE.to_owned());
    };
    let key = if counts.len() == 1 { "rules_all" } else { "rules_others" };
    let values = [("n".to_owned(), n.to_string()), ("version".to_owned(), (*common).to_owned())];
    let most = surroundings.shared.words.fill(key, &values).map_err(fault)?;
    let by_name = surroundings.rules.iter().filter(|(_, version)| version != common);
    let lines = by_name.map(|(table, version)| format!("`{table}` {version}")).chain([most]);
    Ok(lines.collect::<Vec<_>>().join(" · "))
}

fn kpi(label: &str, value: &Value, notes: &[Value], shared: &Shared) -> Result<Kpi, Error> {
    let value = value.downcast_object_ref::<CellObject>().ok_or_else(|| {
        Error::new(ErrorKind::UndefinedError, "a headline figure is a cell of a model, and this is not one")
    })?;
    let mut kpi =
        Kpi { label: words(label, shared)?, value: value.to_cell(), notes: Vec::new(), spark: None };
    for note in notes {
        let inlines = words(&note.to_string(), shared)?;
        // A comparison with what is not known says nothing.
        let unknown = inlines.iter().any(|inline| matches!(inline, Inline::Cell(cell) if cell.missing));
        if !unknown && !inlines.is_empty() {
            kpi.notes.push(inlines);
        }
    }
    Ok(kpi)
}

fn controls(surroundings: &Surroundings) -> Result<Value, Error> {
    let shared = &surroundings.shared;
    let totals: Vec<ControlLine> = surroundings
        .totals
        .iter()
        .map(|total| ControlLine {
            model: total.model.clone(),
            text: total.text.clone(),
            value: total.value.clone(),
        })
        .collect();
    let count = [("n".to_owned(), totals.len().to_string())];
    let summary = shared.words.fill("controls", &count).map_err(fault)?;
    Ok(mark(shared, Slot::Block(Block::Controls { of: "totals", summary, totals })))
}

/// A model argument.
pub(super) fn model_of(value: &Value) -> Result<&ModelObject, Error> {
    value.downcast_object_ref::<ModelObject>().ok_or_else(|| {
        Error::new(ErrorKind::InvalidOperation, "the argument is not a model such as `tiers.summary`")
    })
}

/// Words with markers as inlines.
pub(super) fn words(text: &str, shared: &Shared) -> Result<Vec<Inline>, Error> {
    compose::line(text, &shared.slots).map_err(fault)
}

/// A fault in a template's call.
pub(super) fn fault(reason: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, reason.into())
}

fn mark(shared: &Shared, slot: Slot) -> Value {
    Value::from(shared.slots.mark(slot))
}

/// The values that every template has.
pub(super) fn values(
    bindings: &crate::project::Bindings,
    project: &str,
    shared: &Arc<Shared>,
) -> BTreeMap<&'static str, Value> {
    let source =
        |column: &str| Source { model: "run".to_owned(), key: String::new(), column: column.to_owned() };
    let words = &shared.words;
    let window = super::format::days(words.lang, bindings.window_start, bindings.window_end);
    let mut parameters = BTreeMap::new();
    for (name, value) in bindings.iter() {
        // Words of the project, not of the warehouse: a template may make a key of them.
        parameters.insert(name.to_owned(), Value::from(value.to_string()));
    }
    BTreeMap::from([
        ("project", cell(Datum::Text(project.to_owned()), Unit::Text, source("project"), shared)),
        ("as_of", cell(Datum::Day(bindings.as_of), Unit::Date, source("as_of"), shared)),
        ("window", cell(Datum::Text(window), Unit::Text, source("window"), shared)),
        ("parameters", Value::from_object(super::objects::Folder { models: parameters })),
        ("lang", Value::from(words.lang.code())),
    ])
}
