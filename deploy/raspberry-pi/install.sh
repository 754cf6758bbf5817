#!/bin/bash
# Installs Stoop on Raspberry Pi OS or Debian: users, program, units, firewall. Run it again to upgrade.
set -euo pipefail

usage() {
	cat <<-'U'
	usage: sudo ./install.sh [options]
	  --source S      where pictures come from: picamera:0, v4l2:/dev/video0, demo (default: what is found)
	  --wheels DIR    install from this folder alone, without internet (a release holds one)
	  --image         inside a system that is being built and does not run yet; see deploy/image
	  --judge         at the start after a power cut in an upgrade: finish it, or go back (stoop-judge.service)
	  --release-name  print what the release here is called, and end
	  --dry-run       say what would be done, change nothing
	  --uninstall     remove Stoop; your recordings and keys in /var/lib/stoop stay
	  --purge         with --uninstall: those too, for good
	U
}

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
OPT=/opt/stoop ETC=/etc/stoop DATA=/var/lib/stoop UNITS=/etc/systemd/system
UNIT_NAMES=(stoop-camera.service stoop-server.socket stoop-server.service stoop-courier.service stoop-names.service stoop-code.service stoop-holes.path stoop-holes.service stoop-firewall.service stoop-update.service stoop-upload.path stoop-upload.service stoop-stick@.service stoop-judge.service stoop.target)
PACKAGES=(python3 python3-venv nftables avahi-daemon)
LEAST_FREE_MB=1500
HEALTH_LIMIT_S=120
# Names the release that is on trial, from before it is in force until it answered or was gone back from.
TRIAL=$OPT/trial
PORTS=$ETC/open-ports
SOURCE='' WHEELS='' DRY='' IMAGE='' JOB=install PURGE=''

say() { printf '%s\n' "$*"; }
refuse() { printf 'stoop: %s\n' "$*" >&2; exit 2; }
run() { if [ -n "$DRY" ]; then say "would run: $*"; else "$@"; fi; }

# put MODE TARGET < content: writes only what differs, so that a second run changes nothing
put() {
	local mode=$1 target=$2 new
	new=$(cat; printf x); new=${new%x}
	if [ -f "$target" ] && [ "$(cat "$target"; printf x)" = "${new}x" ]; then return; fi
	if [ -n "$DRY" ]; then say "would write: $target"; return; fi
	mkdir -p "$(dirname "$target")"
	printf '%s' "$new" > "$target.new"
	chmod "$mode" "$target.new"
	mv "$target.new" "$target"
	say "wrote $target"
}

read_options() {
	while [ $# -gt 0 ]; do
		case $1 in
			--source) SOURCE=${2:?--source needs a value}; shift ;;
			--wheels) WHEELS=${2:?--wheels needs a folder}; shift ;;
			--image) IMAGE=1 ;;
			--judge) JOB=judge ;;
			--release-name) JOB=name ;;
			--dry-run) DRY=1 ;;
			--uninstall) JOB=uninstall ;;
			--purge) PURGE=1 ;;
			-h|--help) usage; exit 0 ;;
			*) usage >&2; refuse "there is no option $1" ;;
		esac
		shift
	done
}

check_machine() {
	[ "$(id -u)" = 0 ] || [ -n "$DRY" ] || refuse "installing takes root: run it with sudo"
	# shellcheck disable=SC1091
	. /etc/os-release
	case ${VERSION_CODENAME:-} in
		bookworm|trixie) ;;
		*) refuse "this is ${PRETTY_NAME:-an unknown system}, Stoop needs Raspberry Pi OS or Debian, bookworm or trixie: flash one of these" ;;
	esac
	case $(dpkg --print-architecture) in
		arm64|amd64) ;;
		*) refuse "this is a $(dpkg --print-architecture) system, Stoop needs 64 bit: flash the 64-bit image" ;;
	esac
	if [ -n "$IMAGE" ]; then
		[ ! -d /run/systemd/system ] || refuse "this system runs, --image is for one that is being built: leave --image out"
		[ -n "$SOURCE" ] || refuse "--image cannot look for a camera: name it with --source"
		[ -f "$HERE/../image/image.sh" ] || refuse "$HERE/../image is not here: take the deploy folder whole"
	fi
	[ -d /run/systemd/system ] || [ -n "$DRY$IMAGE" ] || refuse "systemd does not run this machine, so no rule of Stoop's would hold: boot it with systemd"
	local free
	free=$(df -Pm /opt 2>/dev/null | awk 'NR == 2 { print $4 }')
	[ "${free:-0}" -ge "$LEAST_FREE_MB" ] || refuse "only ${free:-0} MB are free, Stoop needs $LEAST_FREE_MB: free space or take a larger card"
	bad_ports
	[ -z "$WHEELS" ] || [ -d "$WHEELS" ] || refuse "there is no folder $WHEELS: name the one with the wheels"
	if [ -z "$IMAGE" ] && [ ! -f $UNITS/stoop-server.socket ] && command -v ss > /dev/null && ss -Hltn 'sport = :443' | grep -q .; then
		refuse "port 443 is in use by another program of this machine: end that first"
	fi
}

