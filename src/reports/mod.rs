//! placeholder
use crate::error::Errors;
use crate::project::Project;
/// x
pub fn check(_project: &Project) -> Result<(), Errors> { Ok(()) }
pub mod charts;
pub mod format;
