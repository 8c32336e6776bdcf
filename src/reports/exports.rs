//! Models as files for programs: names of columns and codes as in the query.

use futures::TryStreamExt;

use super::Inputs;
use crate::engine::execution_fault;
use crate::error::Errors;
use crate::export;
use crate::names::TableName;
use crate::publish::Page;

/// Where the rows of a model lie in an edition.
pub(super) fn exported_path(name: &TableName) -> String {
    format!("data/{name}.csv")
}

/// All rows of a model as a file for spreadsheets.
pub(super) async fn exported(inputs: Inputs<'_>, name: &TableName) -> Result<Option<Page>, Errors> {
    let (Some(query), Some(built)) = (inputs.project.queries.get(name), inputs.models.built.get(name)) else {
        return Ok(None);
    };
    let doing = format!("exporting `{name}`");
    let plan = inputs.models.rows_in_order(query).await?;
    let mut stream =
        inputs.models.engine.stream(plan).await.map_err(|error| execution_fault(error, &doing))?;
    let mut bytes = Vec::new();
    let mut writer = export::writer(export::Format::SpreadsheetCsv, &built.schema, Box::new(&mut bytes))?;
    while let Some(batch) = stream.try_next().await.map_err(|error| execution_fault(error, &doing))? {
        writer.write(&batch)?;
    }
    writer.finish()?;
    Ok(Some(Page { path: exported_path(name), bytes }))
}
