#!/bin/sh
# Starts the server in a container: owns the folder of the database, makes a key at the first start, drops root.
#
#   DATABASE  the file, from the working folder on if it is no absolute path   data/beaver.db
#   HOST      the address to listen on                                         0.0.0.0
#   PORT      the port                                                         8000
#   ALLOW_HOST, ALLOW_ORIGIN  names and origins that clients may call by and from, with commas between them
#
# They become options here: outside of a container such names mean other things, and the program does not read them.
# With other arguments than `serve …` it runs `beaver` with these, as the user that the server has.
set -eu
umask 077

: "${DATABASE:=data/beaver.db}" "${HOST:=0.0.0.0}" "${PORT:=8000}"
: "${BEAVER_USER:=beaver}" "${BEAVER:=beaver}"
case $DATABASE in
/*) file=$DATABASE ;;
*) file=$PWD/$DATABASE ;;
esac
folder=$(dirname -- "$file")
key_file=$file.key

as_root() { [ "$(id -u)" = 0 ]; }

# The folder may be mounted, and then belongs to whoever made it.
mkdir -p -- "$folder"
if as_root; then
    chown -- "$BEAVER_USER:" "$folder"
    for own in "$file" "$file-wal" "$file-shm" "$key_file"; do
        [ ! -e "$own" ] || [ -L "$own" ] || chown -- "$BEAVER_USER:" "$own"
    done
fi

# Runs a command as the user of the server; without root, as who we are.
unprivileged() {
    if as_root; then
        setpriv --reuid="$BEAVER_USER" --regid="$(id -g "$BEAVER_USER")" --clear-groups --no-new-privs -- "$@"
    else
        "$@"
    fi
}

if [ "${1:-serve}" != serve ]; then
    unprivileged "$BEAVER" --database "$file" "$@"
    exit
fi
[ $# = 0 ] || shift

# The first start: nobody could call an exposed server that has no key.
if [ ! -e "$file" ] || [ "$(unprivileged "$BEAVER" --database "$file" key list --json)" = '[]' ]; then
    key=$(unprivileged "$BEAVER" --database "$file" key create --label 'first start')
    # Written as the user, so that no link in the folder leads root elsewhere.
    printf '%s\n' "$key" | unprivileged sh -c 'umask 077 && cat >"$1.new" && mv -f -- "$1.new" "$1"' sh "$key_file"
    echo "beaver: this is the key, shown this once; it is also in $key_file: $key"
fi

[ -z "${ALLOW_ORIGIN:-}" ] || set -- --allow-origin "$ALLOW_ORIGIN" "$@"
[ -z "${ALLOW_HOST:-}" ] || set -- --allow-host "$ALLOW_HOST" "$@"
set -- "$BEAVER" serve --database "$file" --host "$HOST" --port "$PORT" --expose "$@"
if as_root; then
    exec setpriv --reuid="$BEAVER_USER" --regid="$(id -g "$BEAVER_USER")" --clear-groups --no-new-privs -- "$@"
fi
exec "$@"
