//! Documents -> bytes: one file per format. Each escapes for the place its text lands in, and none formats a number.

pub(super) mod html;
pub(super) mod markdown;
pub(super) mod plain;