check_source() {
	if [ -z "$SOURCE" ] && [ ! -f $ETC/stoop.toml ]; then
		if ls /dev/video* > /dev/null 2>&1 && ! is_pi; then SOURCE=v4l2:/dev/video0; elif is_pi; then SOURCE=picamera:0; else SOURCE=demo; fi
	fi
	case $SOURCE in
		''|demo|demo\?*|v4l2:*|picamera:*|file:*) ;;
		*) refuse "source $SOURCE is of no known kind: use picamera:0, v4l2:/dev/video0 or demo" ;;
	esac
	case $SOURCE in
		picamera:*)
			[ "$VERSION_CODENAME" = trixie ] || refuse "the camera connector needs Raspberry Pi OS trixie, this is $VERSION_CODENAME: flash the newer one, or use a USB camera"
			PACKAGES+=(python3-picamera2) ;;
	esac
}

is_pi() { grep -qs 'Raspberry Pi' /proc/device-tree/model; }

install_packages() {
	local missing=() name
	for name in "${PACKAGES[@]}"; do
		dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
	done
	[ ${#missing[@]} = 0 ] && return
	run env DEBIAN_FRONTEND=noninteractive apt-get update -qq || refuse "the package lists cannot be fetched: connect this machine to the internet once, or flash the image, which needs none"
	run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" || refuse "${missing[*]} cannot be installed: see apt's words above"
}

make_users() {
	local name number=960 as=(--system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin)
	# an image's numbers are the same in every release, since the recordings outlive the system that made them
	getent group stoop > /dev/null || run groupadd --system ${IMAGE:+--gid $number} stoop
	# An earlier release looked names up as a user of the moment, of this very name: while it runs it hides that none is
	# there to stay, and the rules, which name it, would load until then and never again.
	if [ -z "$IMAGE" ] && getent passwd stoop-names > /dev/null && ! getent -s files passwd stoop-names > /dev/null; then
		run systemctl stop stoop-holes.path stoop-names.service || true
	fi
	for name in stoop-camera stoop-server stoop-courier stoop-names; do
		number=$((number + 1))
		getent passwd $name > /dev/null && continue
		if [ -n "$IMAGE" ]; then
			run groupadd --system --gid $number $name
			run useradd "${as[@]}" --uid $number --gid $number $name
		else
			run useradd "${as[@]}" --user-group $name
		fi
	done
}

make_folders() {
	run install -d -m 0755 -o root -g root $OPT $OPT/releases
	run install -d -m 0750 -o root -g root $ETC
	run chgrp stoop $ETC
	run install -d -m 0750 -o root -g stoop $DATA
	run install -d -m 0700 -o stoop-camera -g stoop $DATA/camera
	run install -d -m 0750 -o stoop-camera -g stoop $DATA/sealed
	run install -d -m 0700 -o stoop-server -g stoop-server $DATA/server
	run install -d -m 0700 -o stoop-courier -g stoop-courier $DATA/courier
}

# Sets FROM: the wheel of a release, or a checkout.
find_program() {
	if [ -n "$WHEELS" ]; then
		FROM=$(ls "$WHEELS"/stoop-*.whl 2>/dev/null | sort -V | tail -1)
		[ -n "$FROM" ] || refuse "$WHEELS holds no stoop wheel: name the wheels folder of a release"
	else
		FROM=$ROOT
		[ -f "$ROOT/pyproject.toml" ] || refuse "neither a checkout nor --wheels is here: run install.sh where you unpacked it"
	fi
}

install_program() {
	local release
	find_program
	release=$OPT/releases/$(release_name "$FROM")
	if [ -n "$DRY" ]; then say "would install: $FROM as $release"; return; fi
	if [ ! -f "$release/complete" ]; then
		rm -rf "$release"
		python3 -m venv --system-site-packages "$release"
		local pip=("$release/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile)
		[ -z "$WHEELS" ] || pip+=(--no-index --find-links "$WHEELS")
		"${pip[@]}" --ignore-installed --require-hashes -r "$ROOT/requirements.lock" || refuse "the Python packages cannot be installed: see pip's words above"
		"${pip[@]}" --no-deps --force-reinstall "$FROM" || refuse "stoop itself cannot be installed: see pip's words above"
		# the unit's user writes nothing here, so bytecode is made now
		"$release/bin/python" -m compileall -q "$release/lib" > /dev/null || true
		# what is needed to come back to this release, when a later one does not answer
		mkdir -p "$release/deploy"
		cp -r "$HERE" "$release/deploy/"
		# the word that all is there must not come to the card before all that is there
		sync -f "$release"
		touch "$release/complete"
		sync -f "$release"
		say "installed $(basename "$release")"
	fi
	if [ "$(readlink $OPT/current 2>/dev/null)" != "$release" ]; then
		[ ! -L $OPT/current ] || begin_trial "$release"
		point $OPT/current "$release"
	fi
	ln -sf $OPT/current/bin/stoop /usr/local/bin/stoop
}

# The note first, and whoever reads it at the next start: from here on a power cut leaves no version that nobody judged.
begin_trial() {
	put 0644 $UNITS/stoop-judge.service < "$HERE/units/stoop-judge.service"
	systemctl enable --quiet stoop-judge.service
	sync -f $UNITS
	# one that was never judged is none to go back to
	[ "$(on_trial)" = "$(readlink $OPT/current)" ] || point $OPT/previous "$(readlink $OPT/current)"
	printf '%s\n' "$1" > $TRIAL.new
	sync $TRIAL.new
	mv $TRIAL.new $TRIAL
	sync -f $OPT
}

on_trial() { cat $TRIAL 2> /dev/null || true; }

# what was written for it before the note is gone
end_trial() {
	sync
	rm -f $TRIAL
	sync -f $OPT
}

point() { ln -sfnT "$2" "$1.new" && mv -T "$1.new" "$1"; }

# each holds all of its packages, and a card is small
remove_old_releases() {
	local release
	for release in $OPT/releases/*; do
		case $release in
			"$(readlink $OPT/current)"|"$(readlink $OPT/previous)") ;;
			*) rm -rf "$release" ;;
		esac
	done
}

# release_name FROM: its version, and a digest of all that it is made of
release_name() {
	local version part parts=("$HERE" "$ROOT/requirements.lock")
	if [ -f "$1" ]; then
		version=$(basename "$1" .whl | cut -d- -f2)
		parts+=("$1")
	else
		version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' "$1/camera/__init__.py")
		parts+=("$1/camera" "$1/server" "$1/stoop" "$1/web/src")
	fi
	printf '%s-%s' "$version" "$(for part in "${parts[@]}"; do
		(cd "$(dirname "$part")" && find "$(basename "$part")" -type f ! -name '*.pyc' -exec sha256sum {} +)
	done | LC_ALL=C sort | sha256sum | cut -c1-8)"
}

source_in_force() { printf '%s' "${SOURCE:-$(sed -n 's/^source = "\(.*\)"$/\1/p' $ETC/stoop.toml 2> /dev/null)}"; }

write_settings() {
	[ -n "$SOURCE" ] || { [ -f $ETC/stoop.toml ] && return; SOURCE=demo; }
	if [ -f $ETC/stoop.toml ]; then
		sed "s|^source = .*|source = \"$SOURCE\"|" $ETC/stoop.toml | put 0640 $ETC/stoop.toml
	else
		printf '# What can stand here: docs/settings.md. The app sets everything else.\nsource = "%s"\n' "$SOURCE" | put 0640 $ETC/stoop.toml
	fi
	run chgrp stoop $ETC/stoop.toml
	# trusted from the first install on: a later one from elsewhere does not change whom updates are taken from
	if [ -f "$HERE/release.pub" ] && [ ! -f $ETC/release.pub ]; then put 0644 $ETC/release.pub < "$HERE/release.pub"; fi
}

# What the machine's owner reaches it by, found once: at a later run its program may not be up yet, and would be shut out.
found_ports() {
	# in a system that is being built, ss would tell of the machine that builds it
	if [ -n "$IMAGE" ]; then [ ! -x /usr/sbin/sshd ] || echo 22; return 0; fi
	{
		ss -Hltnp 2> /dev/null | awk '/"sshd?"/ || /"systemd".*:22 / { n = split($4, a, ":"); print a[n] }' || true
		if [ -x /usr/sbin/sshd ]; then /usr/sbin/sshd -T 2> /dev/null | awk '$1 == "port" { print $2 }' || true; fi
		# of an earlier release's rules
		sed -n 's/.*set found_tcp .*elements = { \([0-9, ]*\) }.*/\1/p' $ETC/stoop.nft 2> /dev/null | tr -s ', ' '\n' || true
	} | sort -un
}

is_port() { [[ $1 =~ ^[0-9]{1,5}$ ]] && [ $((10#$1)) -ge 1 ] && [ $((10#$1)) -le 65535 ]; }

listed_ports() { [ ! -f $PORTS ] || sed 's/#.*//' $PORTS | tr -s '[:space:]' '\n' | sed '/^$/d'; }

bad_ports() {
	local port
	for port in $(listed_ports); do
		is_port "$port" || refuse "$PORTS names port '$port': write a number from 1 to 65535, or remove the line"
	done
}

write_firewall() {
	local port ports=''
	if [ ! -f $PORTS ]; then
		{
			printf '# TCP ports of this machine that stay open beside the app: one a line. After a change run install.sh again.\n'
			found_ports
		} | put 0644 $PORTS
	fi
	for port in $(if [ -f $PORTS ]; then listed_ports; else found_ports; fi); do
		is_port "$port" && ports+=${ports:+, }$((10#$port))
	done
	sed "s/elements = { 22 }/${ports:+elements = { $ports \}}/" "$HERE/stoop.nft" | put 0644 $ETC/stoop.nft
}

write_system() {
	local name
	for name in "${UNIT_NAMES[@]}"; do
		if [ -f "$HERE/units/$name" ]; then
			put 0644 "$UNITS/$name" < "$HERE/units/$name"
		elif [ "$name" != stoop-judge.service ] && [ -f "$UNITS/$name" ]; then
			run rm -f "$UNITS/$name"  # of a version that is gone back from
		fi
	done
	put 0644 /etc/udev/rules.d/90-stoop.rules < "$HERE/files/90-stoop.rules"
	[ ! -f "$HERE/files/tmpfiles.conf" ] || put 0644 /etc/tmpfiles.d/stoop.conf < "$HERE/files/tmpfiles.conf"
	put 0644 /etc/systemd/journald.conf.d/stoop.conf < "$HERE/files/journald.conf"
	put 0644 /etc/systemd/system.conf.d/stoop.conf < "$HERE/files/watchdog.conf"
	put 0644 $UNITS/fstrim.timer.d/stoop.conf < "$HERE/files/fstrim.conf"
	case $(source_in_force) in
		picamera:*) put 0644 $UNITS/stoop-camera.service.d/picamera.conf < "$HERE/files/picamera.conf" ;;
		*) [ ! -f $UNITS/stoop-camera.service.d/picamera.conf ] || run rm -f $UNITS/stoop-camera.service.d/picamera.conf ;;
	esac
	if [ -f /etc/avahi/avahi-daemon.conf ] && ! grep -q '^host-name=stoop$' /etc/avahi/avahi-daemon.conf; then
		run sed -i.before-stoop '/^host-name=/d; s/^\[server\]$/[server]\nhost-name=stoop/' /etc/avahi/avahi-daemon.conf
	fi
	# it would ask the internet's resolvers for names on behalf of whoever asks it
	if [ -f /etc/avahi/avahi-daemon.conf ] && grep -q '^enable-wide-area=yes$' /etc/avahi/avahi-daemon.conf; then
		run sed -i 's/^enable-wide-area=yes$/#stoop# &\nenable-wide-area=no/' /etc/avahi/avahi-daemon.conf
	fi
}

# memory must not reach the card
stop_swap() {
	if systemctl list-unit-files dphys-swapfile.service 2>/dev/null | grep -q dphys; then run systemctl disable --now dphys-swapfile.service; fi
	if [ -d /etc/rpi ]; then printf '[Main]\nMechanism=zram\n' | put 0644 /etc/rpi/swap.conf.d/stoop.conf; fi
	if grep -Eqs '^[^#]\S*\s+\S+\s+swap\s' /etc/fstab; then run sed -i.before-stoop -E 's/^([^#]\S*\s+\S+\s+swap\s)/#stoop# \1/' /etc/fstab; fi
	local area
	[ -z "$IMAGE" ] || return 0
	for area in $(awk 'NR > 1 && $1 !~ /zram/ { print $1 }' /proc/swaps 2>/dev/null); do
		[ ! -e "$area" ] || run swapoff "$area" || say "swap on $area could not be switched off: it goes at the next start"
	done
}

memory_limits() {
	local line=/boot/firmware/cmdline.txt
	if is_pi && [ -f $line ] && ! grep -q cgroup_enable=memory $line; then
		run sed -i.before-stoop '1 s/$/ cgroup_enable=memory/' $line
		say "restart this Pi once: only then do the memory limits hold"
	fi
}

start() {
	run systemctl daemon-reload
	run systemd-tmpfiles --create /etc/tmpfiles.d/stoop.conf
	run udevadm control --reload 2> /dev/null || true
	run systemctl try-restart systemd-journald.service
	run systemctl enable --now fstrim.timer || true
	run systemctl enable stoop-firewall.service stoop-update.service stoop-judge.service stoop.target
	run systemctl reload-or-restart stoop-firewall.service || refuse "the firewall's rules cannot be loaded, so nothing is started: this kernel needs nftables"
	run systemctl try-restart avahi-daemon.service || true
	stop_server
	# before the camera, whose new list of open ways out is what it waits for
	run systemctl start stoop-holes.path || true
	run systemctl restart stoop-camera.service || true
	run systemctl start --no-block stoop.target
	[ -z "$DRY" ] || return 0
	is_healthy || go_back
	remember_number
	end_trial
}

# The socket first: a page that asks meanwhile would have the server started again, and the job for its end cancelled.
stop_server() {
	run systemctl stop stoop-server.socket || true
	run systemctl stop stoop-server.service || true
}

is_healthy() {
	local until_s=$((SECONDS + HEALTH_LIMIT_S))
	while [ $SECONDS -lt $until_s ]; do
		# what systemd has forked at a start and not begun yet, as a console's login, holds our sockets for some seconds
		if systemctl is-failed -q stoop-server.socket; then systemctl start --no-block stoop-server.socket stoop-server.service || true; fi
		if systemctl is-active -q stoop-camera.service stoop-server.service && answers; then return 0; fi
		sleep 1
	done
	return 1
}

answers() {
	python3 - <<-'P' 2> /dev/null
	import json, ssl, urllib.request
	unchecked = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
	unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
	said = json.load(urllib.request.urlopen("https://127.0.0.1/api/hello", context=unchecked, timeout=3))
	raise SystemExit(0 if said["online"] else 1)
	P
}

go_back() {
	systemctl --no-pager --lines=5 status stoop-camera.service stoop-server.service >&2 || true
	# without an upgrade under way there is nothing that was changed just now
	if [ -z "$(on_trial)" ]; then refuse "Stoop does not answer: journalctl -u stoop-camera -u stoop-server says why"; fi
	restore && refuse "the new version does not answer, so the one before is back: journalctl -u stoop-server says why"
	refuse "neither the new version nor the one before answers: journalctl -u stoop-camera -u stoop-server says why"
}

# The version before, with its own units and rules; whether it answers. Nothing here may end it half way, and cut off by
# the power it is done again at the next start: the note goes last.
restore() {
	local is_well=1
	set +e
	[ "$(readlink $OPT/current)" != "$(on_trial)" ] || point $OPT/current "$(readlink $OPT/previous)"
	HERE=$OPT/current/deploy/raspberry-pi
	write_firewall
	write_system
	systemctl daemon-reload
	systemd-tmpfiles --create /etc/tmpfiles.d/stoop.conf
	stop_server
	systemctl restart stoop-firewall.service
	systemctl restart stoop-camera.service
	systemctl start --no-block stoop-server.socket stoop-server.service
	is_healthy && is_well=0
	end_trial
	return $is_well
}

# The power went in an upgrade. What is in force by now is finished, and has to answer; what is not yet, or no more, is
# undone as if it had not begun.
judge() {
	[ -n "$(on_trial)" ] || return 0
	if [ "$(readlink $OPT/current)" != "$(on_trial)" ]; then
		restore && say "an upgrade was cut off before it began: the version before runs" && return
		refuse "an upgrade was cut off, and the version before does not answer: journalctl -u stoop-server says why"
	fi
	write_firewall
	write_system
	stop_swap
	memory_limits
	start
	remove_old_releases
	say "an upgrade that was cut off is finished"
}

remember_number() { [ ! -f "$HERE/counter" ] || put 0644 $OPT/counter < "$HERE/counter"; }

finish() {
	local ports
	remove_old_releases
	ports=$(listed_ports | paste -sd' ' -)
	say
	say "Stoop runs. Open https://stoop.local in a browser on your network; it warns once, the certificate is this camera's own."
	[ -z "$ports" ] || say "Beside the app, these TCP ports of this machine stay open: $ports ($PORTS)."
	say "The code that makes you the owner: sudo journalctl -u stoop-camera -o cat | grep 'claim code' | tail -1"
}

uninstall() {
	run systemctl disable --now stoop-judge.service stoop.target stoop-holes.path stoop-upload.path stoop-server.socket stoop-server.service stoop-camera.service stoop-courier.service stoop-names.service stoop-firewall.service stoop-update.service 2> /dev/null || true
	if command -v nft > /dev/null && nft list table inet stoop > /dev/null 2>&1; then run nft delete table inet stoop; fi
	local name
	for name in "${UNIT_NAMES[@]}"; do run rm -rf "$UNITS/$name" "$UNITS/$name.d"; done
	run rm -f /etc/udev/rules.d/90-stoop.rules /etc/tmpfiles.d/stoop.conf /etc/systemd/journald.conf.d/stoop.conf /etc/systemd/system.conf.d/stoop.conf $UNITS/fstrim.timer.d/stoop.conf /etc/rpi/swap.conf.d/stoop.conf /usr/local/bin/stoop
	[ ! -f /etc/fstab ] || run sed -i 's/^#stoop# //' /etc/fstab
	[ ! -f /etc/avahi/avahi-daemon.conf ] || run sed -i -E '/^host-name=stoop$/d; /^#stoop# /{N; s/^#stoop# (.*)\n.*/\1/}' /etc/avahi/avahi-daemon.conf
	run rm -rf $OPT $ETC
	run systemctl daemon-reload
	run systemctl try-restart systemd-journald.service avahi-daemon.service || true
	if [ -n "$PURGE" ]; then
		run rm -rf $DATA
		for name in stoop-camera stoop-server stoop-courier stoop-names; do getent passwd $name > /dev/null && run userdel $name; done
		getent group stoop > /dev/null && run groupdel stoop
		say "Stoop is gone, and all that it recorded."
	else
		say "Stoop is gone. What it recorded is still in $DATA; --uninstall --purge removes that too."
	fi
}

read_options "$@"
if [ $JOB = uninstall ]; then
	[ "$(id -u)" = 0 ] || [ -n "$DRY" ] || refuse "uninstalling takes root: run it with sudo"
	uninstall
	exit 0
fi
if [ $JOB = name ]; then
	find_program
	release_name "$FROM"
	echo
	exit 0
fi
if [ $JOB = judge ]; then
	[ "$(id -u)" = 0 ] || refuse "judging an upgrade takes root: run it with sudo"
	judge
	exit 0
fi
check_machine
check_source
install_packages
make_users
make_folders
install_program
write_settings
write_firewall
write_system
stop_swap
if [ -n "$IMAGE" ]; then
	# shellcheck source=deploy/image/image.sh
	. "$HERE/../image/image.sh"
	finish_image "$HERE/../image"
	remember_number
	exit 0
fi
memory_limits
start
[ -n "$DRY" ] || finish
