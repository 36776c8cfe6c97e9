//! Restores the order of items that threads finish in any order.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A sink that accepts items from any thread, numbered from 0, and passes them on in order.
///
/// No thread waits for items: the thread that brings the next item passes it on, and then all items
/// that were waiting for it.
pub struct InOrder<S, T>(Mutex<State<S, T>>);

struct State<S, T> {
    /// `None` while a thread passes an item on.
    sink: Option<S>,
    waiting: BTreeMap<u64, T>,
    next: u64,
    closed: bool,
}

impl<S, T> InOrder<S, T> {
    pub fn new(sink: S) -> Self {
        Self(Mutex::new(State { sink: Some(sink), waiting: BTreeMap::new(), next: 0, closed: false }))
    }

    /// Brings an item. If it is the next, `hand` passes it to the sink before this function
    /// returns; if another thread is passing items on at the moment, that thread does it.
    pub fn push(&self, number: u64, item: T, hand: impl Fn(&mut S, u64, T)) {
        let mut state = self.lock();
        if state.closed {
            return;
        }
        state.waiting.insert(number, item);
        let Some(mut sink) = state.sink.take() else { return };
        let mut next = state.next;
        while let Some(item) = state.waiting.remove(&next) {
            drop(state);
            hand(&mut sink, next, item);
            next += 1;
            state = self.lock();
        }
        state.next = next;
        state.sink = Some(sink);
    }

    /// Drops all waiting and later items, because an earlier item will never come.
    pub fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.waiting.clear();
    }

    /// The sink, after all items have been brought.
    pub fn into_sink(self) -> S {
        let state = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        state.sink.expect("nobody hands anything over any more")
    }

    fn lock(&self) -> MutexGuard<'_, State<S, T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rayon::prelude::*;

    use super::InOrder;

    #[test]
    fn items_arrive_in_the_order_of_their_numbers() {
        let in_order = InOrder::new(Vec::new());

        (0..10_000_u32).into_par_iter().rev().map(u64::from).for_each(|number| {
            in_order.push(number, number * 2, |sink, number, item| sink.push((number, item)));
        });

        let expected: Vec<_> = (0..10_000).map(|number| (number, number * 2)).collect();
        assert_eq!(in_order.into_sink(), expected);
    }

    #[test]
    fn who_hands_over_takes_what_others_bring_meanwhile() {
        let in_order = InOrder::new(Vec::new());

        in_order.push(0, 'a', |sink: &mut Vec<char>, _, item| {
            sink.push(item);
            if item == 'a' {
                in_order.push(1, 'b', |_, _, _| panic!("another is handing over"));
            }
        });

        assert_eq!(in_order.into_sink(), ['a', 'b']);
    }

    #[test]
    fn nothing_waits_for_what_will_never_come() {
        let in_order = InOrder::new(());
        let item = Arc::new(());

        in_order.push(1, item.clone(), |(), _, _| panic!("the one before has not come"));
        in_order.close();
        in_order.push(2, item.clone(), |(), _, _| panic!("it is closed"));

        assert_eq!(Arc::strong_count(&item), 1);
    }
}
