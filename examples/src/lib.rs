//! Shared nothing: the examples beside this file are the content of this package.
