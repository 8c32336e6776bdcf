//! Reports as the bodies of mails: HTML of tables and inline styles, plain text, charts as pictures, lists as files.
//!
//! Takes the rendered reports of an edition; gives what a mail says, for nobody in particular. Addresses and the form of a
//! message are [`crate::mail`]'s.

use std::collections::BTreeMap;

use minijinja::value::Serde;
use serde::Serialize;
use url::Url;

use super::document::{Block, Document, Inline};
use super::letter::{self, Letter};
use super::pictures::Pictures;
use super::words::Words;
use super::writers::html::HtmlWriter;
use super::writers::plain;
use super::{Inputs, Rendered, format};
use crate::error::{Error, Result};
use crate::names::{EditionId, Lang, ReportName};

/// The HTML that a mail may have; mail programs cut what is longer than about 100,000 bytes.
const MOST_BYTES: usize = 90_000;

/// The HTML above which sections are left to the page: nobody reads more in a mail.
const ENOUGH_BYTES: usize = 60_000;

/// The attachments and pictures that a mail may have, together.
const MOST_ATTACHED: usize = 2_000_000;

/// Where mails lead to, and what they bring.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The edition.
    pub edition: EditionId,
    /// Where the edition is to be seen, with a slash at its end.
    pub link: Option<Url>,
    /// Whether lists go with the mail.
    pub attach: bool,
}

/// What a mail says.
#[derive(Debug, Clone)]
pub struct MailBody {
    /// The report.
    pub report: ReportName,
    /// Its language.
    pub lang: Lang,
    /// What was found, in a line.
    pub subject: String,
    /// The same for a mail that replaces one sent before.
    pub corrected_subject: String,
    /// For those who read HTML.
    pub html: String,
    /// For those who do not.
    pub text: String,
    /// The charts, by content id.
    pub pictures: Vec<Attached>,
    /// The lists, by file name.
    pub lists: Vec<Attached>,
}

/// A file of a mail.
#[derive(Debug, Clone)]
pub struct Attached {
    /// Its content id, or its name.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// What stands around the blocks of a mail.
#[derive(Debug, Serialize)]
struct Around {
    subject: String,
    title: String,
    project: String,
    as_of: String,
    window: String,
    /// Where the report is to be seen.
    page: Option<String>,
    /// The other reports: title and address.
    others: Vec<(String, String)>,
    left_out: Option<String>,
    attached: Option<String>,
    totals: Vec<String>,
    edition: String,
}

/// The mail of a report in a language; `None` when the edition has no such report.
///
/// # Errors
/// Kind `Project` when a layout or a word is missing, or the mail would be cut by mail programs.
pub fn body(
    inputs: Inputs<'_>,
    rendered: &Rendered,
    report: &ReportName,
    lang: Lang,
    surroundings: &Surroundings,
) -> Result<Option<MailBody>> {
    let Some((words, documents)) = rendered.documents.iter().find(|(words, _)| words.lang == lang) else {
        return Ok(None);
    };
    let Some(document) = documents.iter().find(|document| document.report == report.as_str()) else {
        return Ok(None);
    };
    let composer = Composer { inputs, rendered, words, documents, document, surroundings };
    composer.body(report).map(Some)
}

struct Composer<'a> {
    inputs: Inputs<'a>,
    rendered: &'a Rendered,
    words: &'a Words,
    documents: &'a [Document],
    document: &'a Document,
    surroundings: &'a Surroundings,
}

