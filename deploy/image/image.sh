# shellcheck shell=bash disable=SC2154
# What a flashed image has beyond an installed system. install.sh --image reads this inside the system that is being built.

IMAGE_UNITS=(stoop-grow.service stoop-card.service stoop-trial.service stoop-trial-limit.timer stoop-trial-limit.service)
ENABLED=(stoop-firewall.service stoop-update.service stoop-grow.service stoop-card.service stoop-trial.service stoop-trial-limit.timer stoop.target fstrim.timer avahi-daemon.service)
SILENT=(apt-daily.timer apt-daily-upgrade.timer)

# finish_image FOLDER: with the units and files of deploy/image, and nothing left of what only a running system knows
finish_image() {
	local from=$1 name
	for name in "${IMAGE_UNITS[@]}"; do put 0644 "$UNITS/$name" < "$from/units/$name"; done
	put 0644 "$UNITS/stoop-code.service.d/image.conf" < "$from/files/stoop-code.conf"
	for name in stoop-camera stoop-server stoop-courier stoop-names stoop-holes; do put 0644 "$UNITS/$name.service.d/image.conf" < "$from/files/card-out-of-reach.conf"; done
	put 0644 "$UNITS/emergency.service.d/image.conf" < "$from/files/emergency.conf"
	put 0644 /etc/systemd/timesyncd.conf.d/stoop.conf < "$from/files/timesyncd.conf"
	put 0644 "$UNITS/systemd-timesyncd.service.d/stoop.conf" < "$from/files/timesyncd-service.conf"
	put 0644 /etc/rpi-image-gen/slot-shared.d/stoop.conf < "$from/files/slot-shared.conf"
	printf 'stoop\n' | put 0644 /etc/hostname
	# memory limits hold; a kernel that panics starts again, from the other slot when it was on trial
	if [ -f /boot/firmware/cmdline.txt ] && ! grep -q cgroup_enable=memory /boot/firmware/cmdline.txt; then
		run sed -i '1 s/$/ cgroup_enable=memory panic=10/' /boot/firmware/cmdline.txt
	fi
	run install -d -m 0755 /bootfs /persistent /var/lib/stoop-image
	# what lies here would be copied over the owner's own at each start
	run find $DATA /var/lib/stoop-image -mindepth 1 -type f -delete
	run systemctl enable "${ENABLED[@]}"
	# a system that is replaced as a whole asks no archive for packages, twice a day
	run systemctl mask "${SILENT[@]}"
}
