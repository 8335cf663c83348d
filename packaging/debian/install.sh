#!/bin/sh
# FlowCollect on a VPS with Debian 12 or its relatives, without Docker: Debian's Prometheus, Pushgateway and
# Alertmanager on loopback, and the gateway and the auditor as systemd services.
#
#   packaging/debian/install.sh ServerSetting.ini [DOMAIN]    install, or bring an installation up to date
#   packaging/debian/install.sh --uninstall                   remove it; settings and data stay
#
# With a DOMAIN that points to the machine, Debian's Caddy has a certificate for it and the gateway behind it.
#
# Run it as root, in a checkout where `npm ci` was run or in the unpacked archive of bundles. It may be run again at any
# time: programs and units are replaced, settings and data stay. After an edit of the settings systemd writes the files
# of Prometheus and Alertmanager again (flowcollect-config.path). DESTDIR writes below another folder.
set -eu
# Whatever the umask of who runs it: services of other users read what is made here, but for files with rights of their own.
umask 022

HERE=$(cd "$(dirname "$0")/../.." && pwd)
ROOT=${DESTDIR:-}
CONFIG="$ROOT/etc/flowcollect"
UNITS="$ROOT/etc/systemd/system"
PROGRAM="$ROOT/opt/flowcollect"
COMMAND="$ROOT/usr/local/bin/flowcollect"
GRAFANA="$ROOT/etc/grafana/provisioning"
CADDY="$ROOT/etc/caddy"
CADDY_IMPORT="import flowcollect.caddy"
PARTS="prometheus prometheus-pushgateway prometheus-alertmanager"
# As it was called.
BY=${SUDO_USER:+sudo }

# Says the first text, or the second where the settings have `Language = en`.
say() {
	if [ "$SPOKEN" = en ]; then echo "$2"; else echo "$1"; fi
}

fail() {
	say "install.sh：$1" "install.sh: $2" >&2
	exit 1
}

# The language of the settings given, else of those that are installed.
language_of() {
	for settings in "$@"; do
		if [ -f "$settings" ]; then
			sed -n "s/^[ \t]*Language[ \t]*=[ \t]*[\"']\{0,1\}\([a-z]*\).*/\1/p" "$settings" | head -n 1
			return
		fi
	done
}

# The arguments of one of Debian's services, instead of those in /etc/default.
override() {
	mkdir -p "$UNITS/$1.service.d"
	printf '[Service]\nExecStart=\nExecStart=%s\n' "$2" >"$UNITS/$1.service.d/flowcollect.conf"
}

# Those of the installation hold the tokens of devices and whatever was edited since.
keep_settings() {
	if [ -e "$CONFIG/ServerSetting.ini" ] && ! cmp -s "$1" "$CONFIG/ServerSetting.ini"; then
		fail "$CONFIG/ServerSetting.ini 已存在，且与 $1 不同：没有改动任何东西。要更新安装，请运行：$BY$0 $CONFIG/ServerSetting.ini；要换用新的设置（已配对设备的令牌会失效），请先移走那个文件" \
			"$CONFIG/ServerSetting.ini is there already and differs from $1: nothing was changed. To bring the installation up to date run: $BY$0 $CONFIG/ServerSetting.ini; to begin with other settings, which lets go of the tokens of paired devices, move that file away before"
	fi
}

# Before anything is installed: without it nothing would be started.
require_systemd() {
	[ -n "$ROOT" ] || [ -d /run/systemd/system ] ||
		fail "这台机器没有运行 systemd，服务无法启动，所以没有安装任何东西。可以用 Docker：docker compose up -d --build" \
			"systemd does not run this machine, so services could not be started and nothing was installed. Docker does without: docker compose up -d --build"
}

