//! `[mail]` of `tierbook.toml`: who sends the reports, through which server, and whom a failed run is told.
//!
//! Takes the tables as they are written; gives addresses and times that have been read. Never holds a secret: it says in
//! which file or variable one is, and only `tierbook deliver` looks there.

use std::ops::Range;
use std::time::Duration;

use jiff::SignedDuration;
use lettre::message::Mailbox;
use serde::Deserialize;
use toml::Spanned;
use url::Url;

use crate::error::Error;

/// How reports are mailed.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// Who sends them.
    pub from: Mailbox,
    /// Whom a reader's answer goes to, if not to the sender.
    pub reply_to: Option<Mailbox>,
    /// Where the published folder is to be seen, with a slash at its end.
    pub link: Option<Url>,
    /// Whom a failed run, or one that is out of date, is told; readers never are.
    pub owner: Option<Mailbox>,
    /// How old the newest edition may be when it is mailed.
    pub stale_after: Duration,
    /// Whether the lists of a report go with it as spreadsheets.
    pub attach: bool,
    /// The server that takes the messages.
    pub smtp: Option<SmtpConfig>,
}

/// A mail server.
#[derive(Debug, Clone)]
pub struct SmtpConfig {
    /// Its name, which its certificate bears.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept from strangers.
    pub security: Security,
    /// How we say who we are; `None` for a server that does not ask.
    pub login: Option<Login>,
    /// How long a step may take.
    pub timeout: Duration,
    /// How long to wait before each further try of what may go later.
    pub retry_after: Vec<Duration>,
    /// A certificate to trust in the place of those of the system, PEM, relative to the project.
    pub ca_file: Option<String>,
}

/// How a connection is kept from strangers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// Plain at first, then TLS, or nothing is said.
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// Plain; for a server on this machine.
    None,
}

/// How we say who we are.
#[derive(Debug, Clone)]
pub struct Login {
    /// The account.
    pub user: String,
    /// Where the password, or the token, is.
    pub secret: SecretPlace,
    /// How it is said; the server's choice of plain and login where it is not told.
    pub mechanism: Option<Mechanism>,
}

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretPlace {
    /// A file, relative to the project.
    File(String),
    /// A variable of the environment.
    Variable(String),
}

/// How a secret is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mechanism {
    /// SASL PLAIN.
    Plain,
    /// SASL LOGIN.
    Login,
    /// An OAuth 2 access token.
    Xoauth2,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    from: Spanned<String>,
    reply_to: Option<Spanned<String>>,
    link: Option<Spanned<String>>,
    owner: Option<Spanned<String>>,
    stale_after: Option<Spanned<String>>,
    attach: Option<bool>,
    smtp: Option<SmtpTable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SmtpTable {
    server: Spanned<String>,
    port: Option<u16>,
    security: Option<Security>,
    user: Option<Spanned<String>>,
    password: Option<Spanned<toml::Value>>,
    password_file: Option<Spanned<String>>,
    password_env: Option<Spanned<String>>,
    auth: Option<Spanned<Mechanism>>,
    timeout: Option<Spanned<String>>,
    retry_after: Option<Vec<Spanned<String>>>,
    ca_file: Option<String>,
}

type Fault = (Error, Range<usize>);

/// Reads the table; a fault comes with its place in the file.
pub(super) fn parse(table: Table) -> Result<MailConfig, Fault> {
    Ok(MailConfig {
        from: mailbox(&table.from)?,
        reply_to: table.reply_to.as_ref().map(mailbox).transpose()?,
        link: table.link.as_ref().map(link).transpose()?,
        owner: table.owner.as_ref().map(mailbox).transpose()?,
        stale_after: match &table.stale_after {
            Some(text) => duration(text)?,
            None => Duration::from_hours(7 * 24),
        },
        attach: table.attach.unwrap_or(true),
        smtp: table.smtp.map(smtp).transpose()?,
    })
}

/// Reads an address with or without a name, such as `Anna <anna@example.com>`.
pub(super) fn mailbox(text: &Spanned<String>) -> Result<Mailbox, Fault> {
    text.get_ref().parse().map_err(|source: lettre::address::AddressError| {
        let error = Error::project(format!("`{}` is no mail address", text.get_ref()))
            .help("write `anna@example.com`, or `Anna <anna@example.com>`")
            .caused_by(source);
        (error, text.span())
    })
}

