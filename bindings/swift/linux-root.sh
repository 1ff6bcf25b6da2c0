#!/usr/bin/env bash
# Makes a root that has Swift, from Debian 13, for machines whose own system has none: `linux-root.sh ROOT`. Nothing is done
# if it is there. Run as root; `linux-run.sh` runs commands in it.
set -euo pipefail

die() {
    printf 'linux-root.sh: %s\n' "$*" >&2
    exit 1
}

(($# == 1)) || die "usage: linux-root.sh ROOT"
root=$1
stamp=$root/etc/beaver-swift-root
# What the root is made of: a root of another recipe is made anew.
recipe=$(sha256sum <"${BASH_SOURCE[0]}")
[[ ! -e $stamp || $(<"$stamp") != "$recipe" ]] || exit 0
[[ $(id -u) == 0 ]] || die "has to run as root"

if ! command -v mmdebstrap >/dev/null; then
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends mmdebstrap
fi

# The mirror that this machine is set up with serves Debian 13 as well.
mirror=$({
    awk '/^URIs:/ { print $2; exit }' /etc/apt/sources.list.d/*.sources
    awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^[a-z+]+:\//) { print $i; exit } }' \
        /etc/apt/sources.list /etc/apt/sources.list.d/*.list
} 2>/dev/null | head -n 1 || true)
[[ -n $mirror ]] || die "no mirror in the apt sources of this machine"

packages=swiftlang,libc6-dev,libstdc++-14-dev,dash,coreutils,bash
# More than half of it is for debuggers, editors and other targets.
swift=/usr/libexec/swift
excluded=(
    "$swift/lib/liblldb*" "$swift/lib/libsourcekitd*" "$swift/lib/libLTO*" "$swift/lib/libswiftGenericMetadataBuilder*"
    "$swift/lib/swift_static/*" "$swift/lib/swift/embedded/*" "$swift/lib/swift/FrameworkABIBaseline/*" "$swift/share/docc/*"
    "$swift/bin/lldb*" "$swift/bin/clangd" "$swift/bin/sourcekit-lsp" "$swift/bin/docc" "$swift/bin/swift-format"
    "$swift/bin/swift-build-sdk-interfaces" "$swift/bin/llvm-cov" "$swift/bin/llvm-profdata"
    "/usr/libexec/gcc/*/cc1" "/usr/libexec/gcc/*/lto1" "/usr/bin/*-lto-dump*" "/usr/lib/*/libasan.*" "/usr/lib/*/libtsan.*"
    "/usr/share/doc/*" "/usr/share/man/*" "/usr/share/locale/*" "/usr/lib/*/gconv/*"
)

rm -rf -- "$root"
mkdir -p -- "$(dirname -- "$root")"
mmdebstrap --mode=root --variant=extract --include="$packages" "${excluded[@]/#/--dpkgopt=path-exclude=}" \
    trixie "$root" "deb $mirror trixie main"
printf '%s\n' "$recipe" >"$stamp"
