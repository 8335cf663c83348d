#!/bin/sh
# Installs the exporter on a device, or brings it up to date: Linux, OpenWrt, Termux on Android, macOS, FreeBSD. It needs
# what BusyBox has.
#
#   sh install.sh                    from the newest release
#   sh install.sh --from URL|FILE    from another folder with SHA256SUMS and archives, or from an archive that has
#                                    SHA256SUMS beside it
#
# The archive is held to SHA256SUMS before anything is unpacked. Settings stay as they are.
set -eu

# Written by `npm run dist`.
FROM='@RELEASES@'
# Another root of the file system, for tests.
ROOT=${ROOT:-}

# Says the first text, or the second where the system speaks English.
say() {
	case "${LC_ALL:-${LANG:-}}" in en*) echo "$2" ;; *) echo "$1" ;; esac
}

fail() {
	say "install.sh：$1" "install.sh: $2" >&2
	exit 1
}

target_of() {
	case "$1" in
	x86_64 | amd64 | Linux-x86_64) echo linux-amd64 ;;
	i386_* | Linux-i?86) echo linux-386 ;;
	aarch64_* | Linux-aarch64 | Linux-arm64) echo linux-arm64 ;;
	arm_*_vfp* | arm_*_neon* | Linux-armv7* | Linux-armv8*) echo linux-armv7 ;;
	arm_* | Linux-arm*) echo linux-armv5 ;;
	mipsel_*) echo linux-mipsle ;;
	mips_*) echo linux-mips ;;
	riscv64_* | Linux-riscv64) echo linux-riscv64 ;;
	Darwin-arm64) echo darwin-arm64 ;;
	Darwin-x86_64) echo darwin-amd64 ;;
	FreeBSD-amd64) echo freebsd-amd64 ;;
	*) fail "没有适合这台设备（$1）的文件" "there is no file for this device ($1)" ;;
	esac
}

fetch() {
	case "$FROM" in
	http://* | https://*)
		if command -v curl >/dev/null; then
			curl -fsSL -o "$work/$1" "$FROM/$1"
		elif command -v wget >/dev/null; then
			wget -q -O "$work/$1" "$FROM/$1"
		else
			uclient-fetch -q -O "$work/$1" "$FROM/$1"
		fi || fail "无法下载 $FROM/$1：请检查地址；OpenWrt 上还要装有 ca-certificates 和 libustream" \
			"$FROM/$1 cannot be had; is the address right and, on OpenWrt, are ca-certificates and libustream installed?"
		;;
	*) cp "$FROM/$1" "$work/$1" || fail "没有 $FROM/$1" "$FROM/$1 is not there" ;;
	esac
}

sum_of() {
	if command -v sha256sum >/dev/null; then
		sha256sum <"$1"
	elif command -v shasum >/dev/null; then
		shasum -a 256 <"$1"
	else
		sha256 -q "$1"
	fi | cut -d ' ' -f 1
}

# What an upgrade of the router keeps, and settings that spare its flash.
prepare_openwrt() {
	mkdir -p "$ROOT/etc/flowcollect" "$ROOT/lib/upgrade/keep.d"
	chmod 700 "$ROOT/etc/flowcollect"
	# "flowcollect service install" adds what is its own.
	printf '%s\n' /etc/flowcollect /lib/upgrade/keep.d/flowcollect /usr/bin/flowcollect >"$ROOT/lib/upgrade/keep.d/flowcollect"
	settings=$ROOT/etc/flowcollect/ClientSetting.ini
	[ ! -e "$settings" ] || return 0
	(
		umask 077
		cat >"$settings" <<-'EOF'
			[client]
			# Written at each push into RAM; onto the flash at most once an hour and at a clean stop.
			StateDir  = /tmp/flowcollect-state
			StateSync = /etc/flowcollect/state
		EOF
	)
}

main() {
	case "${1:-}" in
	--from) FROM=${2:?--from URL|FILE} ;;
	'') ;;
	*) fail '用法：install.sh [--from URL|FILE]' 'usage: install.sh [--from URL|FILE]' ;;
	esac
	case "$FROM" in
	@*) fail '这份脚本不是从发布处下载的，请用 --from 指出发布的地址或文件' 'this script is not of a release: name one with --from URL|FILE' ;;
	esac

	config=' --config /etc/flowcollect/ClientSetting.ini'
	scope=
	if [ -e "$ROOT/etc/openwrt_release" ]; then
		DISTRIB_ARCH=
		# shellcheck source=/dev/null
		. "$ROOT/etc/openwrt_release"
		target=$(target_of "$DISTRIB_ARCH")
		bin=/usr/bin
	else
		target=$(target_of "$(uname -s)-$(uname -m)")
		bin=/usr/local/bin
		if [ "$(id -u)" != 0 ]; then
			bin=${TERMUX_VERSION:+$PREFIX/bin}
			bin=${bin:-$HOME/.local/bin}
			config=
			scope=' --user'
		fi
	fi

	# Not next to the flash, which has less room than RAM.
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	archive=
	if [ -f "$FROM" ]; then
		archive=$(basename "$FROM")
		FROM=$(dirname "$FROM")
	fi
	fetch SHA256SUMS
	known=$(sed -n "s/^[0-9a-f]\{64\}  \(flowcollect-.*-device-$target\.tar\.gz\)$/\1/p" "$work/SHA256SUMS")
	[ -n "$known" ] || fail "SHA256SUMS 里没有 $target 的文件" "SHA256SUMS names no archive for $target"
	[ "${archive:-$known}" = "$known" ] || fail "这台设备要的是 $known，不是 $archive" "this device wants $known, not $archive"
	fetch "$known"
	[ "$(sum_of "$work/$known")  $known" = "$(grep "  $known\$" "$work/SHA256SUMS")" ] ||
		fail "$known 与 SHA256SUMS 不符，没有安装：请重新下载" "$known is not what SHA256SUMS says, and was not installed: fetch it again"
	(cd "$work" && tar -xzf "$known")

	mkdir -p "$ROOT$bin"
	# Beside it first: a running program is replaced, never written over.
	cp "$work/flowcollect" "$ROOT$bin/flowcollect.new" || {
		rm -f "$ROOT$bin/flowcollect.new"
		fail "放不下程序，它要占 14 MB：见 docs/platforms/openwrt.zh-CN.md" \
			"there is no room for the program, which takes 14 MB: see docs/platforms/openwrt.md"
	}
	chmod 755 "$ROOT$bin/flowcollect.new"
	mv "$ROOT$bin/flowcollect.new" "$ROOT$bin/flowcollect"
	[ "$bin" != /usr/bin ] || prepare_openwrt

	case ":$PATH:" in *":$bin:"*) called=flowcollect ;; *) called=$bin/flowcollect ;; esac
	say "已安装 $("$ROOT$bin/flowcollect" version)：$bin/flowcollect。下一步，用 VPS 上 flowcollect pair 打印的配对码：" \
		"installed $("$ROOT$bin/flowcollect" version): $bin/flowcollect. Now, with the code that \"flowcollect pair\" prints on the VPS:"
	# Who installed it by sudo writes below /etc by sudo alone.
	by=${SUDO_USER:+sudo }
	echo "  $by$called init device$config --code FC1-..."
	echo "  $by$called service install$scope$config"
}

# Last, so that a script that a pipe cut short does nothing.
main "$@"
