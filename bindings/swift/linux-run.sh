#!/usr/bin/env bash
# Runs a command in the root that linux-root.sh made: `linux-run.sh ROOT NATIVE COMMAND…`. Run as root. The repository is
# /src in there, and the command begins in /src/bindings/swift; NATIVE, the folder that `cargo xtask bindings swift`
# filled, is /native. The repository and the folder for temporary files are also where they are outside, so that paths of
# databases mean the same.
set -euo pipefail

(($# >= 3)) || {
    echo "usage: linux-run.sh ROOT NATIVE COMMAND…" >&2
    exit 2
}
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
root=$(realpath -e -- "$1")
native=$(realpath -e -- "$2")
temporary=$(realpath -e -- "${TMPDIR:-/tmp}")
shift 2
mkdir -p "$root/src" "$root/native" "$root$temporary"

# The mounts are of a namespace of their own: however the command ends, nothing stays mounted. Each program takes the place of
# the one before, so that a signal meets the command itself.
# shellcheck disable=SC2016 # the inner shells expand them
exec unshare --mount --propagation private sh -euc '
    root=$1 repository=$2 native=$3 temporary=$4
    shift 4
    mount --bind "$repository" "$root/src"
    mount --bind "$native" "$root/native"
    mount --bind "$temporary" "$root$temporary"
    mkdir -p "$root$repository"
    mount --bind "$repository" "$root$repository"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    exec chroot "$root" /usr/bin/env -i HOME=/root TMPDIR="$temporary" LANG=C.UTF-8 LD_LIBRARY_PATH=/native \
        PATH=/usr/bin:/bin:/usr/libexec/swift/bin /bin/sh -euc "cd /src/bindings/swift && exec \"\$@\"" sh "$@"
' sh "$root" "$repository" "$native" "$temporary" "$@"
