//! Words for reports that are about some of the customers.

use std::collections::BTreeSet;

use super::words::Words;
use crate::names::Lang;
use crate::project::Project;
use crate::project::recipients::Scope;

/// The customers of a scope in words: `region East or West`.
pub(super) fn scope_words(words: &Words, scope: &Scope) -> String {
    let gap = if words.lang == Lang::En { " or " } else { "或" };
    let column = |(column, values): (&str, &BTreeSet<String>)| {
        let shown =
            values.iter().map(|value| words.kind_or_text(column, value)).collect::<Vec<_>>().join(gap);
        let heading = words.column("staging.customers", column).unwrap_or(column).to_owned();
        let values = [("column".to_owned(), heading.clone()), ("values".to_owned(), shown.clone())];
        words.fill("mail.stands_for", &values).unwrap_or_else(|_| format!("{heading} {shown}"))
    };
    scope.columns().map(column).collect::<Vec<_>>().join(if words.lang == Lang::En { ", " } else { "、" })
}

/// The name of the project on pages: with the customers that they are about, if those are not all.
pub fn project_name(project: &Project, lang: Lang, scope: Option<&Scope>) -> String {
    let words = project.templates.words.get(&lang).cloned().unwrap_or_default();
    let words = Words::new(lang, &project.config.currency, words);
    match scope {
        Some(scope) => format!("{} · {}", project.config.name, scope_words(&words, scope)),
        None => project.config.name.clone(),
    }
}
