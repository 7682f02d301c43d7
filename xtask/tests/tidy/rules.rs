//! Words that must not occur in a part of the tree: the determinism of the core (house style,
//! section 4) and the borders between crates (section 1), as a table.

use std::fs;

use crate::assert_none;
use crate::sources::{Source, root, sources};

/// Words that are banned below a folder, but for the places named.
struct Ban {
    /// The rule's name and reason.
    rule: &'static str,
    /// Below which folder.
    folder: &'static str,
    /// Files and folders below it that may.
    except: &'static [&'static str],
    /// The words; matched whole.
    words: &'static [&'static str],
}

const CORE: &str = "massless-core/src/";
const NET: &str = "massless-net/src/";

const BANS: [Ban; 12] = [
    Ban {
        rule: "D2: no clock, file, socket, environment or thread in the core",
        folder: CORE,
        except: &[],
        words: &["std::fs", "std::net", "std::env", "std::thread", "std::time", "std::process"],
    },
    Ban {
        rule: "D3: no hashed container in the core; a BTreeMap or a sorted Vec",
        folder: CORE,
        except: &[],
        words: &["HashMap", "HashSet", "hashbrown", "RandomState"],
    },
    Ban {
        rule: "D4: transcendental functions live in math.rs",
        folder: CORE,
        except: &["math.rs"],
        words: &["libm"],
    },
    Ban {
        rule: "D5: no fused or approximate arithmetic",
        folder: CORE,
        except: &[],
        words: &["mul_add", "recip", "fadd_fast", "fmul_fast", "algebraic_add", "algebraic_mul"],
    },
    Ban {
        rule: "D7: rayon is used by par.rs alone",
        folder: CORE,
        except: &["par.rs"],
        words: &["rayon", "par_iter", "par_chunks", "par_iter_mut"],
    },
    Ban {
        rule: "wide is used by simd.rs alone",
        folder: CORE,
        except: &["simd.rs"],
        words: &["wide::"],
    },
    Ban {
        rule: "D13, D16: systems run one after the other and hang on no hook",
        folder: CORE,
        except: &[],
        words: &["Workload", "on_insertion", "on_removal", "on_deletion", "track_all"],
    },
    Ban {
        rule: "D15: an EntityId is a slot, not a name; only zone/ knows it",
        folder: CORE,
        except: &["zone/"],
        words: &["EntityId"],
    },
    Ban {
        rule: "L2: serde reads content and nothing else",
        folder: CORE,
        except: &["content/"],
        words: &["serde", "Serialize", "Deserialize"],
    },
    Ban {
        rule: "the core writes no logs and draws from no generator",
        folder: CORE,
        except: &[],
        words: &["tracing", "println", "eprintln", "print", "dbg"],
    },
    Ban {
        rule: "the protocol is told the time and reads no clock",
        folder: NET,
        except: &["transport/", "online/"],
        words: &[
            "Instant::now",
            "SystemTime",
            "std::time",
            "tokio",
            "warp",
            "shipyard",
            "std::net",
            "std::fs",
        ],
    },
    Ban {
        rule: "the protocol sees the core's view, not its insides",
        folder: NET,
        except: &[],
        words: &["massless_core::systems", "massless_core::components", "massless_core::zone"],
    },
];

#[test]
fn banned_words_stay_away() {
    let sources = sources(&["rs"]);
    let mut findings = Vec::new();
    for ban in &BANS {
        let below: Vec<&Source> =
            sources.iter().filter(|source| source.path.starts_with(ban.folder)).collect();
        assert!(!below.is_empty(), "no sources below {}", ban.folder);
        for source in below {
            let inner = &source.path[ban.folder.len()..];
            if source.is_test() || ban.except.iter().any(|may| inner.starts_with(may)) {
                continue;
            }
            for (number, line) in source.code() {
                for word in ban.words.iter().filter(|word| contains_word(line, word)) {
                    findings.push(format!("{}:{number}: `{word}` ({})", source.path, ban.rule));
                }
            }
        }
    }
    assert_none("words that do not belong here", &findings);
}

/// House style D13: each file of `systems/` stands in the schedule exactly once.
#[test]
fn every_system_is_scheduled_once() {
    let core = root().join("massless-core/src");
    let schedule = Source {
        path: String::new(),
        text: fs::read_to_string(core.join("zone/schedule.rs")).expect("the schedule exists"),
    };
    let mut findings = Vec::new();
    for entry in fs::read_dir(core.join("systems")).expect("the systems exist") {
        let name = entry.expect("folders can be read").file_name().to_string_lossy().into_owned();
        let name = name.trim_end_matches(".rs");
        if name == "mod" {
            continue;
        }
        let wanted = format!("systems::{name}::");
        let count = schedule.code().filter(|(_, line)| contains_word(line, &wanted)).count();
        if count != 1 {
            findings.push(format!("systems/{name}.rs stands {count} times in zone/schedule.rs"));
        }
    }
    assert_none("the order of the systems is decided in one place", &findings);
}

/// Whether `word` occurs with no letter, digit or underscore beside it.
fn contains_word(line: &str, word: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let open_end = word.ends_with(':');
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back().is_some_and(is_part);
        let after = line[at + word.len()..].chars().next().is_some_and(is_part);
        !before && (open_end || !after)
    })
}

#[test]
fn words_are_matched_whole() {
    assert!(contains_word("use std::collections::HashMap;", "HashMap"));
    assert!(!contains_word("struct HashMapLike;", "HashMap"));
    assert!(contains_word("use wide::f32x8;", "wide::"));
    assert!(!contains_word("let wide = 3;", "wide::"));
}
