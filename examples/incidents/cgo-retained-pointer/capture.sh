#!/usr/bin/env bash
# Captures evidence/ from a real run: builds the relay, plays the meters against it, and collects until it dies (or for 75 seconds).
# usage: ./capture.sh          the relay as it is       → evidence/
#        ./capture.sh fixed    the mended relay         → fixed/evidence/
# Needs Go, gcc, gdb (for the C frames of a core) and a built gotriage (npm run build). Nothing leaves the loopback address.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=$here${1:+/$1}
port=${PORT:-18081}
seconds=75
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT

rm -rf "$target/evidence"
mkdir -p "$target/evidence"
(cd "$here" && go build -o "$work/load" ./load)
(cd "$target" && go build -trimpath -o "$work/relay" .)

cd "$work"
ulimit -c unlimited # a core, for the stacks of C: written to the working directory where core_pattern says so
export GOTRACEBACK=crash
node "$here/../../../bin/gotriage.js" collect -o "$target/evidence" --seconds "$seconds" --heaps 5 --cpu 10 \
  "http://127.0.0.1:$port" -- "$work/relay" -addr "127.0.0.1:$port" &
collector=$!
until curl -sf -o /dev/null "http://127.0.0.1:$port/debug/metrics"; do sleep 0.1; done
"$work/load" -url "http://127.0.0.1:$port" -seconds $((seconds + 5)) -restart 62 &
while kill -0 "$collector" 2>/dev/null; do
  curl -sf -m 2 "http://127.0.0.1:$port/debug/metrics" >>"$target/evidence/metrics.jsonl" || true
  sleep 2
done
wait "$collector"
core=$(ls core* 2>/dev/null | head -1 || true)
if [ -n "$core" ]; then
  gdb -batch -ex 'bt 30' -ex 'frame function report' -ex 'info locals' -ex 'print *device' -ex 'thread apply all bt 24' "$work/relay" "$core" >"$target/evidence/gdb.txt" 2>/dev/null
fi
gzip -n -9 -f "$target/evidence/metrics.jsonl"
