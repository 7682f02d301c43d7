//! The examples of `docs/content.md` are files of a valid content set.

use massless_core::content::{Content, SourceFile};

const DOCS: &str = include_str!("../../docs/content.md");

/// Each example with the path that stands before it.
fn examples() -> Vec<(String, &'static str)> {
    let mut rest = DOCS;
    let mut found = Vec::new();
    while let Some((before, after)) = rest.split_once("```ron\n") {
        let (text, after) = after.split_once("```").expect("every block ends");
        let named = before.rsplit('`').find(|word| {
            word.contains('/') && word.strip_suffix(".ron").is_some_and(|name| !name.contains(' '))
        });
        found.push((named.expect("a path stands before the block").to_owned(), text));
        rest = after;
    }
    found
}

#[test]
fn every_example_can_be_added_to_the_default_content() {
    let examples = examples();
    assert_eq!(examples.len(), 7, "an effect, a skill, gear, an item, a creature, a quest, a zone");
    let mut files = Content::embedded_files().to_vec();
    for (path, text) in &examples {
        assert!(files.iter().all(|file| file.path != path), "{path} is new");
        files.push(SourceFile { path, bytes: text.as_bytes() });
    }
    Content::load(&files).unwrap_or_else(|errors| panic!("{errors}"));
}
