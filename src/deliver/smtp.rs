//! One server, spoken to step by step, so that it is known what had been said when something went wrong.
//!
//! Takes a message for one address; gives what became of it. Never falls back to a plain connection, and never tries
//! again by itself once the content is being handed over.

use std::io;
use std::path::Path;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::client::{Certificate, CertificateStore, SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::{Response, Severity};
use lettre::transport::smtp::{self};

use super::outcome::Stop;
use super::secret::Login;
use crate::error::{Error, Result};
use crate::files;
use crate::project::mail::{SecretPlace, Security, SmtpConfig};

/// What became of a message.
#[derive(Debug)]
pub(super) enum Answer {
    /// The server has taken it.
    Sent(String),
    /// It has not gone; it may later.
    Later(String),
    /// The server is not to be had; nothing was tried.
    Unreachable(String),
    /// The server does not take it for this reader.
    Refused(String),
    /// It was handed over, and no answer came.
    Doubtful(String),
    /// Something that concerns all messages.
    Stop(Stop),
}

/// A mail server, with the connection that is kept from one message to the next.
pub(super) struct Courier<'a> {
    smtp: &'a SmtpConfig,
    tls: Option<TlsParameters>,
    login: Option<Login>,
    connection: Option<SmtpConnection>,
}

/// What went wrong in a step.
enum Fault {
    /// The server answers 4xx.
    Later(String),
    /// The server answers 5xx.
    Refused(String),
    /// What is said cannot be trusted or deciphered.
    Unsafe(String),
    /// No answer, or none that can be read.
    Silence(String),
}

impl<'a> Courier<'a> {
    /// Makes ready to speak to a server; nothing is said yet.
    ///
    /// # Errors
    /// Kind `Project` or `Environment` when the certificate to trust cannot be read.
    pub(super) fn new(smtp: &'a SmtpConfig, login: Option<Login>, project: &Path) -> Result<Self> {
        Ok(Self { smtp, tls: trust(smtp, project)?, login, connection: None })
    }

