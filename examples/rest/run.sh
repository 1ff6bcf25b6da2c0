#!/usr/bin/env bash
# Runs every example against a server of its own and compares what it prints: run.sh PROGRAM [ARGUMENT…], which is called
# as PROGRAM ARGUMENT… serve --database FILE --port PORT.
set -euo pipefail
(($#)) || set -- beaver
cd "$(dirname "$0")"
work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
passed=0 failed=0
for example in *.sh; do
    name=${example%.sh}
    [[ $name != run ]] || continue
    # Port 0: the server says which it got.
    : >"$work/$name.log"
    "$@" serve --database "$work/$name.db" --port 0 2>"$work/$name.log" &
    server=$!
    for _ in $(seq 100); do
        BEAVER_URL=$(sed -n 's/.*\(http:\/\/[0-9.:]*\).*/\1/p' "$work/$name.log" | head -1)
        [[ -z $BEAVER_URL ]] || break
        sleep 0.1
    done
    export BEAVER_URL
    if sh "$example" >"$work/out" 2>&1 && diff -u "$name.txt" "$work/out"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$name: not as it should be:" >&2
        cat "$work/out" >&2
    fi
    kill "$server"
    wait "$server" || true
    server=
done
echo "$passed passed, $failed failed"
((failed == 0))
