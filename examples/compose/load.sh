#!/usr/bin/env bash
# Loads what changed since the last load. The target confirms states on its stdout once the rows before them are in the
# database; the last one is where the next load goes on, also after this one was stopped.
set -euo pipefail

state=/state/state.json
arguments=(--config ENV)
if [ -s "$state" ]; then arguments+=(--state "$state"); fi

mkfifo /tmp/messages
node /airbyte/integration_code/bin/tap-centra.js "${arguments[@]}" > /tmp/messages &
tap=$!
# Only the tap is told to stop: the target then loads what is on its way, and confirms it.
trap 'kill -TERM $tap' TERM INT

/opt/target/bin/target-postgres --config ENV < /tmp/messages | while IFS= read -r line; do
  printf '%s\n' "$line" > "$state.new"
  mv "$state.new" "$state"
done &
target=$!

# A signal ends a `wait`, not the process that is waited for.
finish() { local code=0; while kill -0 "$1" 2> /dev/null; do wait "$1" && code=0 || code=$?; done; wait "$1" || code=$?; return $code; }
tap_code=0
target_code=0
finish $tap || tap_code=$?
finish $target || target_code=$?
echo "tap-centra ended with $tap_code, target-postgres with $target_code." >&2
if [ $tap_code -ne 0 ]; then exit $tap_code; fi
exit $target_code