    /// Ends the connection, if there is one.
    pub(super) fn close(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            let _ = connection.quit();
        }
    }

    /// Hands one message to the server. `before` is called when the server waits for the content, right before it goes.
    ///
    /// # Errors
    /// Those of `before`; the content has then not gone.
    pub(super) fn submit(
        &mut self,
        from: &Address,
        to: &Address,
        bytes: &[u8],
        before: &mut dyn FnMut() -> Result<()>,
    ) -> Result<Answer> {
        loop {
            let kept = self.connection.is_some();
            let mut connection = match self.connection.take() {
                Some(connection) => connection,
                None => match self.open() {
                    Ok(connection) => connection,
                    Err(answer) => return Ok(answer),
                },
            };
            let wide = !from.to_string().is_ascii() || !to.to_string().is_ascii();
            if wide && !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                self.connection = Some(connection);
                return Ok(Answer::Refused("the server takes no address beyond ASCII".to_owned()));
            }
            let options = if wide { vec![MailParameter::SmtpUtfEight] } else { Vec::new() };
            match connection.command(Mail::new(Some(from.clone()), options)).map_err(|e| self.fault(&e)) {
                Ok(_) => {}
                // A server lets go of a connection after some time, or some number of messages.
                Err(Fault::Silence(_)) if kept => continue,
                Err(Fault::Later(reply)) if kept && reply.starts_with("421") => continue,
                Err(Fault::Refused(reply)) => return Ok(Answer::Stop(self.no_sender(from, &reply))),
                Err(fault) => return Ok(settle(connection, fault)),
            }
            return self.rest(connection, to, bytes, before);
        }
    }

    /// The steps after the sender is known.
    fn rest(
        &mut self,
        mut connection: SmtpConnection,
        to: &Address,
        bytes: &[u8],
        before: &mut dyn FnMut() -> Result<()>,
    ) -> Result<Answer> {
        let ready =
            connection.command(Rcpt::new(to.clone(), Vec::new())).and_then(|_| connection.command(Data));
        match ready {
            Ok(reply) if reply.has_code(354) => {}
            Ok(reply) => {
                let reply = self.text(&reply);
                return Ok(Answer::Later(format!("the server does not wait for the content: {reply}")));
            }
            Err(error) => return Ok(settle(connection, self.fault(&error))),
        }
        before()?;
        // The connection adds the end of the last line itself.
        match connection.message(bytes.strip_suffix(b"\r\n").unwrap_or(bytes)) {
            Ok(reply) if reply.code().severity == Severity::PositiveCompletion => {
                self.connection = Some(connection);
                Ok(Answer::Sent(self.text(&reply)))
            }
            Ok(reply) => Ok(Answer::Doubtful(format!("an answer that is none: {}", self.text(&reply)))),
            Err(error) => Ok(match self.fault(&error) {
                Fault::Silence(reason) | Fault::Unsafe(reason) => Answer::Doubtful(reason),
                fault => settle(connection, fault),
            }),
        }
    }

    /// Connects, makes the connection safe, and logs in.
    fn open(&self) -> Result<SmtpConnection, Answer> {
        let smtp = self.smtp;
        let hello = ClientId::default();
        let wrapper = self.tls.as_ref().filter(|_| smtp.security == Security::Tls);
        let mut connection = SmtpConnection::connect(
            (smtp.server.as_str(), smtp.port),
            Some(smtp.timeout),
            &hello,
            wrapper,
            None,
        )
        .map_err(|error| self.no_opening(self.fault(&error)))?;
        if let Some(tls) = self.tls.as_ref().filter(|_| smtp.security == Security::Starttls) {
            if !connection.can_starttls() {
                return Err(Answer::Stop(self.no_starttls()));
            }
            connection.starttls(tls, &hello).map_err(|error| self.no_opening(self.fault(&error)))?;
        }
        if let Some(login) = &self.login {
            if connection.server_info().get_auth_mechanism(&login.mechanisms).is_none() {
                return Err(Answer::Stop(self.no_mechanism(login)));
            }
            connection.auth(&login.mechanisms, &login.credentials).map_err(|error| {
                match self.fault(&error) {
                    Fault::Refused(reply) => Answer::Stop(self.no_login(&reply)),
                    // A token that is not accepted is answered with a question that has no answer.
                    _ if error.is_client() => {
                        Answer::Stop(self.no_login("334, which asks for something else"))
                    }
                    fault => self.no_opening(fault),
                }
            })?;
        }
        Ok(connection)
    }

    fn no_opening(&self, fault: Fault) -> Answer {
        match fault {
            Fault::Later(reason) | Fault::Silence(reason) => Answer::Unreachable(reason),
            Fault::Refused(reply) => Answer::Stop(
                Stop::new(format!("the mail server {} does not speak to us", self.address()))
                    .note(format!("it says: {reply}")),
            ),
            Fault::Unsafe(reason) => Answer::Stop(
                Stop::new(format!("the connection to the mail server {} is not safe", self.address()))
                    .note(reason)
                    .help("write `server` as its certificate names it; name a certificate of your own with `ca_file`")
                    .help("`security` is \"starttls\" (mostly port 587) or \"tls\" (mostly port 465)"),
            ),
        }
    }

    fn no_starttls(&self) -> Stop {
        Stop::new(format!("the mail server {} does not offer STARTTLS", self.address()))
            .note("nothing was said to it: a connection that is not safe is never used in its place")
            .help("set `security = \"tls\"` if the port is for TLS from the first byte, which is mostly 465")
    }

    fn no_mechanism(&self, login: &Login) -> Stop {
        let known: Vec<String> = login.mechanisms.iter().map(ToString::to_string).collect();
        Stop::new(format!("the mail server {} offers no way to log in that is wanted", self.address()))
            .note(format!("wanted: {}", known.join(" or ")))
            .help("set `auth` to \"plain\", \"login\" or \"xoauth2\", or leave `user` out if it wants no password")
    }

    fn no_login(&self, reply: &str) -> Stop {
        let login = self.smtp.login.as_ref();
        let user = login.map(|login| login.user.as_str()).unwrap_or_default();
        let place = match login.map(|login| &login.secret) {
            Some(SecretPlace::File(file)) => format!("the file `{file}`"),
            Some(SecretPlace::Variable(name)) => format!("the variable `{name}`"),
            None => "the password".to_owned(),
        };
        Stop::new(format!("the mail server {} does not accept the password of `{user}`", self.address()))
            .note(format!("it says: {reply}"))
            .help(format!(
                "see whether {place} holds the password, and `user` the account, that the server knows"
            ))
    }

    fn no_sender(&self, from: &Address, reply: &str) -> Stop {
        Stop::new(format!("the mail server {} takes no mail from `{from}`", self.address()))
            .note(format!("it says: {reply}"))
            .help("set `from` to an address that the account may send from")
    }

    fn address(&self) -> String {
        format!("`{}:{}`", self.smtp.server, self.smtp.port)
    }

    fn text(&self, reply: &Response) -> String {
        let lines: Vec<&str> = reply.message().collect();
        self.clean(&format!("{} {}", reply.code(), lines.join(" ")))
    }

    /// What a server said, in one line, without the secret.
    fn clean(&self, said: &str) -> String {
        let said = self.login.as_ref().map_or_else(|| said.to_owned(), |login| login.clear(said));
        let line: String = said.chars().map(|c| if c.is_control() { ' ' } else { c }).take(400).collect();
        line.trim().to_owned()
    }

    fn fault(&self, error: &smtp::Error) -> Fault {
        let source = std::error::Error::source(error);
        let said = || self.clean(&source.map_or_else(|| error.to_string(), ToString::to_string));
        if let Some(code) = error.status() {
            let reply = format!("{code} {}", said()).trim_end().to_owned();
            return if error.is_permanent() { Fault::Refused(reply) } else { Fault::Later(reply) };
        }
        match source.and_then(|source| source.downcast_ref::<io::Error>()) {
            Some(error) if error.kind() == io::ErrorKind::InvalidData => Fault::Unsafe(said()),
            Some(error) => Fault::Silence(silence(error, self.smtp.timeout)),
            None if error.is_response() && said() == "incomplete response" => {
                Fault::Silence("the server ended the connection".to_owned())
            }
            None if error.is_tls() => Fault::Unsafe(said()),
            None => Fault::Silence(said()),
        }
    }
}

