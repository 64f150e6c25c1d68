#!/usr/bin/env bash
# Captures evidence from a real run: builds the shop, puts a bounded local load on it, and collects.
# usage: ./capture.sh [VARIANT] [STAGE]
# VARIANT  shop (as it is), fixed (mended) or wrong-cures (GOGC at 100 and clean pooled maps, nothing else)
# STAGE    sessions       customers come and go for 100 s                      → evidence/
#          load-test      50 users who stay, pages on a ticker, 100 s          → load-test/
#          out-of-memory  customers at twice the rate in a cgroup of 100 MB,
#                         until the kernel kills the shop, or 100 s            → out-of-memory/
# Needs Go and a built gotriage (npm run build); out-of-memory needs the right to make a memory cgroup. Nothing leaves the loopback address.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
variant=${1:-shop}
stage=${2:-sessions}
program=$here
[ "$variant" = shop ] || program=$here/$variant
target=$program/evidence
[ "$stage" = sessions ] || target=$program/$stage
port=${PORT:-18080}
seconds=100
limit=$((100 << 20))
work=$(mktemp -d)
group=
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"; [ -z "$group" ] || { sleep 1; rmdir "$group"; } 2>/dev/null || true' EXIT

rm -rf "$target"
mkdir -p "$target"
(cd "$here" && go build -o "$work/load" ./load)
(cd "$program" && go build -trimpath -o "$work/shop" .)
[ "$stage" != sessions ] || (cd "$program" && go build -trimpath -gcflags=-m=2 . ./session ./page 2>"$target/escape.txt")

arguments=(-addr "127.0.0.1:$port")
[ "$variant" != fixed ] || arguments+=(-idle 5s)
visits=(-pattern sessions)
heaps=5
start=("$work/shop")
case $stage in
load-test) visits=(-pattern ticker) ;;
out-of-memory)
  visits=(-pattern sessions -rate 1200)
  heaps=13 # nobody knows when it ends
  # version 2 of cgroups, else version 1
  if [ -w /sys/fs/cgroup/cgroup.subtree_control ]; then
    group=/sys/fs/cgroup/shop-$$ && mkdir "$group"
    echo $limit >"$group/memory.max"
    echo 0 >"$group/memory.swap.max"
  else
    group=/sys/fs/cgroup/memory/shop-$$ && mkdir "$group"
    echo $limit >"$group/memory.limit_in_bytes"
  fi
  printf '#!/bin/sh\necho $$ >"%s/cgroup.procs"\nexec "%s" "$@"\n' "$group" "$work/shop" >"$work/start"
  chmod +x "$work/start"
  start=("$work/start")
  ;;
esac

node "$here/../../../bin/gotriage.js" collect -o "$target" --seconds "$seconds" --heaps $heaps --cpu 10 \
  "http://127.0.0.1:$port" -- "${start[@]}" "${arguments[@]}" &
collector=$!
until curl -sf -o /dev/null "http://127.0.0.1:$port/debug/metrics"; do sleep 0.1; done
"$work/load" -url "http://127.0.0.1:$port" "${visits[@]}" -seconds $((seconds + 5)) 2>"$work/load.log" &
load=$!
while kill -0 "$collector" 2>/dev/null; do
  curl -sf -m 2 "http://127.0.0.1:$port/debug/metrics" >>"$target/metrics.jsonl" || kill "$load" 2>/dev/null || true # nobody left to visit
  [ -z "$group" ] || (cd "$group" && for file in memory.max memory.current memory.events memory.limit_in_bytes memory.usage_in_bytes memory.failcnt memory.oom_control; do
    [ ! -f $file ] || { echo "# $group/$file" && cat $file; }
  done) >"$target/cgroup-end.txt"
  sleep 2
done
wait "$collector"
if [ "$stage" != sessions ]; then
  gzip -9 -n "$target"/{metrics.jsonl,stderr.log,smaps.txt,goroutine-?.txt}
  sed -i -E 's/"(metrics.jsonl|stderr.log|smaps.txt|goroutine-.\.txt)"/"\1.gz"/' "$target/manifest.json"
fi
