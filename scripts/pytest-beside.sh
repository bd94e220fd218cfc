#!/usr/bin/env bash
# Runs two selections of tests in two processes, the first one in the background, and prints one after the other.
# Browser journeys leave most of a machine idle; what runs beside them waits for nothing of theirs.
# usage: scripts/pytest-beside.sh MARKS_IN_THE_BACKGROUND MARKS [options of pytest]
set -euo pipefail
cd "$(dirname "$0")/.."
background=$1 marks=$2
shift 2
log=build/pytest-beside.log
mkdir -p build
.venv/bin/python -m pytest -m "$background" "$@" >"$log" 2>&1 &
beside=$!
trap 'kill "$beside" 2>/dev/null || true' EXIT
result=0
.venv/bin/python -m pytest -m "$marks" "$@" || result=$?
echo "» waiting for the tests in the background (-m \"$background\")" >&2
wait "$beside" || result=$?
trap - EXIT
cat "$log"
exit "$result"
