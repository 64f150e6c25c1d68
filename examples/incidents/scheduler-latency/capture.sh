#!/usr/bin/env bash
# Captures evidence/ from a real run: the quotes service in a cgroup of one CPU, a bounded local load, 45 seconds.
# usage: ./capture.sh          the service as it is      → evidence/
#        ./capture.sh fixed    the mended service        → fixed/evidence/
# Needs Go, a built gotriage (npm run build), and the right to make a CPU cgroup (without it there is no quota in the evidence).
# Nothing leaves the loopback address.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=$here${1:+/$1}
port=${PORT:-18280}
feed=127.0.0.1:${FEED_PORT:-18290}
seconds=45
work=$(mktemp -d)
group=
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"; [ -z "$group" ] || { sleep 1; rmdir "$group"; } 2>/dev/null || true' EXIT

rm -rf "$target/evidence"
mkdir -p "$target/evidence"
(cd "$here" && go build -o "$work/load" ./load)
(cd "$target" && go build -trimpath -o "$work/quotes" .)

# 100 ms of CPU time in each 100 ms: version 2 of cgroups, else version 1
if [ -w /sys/fs/cgroup/cgroup.subtree_control ] && mkdir "/sys/fs/cgroup/quotes-$$" 2>/dev/null; then
  group=/sys/fs/cgroup/quotes-$$
  echo '100000 100000' >"$group/cpu.max"
elif mkdir "/sys/fs/cgroup/cpu/quotes-$$" 2>/dev/null; then
  group=/sys/fs/cgroup/cpu/quotes-$$
  echo 100000 >"$group/cpu.cfs_period_us"
  echo 100000 >"$group/cpu.cfs_quota_us"
fi
cat >"$work/start" <<EOF
#!/bin/sh
${group:+echo \$\$ >"$group/cgroup.procs"}
exec "$work/quotes" "\$@"
EOF
chmod +x "$work/start"

"$work/load" -url "http://127.0.0.1:$port" -feed "$feed" -seconds $((seconds - 6)) >"$work/clients.jsonl" &
load=$!
sleep 0.5
node "$here/../../../bin/gotriage.js" collect -o "$target/evidence" --seconds "$seconds" --heaps 3 --cpu 10 --trace 2 --schedtrace 500 \
  "http://127.0.0.1:$port" -- "$work/start" -addr "127.0.0.1:$port" -feed "$feed" &
collector=$!
while kill -0 "$collector" 2>/dev/null; do
  curl -sf -m 2 "http://127.0.0.1:$port/debug/metrics" >>"$target/evidence/metrics.jsonl" || true
  sleep 2
done
wait "$collector"
wait "$load"
cp "$work/clients.jsonl" "$target/evidence/clients.jsonl"
lscpu >"$target/evidence/lscpu.txt"
