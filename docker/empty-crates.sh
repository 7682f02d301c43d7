#!/bin/sh
# Makes an empty crate beside every manifest below a folder, so that cargo can compile the dependencies
# before it has seen a source of ours: that layer of the image changes only with a manifest.
set -eu
cd "$1"
find . -name Cargo.toml | while read -r manifest; do
    folder=$(dirname "$manifest")
    mkdir -p "$folder/src"
    for source in lib main; do
        [ -e "$folder/src/$source.rs" ] || echo 'fn main() {}' > "$folder/src/$source.rs"
    done
    # Paths that manifests name beside src.
    sed -n 's/^path *= *"\(.*\.rs\)"$/\1/p' "$manifest" | while read -r source; do
        mkdir -p "$folder/$(dirname "$source")"
        [ -e "$folder/$source" ] || echo 'fn main() {}' > "$folder/$source"
    done
done
