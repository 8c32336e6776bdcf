//! Deliveries to a real mail server: each message once, and every fault told.

mod kill;
mod owner;
mod post;
mod random;
mod safety;

use std::fs;

use post::{EDITION, Post, put_mail};
use serde_json::Value;
use tierbook::publish::Manifest;

const ANNA: &str = "anna@example.com";
const BOB: &str = "bob@example.com";
const CARL: &str = "carl@example.com";

#[test]
fn each_reader_gets_the_message_once_however_often_it_is_delivered() {
    let post = Post::new(&[ANNA, BOB]);
    let said = post.deliver(&[]).fine();
    let expected = "mail of edition 2026-10-31.1: 2 sent\n  \
                    sent       anna@example.com  brief in en\n  sent       bob@example.com  brief in en\n";
    assert_eq!(said, expected);
    assert_eq!(post.deliver(&[]).fine(), "mail of edition 2026-10-31.1: 2 already sent\n");
    assert_eq!(post.server.readers(), [ANNA, BOB]);
    // One connection for both.
    assert_eq!(post.server.told("STEP ehlo").len(), 1);
    let received = &post.server.received()[0];
    let date = received.header("Date").unwrap();
    assert!(date != "Sat, 31 Oct 2026 23:59:59 +0800" && date.ends_with("+0800"), "{date}");
    let rest = "From: Reports <reports@example.com>\r\nTo: anna@example.com\r\n\
                Subject: =?utf-8?b?566A5oql?=\r\n 2026-10-31\r\nDate: DATE\r\n";
    let text = received.text().replace(&date, "DATE");
    assert!(text.starts_with(rest), "{text}");
    assert!(text.ends_with("\r\n\r\none\r\n.\r\n..two dots\r\n\r\n"), "{text:?}");
}

