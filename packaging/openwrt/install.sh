#!/bin/sh
# Installs the exporter on an OpenWrt router, with what BusyBox has: sh install.sh FROM
# FROM is a folder or an http(s) address with the archives of `npm run dist` and SHA256SUMS.
# It may be run again to update: the settings stay.
set -eu

FROM=${1:?usage: sh install.sh FOLDER-OR-URL}
# Another root of the file system, for tests.
ROOT=${ROOT:-}

fail() {
	echo "install.sh: $*" >&2
	exit 1
}

DISTRIB_ARCH=
# shellcheck source=/dev/null
. "$ROOT/etc/openwrt_release"
case "$DISTRIB_ARCH" in
x86_64) target=linux-amd64 ;;
i386_*) target=linux-386 ;;
aarch64_*) target=linux-arm64 ;;
arm_*_vfp* | arm_*_neon*) target=linux-armv7 ;;
arm_*) target=linux-armv5 ;;
mipsel_*) target=linux-mipsle ;;
mips_*) target=linux-mips ;;
riscv64_*) target=linux-riscv64 ;;
*) fail "there is no file for the processor '$DISTRIB_ARCH' of this router" ;;
esac

# Next to the flash, which has less room than RAM.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fetch() {
	case "$FROM" in
	http://* | https://*)
		if command -v wget >/dev/null; then
			wget -q -O "$work/$1" "$FROM/$1"
		else
			uclient-fetch -q -O "$work/$1" "$FROM/$1"
		fi || fail "$FROM/$1 cannot be had; is the address right, and are ca-certificates and libustream installed?"
		;;
	*) cp "$FROM/$1" "$work/$1" || fail "$FROM/$1 is not there" ;;
	esac
}

fetch SHA256SUMS
archive=$(sed -n "s/^[0-9a-f]\{64\}  \(flowcollect-.*-device-$target\.tar\.gz\)$/\1/p" "$work/SHA256SUMS")
[ -n "$archive" ] || fail "SHA256SUMS names no archive for $target"
fetch "$archive"
(cd "$work" && grep "  $archive\$" SHA256SUMS | sha256sum -c >/dev/null) || fail "$archive is not what SHA256SUMS says: fetch it again"
(cd "$work" && tar -xzf "$archive")

mkdir -p "$ROOT/usr/bin" "$ROOT/etc/flowcollect" "$ROOT/lib/upgrade/keep.d"
chmod 700 "$ROOT/etc/flowcollect"
# Beside it first: a running program is replaced, never written over.
cp "$work/flowcollect" "$ROOT/usr/bin/flowcollect.new" || {
	rm -f "$ROOT/usr/bin/flowcollect.new"
	fail "there is no room for the program, which takes 16 MB of flash: see docs/platforms/openwrt.md"
}
chmod 755 "$ROOT/usr/bin/flowcollect.new"
mv "$ROOT/usr/bin/flowcollect.new" "$ROOT/usr/bin/flowcollect"
# What an upgrade of the router keeps; "flowcollect service install" adds what is its own.
cat >"$ROOT/lib/upgrade/keep.d/flowcollect" <<EOF
/etc/flowcollect
/lib/upgrade/keep.d/flowcollect
/usr/bin/flowcollect
EOF

settings=$ROOT/etc/flowcollect/ClientSetting.ini
if [ ! -e "$settings" ]; then
	(umask 077 && cat >"$settings" <<EOF
[client]
# Written at each push into RAM; onto the flash at most once an hour and at a clean stop.
StateDir  = /tmp/flowcollect-state
StateSync = /etc/flowcollect/state
EOF
	)
fi
echo "installed $("$ROOT/usr/bin/flowcollect" version); now, with the code that \"flowcollect pair\" prints on the VPS:"
echo "  flowcollect init device --config /etc/flowcollect/ClientSetting.ini --code FC1-..."
echo "  flowcollect service install --config /etc/flowcollect/ClientSetting.ini"
