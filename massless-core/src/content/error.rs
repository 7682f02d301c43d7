//! What is wrong with a content set: every error, each with its place and the way out.

use thiserror::Error;

/// One error of a content file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentError {
    /// Path inside the content set.
    pub file: String,
    /// Line, from 1; `None` when the file as a whole is meant.
    pub line: Option<u32>,
    /// Which field, such as `spawn_groups[2].count`; empty when the file as a whole is meant.
    pub field: String,
    /// What is wrong.
    pub problem: String,
    /// What would be right.
    pub allowed: String,
}

impl core::fmt::Display for ContentError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.field.is_empty() {
            write!(f, ": {}", self.field)?;
        }
        write!(f, ": {}", self.problem)?;
        if !self.allowed.is_empty() {
            write!(f, "; allowed: {}", self.allowed)?;
        }
        Ok(())
    }
}

/// Every error of a content set, by file; never empty.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct ContentErrors(pub Vec<ContentError>);

impl core::fmt::Display for ContentErrors {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "the content has {} error(s)", self.0.len())?;
        for error in &self.0 {
            write!(f, "\n  {error}")?;
        }
        Ok(())
    }
}
