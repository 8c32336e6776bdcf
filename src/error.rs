//! Errors: who must act, what is wrong, where, and what to type next.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Who must act on an error; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErrorKind {
    /// Inputs are missing, late, or fail a check: wait, or ask upstream.
    Data,
    /// The command line is wrong.
    Usage,
    /// Config, SQL, a rule or a template is wrong: call an analyst.
    Project,
    /// Disk, memory, permission or a held lock: retry later.
    Environment,
    /// Published, but some mail did not go.
    Delivery,
    /// A fault of this program.
    Internal,
}

impl ErrorKind {
    /// The exit code that a scheduler sees.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Data => 1,
            Self::Usage | Self::Project => 2,
            Self::Environment => 3,
            Self::Delivery => 4,
            Self::Internal => 70,
        }
    }

    /// The word for it in `--format json`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Usage => "usage",
            Self::Project => "project",
            Self::Environment => "environment",
            Self::Delivery => "delivery",
            Self::Internal => "internal",
        }
    }
}

/// A place in a file of the project.
#[derive(Debug, Clone)]
pub struct Spot {
    /// The file as the user knows it, relative to the project.
    pub path: String,
    /// The file's whole text.
    pub text: Arc<str>,
    /// The bytes meant.
    pub range: Range<usize>,
}

impl Spot {
    /// A place in `text`; a range beyond the text, or inside a character, is moved to its borders.
    pub fn new(path: impl Into<String>, text: impl Into<Arc<str>>, range: Range<usize>) -> Self {
        let text = text.into();
        let mut start = range.start.min(text.len());
        let mut end = range.end.clamp(start, text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        while !text.is_char_boundary(end) {
            end += 1;
        }
        Self { path: path.into(), text, range: start..end }
    }

    /// Line and column of the start, both from 1, the column in characters.
    pub fn line_column(&self) -> (usize, usize) {
        let before = &self.text[..self.range.start];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |rest| rest.chars().count()) + 1;
        (line, column)
    }
}

/// One fault: kind, one line of message, place, advice, cause.
#[derive(Debug)]
pub struct Error {
    /// Who must act.
    pub kind: ErrorKind,
    /// One line, lower case, no full stop.
    pub message: String,
    /// Where, if a file of the project is meant.
    pub spot: Option<Spot>,
    /// What the reader can do or type.
    pub help: Vec<String>,
    /// Facts that belong to it, such as the first offending rows.
    pub notes: Vec<String>,
    /// What a library said.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// A result with one fault.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A fault of `kind` with its message.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), spot: None, help: Vec::new(), notes: Vec::new(), source: None }
    }

    /// Inputs are wrong.
    pub fn data(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Data, message)
    }

    /// The command line is wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    /// The project is wrong.
    pub fn project(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Project, message)
    }

    /// The machine is wrong.
    pub fn environment(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Environment, message)
    }

    /// Mail did not go.
    pub fn delivery(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Delivery, message)
    }

    /// This program is wrong.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// With its place.
    #[must_use]
    pub fn at(mut self, spot: Spot) -> Self {
        self.spot = Some(spot);
        self
    }

    /// With a line of advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// With a fact.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// With its cause.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// With a "similar name" line, if one of `known` is close to `wrong`.
    #[must_use]
    pub fn did_you_mean<'a>(self, what: &str, wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match similar_name(wrong, known) {
            Some(name) => self.help(format!("a {what} with a similar name: `{name}`")),
            None => self,
        }
    }
}

/// The name in `known` nearest to `wrong`, if it is near enough to be what was meant.
pub fn similar_name<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(usize, &str)> = None;
    for name in known {
        let distance = strsim::damerau_levenshtein(wrong, name);
        let near = distance <= 1 + name.chars().count() / 4;
        if near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(spot) = &self.spot {
            let (line, column) = spot.line_column();
            write!(f, "{}:{line}:{column}: ", spot.path)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}

/// All independent faults of a stage, at least one, in the order in which they were found.
#[derive(Debug)]
pub struct Errors(Vec<Error>);

impl Errors {
    /// The faults as a result: `Ok` if there are none. What is found at one place for each language is one fault.
    ///
    /// # Errors
    /// When `faults` is not empty.
    pub fn none_in(mut faults: Vec<Error>) -> Result<(), Self> {
        let mut known = BTreeSet::new();
        faults.retain(|fault| known.insert(fault.to_string()));
        if faults.is_empty() { Ok(()) } else { Err(Self(faults)) }
    }

    /// The faults, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Error> {
        self.0.iter()
    }

    /// Who must act: a fault of the project goes before one of the data that it reads.
    pub fn kind(&self) -> ErrorKind {
        self.0.iter().map(|error| error.kind).max_by_key(|kind| rank(*kind)).unwrap_or(ErrorKind::Internal)
    }

    /// Adds a fact to the last fault, where a reader ends.
    #[must_use]
    pub fn note_at_end(mut self, note: impl Into<String>) -> Self {
        if let Some(last) = self.0.last_mut() {
            last.notes.push(note.into());
        }
        self
    }

    /// The exit code of the whole.
    pub fn exit_code(&self) -> u8 {
        self.kind().exit_code()
    }
}

fn rank(kind: ErrorKind) -> u8 {
    match kind {
        ErrorKind::Delivery => 0,
        ErrorKind::Data => 1,
        ErrorKind::Environment => 2,
        ErrorKind::Project => 3,
        ErrorKind::Usage => 4,
        ErrorKind::Internal => 5,
    }
}

impl From<Error> for Errors {
    fn from(error: Error) -> Self {
        Self(vec![error])
    }
}

impl IntoIterator for Errors {
    type Item = Error;
    type IntoIter = std::vec::IntoIter<Error>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Errors {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spot_inside_a_chinese_character_moves_to_its_borders() {
        let spot = Spot::new("a.sql", "-- 客户\nselect x", 4..5);
        assert_eq!(&spot.text[spot.range.clone()], "客");
        assert_eq!(spot.line_column(), (1, 4));
    }

    #[test]
    fn the_project_goes_before_the_data() {
        let errors = Errors(vec![Error::data("late"), Error::project("wrong")]);
        assert_eq!(errors.exit_code(), 2);
    }

    #[test]
    fn a_fault_that_is_found_twice_is_told_once() {
        let errors = Errors::none_in(vec![Error::data("late"), Error::project("wrong"), Error::data("late")]);
        assert_eq!(errors.unwrap_err().to_string(), "late\nwrong");
    }

    #[test]
    fn only_near_names_are_offered() {
        assert_eq!(similar_name("custmer_id", ["customer_id", "amount"]), Some("customer_id"));
        assert_eq!(similar_name("zzz", ["customer_id", "amount"]), None);
    }
}
