//! Connections that are safe, and passwords that stay secret.

use super::post::{Post, Server, certificate};
use super::{ANNA, BOB};

const SECRET: &str = "open 芝麻 sesame";

fn secured(kind: &str, password: bool, extra: &str) -> Post {
    let (both, alone) = certificate("localhost");
    let mut arguments = vec!["--tls", kind, "--certificate", &both];
    if password {
        arguments.extend(["--password", SECRET]);
    }
    let smtp = format!("security = \"{kind}\"\nca_file = \"{alone}\"\n{extra}");
    Post::with(Server::start(&arguments), &[ANNA, BOB], &smtp)
}

fn with_file(post: Post, secret: &str) -> Post {
    use std::os::unix::fs::PermissionsExt;

    post.project.write("secrets/mail", secret);
    let path = post.project.path("secrets/mail");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    post
}

const FILE: &str = "user = \"reports\"\npassword_file = \"secrets/mail\"\n";

/// Sees that the secret is in no file that is written, nor in what is said.
fn keeps_the_secret(post: &Post, said: &str) {
    let hidden = [SECRET, "b3BlbiDoip3purvlpKvluIg", "b3BlbiDoip3purs"];
    let book = crate::support::tree(&post.project.path("book"));
    for text in book.values().map(|bytes| String::from_utf8_lossy(bytes)).chain([said.into()]) {
        assert!(hidden.iter().all(|hidden| !text.contains(hidden)), "{text}");
    }
}

#[test]
fn starttls_and_tls_are_used() {
    for kind in ["starttls", "tls"] {
        let post = secured(kind, false, "");
        post.deliver(&[]).fine();
        let accepted = post.server.told("ACCEPTED");
        assert_eq!(accepted, [format!("ACCEPTED {ANNA} tls -"), format!("ACCEPTED {BOB} tls -")]);
    }
}

#[test]
fn a_server_without_starttls_hears_nothing() {
    let post = Post::with(Server::plain(), &[ANNA], "");
    let expected = "error: the mail server `localhost:PORT` does not offer STARTTLS
 |
 = note: nothing was said to it: a connection that is not safe is never used in its place
 = note: 1 of 1 messages of edition 2026-10-31.1 have not gone
 = note: anna@example.com  brief in en: not tried
 = help: set `security = \"tls\"` if the port is for TLS from the first byte, which is mostly 465
 = help: `tierbook deliver` tries again what was deferred or not tried, and nothing twice

";
    assert_eq!(post.fails(&[]), expected);
    assert!(post.server.told("STEP mail").is_empty());
    assert_eq!(post.states(), ["waiting"]);
}

#[test]
fn passwords_come_from_a_file_or_a_variable_and_are_said_in_the_way_that_is_wanted() {
    for (extra, way) in [("", "PLAIN"), ("auth = \"plain\"\n", "PLAIN"), ("auth = \"login\"\n", "LOGIN")] {
        let post = with_file(secured("starttls", true, &format!("{FILE}{extra}")), &format!("{SECRET}\n"));
        let said = post.deliver(&[]);
        assert_eq!(said.err, "");
        said.fine();
        assert_eq!(post.server.told("ACCEPTED")[0], format!("ACCEPTED {ANNA} tls {way}"));
        keeps_the_secret(&post, "");
    }
    let variable = "user = \"reports\"\npassword_env = \"MAIL_PASSWORD\"\n";
    let post = secured("tls", true, variable);
    let output = post.project.command(&["deliver"]).env("MAIL_PASSWORD", SECRET).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let expected = "error: the variable `MAIL_PASSWORD`, which holds the mail password, is not set
 |
 = help: set it where `tierbook` is started; cron and systemd do not read your profile

";
    let post = secured("tls", true, variable);
    assert_eq!(post.deliver(&[]).failed_with(3).err, expected);
}