/// What a fault before the content, or an answer after it, means for the message; ends the connection.
fn settle(mut connection: SmtpConnection, fault: Fault) -> Answer {
    match fault {
        Fault::Later(reply) => {
            let _ = connection.quit();
            Answer::Later(reply)
        }
        Fault::Refused(reply) => {
            let _ = connection.quit();
            Answer::Refused(reply)
        }
        Fault::Unsafe(reason) | Fault::Silence(reason) => Answer::Later(reason),
    }
}

fn silence(error: &io::Error, timeout: Duration) -> String {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
            format!("the server did not answer within {} s", timeout.as_secs_f64())
        }
        io::ErrorKind::ConnectionRefused => "nobody listens there: connection refused".to_owned(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof => {
            "the server ended the connection".to_owned()
        }
        _ => error.to_string(),
    }
}

/// Whom to believe that the server is who it says.
fn trust(smtp: &SmtpConfig, project: &Path) -> Result<Option<TlsParameters>> {
    if smtp.security == Security::None {
        return Ok(None);
    }
    let mut builder = TlsParameters::builder(smtp.server.clone());
    if let Some(file) = &smtp.ca_file {
        let wrong = || {
            Error::project(format!("`{file}`, the `ca_file` of the mail server, holds no certificate"))
                .help("it is PEM: text that begins with `-----BEGIN CERTIFICATE-----`")
        };
        let pem = files::read(&project.join(file))?;
        if !String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE-----") {
            return Err(wrong());
        }
        let certificate = Certificate::from_pem(&pem).map_err(|source| wrong().caused_by(source))?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(certificate);
    }
    let built = builder.build_rustls().map_err(|source| match &smtp.ca_file {
        Some(file) => {
            Error::project(format!("the certificate in `{file}` cannot be trusted")).caused_by(source)
        }
        None => Error::environment("the certificates of this machine cannot be read")
            .help("install the package `ca-certificates`, or name a certificate with `ca_file`")
            .caused_by(source),
    });
    built.map(Some)
}
