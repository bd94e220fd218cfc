#!/bin/sh
# Install what the tests start: PostgreSQL and Chromium, from Debian's packages, where they are missing.
set -eu
missing=
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing="$missing postgresql"
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || missing="$missing chromium"
# Pages in Chinese need a font with its characters, or a screenshot shows boxes.
[ -z "$missing" ] && [ -n "$(find /usr/share/fonts -iname '*cjk*' -o -iname '*wqy*' 2>/dev/null | head -1)" ] ||
  missing="$missing fonts-wqy-zenhei"
[ -n "$missing" ] || exit 0
command -v apt-get >/dev/null || {
  echo "error: the tests need$missing; this machine has no apt-get. Install them and run make test again." >&2; exit 1
}
as_root=; [ "$(id -u)" = 0 ] || as_root=sudo
echo "» installing for the tests:$missing" >&2
# Keep the clusters that Debian would start by itself from starting: tests run their own.
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
$as_root apt-get install -y -qq --no-install-recommends $missing >&2