#[test]
fn a_server_that_offers_login_alone_gets_login() {
    let server = Server::start(&["--password", SECRET, "--auth", "LOGIN"]);
    let post = with_file(Post::with(server, &[ANNA], &format!("security = \"none\"\n{FILE}")), SECRET);
    post.deliver(&[]).fine();
    assert_eq!(post.server.told("ACCEPTED"), [format!("ACCEPTED {ANNA} plain LOGIN")]);
    let config = post.project.read("tierbook.toml").replace(FILE, &format!("{FILE}auth = \"xoauth2\"\n"));
    post.project.write("tierbook.toml", &config);
    super::put_mail(&post.project.path("book"), super::EDITION, &[BOB], "one");
    let expected = "error: the mail server `localhost:PORT` offers no way to log in that is wanted
 |
 = note: wanted: XOAUTH2
 = note: 1 of 1 messages of edition 2026-10-31.1 have not gone
 = note: bob@example.com  brief in en: not tried
 = help: set `auth` to \"plain\", \"login\" or \"xoauth2\", or leave `user` out if it wants no password
 = help: `tierbook deliver` tries again what was deferred or not tried, and nothing twice

";
    assert_eq!(post.fails(&[]), expected);
}

#[test]
fn a_token_is_said_as_one_and_a_wrong_one_concerns_everybody() {
    let smtp = format!("security = \"none\"\nauth = \"xoauth2\"\n{FILE}");
    let server = Server::start(&["--password", SECRET, "--auth", "PLAIN,XOAUTH2"]);
    let post = with_file(Post::with(server, &[ANNA], &smtp), "stale");
    let expected = "error: the mail server `localhost:PORT` does not accept the password of `reports`
 |
 = note: it says: 334, which asks for something else
 = note: 1 of 1 messages of edition 2026-10-31.1 have not gone
";
    let said = post.fails(&[]);
    assert!(said.starts_with(expected), "{said}");
    let post = with_file(post, SECRET);
    post.deliver(&[]).fine();
    assert_eq!(post.server.told("ACCEPTED"), [format!("ACCEPTED {ANNA} plain XOAUTH2")]);
    keeps_the_secret(&post, &said);
}

#[test]
fn a_wrong_password_concerns_everybody() {
    let post = with_file(secured("starttls", true, FILE), "wrong 芝麻 word\n");
    let expected = "error: the mail server `localhost:PORT` does not accept the password of `reports`
 |
 = note: it says: 535 5.7.8 Authentication credentials invalid
 = note: 2 of 2 messages of edition 2026-10-31.1 have not gone
 = note: anna@example.com  brief in en: not tried
 = note: bob@example.com  brief in en: not tried
 = help: see whether the file `secrets/mail` holds the password, and `user` the account, that the server knows
 = help: `tierbook deliver` tries again what was deferred or not tried, and nothing twice

";
    assert_eq!(post.fails(&[]), expected);
    assert_eq!(post.states(), ["waiting", "waiting"]);
    assert!(post.server.told("STEP mail").is_empty());
    with_file(post, SECRET).deliver(&[]).fine();
}

#[test]
fn a_server_that_cannot_check_passwords_now_is_tried_again() {
    let post = with_file(secured("starttls", true, FILE), SECRET);
    post.server.fail_connections(&["auth454"]);
    post.deliver(&[]).fine();
}

#[test]
fn a_certificate_that_is_not_trusted_or_is_of_another_name_stops_all() {
    let (_, other) = certificate("elsewhere.example.com");
    let (wrong, theirs) = certificate("elsewhere.example.com");
    let (both, _) = certificate("localhost");
    for (server, trusted, reason) in [
        (&both, &other, "invalid peer certificate: UnknownIssuer"),
        (
            &wrong,
            &theirs,
            "invalid peer certificate: certificate not valid for name \"localhost\"; certificate is only valid for \
             DnsName(\"elsewhere.example.com\")",
        ),
    ] {
        for kind in ["starttls", "tls"] {
            let smtp = format!("security = \"{kind}\"\nca_file = \"{trusted}\"\n");
            let server = Server::start(&["--tls", kind, "--certificate", server]);
            let post = Post::with(server, &[ANNA], &smtp);
            let expected = format!(
                "error: the connection to the mail server `localhost:PORT` is not safe
 |
 = note: {reason}
 = note: 1 of 1 messages of edition 2026-10-31.1 have not gone
 = note: anna@example.com  brief in en: not tried
 = help: write `server` as its certificate names it; name a certificate of your own with `ca_file`
 = help: `security` is \"starttls\" (mostly port 587) or \"tls\" (mostly port 465)
 = help: `tierbook deliver` tries again what was deferred or not tried, and nothing twice

"
            );
            assert_eq!(post.fails(&[]), expected);
            assert!(post.server.received().is_empty());
        }
    }
}

