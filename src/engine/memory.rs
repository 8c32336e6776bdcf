//! The memory of queries. Those steps of a query that can write what they hold to disk may hold what is free, as long as a part
//! stays for those that cannot; an equal share for each of them, as the engine has it, has many steps spill while most of the
//! memory lies idle, since most of them hold next to nothing.

use std::sync::{Mutex, MutexGuard, PoisonError};

use datafusion::common::resources_datafusion_err;
use datafusion::error::Result;
use datafusion::execution::memory_pool::{MemoryLimit, MemoryPool, MemoryReservation};

/// A limit on the memory of all queries of a session.
#[derive(Debug)]
pub(super) struct Memory {
    limit: usize,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    /// By steps that can spill.
    spillable: usize,
    /// By all others.
    fixed: usize,
}

impl Memory {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, held: Mutex::default() }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn of(&mut self, reservation: &MemoryReservation) -> &mut usize {
        if reservation.consumer().can_spill() { &mut self.spillable } else { &mut self.fixed }
    }
}

impl MemoryPool for Memory {
    fn name(&self) -> &'static str {
        "memory of queries"
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        *self.held().of(reservation) += additional;
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        let mut held = self.held();
        let own = held.of(reservation);
        *own = own.saturating_sub(shrink);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        let mut held = self.held();
        let all = held.spillable + held.fixed;
        // The last quarter is for steps that cannot spill, and for the little that one needs in order to spill.
        let has_little = reservation.size() + additional <= self.limit / 64;
        let most = match reservation.consumer().can_spill() && !has_little {
            true => self.limit / 4 * 3,
            false => self.limit,
        };
        if all + additional > most {
            return Err(resources_datafusion_err!(
                "{} of {} bytes are held, and {} wants {additional} more",
                all,
                self.limit,
                reservation.consumer().name()
            ));
        }
        *held.of(reservation) += additional;
        Ok(())
    }

    fn reserved(&self) -> usize {
        let held = self.held();
        held.spillable + held.fixed
    }

    fn memory_limit(&self) -> MemoryLimit {
        MemoryLimit::Finite(self.limit)
    }
}

impl std::fmt::Display for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {} bytes", self.name(), self.limit)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::execution::memory_pool::MemoryConsumer;

    use super::*;

    #[test]
    fn who_can_spill_may_hold_what_is_free_and_leaves_a_part_to_those_who_cannot() {
        let pool: Arc<dyn MemoryPool> = Arc::new(Memory::new(6400));
        let sort = MemoryConsumer::new("sort").with_can_spill(true).register(&pool);
        // Another one that holds nothing takes nothing from it.
        let idle = MemoryConsumer::new("idle").with_can_spill(true).register(&pool);
        let join = MemoryConsumer::new("join").register(&pool);
        sort.try_grow(4800).unwrap();
        let error = sort.try_grow(1).unwrap_err().to_string();
        assert!(error.contains("4800 of 6400 bytes are held, and sort wants 1 more"), "{error}");
        // The little that it takes to begin is there all the same.
        idle.try_grow(100).unwrap();
        assert!(idle.try_grow(1).is_err());
        join.try_grow(1500).unwrap();
        assert!(join.try_grow(1).is_err());
        sort.free();
        join.try_grow(4800).unwrap();
        assert_eq!(pool.reserved(), 6400);
    }
}
