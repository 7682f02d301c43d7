//! The project tool (under construction).
fn main() {}
