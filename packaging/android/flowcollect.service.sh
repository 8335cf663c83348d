#!/system/bin/sh
# The exporter next to box_for_magisk on a rooted phone, run by the Node of Termux (see docs/platforms/android.md).
# Install as /data/adb/service.d/flowcollect.service.sh (mode 0755); the bundles and ClientSetting.ini below
# /data/adb/flowcollect (mode 0700).

FOLDER=/data/adb/flowcollect
PREFIX=/data/data/com.termux/files/usr
export HOME="$FOLDER" TMPDIR="$FOLDER" LD_LIBRARY_PATH="$PREFIX/lib" PATH="$PREFIX/bin:$PATH"

(
	# service.d runs before Android is up; Termux's files can be read only once the phone was unlocked.
	until [ "$(getprop init.svc.bootanim)" = stopped ] && [ -x "$PREFIX/bin/node" ]; do
		sleep 5
	done
	while true; do
		# One log of bounded size: what was is moved aside at each start.
		[ -f "$FOLDER/exporter.log" ] && mv "$FOLDER/exporter.log" "$FOLDER/exporter.log.1"
		node "$FOLDER/dist/flowcollect.mjs" exporter --config "$FOLDER/ClientSetting.ini" >"$FOLDER/exporter.log" 2>&1
		sleep 5
	done
) &
