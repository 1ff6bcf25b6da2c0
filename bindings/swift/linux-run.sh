#!/usr/bin/env bash
# Runs a command in the root that linux-root.sh made: `linux-run.sh ROOT NATIVE COMMAND…`. Run as root. The repository is
# /src in there, and the command begins in /src/bindings/swift; NATIVE, the folder that `cargo xtask bindings swift`
# filled, is /native.
set -euo pipefail

(($# >= 3)) || {
    echo "usage: linux-run.sh ROOT NATIVE COMMAND…" >&2
    exit 2
}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(realpath -e -- "$1")
native=$(realpath -e -- "$2")
shift 2
mkdir -p "$root/src" "$root/native"

# The mounts are of a namespace of their own: however the command ends, nothing stays mounted.
# shellcheck disable=SC2016 # the inner shell expands them
exec unshare --mount --pid --fork --kill-child sh -euc '
    root=$1 source=$2 native=$3
    shift 3
    mount --make-rprivate /
    mount --bind "$source" "$root/src"
    mount --bind "$native" "$root/native"
    mount -t proc proc "$root/proc"
    mount -t tmpfs tmpfs "$root/tmp"
    mount --rbind /dev "$root/dev"
    exec chroot "$root" /usr/bin/env -i HOME=/tmp LANG=C.UTF-8 PATH=/usr/bin:/bin:/usr/libexec/swift/bin \
        BEAVER_NATIVE=/native LD_LIBRARY_PATH=/native \
        /bin/sh -euc "cd /src/bindings/swift && exec \"\$@\"" sh "$@"
' sh "$root" "$here/../.." "$native" "$@"
