//! Browser exports (under construction).