#[test]
fn a_plain_port_that_is_spoken_to_in_tls_is_told() {
    let (_, alone) = certificate("localhost");
    let smtp = format!("security = \"tls\"\nca_file = \"{alone}\"\n");
    let post = Post::with(Server::plain(), &[ANNA], &smtp);
    let said = post.fails(&[]);
    assert!(
        said.starts_with("error: the connection to the mail server `localhost:PORT` is not safe"),
        "{said}"
    );
}

#[test]
fn a_sender_who_is_not_welcome_concerns_everybody() {
    let post = Post::new(&[ANNA, BOB]);
    post.project.edit("tierbook.toml", "reports@", "reports+mail553@");
    let expected = "error: the mail server `localhost:PORT` takes no mail from `reports+mail553@example.com`
 |
 = note: it says: 553 the sender is not welcome
 = note: 2 of 2 messages of edition 2026-10-31.1 have not gone
 = note: anna@example.com  brief in en: not tried
 = note: bob@example.com  brief in en: not tried
 = help: set `from` to an address that the account may send from
 = help: `tierbook deliver` tries again what was deferred or not tried, and nothing twice

";
    assert_eq!(post.fails(&[]), expected);
    post.project.edit("tierbook.toml", "+mail553", "");
    post.deliver(&[]).fine();
}

#[test]
fn a_server_that_does_not_speak_to_us_concerns_everybody() {
    let post = Post::new(&[ANNA]);
    post.server.fail_connections(&["554"]);
    let said = post.fails(&[]);
    let expected =
        "error: the mail server `localhost:PORT` does not speak to us\n |\n = note: it says: 554 not now\n";
    assert!(said.starts_with(expected), "{said}");
}

#[test]
fn a_file_of_a_password_that_is_not_as_it_should_be_is_told() {
    let told = |what: &str| {
        format!(
            "error: the file of the mail password, `./secrets/mail`, {what}
 |
 = help: write the password into it as its only line, and `chmod 600 ./secrets/mail`

"
        )
    };
    let post = secured("starttls", true, FILE);
    assert_eq!(post.deliver(&[]).failed_with(3).err, told("is not there"));
    let post = with_file(post, "\n");
    assert_eq!(post.deliver(&[]).failed_with(3).err, told("is empty"));
    let post = with_file(post, "one\ntwo\n");
    assert_eq!(post.deliver(&[]).failed_with(3).err, told("has more than one line"));
    // What others may read is a warning, and goes.
    post.project.write("secrets/mail", SECRET);
    let output =
        std::process::Command::new("chmod").arg("644").arg(post.project.path("secrets/mail")).status();
    assert!(output.unwrap().success());
    let said = post.deliver(&[]);
    assert_eq!(said.err, "warning: others may read the mail password: `chmod 600 ./secrets/mail`\n");
    said.fine();
    // Nothing is left: the password is not asked for.
    std::fs::remove_file(post.project.path("secrets/mail")).unwrap();
    post.deliver(&[]).fine();
}

#[test]
fn a_file_to_trust_that_holds_no_certificate_is_told() {
    let post = Post::with(Server::plain(), &[ANNA], "ca_file = \"tierbook.toml\"\n");
    let expected = "error: `tierbook.toml`, the `ca_file` of the mail server, holds no certificate
 |
 = help: it is PEM: text that begins with `-----BEGIN CERTIFICATE-----`

";
    assert_eq!(post.deliver(&[]).failed_with(2).err, expected);
}
