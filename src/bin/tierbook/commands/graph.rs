//! `tierbook graph`.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::json;
use tierbook::engine::Scan;
use tierbook::error::Errors;
use tierbook::names::TableName;
use tierbook::run::{self, Request};

use crate::args::GraphFormat;
use crate::terminal;

pub(super) async fn run(request: &Request, format: GraphFormat) -> Result<(), Errors> {
    let (project, graph) = run::graph(request)?;
    let nodes = graph.order().iter().filter(|name| project.queries.contains_key(name));
    let mut text = String::new();
    match format {
        GraphFormat::Text => {
            let scans = scans(request).await.unwrap_or_default();
            for name in nodes {
                let reads: Vec<String> = graph.reads_of(name).iter().map(ToString::to_string).collect();
                let absent = if graph.absence(name).is_some() { "  (absent)" } else { "" };
                let _ = writeln!(text, "{name}{absent}\n    reads {}", reads.join(", "));
                for scan in scans.get(name).into_iter().flatten() {
                    let _ = writeln!(text, "    scans {scan}");
                }
            }
            for report in project.templates.reports.values() {
                let reads: Vec<String> = report.reads.iter().map(ToString::to_string).collect();
                let _ = writeln!(text, "report {}\n    reads {}", report.name, reads.join(", "));
            }
        }
        GraphFormat::Dot => {
            text.push_str("digraph tierbook {\n  rankdir=LR;\n  node [shape=box];\n");
            for name in nodes {
                for read in graph.reads_of(name) {
                    let _ = writeln!(text, "  \"{read}\" -> \"{name}\";");
                }
            }
            for report in project.templates.reports.values() {
                let _ = writeln!(text, "  \"report {}\" [shape=note];", report.name);
                for read in &report.reads {
                    let _ = writeln!(text, "  \"{read}\" -> \"report {}\";", report.name);
                }
            }
            text.push('}');
        }
        GraphFormat::Json => {
            let scans = scans(request).await;
            let told = |name| scans.as_ref().map(|scans| scans.get(name).map_or(&[][..], Vec::as_slice));
            let strings =
                |names: &[TableName]| -> Vec<String> { names.iter().map(ToString::to_string).collect() };
            let tables: Vec<_> = nodes
                .map(|name| {
                    json!({
                        "name": name.to_string(),
                        "reads": strings(graph.reads_of(name)),
                        "absent": graph.absence(name).is_some(),
                        "scans": told(name),
                    })
                })
                .collect();
            let reports: Vec<_> = project
                .templates
                .reports
                .values()
                .map(|report| {
                    let reads: Vec<String> = report.reads.iter().map(ToString::to_string).collect();
                    json!({"name": report.name.as_str(), "reads": reads})
                })
                .collect();
            text = json!({"tables": tables, "reports": reports}).to_string();
        }
        GraphFormat::Duckdb => text = run::script(request).await?,
    }
    terminal::say(text.trim_end());
    Ok(())
}

/// How the warehouse is read; a project with faults has a graph, too, and this is left out of it.
async fn scans(request: &Request) -> Option<BTreeMap<TableName, Vec<Scan>>> {
    match run::scans(request).await {
        Ok(scans) => Some(scans),
        Err(errors) => {
            let n = errors.iter().count();
            let faults = if n == 1 { "a fault".to_owned() } else { format!("{n} faults") };
            terminal::remark(&format!(
                "how the warehouse is read is left out: the project has {faults}, which `tierbook check` tells"
            ));
            None
        }
    }
}
