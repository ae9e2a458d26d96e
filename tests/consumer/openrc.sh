# Runs a command where OpenRC ($1, with its libraries $2 and $3, all unpacked) has the init scripts
# of a folder ($4), inside of namespaces of its own.
set -eu
openrc=$1 librc=$2 libeinfo=$3 scripts=$4
shift 4
mount -t tmpfs tmpfs /run
# It asks for one file, and lets no variable of a test through by itself.
mkdir /run/etc
: >/run/etc/insserv.conf
echo 'rc_env_allow="*"' >/run/etc/rc.conf
layer() {
    mount -t overlay overlay -o "lowerdir=$1:$2" "$2"
}
layer "$openrc/lib:$librc/lib:$libeinfo/lib" /usr/lib
layer "$openrc/sbin" /usr/sbin
layer /run/etc /etc
mount --bind "$scripts" /etc/init.d
# What the boot makes.
mkdir /run/openrc
for name in starting started stopping inactive wasinactive failed hotplugged daemons options \
    exclusive scheduled init.d tmp crashed; do
    mkdir "/run/openrc/$name"
done
: >/run/openrc/softlevel
exec "$@"
