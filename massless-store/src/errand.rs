//! What somebody waits for, and may stop waiting for: a transaction of an errand that was given up is not
//! committed, so who was refused meanwhile may ask again.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

thread_local! {
    static CURRENT: RefCell<Option<Errand>> = const { RefCell::new(None) };
}

/// Something that a thread does for somebody who may give it up. Cheap to clone; all clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Errand {
    is_given_up: Arc<AtomicBool>,
}

impl Errand {
    /// Nobody waits for it any more. A commit that is on its way is not called back.
    pub fn give_up(&self) {
        self.is_given_up.store(true, Ordering::Relaxed);
    }

    /// Does `work` as this errand on the calling thread.
    pub fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        struct Back(Option<Errand>);
        impl Drop for Back {
            fn drop(&mut self) {
                CURRENT.set(self.0.take());
            }
        }
        let _back = Back(CURRENT.replace(Some(self.clone())));
        work()
    }

    /// Whether what the calling thread does was given up.
    pub(crate) fn is_over() -> bool {
        let is_given_up = |errand: &Self| errand.is_given_up.load(Ordering::Relaxed);
        CURRENT.with_borrow(|errand| errand.as_ref().is_some_and(is_given_up))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_over_only_inside_of_what_was_given_up() {
        let errand = Errand::default();
        errand.run(|| {
            assert!(!Errand::is_over());
            errand.give_up();
            assert!(Errand::is_over());
            Errand::default().run(|| assert!(!Errand::is_over(), "another one"));
            assert!(Errand::is_over());
        });
        assert!(!Errand::is_over());
    }
}
