#!/bin/sh
# Makes a static library whose only global symbols are beaver_*: sh hide_symbols.sh IN.a OUT.a
#
# cargo's archive shows everything that is in it: the bundled SQLite, Rust's standard library. A program that
# links another SQLite or another Rust library beside it would then get clashes, or silently the wrong one.
# So the members that beaver_* needs are linked into one object, and all else in it becomes local.
set -eu
in=$1
out=$2
if [ -e "$out" ] && [ "$out" -nt "$in" ]; then
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Objects of Rust carry bitcode along. It helps nobody here, and binutils with a plugin for another LLVM would read it
# in place of the object, and find nothing.
objcopy --remove-section=.llvmbc --remove-section=.llvmcmd "$in" "$work/plain.a"

# The linker takes from an archive what is asked for: every beaver_* function is.
nm --defined-only --extern-only --format=posix "$work/plain.a" |
    awk '$1 ~ /^beaver_/ && $2 == "T" { print "--undefined=" $1 }' | sort -u > "$work/wanted"
if [ ! -s "$work/wanted" ]; then
    echo "hide_symbols.sh: $in defines no beaver_ function" >&2
    exit 1
fi
# Groups are dissolved: a group whose name became local would still be dropped for a foreign one of that name.
ld -r --gc-sections --force-group-allocation "@$work/wanted" -o "$work/beaver.o" "$work/plain.a"
objcopy --wildcard --keep-global-symbol='beaver_*' "$work/beaver.o"
ar crs "$work/libbeaver.a" "$work/beaver.o"
mv "$work/libbeaver.a" "$out"
