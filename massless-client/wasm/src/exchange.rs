//! The two buffers through which the page and the module exchange bytes.
//!
//! They belong to this module and keep their memory. It knows nothing of what the bytes mean.

use std::cell::RefCell;
use std::fmt::Display;

/// What a call returns that went well.
pub(crate) const DONE: i32 = 0;
/// What a call returns that failed; the output says why.
pub(crate) const FAILED: i32 = -1;

/// Bytes one input may have: the largest map with all its props fits, a runaway length does not.
const INPUT_BYTES_MAX: u32 = 64 << 20;

thread_local! {
    static INPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static OUTPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Makes room for `len` bytes of input and says where; they are zero until written.
/// Null when that is more than any call takes.
#[unsafe(no_mangle)]
pub extern "C" fn input(len: u32) -> *mut u8 {
    if len > INPUT_BYTES_MAX {
        return std::ptr::null_mut();
    }
    INPUT.with_borrow_mut(|bytes| {
        bytes.clear();
        bytes.resize(len as usize, 0);
        bytes.as_mut_ptr()
    })
}

/// Where the last call's output begins.
#[unsafe(no_mangle)]
pub extern "C" fn output() -> *const u8 {
    OUTPUT.with_borrow(|bytes| bytes.as_ptr())
}

/// Bytes of the last call's output.
#[unsafe(no_mangle)]
pub extern "C" fn output_len() -> u32 {
    OUTPUT.with_borrow(|bytes| u32::try_from(bytes.len()).unwrap_or(u32::MAX))
}

/// Hands the input to `read`.
pub(crate) fn with_input<T>(read: impl FnOnce(&[u8]) -> T) -> T {
    INPUT.with_borrow(|bytes| read(bytes))
}

/// Replaces the output.
pub(crate) fn with_output<T>(write: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    OUTPUT.with_borrow_mut(|bytes| {
        bytes.clear();
        write(bytes)
    })
}

/// Leaves an error's sentence in the output.
pub(crate) fn failed(error: impl Display) -> i32 {
    with_output(|bytes| bytes.extend_from_slice(error.to_string().as_bytes()));
    FAILED
}

/// Leaves texts in the output, each after its length in 4 bytes.
pub(crate) fn put_fields(fields: &[&str]) {
    with_output(|bytes| {
        for field in fields {
            bytes.extend_from_slice(&u32::try_from(field.len()).unwrap_or(0).to_le_bytes());
            bytes.extend_from_slice(field.as_bytes());
        }
    });
}

/// Leaves numbers in the output, 8 bytes each.
pub(crate) fn put_numbers(numbers: impl IntoIterator<Item = f64>) {
    with_output(|bytes| {
        for number in numbers {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
    });
}
