//! The playbook: advice that a number calls for. One TOML file per situation, in every language of the reports.
//!
//! ```toml
//! measure = "M17"
//! model = "key_accounts.headline"
//! shown_when = "has_unprofitable"
//!
//! [en]
//! title = "Large, but without profit"
//! text = "{n_unprofitable} customers among the 80% leave no gross profit."
//! ```
//!
//! `shown_when` is a yes-or-no column of the model, which has one row; `{...}` in the text are columns of that row.
//! Each text quotes at least one of them, so that no advice stands without its number.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;

use super::config::Config;
use crate::error::{Error, Result, Spot};
use crate::names::{Lang, TableName};

/// The folder below the templates.
pub(super) const FOLDER: &str = "playbook";

/// Advice for one situation.
#[derive(Debug, Clone)]
pub struct Play {
    /// Its path relative to the project.
    pub path: String,
    /// The whole file.
    pub file: Arc<str>,
    /// The measure that it cites, such as `M17`.
    pub measure: String,
    /// The model of one row that decides, and whose numbers it quotes.
    pub model: TableName,
    /// The column that says yes when the advice is called for.
    pub shown_when: String,
    /// The words.
    pub texts: BTreeMap<Lang, PlayText>,
}

/// The words of a [`Play`] in one language, Markdown with `{column}` places.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlayText {
    /// The situation in a few words.
    pub title: String,
    /// What to do about it.
    pub text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    measure: String,
    model: String,
    shown_when: String,
    en: Option<PlayText>,
    #[serde(rename = "zh-CN")]
    zh: Option<PlayText>,
}

/// Parses one file.
///
/// # Errors
/// Kind `Project`, with its place: what TOML refuses, a name that is none, words that quote no number.
pub(super) fn parse(path: &str, text: &Arc<str>) -> Result<Play> {
    let whole = |range| Spot::new(path, Arc::clone(text), range);
    let file: File = toml::from_str(text).map_err(|error| {
        let fault = Error::project(error.message().to_owned());
        match error.span() {
            Some(range) => fault.at(whole(range)),
            None => fault,
        }
    })?;
    let texts: BTreeMap<Lang, PlayText> = [(Lang::En, file.en), (Lang::Zh, file.zh)]
        .into_iter()
        .filter_map(|(lang, words)| Some((lang, words?)))
        .collect();
    let mut play = Play {
        path: path.to_owned(),
        file: Arc::clone(text),
        measure: file.measure,
        model: TableName::new("", ""),
        shown_when: file.shown_when,
        texts,
    };
    play.model = (file.model.parse())
        .map_err(|reason: String| Error::project(reason).at(play.spot_of(&file.model)))?;
    for (lang, words) in &play.texts {
        if places(&words.text).is_empty() {
            return Err(Error::project(format!("advice in `{lang}` quotes no number"))
                .at(play.spot_of(words.text.lines().next().unwrap_or_default()))
                .help(format!("name a column of `{}` in braces, such as `{{n_customers}}`", play.model)));
        }
    }
    Ok(play)
}

/// The names in braces of a text.
pub(crate) fn places(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

/// Sees that every play has words in every language of the reports.
pub(super) fn check_languages(config: &Config, plays: &BTreeMap<String, Play>, faults: &mut Vec<Error>) {
    for play in plays.values() {
        for lang in config.languages.iter().filter(|lang| !play.texts.contains_key(lang)) {
            faults.push(
                Error::project(format!("`{}` has no words in `{lang}`", play.path))
                    .help(format!("add `[{lang}]` with a title and a text, as in the other languages")),
            );
        }
    }
}

impl Play {
    /// The place where a text first stands in the file.
    pub fn spot_of(&self, text: &str) -> Spot {
        let start = self.file.find(text).unwrap_or(0);
        Spot::new(self.path.clone(), Arc::clone(&self.file), start..start + text.len())
    }

    /// Every column that the play reads.
    pub fn columns(&self) -> BTreeSet<&str> {
        let mut columns = BTreeSet::from([self.shown_when.as_str()]);
        for words in self.texts.values() {
            columns.extend(places(&words.title));
            columns.extend(places(&words.text));
        }
        columns
    }
}
