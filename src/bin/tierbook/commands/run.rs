//! `tierbook run`.
use tierbook::error::Errors;
use tierbook::run::Request;

use crate::args::TextFormat;

pub(super) async fn run(_request: Request, _format: TextFormat) -> Result<(), Errors> {
    Ok(())
}
