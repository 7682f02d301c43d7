//! Protocol (under construction).
