//! The order in which tables are looked at side by side: each when all that it reads is there.
//!
//! One that reads a great part of all rows is begun as early as it can be, so that none of them is left over at the end; but beside
//! another such one only when there is nothing else to do, since two of them have half the memory each.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::names::TableName;

/// A table that reads this part of the rows of the largest one, or more, is heavy.
const HEAVY: u64 = 8;

/// Whose turn it is.
pub(super) struct Queue {
    ready: BTreeSet<usize>,
    /// How many tables each still waits for.
    waits_for: Vec<usize>,
    /// How many rows each reads, of tables that are there.
    n_rows: Vec<u64>,
    /// The rows of the largest table that is there.
    most_rows: u64,
    /// Who waits for each.
    readers: Vec<Vec<usize>>,
    running: BTreeSet<usize>,
    /// How many are there.
    pub(super) n_done: usize,
}

impl Queue {
    /// Over tables in an order in which each comes after those that it reads.
    pub(super) fn new<'a>(order: &'a [TableName], reads_of: impl Fn(&TableName) -> &'a [TableName]) -> Self {
        let places: BTreeMap<&TableName, usize> =
            order.iter().enumerate().map(|(index, name)| (name, index)).collect();
        let mut waits_for = vec![0; order.len()];
        let mut readers = vec![Vec::new(); order.len()];
        for (index, name) in order.iter().enumerate() {
            let reads: BTreeSet<usize> =
                reads_of(name).iter().filter_map(|read| places.get(read).copied()).collect();
            waits_for[index] = reads.len();
            reads.into_iter().for_each(|read| readers[read].push(index));
        }
        let ready = (0..order.len()).filter(|index| waits_for[*index] == 0).collect();
        Self {
            ready,
            waits_for,
            n_rows: vec![0; order.len()],
            most_rows: 0,
            readers,
            running: BTreeSet::new(),
            n_done: 0,
        }
    }

    /// How many tables could be made now.
    pub(super) fn n_ready(&self) -> usize {
        self.ready.len()
    }

    /// The next that can be made: the heaviest, unless a heavy one runs already; else the first in the order.
    pub(super) fn next(&mut self) -> Option<usize> {
        let heaviest = self.ready.iter().copied().filter(|index| self.is_heavy(*index));
        let heaviest = heaviest.min_by_key(|index| (Reverse(self.n_rows[*index]), *index));
        let light = self.ready.iter().copied().find(|index| !self.is_heavy(*index));
        let next = match self.running.iter().any(|index| self.is_heavy(*index)) {
            true => light.or(heaviest),
            false => heaviest.or(light),
        }?;
        self.ready.remove(&next);
        self.running.insert(next);
        Some(next)
    }

    fn is_heavy(&self, index: usize) -> bool {
        self.n_rows[index] > 0 && self.n_rows[index] >= self.most_rows / HEAVY
    }

    /// One is there, with so many rows.
    pub(super) fn done(&mut self, index: usize, rows: u64) {
        self.n_done += 1;
        self.running.remove(&index);
        self.most_rows = self.most_rows.max(rows);
        for reader in std::mem::take(&mut self.readers[index]) {
            self.n_rows[reader] += rows;
            self.waits_for[reader] -= 1;
            if self.waits_for[reader] == 0 {
                self.ready.insert(reader);
            }
        }
    }

    /// One is put off until nothing else runs; it is there when [`Queue::done`] says so.
    pub(super) fn put_off(&mut self, index: usize) {
        self.running.remove(&index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_its_turn_when_all_that_it_reads_is_there() {
        let name = |table: &str| TableName::new("t", table);
        let order = [name("a"), name("b"), name("c"), name("d")];
        let reads = |table: &TableName| match table.table() {
            "c" => &order[..2],
            "d" => &order[2..3],
            _ => &[],
        };
        let mut queue = Queue::new(&order, reads);
        assert_eq!((queue.next(), queue.next(), queue.next()), (Some(0), Some(1), None));
        queue.done(1, 0);
        assert_eq!(queue.next(), None);
        queue.done(0, 0);
        assert_eq!((queue.next(), queue.next()), (Some(2), None));
        queue.put_off(2);
        assert_eq!(queue.next(), None);
        queue.done(2, 0);
        assert_eq!((queue.next(), queue.n_done), (Some(3), 3));
    }

    #[test]
    fn heavy_tables_are_begun_early_and_one_at_a_time_while_there_are_others() {
        let name = |table: &str| TableName::new("t", table);
        let order = ["large", "small", "a", "b", "c", "d", "e"].map(name);
        let reads = |table: &TableName| match table.table() {
            "b" | "e" => &order[..1],
            "d" => &order[..2],
            "a" | "c" => &order[1..2],
            _ => &[],
        };
        let mut queue = Queue::new(&order, reads);
        assert_eq!((queue.next(), queue.next()), (Some(0), Some(1)));
        queue.done(0, 1_000);
        queue.done(1, 10);
        // `d` reads both, `a` and `c` only the small one.
        assert_eq!((queue.next(), queue.next()), (Some(5), Some(2)));
        queue.done(5, 5);
        assert_eq!((queue.next(), queue.next()), (Some(3), Some(4)));
        // Nothing else is left.
        assert_eq!((queue.next(), queue.next()), (Some(6), None));
    }
}
