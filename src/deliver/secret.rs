//! The password of the mail server: from a file or a variable to the server, and nowhere else.
//!
//! Takes the place where it is; gives what logs in. Never lets it into an error, the ledger or a receipt: what a server
//! says is cleared of it.

use std::fmt;
use std::path::Path;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::commands::Auth;

use crate::error::{Error, Result};
use crate::files;
use crate::project::mail::{self, SecretPlace};

/// What logs in.
pub(super) struct Login {
    pub(super) credentials: Credentials,
    /// The ways to say it, the best one first.
    pub(super) mechanisms: Vec<Mechanism>,
    /// The secret, and each form in which it goes over the wire.
    hidden: Vec<String>,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").finish_non_exhaustive()
    }
}

impl Login {
    /// Looks up the secret; `variable` looks into the environment. A warning where others may read it.
    ///
    /// # Errors
    /// Kind `Environment` when it is not there or empty.
    pub(super) fn look_up(
        login: &mail::Login,
        project: &Path,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<(Self, Option<String>)> {
        let (secret, warning) = match &login.secret {
            SecretPlace::File(file) => from_file(&project.join(file))?,
            SecretPlace::Variable(name) => {
                let secret = variable(name).filter(|secret| !secret.is_empty()).ok_or_else(|| {
                    Error::environment(format!(
                        "the variable `{name}`, which holds the mail password, is not set"
                    ))
                    .help("set it where `tierbook` is started; cron and systemd do not read your profile")
                })?;
                (secret, None)
            }
        };
        let credentials = Credentials::new(login.user.clone(), secret.clone());
        let mechanisms = match login.mechanism {
            Some(mail::Mechanism::Plain) => vec![Mechanism::Plain],
            Some(mail::Mechanism::Login) => vec![Mechanism::Login],
            Some(mail::Mechanism::Xoauth2) => vec![Mechanism::Xoauth2],
            None => vec![Mechanism::Plain, Mechanism::Login],
        };
        let said = [
            Auth::new(Mechanism::Plain, credentials.clone(), None),
            Auth::new(Mechanism::Login, credentials.clone(), Some("Password".to_owned())),
            Auth::new(Mechanism::Xoauth2, credentials.clone(), None),
        ];
        let mut hidden = vec![secret];
        hidden.extend(
            said.into_iter().flatten().filter_map(|command| {
                command.to_string().split_whitespace().next_back().map(ToOwned::to_owned)
            }),
        );
        Ok((Self { credentials, mechanisms, hidden }, warning))
    }

    /// What a server said, without the secret.
    pub(super) fn clear(&self, said: &str) -> String {
        self.hidden.iter().fold(said.to_owned(), |said, hidden| said.replace(hidden, "[hidden]"))
    }
}

fn from_file(path: &Path) -> Result<(String, Option<String>)> {
    let shown = path.display();
    let fault = |what: &str| {
        Error::environment(format!("the file of the mail password, `{shown}`, {what}"))
            .help(format!("write the password into it as its only line, and `chmod 600 {shown}`"))
    };
    if !path.exists() {
        return Err(fault("is not there"));
    }
    // What is said of bytes that are no text would tell some of them.
    let Ok(text) = String::from_utf8(files::read(path)?) else { return Err(fault("is not UTF-8 text")) };
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err(fault("is empty"));
    }
    if secret.contains(['\r', '\n', '\0']) {
        return Err(fault("has more than one line"));
    }
    let warning = files::is_open_to_others(path)
        .then(|| format!("others may read the mail password: `chmod 600 {shown}`"));
    Ok((secret.to_owned(), warning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_seen_nowhere() {
        let place = SecretPlace::Variable("MAIL".to_owned());
        let login = mail::Login { user: "anna".to_owned(), secret: place, mechanism: None };
        let (login, _) = Login::look_up(&login, Path::new("."), &|_| Some("open sesame".to_owned())).unwrap();
        assert_eq!(format!("{login:?}"), "Login { .. }");
        let said = "535 AGFubmEAb3BlbiBzZXNhbWU= or b3BlbiBzZXNhbWU= is not open sesame";
        assert_eq!(login.clear(said), "535 [hidden] or [hidden] is not [hidden]");
    }
}
