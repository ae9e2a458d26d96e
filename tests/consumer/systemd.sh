# A systemd of one's own, in namespaces that end with it: a user's, which needs not be process 1.
set -eu
# It asks whether the machine has a systemd by looking for this folder.
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system
# What hides files from root's services; the systemd of a machine makes it.
mkdir -p /run/systemd/inaccessible/dir
: >/run/systemd/inaccessible/reg
mknod /run/systemd/inaccessible/chr c 0 0
# Units for the machine can be tried as well: their files are where those of the machine are.
mount --bind "$HOME/.config/systemd/user" /etc/systemd/system
# The control group that it takes for its own. Its name is how a user's systemd is known.
for hierarchy in /sys/fs/cgroup/systemd /sys/fs/cgroup/unified /sys/fs/cgroup; do
    if [ -e "$hierarchy/cgroup.procs" ]; then
        mkdir -p "$hierarchy/$GROUP"
        echo $$ >"$hierarchy/$GROUP/cgroup.procs"
    fi
done
unset GROUP PWD
# What services write goes to a journal that is gone with the rest.
mkdir -p /run/log/journal
/lib/systemd/systemd-journald >/dev/null 2>&1 &
until [ -S /run/systemd/journal/stdout ]; do sleep 0.1; done
/lib/systemd/systemd --user &
wait
