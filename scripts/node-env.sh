#!/bin/sh
# Print the folder that holds node and npm (Node.js >= 20), installing them into .venv where the machine has none.
set -eu
cd "$(dirname "$0")/.."
major() { "$1" --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/'; }
if node=$(command -v node) && command -v npm >/dev/null && [ "$(major "$node")" -ge 20 ]; then
  dirname "$node"; exit 0
fi
if [ ! -x .venv/bin/node ]; then
  echo "» installing Node.js into .venv" >&2
  .venv/bin/uv pip install -q --python .venv/bin/python --require-hashes -r requirements/node.txt >&2
fi
echo "$PWD/.venv/bin"
