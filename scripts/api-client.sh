#!/bin/sh
# Generate web_agent/src/api/generated/schema.d.ts from the application's OpenAPI; --check only compares.
set -eu
cd "$(dirname "$0")/.."
PATH="$(scripts/node-env.sh):$PATH"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
.venv/bin/python -m assist_api.openapi >"$scratch/openapi.json"
target=web_agent/src/api/generated/schema.d.ts
web_agent/node_modules/.bin/openapi-typescript "$scratch/openapi.json" -o "$scratch/schema.d.ts" >/dev/null
if [ "${1:-}" = --check ]; then
  cmp -s "$scratch/schema.d.ts" "$target" || { echo "error: $target is stale; run: make api-client" >&2; exit 1; }
else
  mkdir -p "$(dirname "$target")"
  cp "$scratch/schema.d.ts" "$target"
fi
