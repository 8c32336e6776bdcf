//! The owner is told once, and readers get nothing, when there is nothing good to be mailed.

use std::time::Duration;

use jiff::Zoned;
use tierbook::deliver::{Again, Delivered, Outside};
use tierbook::error::Errors;
use tierbook::run::DeliverRequest;

use super::post::{self, EDITION, Post};
use super::{ANNA, BOB};
use crate::support;

const OWNER: &str = "owner@example.com";

/// Delivers through the library, at a time.
fn deliver_at(at: &Post, time: &str) -> Result<Delivered, Errors> {
    let request = DeliverRequest {
        project: at.project.root().to_path_buf(),
        out: None,
        edition: None,
        again: Again::default(),
    };
    let now: Zoned = time.parse().unwrap();
    let outside = Outside {
        variable: &|_| None,
        now: &|| now.clone(),
        sleep: &|time: Duration| std::thread::sleep(time),
    };
    post::deliver(&request, &outside)
}

#[test]
fn after_a_run_that_failed_readers_get_nothing_and_the_owner_is_told_once() {
    let post = Post::new(&[ANNA, BOB]);
    post.project.edit("queries/review/brief.sql", "sum(s.amount) AS", "summ(s.amount) AS");
    let failed = post.project.tierbook(&["run", "--deliver"]).failed_with(2).err;
    assert!(failed.contains("summ"), "{failed}");
    for note in [
        "nothing was published; edition 2026-10-31.1 stays live",
        "the owner, owner@example.com, is told by mail",
    ] {
        assert!(failed.contains(&format!("= note: {note}\n")), "{failed}");
    }
    assert_eq!(post.server.readers(), [OWNER]);
    let said = post.fails(&[]);
    let at = said.split("it was started at ").nth(1).unwrap().lines().next().unwrap();
    let expected = format!(
        "error: the last run failed: readers get no mail
 |
 = note: it was started at {at}
 = note: queries/review/brief.sql:14:3: invalid function `summ`
 = note: the owner, owner@example.com, was told by mail before
 = help: after the next run that goes well, deliver again
 = help: an edition that is named goes all the same: `tierbook deliver --edition ID`

"
    );
    assert_eq!(said, expected);
    assert_eq!(post.server.readers(), [OWNER]);
    let told = post.server.received()[0].text();
    assert_eq!(
        post.server.received()[0].header("Subject").as_deref(),
        Some("Brief: the run failed, readers get no mail")
    );
    assert!(
        told.contains(&format!("The run of {at} ended with:\r\n\r\nproject: queries/review/brief.sql")),
        "{told}"
    );
    assert!(told.contains("Edition 2026-10-31.1 stays live."), "{told}");
    // Another failure is told anew.
    std::thread::sleep(Duration::from_millis(5));
    post.project.tierbook(&["run", "--deliver"]).failed_with(2);
    assert_eq!(post.server.readers(), [OWNER, OWNER]);
    // An edition that is named goes all the same.
    post.deliver(&["--edition", EDITION]).fine();
    assert_eq!(post.server.readers(), [OWNER, OWNER, ANNA, BOB]);
}

#[test]
fn a_run_that_goes_well_delivers_and_says_what_is_left() {
    let post = Post::new(&[ANNA, "bob+rcpt550@example.com"]);
    post.publish(&[ANNA, "bob+rcpt550@example.com"]);
    let said = post.project.tierbook(&["run", "--deliver", "--format", "json"]).failed_with(4);
    let told: serde_json::Value = serde_json::from_str(said.out.lines().last().unwrap()).unwrap();
    assert_eq!((&told["state"], &told["mail"]["n_sent"]), (&"unchanged".into(), &1.into()));
    assert!(
        said.err.starts_with("error: 1 of 2 messages of edition 2026-10-31.2 have not gone"),
        "{}",
        said.err
    );
    let said = post.project.tierbook(&["run", "--deliver"]).failed_with(4);
    assert!(
        said.out.contains("nothing changed") && said.out.contains("1 already sent, 1 refused"),
        "{}",
        said.out
    );
    // Another edition has no mail yet.
    let said = post.project.tierbook(&["run", "--deliver", "--set", "least=7"]).fine();
    assert!(said.ends_with("edition 2026-10-31.3 has no mail\n"), "{said}");
    // What keeps the mail from going is told as such: the edition is there.
    let post = Post::with(super::post::Server::plain(), &[ANNA], "user = \"a\"\npassword_env = \"NONE\"\n");
    post.publish(&[ANNA]);
    let said = post.project.tierbook(&["run", "--deliver"]).failed_with(4);
    let expected = "error: the variable `NONE`, which holds the mail password, is not set
 |
 = note: edition 2026-10-31.2 is published
 = help: set it where `tierbook` is started; cron and systemd do not read your profile

";
    assert_eq!(said.err, expected);
}

#[test]
fn an_edition_that_is_out_of_date_goes_to_nobody_and_the_owner_is_told_once() {
    let post = Post::new(&[ANNA]);
    post.project.edit("tierbook.toml", "36500 days", "7 days");
    let expected = "edition 2026-10-31.1 is out of date: readers get no mail
  today is 2026-11-08, 8 days after its data end; `stale_after` under `[mail]` allows 7 days
  the owner, owner@example.com, is told by mail
  see why no later run has published an edition
  to send it all the same: `tierbook deliver --edition 2026-10-31.1`
";
    let said = |time: &str| support::told(&deliver_at(&post, time).unwrap_err());
    // The day is that of the business: in London it is the day before.
    assert_eq!(said("2026-11-07T16:30[Europe/London]"), expected);
    let before = expected.replace("is told by mail", "was told by mail before").replace("-08, 8", "-09, 9");
    assert_eq!(said("2026-11-09T08:00[Asia/Shanghai]"), before);
    assert_eq!(post.server.readers(), [OWNER]);
    let received = &post.server.received()[0];
    assert_eq!(received.header("Date").as_deref(), Some("Sun, 8 Nov 2026 00:30:00 +0800"));
    let body = received.text().split_once("\r\n\r\n").unwrap().1.replace("=\r\n", "");
    let expected = "Brief: edition 2026-10-31.1 is out of date: readers get no mail\r\n\r\n\
                    It is the newest edition: today is 2026-11-08, 8 days after its data end; `stale_after` under \
                    `[mail]` allows 7 days.\r\nSee why no later run has published one.\r\n";
    assert_eq!(body, expected);
    let delivered = deliver_at(&post, "2026-11-07T08:00[Asia/Shanghai]").unwrap();
    assert_eq!(delivered.n_sent, 1);
}

#[test]
fn an_owner_who_cannot_be_told_now_is_told_by_the_next_call() {
    let owner = "owner+rcpt450-rcpt450-rcpt450@example.com";
    let post = Post::new(&[ANNA]);
    post.project.edit("tierbook.toml", OWNER, owner);
    post.project.edit("tierbook.toml", "36500 days", "7 days");
    let said = || support::told(&deliver_at(&post, "2026-12-01T08:00[Asia/Shanghai]").unwrap_err());
    let not = format!("the owner, {owner}, could not be told by mail: 450 no such luck with owner");
    assert!(said().contains(&not), "{}", said());
    assert!(said().contains("is told by mail"));
    assert!(said().contains("was told by mail before"));
    assert_eq!(post.server.readers(), [owner]);
    post.project.edit("tierbook.toml", &format!("owner = \"{owner}\"\n"), "");
    assert!(said().contains("nobody is told: `owner` under `[mail]` names whom to tell"), "{}", said());
}
