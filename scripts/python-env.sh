#!/bin/sh
# Make or update the virtual environment: python-env.sh runtime|dev
# Packages come from the index as this machine has it configured, checked against the hashes in requirements/.
set -eu
kind=${1:?usage: python-env.sh runtime|dev}
cd "$(dirname "$0")/.."

say() { printf '\033[1m»\033[0m %s\n' "$*" >&2; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

find_python() {
  for name in python3.13 python3.12 python3.11 python3; do
    if command -v "$name" >/dev/null 2>&1 &&
      "$name" -c 'import sys; sys.exit(not sys.version_info >= (3, 11))' 2>/dev/null; then
      command -v "$name"; return
    fi
  done
  fail "Python 3.11 or newer was not found (python3 is $(python3 --version 2>/dev/null || echo missing)). Install it and run make again."
}

free_mb=$(df -Pm . | awk 'NR==2 {print $4}')
[ "$free_mb" -ge 3000 ] || [ -x .venv/bin/uv ] ||
  fail "about 3 GB of disk are needed here and $free_mb MB are free. Free some space and run make again."

if [ ! -x .venv/bin/python ]; then
  python=$(find_python)
  say "making .venv with $("$python" --version)"
  "$python" -m venv .venv || fail "python3 -m venv failed; on Debian: apt-get install python3-venv"
fi
if [ ! -e .venv/.bootstrap ] || [ requirements/bootstrap.txt -nt .venv/.bootstrap ]; then
  say "installing the package installer (uv) and the build tool (setuptools)"
  .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
  touch .venv/.bootstrap
fi
say "installing Python packages ($kind, pinned by hash)"
install() { .venv/bin/uv pip install --python .venv/bin/python "$@"; }
# Without a network everything may still be in uv's cache.
install --require-hashes -r "requirements/$kind.txt" || {
  say "the package index did not answer; trying the local cache"
  install --offline --require-hashes -r "requirements/$kind.txt"
}
install -q --offline --no-deps --no-build-isolation -e .
