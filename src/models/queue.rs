//! The order in which tables are looked at side by side: each when all that it reads is there.

use std::collections::{BTreeMap, BTreeSet};

use crate::names::TableName;

/// Whose turn it is: the first in the order whose tables are all there.
pub(super) struct Queue {
    ready: BTreeSet<usize>,
    /// How many tables each still waits for.
    waits_for: Vec<usize>,
    /// Who waits for each.
    readers: Vec<Vec<usize>>,
    deferred: BTreeSet<usize>,
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
        Self { ready, waits_for, readers, deferred: BTreeSet::new(), n_done: 0 }
    }

    /// How many tables could be made now.
    pub(super) fn n_ready(&self) -> usize {
        self.ready.len()
    }

    /// The next that can be made.
    pub(super) fn next(&mut self) -> Option<usize> {
        self.ready.pop_first()
    }

    /// One is there.
    pub(super) fn done(&mut self, index: usize) {
        self.n_done += 1;
        for reader in std::mem::take(&mut self.readers[index]) {
            self.waits_for[reader] -= 1;
            if self.waits_for[reader] == 0 {
                self.ready.insert(reader);
            }
        }
    }

    /// Puts a table off until nothing else runs; not twice.
    pub(super) fn defer(&mut self, index: usize) -> bool {
        self.deferred.insert(index)
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
        queue.done(1);
        assert_eq!(queue.next(), None);
        queue.done(0);
        assert_eq!((queue.next(), queue.next()), (Some(2), None));
        assert!(queue.defer(2));
        assert!(!queue.defer(2));
        queue.done(2);
        assert_eq!((queue.next(), queue.n_done), (Some(3), 3));
    }
}