impl Composer<'_> {
    fn body(&self, report: &ReportName) -> Result<MailBody> {
        let writer = HtmlWriter::new(&self.inputs.project.templates)?;
        let letter = letter::cut(self.document, self.words)?;
        let subject = self.subject(&letter);
        let lists = self.lists(&letter);
        let mut n_sections = letter.sections.len();
        let (blocks, around, html) = loop {
            let blocks = blocks(&letter, n_sections);
            let around = self.around(&letter, n_sections, &lists, &subject)?;
            let html = tidy(&writer.mail(&blocks, Serde(&around).into(), self.words)?);
            if html.len() <= ENOUGH_BYTES || n_sections == 0 {
                break (blocks, around, html);
            }
            n_sections -= 1;
        };
        if html.len() > MOST_BYTES {
            return Err(Error::project(format!(
                "the mail of report `{report}` has {} KB of HTML; mail programs cut what has more than {} KB",
                html.len() / 1000,
                MOST_BYTES / 1000
            ))
            .help("move what stands above its first heading `##` into sections, which a mail leaves to the page"));
        }
        let mut pictures = Vec::new();
        let painter = Pictures::new(self.inputs.store);
        for figure in letter::figures(&blocks) {
            if let Some(drawing) = &figure.drawing {
                let bytes = painter.narrow(&figure.id, drawing)?;
                pictures.push(Attached { name: format!("{}@tierbook", figure.id), bytes });
            }
        }
        let text = self.text(&blocks, &around)?;
        let values = [("subject".to_owned(), subject.clone())];
        let corrected_subject = self.word("mail.corrected", &values)?;
        let lang = self.words.lang;
        Ok(MailBody { report: report.clone(), lang, subject, corrected_subject, html, text, pictures, lists })
    }

    /// What was found, of whom, and of which day.
    fn subject(&self, letter: &Letter) -> String {
        let day = format::short_day(self.words.lang, self.inputs.bindings.as_of);
        let scope = self.inputs.scope.map(|scope| super::scope::scope_words(self.words, scope));
        let scope = scope.map_or_else(String::new, |scope| format!("{scope} · "));
        let (finding, name) = (letter.subject(), self.name(self.document));
        // A report that begins with figures is called by its name alone.
        let name = if letter.finding == self.document.title { String::new() } else { format!("{name} ") };
        plain::one_line(&format!("{scope}{finding} · {name}{day}"))
    }

    /// A report's short name.
    fn name(&self, document: &Document) -> String {
        self.words.get(&format!("{}.name", document.report)).unwrap_or(&document.title).to_owned()
    }

    fn word(&self, key: &str, values: &[(String, String)]) -> Result<String> {
        self.words.fill(key, values).map_err(Error::project)
    }

    /// The lists that the report leads to, as many as a mail bears.
    fn lists(&self, letter: &Letter) -> Vec<Attached> {
        if !self.surroundings.attach {
            return Vec::new();
        }
        let mut room = MOST_ATTACHED;
        let mut lists: BTreeMap<String, Attached> = BTreeMap::new();
        let of_letter =
            std::iter::once(&letter.head).chain(letter.sections.iter().map(|section| &section.blocks));
        for file in of_letter.flat_map(|blocks| letter::files(blocks)) {
            let path = format!("{}/{file}", self.words.lang.code());
            let page = self.rendered.pages.iter().find(|page| page.path == path);
            let name = file.rsplit('/').next().unwrap_or(&file).to_owned();
            let Some(page) = page.filter(|page| page.bytes.len() <= room) else { continue };
            if !lists.contains_key(&name) {
                room -= page.bytes.len();
                lists.insert(name.clone(), Attached { name, bytes: page.bytes.clone() });
            }
        }
        lists.into_values().collect()
    }

    fn around(&self, letter: &Letter, n: usize, lists: &[Attached], subject: &str) -> Result<Around> {
        let lang = self.words.lang;
        let bindings = self.inputs.bindings;
        let gap = if lang == Lang::En { " · " } else { "、" };
        let page = |report: &str| {
            let link = self.surroundings.link.as_ref()?;
            link.join(&format!("{}/{report}.html", lang.code())).ok().map(String::from)
        };
        let titles: Vec<&str> =
            letter.sections.iter().skip(n).map(|section| section.title.as_str()).collect();
        let left_out = (!titles.is_empty())
            .then(|| self.word("mail.left_out", &[("titles".to_owned(), titles.join(gap))]))
            .transpose()?;
        let names: Vec<&str> = lists.iter().map(|list| list.name.as_str()).collect();
        let attached = (!names.is_empty())
            .then(|| self.word("mail.attached", &[("files".to_owned(), names.join(gap))]))
            .transpose()?;
        let others = self.documents.iter().filter(|other| other.report != self.document.report);
        Ok(Around {
            subject: subject.to_owned(),
            title: self.document.title.clone(),
            project: self.inputs.project.config.name.clone(),
            as_of: self.word("nav.as_of", &[("day".to_owned(), format::day(lang, bindings.as_of))])?,
            window: self.word(
                "nav.window",
                &[("window".to_owned(), format::days(lang, bindings.window_start, bindings.window_end))],
            )?,
            page: page(&self.document.report),
            others: others.filter_map(|other| Some((self.name(other), page(&other.report)?))).collect(),
            left_out,
            attached,
            totals: letter.totals.clone(),
            edition: self
                .word("mail.edition", &[("edition".to_owned(), self.surroundings.edition.to_string())])?,
        })
    }

    /// The same words in the same order, without HTML.
    fn text(&self, blocks: &[Block], around: &Around) -> Result<String> {
        let heading = Inline::Text { text: around.title.clone() };
        let mut parts = vec![
            plain::write(&[Block::Heading { level: 1, id: String::new(), inlines: vec![heading] }]),
            format!("{} · {} · {}", around.project, around.as_of, around.window),
        ];
        parts.push(plain::write(blocks));
        parts.extend(around.left_out.clone());
        if let Some(page) = &around.page {
            parts.push(format!("{}: {page}", self.word("mail.open", &[])?));
        }
        parts.extend(around.attached.clone());
        parts.extend(around.totals.iter().cloned());
        parts.push(format!("-- \n{}\n{}", around.edition, self.word("mail.why_you", &[])?));
        Ok(parts.join("\n\n") + "\n")
    }
}

fn blocks(letter: &Letter, n_sections: usize) -> Vec<Block> {
    let sections = letter.sections.iter().take(n_sections).flat_map(|section| section.blocks.iter());
    letter.head.iter().chain(sections).cloned().collect()
}

/// HTML without the blank lines that a layout leaves.
fn tidy(html: &str) -> String {
    let lines: Vec<&str> = html.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n") + "\n"
}