install_program() {
	command -v node >/dev/null ||
		fail "需要 Node 20.19 或更新的版本：https://nodejs.org" "Node 20.19 or later is needed: https://nodejs.org"
	node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
		fail "需要 Node 20.19 或更新的版本，这里是 $(node --version)" "Node 20.19 or later is needed; this is $(node --version)"
	NODE=$(command -v node)
	case "$(realpath "$NODE")" in
	/home/* | /root/*)
		fail "服务看不到 $NODE，它在用户目录里：请按 https://nodejs.org 的 Debian 说明为整台机器安装 Node" \
			"services cannot see $NODE, which lies in a home folder: install Node for the whole machine, as https://nodejs.org says for Debian"
		;;
	esac
	[ -f "$HERE/dist/flowcollect.mjs" ] || fail "$HERE 里没有 dist/：请先在那里运行 npm ci" "there is no dist/ in $HERE: run npm ci there first"
	mkdir -p "$PROGRAM/dist" "$(dirname "$COMMAND")"
	install -m 644 "$HERE"/dist/*.mjs "$PROGRAM/dist/"
	# Below another folder, too, it leads there. A link, so that messages can name the command as it was called.
	ln -sfn ../../../opt/flowcollect/dist/flowcollect.mjs "$COMMAND"
	chmod 755 "$PROGRAM/dist/flowcollect.mjs"
}

install_settings() {
	mkdir -p "$CONFIG"
	chmod 755 "$CONFIG"
	if [ ! -e "$CONFIG/ServerSetting.ini" ]; then install -m 600 "$1" "$CONFIG/ServerSetting.ini"; fi
	install_apply
	PATH="$ROOT/usr/local/bin:$PATH" "$PROGRAM/apply-settings"
}

# Root alone may do what it does: write below /etc, hand secrets to Alertmanager's user, and reload services.
install_apply() {
	cat >"$PROGRAM/apply-settings" <<END
#!/bin/sh
# Writes the files of Prometheus and Alertmanager by the settings and has them read it; bad settings change nothing.
set -eu
umask 022
settings() { cksum <$CONFIG/ServerSetting.ini; }
apply() {
	flowcollect config render --config $CONFIG/ServerSetting.ini --out $CONFIG/prometheus >/dev/null || return
	# Debian's Alertmanager runs as this user.
	for secret in alertmanager.yml smtp_password; do
		if [ -f $CONFIG/prometheus/\$secret ]; then chown prometheus: $CONFIG/prometheus/\$secret; fi
	done
	systemctl try-reload-or-restart --no-block prometheus prometheus-alertmanager
}
seen=
# systemd does not notice edits while this runs, so nothing comes after the last check.
until [ "\$seen" = "\$(settings)" ]; do
	seen=\$(settings)
	outcome=0
	apply || outcome=\$?
done
exit \$outcome
END
	chmod 755 "$PROGRAM/apply-settings"
	mkdir -p "$UNITS"
	cat >"$UNITS/flowcollect-config.path" <<END
[Unit]
Description=FlowCollect: notices edits of the settings

[Path]
PathChanged=/etc/flowcollect/ServerSetting.ini

[Install]
WantedBy=multi-user.target
END
	cat >"$UNITS/flowcollect-config.service" <<END
[Unit]
Description=FlowCollect: the configuration of Prometheus and Alertmanager by the settings
StartLimitIntervalSec=0

[Service]
Type=oneshot
Environment=PATH=$(dirname "$NODE"):/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ExecStart=/opt/flowcollect/apply-settings
ProtectHome=yes
PrivateTmp=yes
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths=/etc/flowcollect/prometheus
END
}

install_storage() {
	override prometheus "/usr/bin/prometheus --config.file=/etc/flowcollect/prometheus/prometheus.yml --web.listen-address=127.0.0.1:9090 --storage.tsdb.path=/var/lib/prometheus/metrics2 --storage.tsdb.retention.time=400d --storage.tsdb.retention.size=8GB"
	override prometheus-pushgateway "/usr/bin/prometheus-pushgateway --web.listen-address=127.0.0.1:9091 --persistence.file=/var/lib/prometheus/pushgateway.data --persistence.interval=1m --push.disable-consistency-check"
	override prometheus-alertmanager "/usr/bin/prometheus-alertmanager --config.file=/etc/flowcollect/prometheus/alertmanager.yml --web.listen-address=127.0.0.1:9093 --storage.path=/var/lib/prometheus/alertmanager --cluster.listen-address="
	systemctl daemon-reload
	# shellcheck disable=SC2086
	systemctl enable $PARTS
	# shellcheck disable=SC2086
	systemctl restart $PARTS
	systemctl enable --now flowcollect-config.path
}

# systemd calls them started before they have a port.
require_storage() {
	for part in $PARTS; do
		systemctl is-active --quiet "$part" ||
			fail "$part 没有启动：$(error_of "$part")。它的端口被别的程序占用时，请让出端口，再运行一次" \
				"$part does not start: $(error_of "$part"). Where another program has its port, free it and run this again"
	done
}

error_of() { journalctl -u "$1" -n 20 -o cat | sed -n 's/.* err="\(.*\)".*/\1/p' | tail -n 1; }

# Debian has no Grafana. Where Grafana's own package is installed, it gets the data source and the dashboards, besides
# whatever else it is provisioned with, and listens on loopback.
install_dashboards() {
	if ! command -v grafana-server >/dev/null; then
		say "没有仪表盘：未安装 Grafana。请安装它的软件包（docs/platforms/vps.zh-CN.md），再运行一次。" \
			"No dashboards: Grafana is not installed. Install its package (docs/platforms/vps.md), then run this again."
		return
	fi
	for kind in datasources dashboards; do
		mkdir -p "$GRAFANA/$kind"
		for file in "$HERE/grafana/provisioning/$kind"/*.yml; do cp "$file" "$GRAFANA/$kind/flowcollect-$(basename "$file")"; done
	done
	mkdir -p "$UNITS/grafana-server.service.d"
	# Grafana 13 would replace the data sources it came with, where only root may, and be left without Prometheus.
	cat >"$UNITS/grafana-server.service.d/flowcollect.conf" <<END
[Service]
Environment=FLOWCOLLECT_DASHBOARDS=/etc/flowcollect/prometheus/dashboards
Environment=FLOWCOLLECT_PROMETHEUS_URL=http://127.0.0.1:9090
Environment=GF_SERVER_HTTP_ADDR=127.0.0.1
Environment=GF_PLUGINS_PREINSTALL_DISABLED=true
Environment=GF_USERS_HOME_PAGE=/d/flowcollect-overview
# By the Language of the settings, as Grafana starts.
Environment=GF_USERS_DEFAULT_LANGUAGE=\$__file{/etc/flowcollect/prometheus/grafana_language}
Environment=GF_AUTH_ANONYMOUS_ENABLED=false
# Nothing outside is asked.
Environment=GF_ANALYTICS_REPORTING_ENABLED=false
Environment=GF_ANALYTICS_CHECK_FOR_UPDATES=false
Environment=GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES=false
Environment=GF_ANALYTICS_FEEDBACK_LINKS_ENABLED=false
Environment=GF_NEWS_NEWS_FEED_ENABLED=false
Environment=GF_SECURITY_DISABLE_GRAVATAR=true
Environment=GF_PLUGINS_PLUGIN_ADMIN_ENABLED=false
Environment=GF_PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED=true
# The first organisation sees the figures of all users: whoever gets an account is not in it by that alone.
Environment=GF_USERS_AUTO_ASSIGN_ORG=false
END
	systemctl daemon-reload
	systemctl enable grafana-server
	systemctl restart grafana-server
}

# The port that a key of the settings names.
port_of() {
	found=$(sed -n "s/^[ \t]*$1[ \t]*=.*:\([0-9]\{1,5\}\)[\"' \t\r]*$/\1/Ip" "$CONFIG/ServerSetting.ini" | tail -n 1)
	echo "${found:-$2}"
}

# Beside whatever sites Caddy has. The archive of reports answers nobody before it has a password.
install_caddy() {
	cat >"$CADDY/flowcollect.caddy" <<END
$DOMAIN {
	handle /reports* {
		reverse_proxy 127.0.0.1:$(port_of AuditorListen 9102)
	}
	handle {
		reverse_proxy 127.0.0.1:$(port_of ListenPort 8686)
	}
}
END
	grep -qsx "$CADDY_IMPORT" "$CADDY/Caddyfile" || echo "$CADDY_IMPORT" >>"$CADDY/Caddyfile"
	if ! said=$(caddy validate --adapter caddyfile --config "$CADDY/Caddyfile" 2>&1); then
		remove_caddy
		fail "$CADDY/Caddyfile 与 $DOMAIN 合不来，已恢复原样；是不是里面已有这个域名？Caddy 说：$(echo "$said" | tail -n 1)" \
			"$CADDY/Caddyfile does not go with $DOMAIN and is as it was; does it have that domain already? Caddy says: $(echo "$said" | tail -n 1)"
	fi
	systemctl enable caddy
	systemctl reload-or-restart caddy ||
		fail "Caddy 没有启动：$(journalctl -u caddy -n 20 -o cat | sed -n 's/^Error: //p' | tail -n 1)。80 或 443 端口被别的程序占用时，请让出端口，再运行一次" \
			"Caddy does not start: $(journalctl -u caddy -n 20 -o cat | sed -n 's/^Error: //p' | tail -n 1). Where another program has port 80 or 443, free it and run this again"
}

remove_caddy() {
	rm -f "$CADDY/flowcollect.caddy"
	sed -i "/^$CADDY_IMPORT\$/d" "$CADDY/Caddyfile"
}

uninstall() {
	# An exporter of this machine may run from another program, which stays.
	for service in gateway auditor exporter; do
		if grep -qs /opt/flowcollect/ "$UNITS/flowcollect-$service.service"; then "$COMMAND" service uninstall "$service"; fi
	done
	if [ -f "$UNITS/flowcollect-config.path" ]; then systemctl disable --now flowcollect-config.path; fi
	rm -f "$UNITS/flowcollect-config.path" "$UNITS/flowcollect-config.service"
	for part in $PARTS; do
		rm -f "$UNITS/$part.service.d/flowcollect.conf"
		rmdir "$UNITS/$part.service.d" 2>/dev/null || true
	done
	if [ -f "$UNITS/grafana-server.service.d/flowcollect.conf" ]; then
		rm -f "$UNITS/grafana-server.service.d/flowcollect.conf" "$GRAFANA"/*/flowcollect-*.yml
		rmdir "$UNITS/grafana-server.service.d" 2>/dev/null || true
		systemctl daemon-reload
		systemctl restart grafana-server
	fi
	if [ -f "$CADDY/flowcollect.caddy" ]; then
		remove_caddy
		systemctl try-reload-or-restart caddy
	fi
	systemctl daemon-reload
	# shellcheck disable=SC2086
	systemctl disable --now $PARTS 2>/dev/null || true
	# Made from the settings, passwords among them.
	rm -rf "$PROGRAM" "$COMMAND" "$CONFIG/prometheus"
	say "已卸载。保留：/etc/flowcollect 里的设置，/var/lib/private/flowcollect-* 和 /var/lib/prometheus 里的数据。" \
		"Removed. Left: settings in /etc/flowcollect, data in /var/lib/private/flowcollect-* and /var/lib/prometheus."
	say "Debian 的软件包可用此命令卸载：apt-get remove $PARTS（purge 会连数据一起删除）" \
		"Debian's packages go with: apt-get remove $PARTS (purge would delete their data too)"
}

# An update keeps the one that was given before.
DOMAIN=${2:-$(sed -n '1s/ {$//p' "$CADDY/flowcollect.caddy" 2>/dev/null || true)}
SPOKEN=$(language_of "${1:-}" "$CONFIG/ServerSetting.ini")
case "${1:-}" in
--uninstall) uninstall ;;
'' | -*) fail "用法：install.sh ServerSetting.ini [域名] | --uninstall" "usage: install.sh ServerSetting.ini [DOMAIN] | --uninstall" ;;
*)
	[ -f "$1" ] ||
		fail "$1 不存在；请用此命令生成：node $HERE/dist/flowcollect.mjs init server --config $1" \
			"$1 does not exist; make it with: node $HERE/dist/flowcollect.mjs init server --config $1"
	require_systemd
	keep_settings "$1"
	install_program
	# shellcheck disable=SC2086
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $PARTS ${DOMAIN:+caddy}
	install_settings "$1"
	install_storage
	install_dashboards
	for service in gateway auditor; do
		"$COMMAND" service install "$service" --config /etc/flowcollect/ServerSetting.ini
	done
	require_storage
	if [ -n "$DOMAIN" ]; then
		install_caddy
		say "已安装。Caddy 会为 $DOMAIN 取得证书（80 和 443 端口须能从外面访问）：配对时用 --server https://$DOMAIN。" \
			"Installed. Caddy gets a certificate for $DOMAIN (ports 80 and 443 must be reachable): pair with --server https://$DOMAIN."
	else
		say "已安装。没有给出域名，网关说的是明文 HTTP：配对时用 --server http://这台机器:$(port_of ListenPort 8686)，令牌会明文传输；要用 TLS，请运行：$BY$0 $CONFIG/ServerSetting.ini 域名" \
			"Installed. No domain was given, so the gateway speaks plain HTTP: pair with --server http://THIS-MACHINE:$(port_of ListenPort 8686), and tokens travel in the clear; for TLS run: $BY$0 $CONFIG/ServerSetting.ini DOMAIN"
	fi
	;;
esac
