#!/usr/bin/env bash
# Captures evidence/ from a real run: builds the shop, puts a bounded local load on it, and collects for 100 seconds.
# usage: ./capture.sh          the shop as it is       → evidence/
#        ./capture.sh fixed    the mended shop         → fixed/evidence/
# Needs Go and a built gotriage (npm run build). Nothing leaves the loopback address.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=$here${1:+/$1}
port=${PORT:-18080}
seconds=100
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT

rm -rf "$target/evidence"
mkdir -p "$target/evidence"
(cd "$here" && go build -o "$work/load" ./load)
(cd "$target" && go build -trimpath -o "$work/shop" . && go build -trimpath -gcflags=-m=2 . ./session ./page 2>"$target/evidence/escape.txt")

arguments=(-addr "127.0.0.1:$port")
[ "${1:-}" = fixed ] && arguments+=(-idle 5s)
node "$here/../../../bin/gotriage.js" collect -o "$target/evidence" --seconds "$seconds" --heaps 5 --cpu 10 \
  "http://127.0.0.1:$port" -- "$work/shop" "${arguments[@]}" &
collector=$!
until curl -sf -o /dev/null "http://127.0.0.1:$port/debug/metrics"; do sleep 0.1; done
"$work/load" -url "http://127.0.0.1:$port" -seconds $((seconds + 5)) &
while kill -0 "$collector" 2>/dev/null; do
  curl -sf -m 2 "http://127.0.0.1:$port/debug/metrics" >>"$target/evidence/metrics.jsonl" || true
  sleep 2
done
wait "$collector"