#[test]
fn the_receipts_lie_beside_an_edition_that_stays_whole() {
    let post = Post::new(&[ANNA, "bob+rcpt550@example.com"]);
    let folder = post.project.path("book/editions").join(EDITION);
    let manifest = fs::read(folder.join("manifest.json")).unwrap();
    post.fails(&[]);
    assert_eq!(fs::read(folder.join("manifest.json")).unwrap(), manifest);
    assert!(Manifest::read(&folder).unwrap().is_whole(&folder));
    let receipts = post.receipts();
    assert_eq!((&receipts["edition"], &receipts["as_of"]), (&EDITION.into(), &"2026-10-31".into()));
    let (anna, bob) = (&receipts["messages"][0], &receipts["messages"][1]);
    assert_eq!(
        (&anna["to"], &anna["report"], &anna["language"]),
        (&ANNA.into(), &"brief".into(), &"en".into())
    );
    assert_eq!(
        (&anna["state"], &anna["reply"], &anna["tries"]),
        (&"sent".into(), &"250 taken".into(), &1.into())
    );
    assert_eq!(anna["message_id"], post.server.received()[0].id().as_str());
    assert!(anna["time"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    assert_eq!((&bob["state"], &bob["reply"]), (&"refused".into(), &"550 no such luck with bob".into()));
    // A later run lets `latest` and the archive follow as ever.
    post.project.edit("report_templates/brief.md", "Largest", "Greatest");
    post.project.tierbook(&["run"]).fine();
    assert!(!post.project.path("book/latest/receipts.json").exists());
}

#[test]
fn an_edition_without_mail_says_so() {
    let post = Post::new(&[ANNA]);
    fs::remove_dir_all(post.project.path("book/editions").join(EDITION).join("mail")).unwrap();
    assert_eq!(post.deliver(&[]).fine(), "edition 2026-10-31.1 has no mail\n");
    assert!(!post.project.path("book/delivery").exists());
}

#[test]
fn the_result_is_one_json_object_whatever_becomes_of_the_messages() {
    let post = Post::new(&[ANNA, "bob+rcpt550@example.com"]);
    let said = post.deliver(&["--format", "json"]).failed_with(4);
    let told: Value = serde_json::from_str(&said.out).unwrap();
    let counts =
        ["n_messages", "n_sent", "n_already_sent", "n_deferred", "n_refused", "n_doubtful", "n_waiting"];
    assert_eq!(counts.map(|count| told[count].as_u64().unwrap()), [2, 1, 0, 0, 1, 0, 0]);
    assert_eq!(told["messages"][0]["to"], ANNA);
    assert_eq!(told["stopped"], Value::Null);
}

#[test]
fn what_may_go_later_is_tried_again_in_the_same_call() {
    let post = Post::new(&["anna+rcpt450-data450@example.com", "bob+body450@example.com", CARL]);
    post.deliver(&[]).fine();
    // Carl does not wait for the others.
    assert_eq!(post.server.readers(), [CARL, "bob+body450@example.com", "anna+rcpt450-data450@example.com"]);
    assert_eq!(post.receipts()["messages"][0]["tries"], 3);
}

#[test]
fn what_stays_deferred_goes_with_the_next_call() {
    let faults = "anna+rcpt450-rcpt450-rcpt450@example.com";
    let post = Post::new(&[faults, BOB]);
    let expected = "error: 1 of 2 messages of edition 2026-10-31.1 have not gone
 |
 = note: anna+rcpt450-rcpt450-rcpt450@example.com  brief in en: deferred: 450 no such luck with anna
 = help: `tierbook deliver` tries again what was deferred or not tried, and nothing twice

";
    assert_eq!(post.fails(&[]), expected);
    assert_eq!(post.states(), ["deferred", "sent"]);
    post.deliver(&[]).fine();
    assert_eq!(post.server.readers(), [BOB, faults]);
}

#[test]
fn a_reader_who_is_refused_stands_in_nobodys_way() {
    let bob = "bob+rcpt550-body550@example.com";
    let post = Post::new(&[ANNA, bob, CARL]);
    let expected = |reply: &str| {
        format!(
            "error: 1 of 3 messages of edition 2026-10-31.1 have not gone
 |
 = note: {bob}  brief in en: refused: {reply}
 = help: correct the addresses in `tierbook.toml`, or try those that were refused again: `tierbook deliver --retry-refused`

"
        )
    };
    assert_eq!(post.fails(&[]), expected("550 no such luck with bob"));
    // Not by itself.
    assert_eq!(post.fails(&[]), expected("550 no such luck with bob"));
    assert_eq!(post.fails(&["--retry-refused"]), expected("550 the content is not liked"));
    assert_eq!(post.server.readers(), [ANNA, CARL]);
    post.deliver(&["--retry-refused"]).fine();
    assert_eq!(post.server.readers(), [ANNA, CARL, bob]);
}

#[test]
fn what_was_taken_without_an_answer_is_doubtful_and_goes_again_only_when_told() {
    for (fault, reason) in
        [("bodycut", "the server ended the connection"), ("bodyhold", "the server did not answer within 2 s")]
    {
        let anna = format!("anna+{fault}@example.com");
        let post = Post::new(&[&anna, BOB]);
        let expected = format!(
            "error: 1 of 2 messages of edition 2026-10-31.1 have not gone
 |
 = note: {anna}  brief in en: doubtful: {reason}
 = help: ask the readers of doubtful ones whether they have come; if not: `tierbook deliver --resend-doubtful`

"
        );
        assert_eq!(post.fails(&[]), expected);
        assert_eq!(post.fails(&[]), expected);
        assert_eq!(post.receipts()["doubtful"], serde_json::json!([anna]));
        assert_eq!(post.server.readers(), [anna.as_str(), BOB]);
        // The clock has moved on, and the bytes have not.
        std::thread::sleep(std::time::Duration::from_millis(1100));
        post.deliver(&["--resend-doubtful"]).fine();
        let received = post.server.received();
        assert_eq!(received.len(), 3);
        assert_eq!(received[0], received[2]);
        post.deliver(&["--resend-doubtful"]).fine();
        assert_eq!(post.server.received().len(), 3);
    }
}

#[test]
fn a_doubtful_message_stays_doubtful_when_it_is_sent_again_in_vain() {
    let anna = "anna+bodycut-rcpt450-rcpt450-rcpt450-rcpt550@example.com";
    let post = Post::new(&[anna]);
    post.fails(&[]);
    assert!(post.fails(&["--resend-doubtful"]).contains("doubtful: 450 no such luck"));
    assert!(post.fails(&["--resend-doubtful"]).contains("doubtful: 550 no such luck"));
    post.fails(&[]);
    assert_eq!(post.server.readers(), [anna]);
    post.deliver(&["--resend-doubtful"]).fine();
    assert_eq!(post.server.readers(), [anna, anna]);
}

#[test]
fn a_fault_before_the_content_is_no_reason_for_doubt() {
    let post = Post::new(&["anna+datacut-rcptcut@example.com", "bob+datahold@example.com"]);
    post.deliver(&[]).fine();
    assert_eq!(post.server.readers(), ["bob+datahold@example.com", "anna+datacut-rcptcut@example.com"]);
}

#[test]
fn a_connection_that_is_cut_within_the_content_is_doubtful() {
    // What the server does with half a message is not known.
    let post = Post::new(&["anna+midcut@example.com"]);
    assert!(post.fails(&[]).contains("doubtful: "));
    assert!(post.server.received().is_empty());
}

#[test]
fn a_server_that_cannot_be_reached_or_lets_go_is_tried_again() {
    let post = Post::new(&[ANNA, BOB]);
    post.server.fail_connections(&["drop", "421"]);
    post.deliver(&[]).fine();
    assert_eq!(post.server.readers(), [ANNA, BOB]);
    let post = Post::new(&[ANNA, BOB]);
    post.server.fail_connections(&["drop", "421", "ehlo"]);
    let expected = "error: 2 of 2 messages of edition 2026-10-31.1 have not gone
 |
 = note: anna@example.com  brief in en: deferred: the server ended the connection
 = note: bob@example.com  brief in en: deferred: the server ended the connection
 = help: `tierbook deliver` tries again what was deferred or not tried, and nothing twice

";
    assert_eq!(post.fails(&[]), expected);
    post.deliver(&[]).fine();
    assert_eq!(post.server.readers(), [ANNA, BOB]);
}

#[test]
fn what_a_later_edition_says_in_the_same_words_is_not_sent_again_and_another_content_is_a_correction() {
    let post = Post::new(&[ANNA, BOB]);
    post.deliver(&[]).fine();
    post.project.edit("report_templates/brief.md", "Largest", "Greatest");
    post.project.tierbook(&["run"]).fine();
    let book = post.project.path("book");
    put_mail(&book, "2026-10-31.2", &[ANNA], "one");
    assert_eq!(post.deliver(&[]).fine(), "mail of edition 2026-10-31.2: 1 already sent\n");
    put_mail(&book, "2026-10-31.2", &[ANNA, CARL], "two");
    post.deliver(&[]).fine();
    let received = post.server.received();
    assert_eq!(post.server.readers(), [ANNA, BOB, ANNA, CARL]);
    let (first, second, carls) = (&received[0], &received[2], &received[3]);
    assert_eq!(second.header("Subject").as_deref(), Some("=?utf-8?b?5pu05q2j?= 2026-10-31"));
    assert_eq!(second.header("In-Reply-To"), Some(first.id()));
    assert_eq!(second.header("References"), Some(first.id()));
    assert!(second.id() != first.id());
    assert_eq!(carls.header("Subject").as_deref(), Some("=?utf-8?b?566A5oql?= 2026-10-31"));
    assert_eq!(carls.header("In-Reply-To"), None);
    // An earlier edition that is delivered late is no correction of a later one.
    put_mail(&book, EDITION, &[ANNA, CARL], "none of them has had this");
    let said = post.deliver(&["--edition", EDITION]).fine();
    assert!(
        said.contains("superseded anna@example.com") && said.contains("superseded carl@example.com"),
        "{said}"
    );
    assert_eq!(post.server.received().len(), 4);
}

#[test]
fn a_content_that_comes_back_is_a_correction_of_what_went_in_between() {
    let post = Post::new(&[ANNA]);
    post.deliver(&[]).fine();
    let book = post.project.path("book");
    let mut editions = vec![EDITION.to_owned()];
    for content in ["two", "one", "one", "two"] {
        let next = format!("2026-10-31.{}", editions.len() + 1);
        put_mail(&book, &next, &[ANNA], content);
        editions.push(next);
        post.deliver(&[]).fine();
        post.deliver(&[]).fine();
    }
    let received = post.server.received();
    let said: Vec<String> = received
        .iter()
        .map(|received| received.text().split("\r\n\r\n").nth(1).unwrap()[..3].to_owned())
        .collect();
    assert_eq!(said, ["one", "two", "one", "two"]);
    for (before, after) in received.iter().zip(&received[1..]) {
        assert_eq!(after.header("In-Reply-To"), Some(before.id()));
    }
    let mut names: Vec<String> = received.iter().map(post::Received::id).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 4, "each has a name of its own: {names:?}");
    // None of the earlier ones goes again.
    for edition in &editions {
        post.deliver(&["--edition", edition]).fine();
    }
    assert_eq!(post.server.received().len(), 4);
}

#[test]
fn two_deliveries_never_run_together() {
    let post = Post::new(&["anna+rcpthold@example.com"]);
    let mut first = post.project.command(&["deliver"]).spawn().unwrap();
    post.server.wait_for("STEP rcpt");
    let expected = "error: another delivery from `./book` is under way
 |
 = help: wait until it has ended; the lock goes with its process

";
    assert_eq!(post.deliver(&[]).failed_with(3).err, expected);
    // Told to stop, it stops at once, and the lock goes with it.
    let stop = format!("kill -TERM {}", first.id());
    assert!(std::process::Command::new("sh").args(["-c", &stop]).status().unwrap().success());
    assert_eq!(first.wait().unwrap().code(), Some(3));
    post.deliver(&[]).fine();
}

#[test]
fn an_address_that_the_server_cannot_take_stands_in_nobodys_way() {
    let post = Post::new(&["安娜@example.com", BOB]);
    let said = post.fails(&[]);
    assert!(
        said.contains("安娜@example.com  brief in en: refused: the server takes no address beyond ASCII"),
        "{said}"
    );
    assert_eq!(post.server.readers(), [BOB]);
}

#[test]
fn the_ledger_is_nobody_elses() {
    use std::os::unix::fs::MetadataExt;

    let post = Post::new(&[ANNA]);
    post.deliver(&[]).fine();
    assert_eq!(fs::metadata(post.project.path("book/delivery")).unwrap().mode() & 0o777, 0o700);
}

#[test]
fn what_cannot_be_delivered_is_told() {
    let post = Post::new(&[ANNA]);
    let expected = "error: there is no edition 2026-10-31.7 in `./book`
 |
 = help: the newest one is 2026-10-31.1

";
    assert_eq!(post.deliver(&["--edition", "2026-10-31.7"]).failed_with(2).err, expected);
    let index = format!("book/editions/{EDITION}/mail/index.json");
    let whole = post.project.read(&index);
    post.project.edit(&index, "mail/new/", "mail/../");
    let said = post.deliver(&[]).failed_with(3).err;
    assert!(said.contains("index.json` is broken: the message `mail/../"), "{said}");
    post.project.write(&index, &whole.replace("=?utf-8?b?5pu05q2j?=", "x\\r\\nBcc: eve@example.com"));
    assert!(post.deliver(&[]).failed_with(3).err.contains("the subject of a correction of"));
    post.project.write(&index, &whole);
    let config = post.project.read("tierbook.toml");
    post.project.write("tierbook.toml", config.split("\n[mail.smtp]").next().unwrap());
    let expected = "error: `tierbook.toml` names no mail server
 |
 = help: write `[mail]` with `from`, and `[mail.smtp]` with `server`; see \"Mail\" in the README

";
    assert_eq!(post.deliver(&[]).failed_with(2).err, expected);
    // A run that is to end with mail finds that out before it begins.
    assert_eq!(post.project.tierbook(&["run", "--deliver", "--set", "least=7"]).failed_with(2).err, expected);
    assert!(!post.project.path("book/editions/2026-10-31.2").exists());
}