fn link(text: &Spanned<String>) -> Result<Url, Fault> {
    let fault = || {
        let error =
            Error::project(format!("`link` is `{}`, which is no address of a web site", text.get_ref()));
        (
            error.help("write where the published folder is to be seen, such as `https://book.example.com/`"),
            text.span(),
        )
    };
    let Ok(mut link) = text.get_ref().parse::<Url>() else { return Err(fault()) };
    if !matches!(link.scheme(), "http" | "https") || link.query().is_some() || link.fragment().is_some() {
        return Err(fault());
    }
    if !link.path().ends_with('/') {
        link.set_path(&format!("{}/", link.path()));
    }
    Ok(link)
}

fn duration(text: &Spanned<String>) -> Result<Duration, Fault> {
    let days = text.get_ref().strip_suffix("days").or_else(|| text.get_ref().strip_suffix("day"));
    let days = days.and_then(|days| days.trim().parse::<u32>().ok());
    if let Some(days) = days {
        return Ok(Duration::from_hours(u64::from(days) * 24));
    }
    let read = text.get_ref().parse::<SignedDuration>().ok();
    read.and_then(|read| Duration::try_from(read).ok()).ok_or_else(|| {
        let error = Error::project(format!("`{}` is no length of time", text.get_ref()));
        (error.help("write `30s`, `5m`, `2h` or `3 days`"), text.span())
    })
}

fn smtp(table: SmtpTable) -> Result<SmtpConfig, Fault> {
    if let Some(password) = &table.password {
        let error = Error::project(
            "a password does not stand in `tierbook.toml`, which every edition keeps a copy of",
        )
        .help(
            "write it into a file that only the scheduler may read, and name that: `password_file = \"...\"`",
        )
        .help("or name a variable of the environment: `password_env = \"...\"`");
        return Err((error, password.span()));
    }
    let security = table.security.unwrap_or(Security::Starttls);
    let port = table.port.unwrap_or(match security {
        Security::Starttls => 587,
        Security::Tls => 465,
        Security::None => 25,
    });
    let secret = match (table.password_file, table.password_env) {
        (Some(_), Some(variable)) => {
            let error = Error::project("`password_file` and `password_env` both say where the password is");
            return Err((error.help("keep one of them"), variable.span()));
        }
        (Some(file), None) => Some((SecretPlace::File(file.get_ref().clone()), file.span())),
        (None, Some(variable)) => Some((SecretPlace::Variable(variable.get_ref().clone()), variable.span())),
        (None, None) => None,
    };
    let mechanism = table.auth.map(Spanned::into_inner);
    let login = match (table.user, secret) {
        (Some(user), Some((secret, _))) => Some(Login { user: user.into_inner(), secret, mechanism }),
        (Some(user), None) => {
            let error = Error::project("the mail server is given a user without a password");
            return Err((
                error.help("name its file with `password_file`, or its variable with `password_env`"),
                user.span(),
            ));
        }
        (None, Some((_, at))) => {
            let error = Error::project("the mail server is given a password without a user");
            return Err((error.help("name the account with `user`"), at));
        }
        (None, None) => None,
    };
    if security == Security::None && login.is_some() && !is_here(table.server.get_ref()) {
        let error =
            Error::project(format!("the password would go to `{}` for all to read", table.server.get_ref()))
                .help("set `security = \"starttls\"` or `\"tls\"`");
        return Err((error, table.server.span()));
    }
    let waits = match table.retry_after {
        Some(waits) => waits.iter().map(duration).collect::<Result<_, _>>()?,
        None => [10, 60, 300].map(Duration::from_secs).to_vec(),
    };
    Ok(SmtpConfig {
        server: table.server.into_inner(),
        port,
        security,
        login,
        timeout: table.timeout.as_ref().map_or(Ok(Duration::from_secs(60)), duration)?,
        retry_after: waits,
        ca_file: table.ca_file,
    })
}

/// The text of the file as errors show it: a password that stands in it all the same is not told any further.
pub(super) fn veiled(text: &str) -> String {
    let veil = |line: &str| {
        let after = line.match_indices("password").find_map(|(at, word)| {
            let rest = &line[at + word.len()..];
            let value = rest.trim_start().strip_prefix('=')?.trim_start();
            Some(line.len() - value.len())
        });
        let (shown, hidden) = line.split_at(after.unwrap_or(line.len()));
        // As many bytes as before, so that places in the text stay what they are.
        let stars =
            hidden.bytes().map(|byte| if byte == b'\n' || byte == b'\r' { char::from(byte) } else { '*' });
        shown.chars().chain(stars).collect::<String>()
    };
    text.split_inclusive('\n').map(veil).collect()
}

/// Whether a server is on this machine.
fn is_here(server: &str) -> bool {
    matches!(server, "localhost" | "127.0.0.1" | "::1")
}
