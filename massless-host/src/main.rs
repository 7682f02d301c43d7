//! The server binary (under construction).
fn main() {}
