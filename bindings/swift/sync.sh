#!/usr/bin/env bash
# Puts the files that `cargo xtask bindings swift` generated where the package builds them: `sync.sh [NATIVE]`, by default
# target/bindings of the repository.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
native=${1:-../../target/bindings}
# Only what changed, so that the next build has nothing to do if nothing did.
put() {
    cmp -s "$1" "$2" || cp "$1" "$2"
}
put "$native/swift/BeaverNative.swift" Sources/BeaverNative/BeaverNative.swift
put "$native/swift/BeaverNativeFFI.h" Sources/BeaverNativeFFI/BeaverNativeFFI.h
