//! A delivery that is killed between any two steps, and called again, sends nothing twice.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::post::{EDITION, Post, Server, put_mail};
use super::{ANNA, CARL};

const KILLS: u32 = 30;

/// How often each message was taken.
fn taken(post: &Post) -> BTreeMap<(String, String), usize> {
    let mut taken = BTreeMap::new();
    for received in post.server.received() {
        *taken.entry((received.to.clone(), received.id())).or_default() += 1;
    }
    taken
}

#[test]
fn a_kill_at_each_step_of_a_message_sends_nothing_twice() {
    for (fault, step, doubtful) in [
        ("rcpthold", "STEP rcpt bob", false),
        ("datahold", "STEP data bob", false),
        ("bodyhold", "ACCEPTED bob", true),
    ] {
        let bob = format!("bob+{fault}@example.com");
        let post = Post::new(&[ANNA, &bob, CARL]);
        let mut child = post.project.command(&["deliver"]).spawn().unwrap();
        post.server.wait_for(step);
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().code(), None);
        if doubtful {
            let expected = format!(
                "error: 1 of 3 messages of edition 2026-10-31.1 have not gone
 |
 = note: {bob}  brief in en: doubtful: tierbook was stopped while the server was given it
 = help: ask the readers of doubtful ones whether they have come; if not: `tierbook deliver --resend-doubtful`

"
            );
            assert_eq!(post.fails(&[]), expected);
            assert_eq!(post.fails(&[]), expected);
        } else {
            post.deliver(&[]).fine();
        }
        assert_eq!(post.server.readers(), [ANNA, &bob, CARL], "{fault}");
        assert!(taken(&post).values().all(|n| *n == 1));
    }
}

#[test]
fn a_kill_at_any_moment_sends_nothing_twice() {
    let server = Server::start(&["--pause", "1"]);
    let post = Post::with(server, &[], "security = \"none\"\n");
    let book = post.project.path("book");
    let mut random = ChaCha8Rng::seed_from_u64(20_261_129);
    let (mut killed, mut attempt, mut doubts) = (0, 0, 0);
    let mut length = Duration::from_millis(200);
    while killed < KILLS {
        attempt += 1;
        assert!(attempt < 10 * KILLS, "only {killed} of {attempt} deliveries were killed before they ended");
        let readers: Vec<String> =
            (0..4).map(|reader| format!("reader{reader}of{attempt}@example.com")).collect();
        let readers: Vec<&str> = readers.iter().map(String::as_str).collect();
        put_mail(&book, EDITION, &readers, &format!("attempt {attempt}"));
        let began = Instant::now();
        let mut child = post.project.command(&["deliver"]).spawn().unwrap();
        // From its first word with the server on, whose steps are what matters.
        post.server.wait_for("STEP ehlo");
        std::thread::sleep(length.mul_f64(random.random_range(0.0..1.0)));
        child.kill().unwrap();
        if child.wait().unwrap().code().is_some() {
            length = began.elapsed().min(length.mul_f64(0.8));
        } else {
            killed += 1;
        }
        let said = post.deliver(&[]);
        let taken = taken(&post);
        assert!(taken.values().all(|n| *n == 1), "attempt {attempt}: {taken:?}");
        let arrived = |reader: &str| taken.keys().any(|(to, _)| to == reader);
        for (reader, state) in readers.iter().zip(post.states()) {
            match state.as_str() {
                "sent" | "already_sent" => {
                    assert!(arrived(reader), "attempt {attempt}: {reader} has nothing")
                }
                "doubtful" => doubts += 1,
                state => panic!("attempt {attempt}: {reader} is {state}"),
            }
        }
        let doubtful = post.states().contains(&"doubtful".to_owned());
        assert_eq!(said.code, Some(if doubtful { 4 } else { 0 }), "{}", said.err);
        // Whether they have gone or not: the next attempt has readers of its own.
        let _ = post.server.told("");
    }
    println!("{killed} kills in {attempt} deliveries, {doubts} doubtful");
}
