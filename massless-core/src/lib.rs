#![doc = include_str!("../README.md")]

pub mod codec;
pub mod command;
pub mod content;
pub mod event;
pub mod ids;
pub mod limits;
pub mod math;
pub mod spatial;
pub mod units;
pub mod view;
pub mod walk;
