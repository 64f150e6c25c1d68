#!/usr/bin/env bash
# Captures evidence/ from a real run: the orders service under a bounded local load for 90 seconds, then a short run of its race build.
# usage: ./capture.sh          the service as it is      → evidence/
#        ./capture.sh fixed    the mended service        → fixed/evidence/
# Needs Go, a C compiler (race detector) and a built gotriage (npm run build). Nothing leaves the loopback address.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=$here${1:+/$1}
port=${PORT:-18180}
quotes=127.0.0.1:${QUOTES_PORT:-18190}
seconds=90
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT

rm -rf "$target/evidence"
mkdir -p "$target/evidence"
(cd "$here" && go build -o "$work/load" ./load)
(cd "$target" && go build -trimpath -o "$work/orders" . && go build -trimpath -race -o "$work/orders-race" .)

node "$here/../../../bin/gotriage.js" collect -o "$target/evidence" --seconds "$seconds" --heaps 4 --cpu 10 \
  "http://127.0.0.1:$port" -- "$work/orders" -addr "127.0.0.1:$port" -pricing "http://$quotes" &
collector=$!
until curl -sf -o /dev/null "http://127.0.0.1:$port/debug/metrics"; do sleep 0.1; done
"$work/load" -url "http://127.0.0.1:$port" -pricing "$quotes" -seconds $((seconds + 3)) &
load=$!
n=0
while kill -0 "$collector" 2>/dev/null; do
  curl -sf -m 2 "http://127.0.0.1:$port/debug/metrics" >>"$target/evidence/metrics.jsonl" || true
  n=$((n + 1))
  if [ $((n % 15)) = 0 ]; then # a dump each 30 s; the process may not live to the end
    curl -sf -m 5 "http://127.0.0.1:$port/debug/pprof/goroutine?debug=2" -o "$target/evidence/goroutine-at-$((n * 2))s.txt" || true
  fi
  sleep 2
done
wait "$collector" || true
kill "$load" 2>/dev/null || true

"$work/orders-race" -addr "127.0.0.1:$((port + 1))" -pricing "http://$quotes" >/dev/null 2>"$target/evidence/race.log" &
racing=$!
until curl -sf -o /dev/null "http://127.0.0.1:$((port + 1))/debug/metrics"; do sleep 0.1; done
timeout 20 "$work/load" -url "http://127.0.0.1:$((port + 1))" -pricing "$quotes" -rate 60 -seconds 12 -campaign 6 || true
kill "$racing" 2>/dev/null || true
wait "$racing" 2>/dev/null || true
