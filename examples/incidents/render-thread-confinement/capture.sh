#!/usr/bin/env bash
# Captures evidence/ from a real run: builds charts, opens pages against it, and collects for 60 seconds; then draws in four variants.
# usage: ./capture.sh          charts as it is          → evidence/
#        ./capture.sh fixed    the mended charts        → fixed/evidence/
# Needs Go, gcc and a built gotriage (npm run build). Nothing leaves the loopback address.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=$here${1:+/$1}
port=${PORT:-18082}
seconds=60
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT

rm -rf "$target/evidence"
mkdir -p "$target/evidence"
(cd "$here" && go build -o "$work/load" ./load && go build -o "$work/variants" ./variants)
(cd "$target" && go build -trimpath -o "$work/charts" .)

cd "$work"
export TMPDIR=$work
node "$here/../../../bin/gotriage.js" collect -o "$target/evidence" --seconds "$seconds" --cpu 10 --trace 2 \
  "http://127.0.0.1:$port" -- "$work/charts" -addr "127.0.0.1:$port" &
collector=$!
until curl -sf -o /dev/null "http://127.0.0.1:$port/debug/vars"; do sleep 0.1; done
"$work/load" -url "http://127.0.0.1:$port" -seconds $((seconds - 2)) &
n=3
while kill -0 "$collector" 2>/dev/null; do
  sleep 4
  curl -sf -m 5 -o "$work/dump" "http://127.0.0.1:$port/debug/pprof/goroutine?debug=2" &&
    mv "$work/dump" "$target/evidence/goroutine-$n.txt" && n=$((n + 1)) || true
done
wait "$collector"
if [ "${1:-}" != fixed ]; then
  for goroutines in 2 4 8; do "$work/variants" -goroutines "$goroutines"; done >"$target/evidence/variants.jsonl" 2>"$work/variants.log"
fi
{ fc-list : family 2>&1 | sort -u | head -40; ls -l /usr/share/fonts/plot 2>&1; } >"$target/evidence/fonts.txt" || true
gzip -n -9 -f "$target/evidence/stderr.log"
