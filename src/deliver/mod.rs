//! Messages of an edition -> readers, once.

pub mod index;
