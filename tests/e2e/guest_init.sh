#!/bin/busybox sh
# The first process of the virtual machine of power_cut_slow_test: mounts the data disk, which
# replays the file system's journal after a power cut, and runs a coordinator on it. With LOSE_SYNCS
# on the kernel's command line (so in the environment here) the coordinator's syncs do nothing;
# MOUNT_OPTIONS are the data disk's.
/bin/busybox --install -s /bin
export PATH=/bin
echo "guest: up"

give_up() {
  echo "guest: $1"
  reboot -f
}

mount -t devtmpfs none /dev
mount -t proc none /proc
mount -t sysfs none /sys
while read -r module; do insmod "$module" || give_up "no $module"; done </modules/order

ip link set lo up
ip addr add 10.0.2.15/24 dev eth0
ip link set eth0 up
ip route add default via 10.0.2.2

mount -t ext4 -o "${MOUNT_OPTIONS:-defaults}" /dev/vda /data || give_up "the data disk cannot be mounted"

[ -z "${LOSE_SYNCS:-}" ] || export LD_PRELOAD=/lib/liblost_syncs.so
# shellcheck disable=SC2046  # words on purpose
foldmill-coordinator $(cat /arguments) --address-file /serving &
unset LD_PRELOAD
while ! [ -e /serving ]; do
  kill -0 $! || give_up "the coordinator did not start"
  usleep 5000
done
echo "guest: serving"
wait $!
give_up "the coordinator ended with $?"
