#!/usr/bin/env bash
# What can be checked of the image without an engine: the entry point, in a folder of its own, with a program that writes
# down how it was called. With BEAVER=path/to/beaver it starts the real server instead, and calls it.
# As root it also checks that root is dropped (to the user nobody).
set -euo pipefail
cd "$(dirname "$0")"
entry=$PWD/entrypoint.sh
work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
chmod 755 "$work"
failed=0
check() { if [[ $2 == "$3" ]]; then echo "ok   $1"; else printf 'FAIL %s\n  wanted %s\n  found  %s\n' "$1" "$3" "$2"; failed=1; fi; }

sh -n "$entry"
grep -q '^COPY --from=build' Dockerfile
# Nothing of the program may stand where the guide mounts a folder.
check 'the program is outside of /app' "$(grep -cE '^(COPY|ADD).* /app' Dockerfile || true)" 0

export BEAVER_USER=nobody HOST=127.0.0.1 PORT=0
mkdir "$work/app"
if [[ -z ${BEAVER:-} ]]; then
    cat >"$work/beaver" <<'FAKE'
#!/bin/sh
echo "$(id -un): $*" >>"$LOG"
case "$*" in
*'key list'*) cat "$LOG.keys" ;;
*'key create'*) : >"$2"; echo '[{}]' >"$LOG.keys"; echo bvr_test ;;
esac
FAKE
    chmod 755 "$work/beaver"
    export BEAVER=$work/beaver LOG=$work/log
    echo '[]' >"$LOG.keys"
    : >"$LOG"
    chmod 666 "$LOG" "$LOG.keys"
    user=$(id -un)
    [[ $user != root ]] || user=nobody
    cd "$work/app"

    first=$(DATABASE=data/production.db "$entry" serve)
    check 'the key is printed at the first start' "$(grep -c bvr_test <<<"$first")" 1
    check 'the key is kept beside the data' "$(cat data/production.db.key)" bvr_test
    check 'only its owner reads it' "$(stat -c '%a %U' data/production.db.key)" "600 $user"
    check 'the folder has the owner of the server' "$(stat -c %U data)" "$user"
    check 'the server is started without root' "$(tail -1 "$LOG")" \
        "$user: serve --database $work/app/data/production.db --host 127.0.0.1 --port 0 --expose"
    second=$(DATABASE=data/production.db "$entry" serve --log-format json)
    check 'the key is not printed again' "$second" ''
    check 'arguments are passed on' "$(tail -1 "$LOG" | grep -c -- '--expose --log-format json$')" 1
    ALLOW_HOST=beaver,pi.local ALLOW_ORIGIN=https://app.example "$entry" serve --log-format json
    check 'names and origins are passed on' "$(tail -1 "$LOG" | sed 's/.*--expose //')" \
        '--allow-host beaver,pi.local --allow-origin https://app.example --log-format json'
    "$entry" dict x get y
    check 'another command is run as it is' "$(tail -1 "$LOG")" "$user: --database $work/app/data/beaver.db dict x get y"
    exit $failed
fi

cd "$work/app"
export DATABASE=data/production.db PORT=${TEST_PORT:-18753}
"$entry" >"$work/out" 2>"$work/err" &
server=$!
for _ in $(seq 100); do
    curl -sf "http://127.0.0.1:$PORT/health" >/dev/null && break
    sleep 0.1
done
key=$(cat data/production.db.key)
check 'the key is printed' "$(grep -c "$key" "$work/out")" 1
check 'without a key nothing is given' "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$PORT/dicts")" 401
auth="authorization: Bearer $key"
curl -sf -H "$auth" -X PUT "http://127.0.0.1:$PORT/dicts/d/items/a" -d 1 >/dev/null
check 'with the key it is' "$(curl -sf -H "$auth" "http://127.0.0.1:$PORT/dicts/d/items/a")" 1
check 'another name is refused' "$(curl -s -o /dev/null -w '%{http_code}' -H 'host: evil.example' "http://127.0.0.1:$PORT/health")" 403
if [[ $(id -u) == 0 ]]; then
    check 'root is dropped' "$(stat -c %U "/proc/$server")" nobody
fi
kill -TERM "$server"
wait "$server" && code=0 || code=$?
check 'it stops at SIGTERM' "$code" 0
server=
exit $failed
