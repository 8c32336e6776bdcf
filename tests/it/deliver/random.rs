//! A thousand random sequences of faults: nobody gets a message twice, and who had no fault gets it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use jiff::Zoned;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tierbook::deliver::{Again, Fate, Outside, Receipt};
use tierbook::run::DeliverRequest;

use super::post::{self, EDITION, Received, Server, put_mail, quick_folder};
use crate::support;

const SEQUENCES: u32 = 1000;

const FAULTS: [&str; 13] = [
    "", "rcpt450", "rcpt550", "rcptcut", "data450", "data554", "datacut", "midcut", "body450", "body550",
    "bodylost", "bodycut", "bodycut",
];

const CONNECTION_FAULTS: [&str; 5] = ["drop", "421", "554", "ehlo", "mail421"];

#[test]
fn nobody_gets_a_message_twice_and_who_had_no_fault_gets_it() {
    // They wait for the network more than they compute.
    let workers: u32 = 8;
    std::thread::scope(|scope| {
        for worker in 0..workers {
            scope.spawn(move || sequences(worker, SEQUENCES / workers));
        }
    });
}

fn sequences(worker: u32, n: u32) {
    let server = Server::plain();
    let folder = quick_folder();
    let config = format!(
        "{}\n[mail]\nfrom = \"reports@example.com\"\nstale_after = \"36500 days\"\n\n[mail.smtp]\n\
         server = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\ntimeout = \"20s\"\nretry_after = [\"0s\"]\n",
        fs::read_to_string(support::repository().join("tests/projects/brief/tierbook.toml")).unwrap(),
        server.port,
    );
    fs::write(folder.path().join("tierbook.toml"), config).unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(u64::from(worker) + 129);
    let mut expected = Vec::new();
    for sequence in 0..n {
        expected.push(play(&server, folder.path(), &format!("w{worker}s{sequence}"), &mut random));
    }
    let received = server.received();
    let mut taken: BTreeMap<&str, Vec<&Received>> = BTreeMap::new();
    for received in &received {
        taken.entry(&received.to).or_default().push(received);
    }
    let mut doubts = 0;
    for played in &expected {
        for receipt in &played.receipts {
            let copies = taken.get(receipt.to.as_str()).map_or(&[][..], Vec::as_slice);
            let case = format!("{receipt:?} has come {} times; {:?}", copies.len(), played.calls);
            assert!(copies.len() <= 1 + played.resends, "{case}");
            assert!(copies.iter().all(|copy| copy.bytes == copies[0].bytes), "other bytes: {case}");
            match receipt.state {
                Fate::Sent | Fate::AlreadySent => assert!(!copies.is_empty(), "lost: {case}"),
                Fate::Deferred | Fate::Refused | Fate::Waiting => {
                    assert!(copies.is_empty(), "denied: {case}")
                }
                Fate::Doubtful => doubts += 1,
                Fate::Superseded => panic!("{case}"),
            }
            if !receipt.to.contains('+') {
                assert_eq!((receipt.state, copies.len()), (Fate::AlreadySent, 1), "{case}");
            }
        }
    }
    println!("{} messages taken, {doubts} doubtful at the end", received.len());
    assert!(doubts > 0 && received.len() > 100, "the faults have no effect");
}

struct Played {
    receipts: Vec<Receipt>,
    resends: usize,
    calls: Vec<String>,
}

/// Delivers an edition of its own several times, with faults, and then without one on the side of the connection.
fn play(server: &Server, project: &Path, name: &str, random: &mut ChaCha8Rng) -> Played {
    let out = project.join(name);
    let readers: Vec<String> = (0..random.random_range(1..=3))
        .map(|reader| {
            let faults: Vec<&str> = (0..random.random_range(0..4))
                .map(|_| FAULTS[random.random_range(0..FAULTS.len())])
                .collect();
            match faults.as_slice() {
                [] => format!("{name}r{reader}@example.com"),
                faults => format!("{name}r{reader}+{}@example.com", faults.join("-")),
            }
        })
        .collect();
    let readers: Vec<&str> = readers.iter().map(String::as_str).collect();
    put_mail(&out, EDITION, &readers, "one");
    let mut played = Played { receipts: Vec::new(), resends: 0, calls: Vec::new() };
    let n_calls = random.random_range(1..=3);
    for call in 0..=n_calls {
        let again = Again { doubtful: random.random_ratio(1, 5), refused: random.random_ratio(1, 5) };
        let faults: Vec<&str> = (0..random.random_range(0..3))
            .map(|_| CONNECTION_FAULTS[random.random_range(0..CONNECTION_FAULTS.len())])
            .collect();
        // The last call meets none of them, so that what is left then has its reason in the message.
        server.fail_connections(if call == n_calls { &[] } else { &faults });
        played.resends += usize::from(again.doubtful);
        let request =
            DeliverRequest { project: project.to_path_buf(), out: Some(out.clone()), edition: None, again };
        let now: Zoned = "2026-11-01T08:00[Asia/Shanghai]".parse().unwrap();
        let outside = Outside {
            variable: &|_| None,
            now: &|| now.saturating_add(jiff::SignedDuration::from_secs(call)),
            sleep: &|_: Duration| {},
        };
        let delivered =
            post::deliver(&request, &outside).unwrap_or_else(|errors| panic!("{}", support::told(&errors)));
        let states: Vec<Fate> = delivered.messages.iter().map(|message| message.state).collect();
        played.calls.push(format!("{again:?} {faults:?} {states:?}"));
        played.receipts = delivered.messages;
        for receipt in &mut played.receipts {
            if receipt.state == Fate::Sent {
                receipt.state = Fate::AlreadySent;
            }
        }
    }
    played
}
