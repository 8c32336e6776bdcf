//! A document as an HTML page, through the components and the layout of the project.

use std::collections::BTreeMap;

use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, context};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::names::Lang;
use crate::project::Templates;
use crate::project::templates;
use crate::reports::charts::theme_css;
use crate::reports::document::{Block, Document};
use crate::reports::words::Words;

/// Where an edition has the style sheet of the pages of evidence, which are many and lead elsewhere anyway.
pub(crate) const STYLE_SHEET: &str = "style.css";

/// A place to go to from a page.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Way {
    /// The report's name.
    pub(crate) name: String,
    /// Its title.
    pub(crate) title: String,
    /// It is the page itself.
    pub(crate) here: bool,
}

/// What a page says around its document.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Frame {
    /// The project's name.
    pub(crate) project: String,
    /// The last day seen, in words.
    pub(crate) as_of: String,
    /// The window, in words.
    pub(crate) window: String,
    /// All reports.
    pub(crate) reports: Vec<Way>,
    /// The same report in other languages: tag and own name.
    pub(crate) languages: Vec<(String, String)>,
    /// The archive at this day, below the published folder. An edition is never changed once it is published, so only the archive
    /// knows what came after it, and which of those before it are still there.
    pub(crate) archive: String,
}

/// Writes pages with a project's layout.
pub(crate) struct HtmlWriter<'a> {
    environment: Environment<'a>,
    style: String,
}

impl<'a> HtmlWriter<'a> {
    /// Reads layouts, components and the style sheet.
    ///
    /// # Errors
    /// Kind `Project` when one of them cannot be parsed.
    pub(crate) fn new(project: &'a Templates) -> Result<Self> {
        let mut environment = templates::environment();
        for (path, text) in project.parts.iter().filter(|(path, _)| path.ends_with(".html")) {
            environment
                .add_template(path, text)
                .map_err(|error| templates::template_fault(&error, path, text))?;
        }
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.add_filter("hold", hold);
        let sheet = project.parts.get("layouts/style.css").map_or("", AsRef::as_ref);
        Ok(Self { environment, style: format!("{}\n{}", theme_css().trim(), sheet.trim()) })
    }

    /// The style sheet that a report carries in itself, so that it can be sent on alone.
    pub(crate) fn style(&self) -> &str {
        &self.style
    }

    /// A document as a page.
    ///
    /// # Errors
    /// Kind `Project` when the layout cannot be rendered.
    pub(crate) fn page(&self, document: &Document, frame: &Frame, words: &Words) -> Result<String> {
        let values = context! {
            document => Value::from(Serde(document)), frame => Value::from(Serde(frame)), lang => words.lang.code(),
            words => word_tree(words.all()), style => Value::from_safe_string(self.style.clone()),
        };
        self.render("layouts/page.html", values)
    }

    /// The page that says where the figures of a model come from.
    ///
    /// # Errors
    /// As for [`HtmlWriter::page`].
    pub(crate) fn evidence(&self, around: Value, model: Value) -> Result<String> {
        self.render("layouts/evidence.html", context! { model => model, ..around })
    }

    /// What is the same on all pages of evidence in a language.
    pub(crate) fn around_evidence(frame: &Frame, words: &Words) -> Value {
        context! {
            frame => Value::from(Serde(frame)), lang => words.lang.code(),
            words => word_tree(words.all()), style_sheet => STYLE_SHEET,
        }
    }

    /// A mail: tables and inline styles alone, which every mail program shows.
    ///
    /// # Errors
    /// As for [`HtmlWriter::page`].
    pub(crate) fn mail(&self, blocks: &[Block], around: Value, words: &Words) -> Result<String> {
        let values = context! {
            blocks_of => Value::from(Serde(blocks)), around => around, lang => words.lang.code(),
            words => word_tree(words.all()),
        };
        self.render("layouts/mail.html", values)
    }

    /// The page that leads to the first report.
    ///
    /// # Errors
    /// As for [`HtmlWriter::page`].
    pub(crate) fn entrance(&self, project: &str, first: &str, languages: &[Lang]) -> Result<String> {
        let languages: Vec<(String, String)> =
            languages.iter().map(|lang| (lang.code().to_owned(), lang.own_name().to_owned())).collect();
        let values =
            context! { project => project, first => first, languages => Value::from(Serde(languages)) };
        self.render("layouts/entrance.html", values)
    }

    fn render(&self, name: &str, values: Value) -> Result<String> {
        let template = self.environment.get_template(name).map_err(|source| {
            Error::project(format!("no layout `report_templates/{name}`"))
                .note(source.to_string())
                .caused_by(source)
        })?;
        template.render(values).map_err(|source| {
            let error = Error::project(format!("the layout `report_templates/{name}` cannot be rendered"));
            error.note(source.to_string()).caused_by(source)
        })
    }
}

/// Words by key; a layout asks for `words["nav.archive"]`.
fn word_tree(words: &BTreeMap<String, String>) -> Value {
    Value::from(Serde(words))
}

/// A sentence whose amounts are not broken over lines: a minus stays with its currency, a number with its 万, and so does a
/// currency with its thousands or millions, `(CNY K)`.
fn hold(text: String) -> String {
    const JOINER: char = '\u{2060}';
    let text = ["K)", "M)", "B)"]
        .iter()
        .fold(text, |text, unit| text.replace(&format!(" {unit}"), &format!("\u{a0}{unit}")));
    let mut held = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if before.is_ascii_digit() && matches!(c, '万' | '亿') {
            held.push(JOINER);
        }
        held.push(c);
        let is_sign = matches!(c, '-' | '+') && !before.is_alphanumeric();
        if is_sign && rest.peek().is_some_and(|next| !next.is_whitespace() && !next.is_ascii_digit()) {
            held.push(JOINER);
        }
        before = c;
    }
    held
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_stay_in_one_line_and_words_do_not() {
        let shown = hold("从 ¥10.5万 变为 -¥2,134，re-sign (-CN¥12) - next".to_owned());
        assert_eq!(shown, "从 ¥10.5\u{2060}万 变为 -\u{2060}¥2,134，re-sign (-\u{2060}CN¥12) - next");
        assert_eq!(hold("Revenue lost (CNY K)".to_owned()), "Revenue lost (CNY\u{a0}K)");
    }
}
