//! `tierbook cache`.

use tierbook::error::{Error, Errors};
use tierbook::run::{self, Request};

use crate::args::TextFormat;
use crate::terminal;

pub(super) fn run(request: &Request, clear: bool, format: TextFormat) -> Result<(), Errors> {
    let holding = run::cache(request, clear)?;
    let text = match format {
        TextFormat::Json => serde_json::to_string(&holding)
            .map_err(|source| Error::internal("the result cannot be written").caused_by(source))?,
        TextFormat::Text if holding.results == 0 => "nothing is kept".to_owned(),
        TextFormat::Text => format!("{} results are kept, {}", holding.results, size(holding.bytes)),
    };
    terminal::say(&text);
    Ok(())
}

/// Bytes in the unit that leaves them short.
fn size(bytes: u64) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB"];
    let place = (0..3_u32).find(|place| bytes < 1 << (10 * (place + 1))).unwrap_or(3);
    let tenths = (u128::from(bytes) * 10) >> (10 * place);
    match place {
        0 => format!("{bytes} bytes"),
        _ => format!("{}.{} {}", tenths / 10, tenths % 10, units[place as usize]),
    }
}
