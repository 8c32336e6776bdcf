//! A process that is killed at any moment leaves whole editions, and the next run goes on from there.

use std::cell::Cell;
use std::fs;
use std::process::Child;
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::publish::{is_whole, manifest};
use crate::support::{self, Project};

const KILLS: u32 = 20;

#[test]
fn a_run_that_is_killed_at_any_moment_leaves_every_edition_whole() {
    let project = project();
    let mut random = ChaCha8Rng::seed_from_u64(20_261_031);
    // A little beyond the end of the last run, since the machine is not always as fast.
    kill_often(&project, |_, length| std::thread::sleep(length.mul_f64(random.random_range(0.0..1.1))));
}

#[test]
fn a_run_that_is_killed_while_it_publishes_leaves_every_edition_whole() {
    let project = project();
    let mut random = ChaCha8Rng::seed_from_u64(20_261_101);
    let edition = project.path("book/.work/edition");
    kill_often(&project, |child, _| {
        while !edition.exists() && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(200));
        }
        std::thread::sleep(Duration::from_micros(random.random_range(0..15_000)));
    });
}

fn project() -> Project {
    let project = Project::brief();
    project.set("keep", "3");
    project
}

/// Starts runs and kills each at the moment for which `wait` waits, until as many as are wanted were killed before
/// they ended; `wait` is told how long the last whole run took.
fn kill_often(project: &Project, mut wait: impl FnMut(&mut Child, Duration)) {
    let length = Cell::new(Duration::ZERO);
    let run = |setting: &str| {
        let began = Instant::now();
        project.tierbook(&["run", "--set", setting]).fine();
        length.set(began.elapsed());
    };
    run("least=1");
    let (mut killed, mut attempt) = (0, 0);
    while killed < KILLS {
        attempt += 1;
        assert!(attempt < 10 * KILLS, "only {killed} of {attempt} runs were killed before they ended");
        // Each attempt has something new to publish, and with `keep` something old to let go of.
        let setting = format!("least={}", attempt + 100);
        let mut child = project.command(&["run", "--set", &setting]).spawn().unwrap();
        wait(&mut child, length.get());
        child.kill().unwrap();
        killed += u32::from(child.wait().unwrap().code().is_none());
        every_edition_is_whole(project, attempt);
        run(&setting);
        every_edition_is_whole(project, attempt);
        assert!(!project.path("book/.work").exists(), "attempt {attempt}: the work folder stays behind");
    }
}

fn every_edition_is_whole(project: &Project, attempt: u32) {
    let book = project.path("book");
    for name in support::folders(&book.join("editions")) {
        let folder = book.join("editions").join(&name);
        assert!(is_whole(&folder), "attempt {attempt}: edition {name} is not whole");
        assert_eq!(manifest(&folder)["edition"], name.as_str());
    }
    if let Ok(target) = fs::read_link(book.join("latest")) {
        assert!(is_whole(&book.join(&target)), "attempt {attempt}: `latest` leads to {target:?}");
    }
}
