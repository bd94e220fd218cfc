#!/bin/sh
# Install what the tests start, where it is missing: PostgreSQL, Chromium and Java from Debian's packages, an Asterisk
# unpacked from them, and the build of Elasticsearch that Elastic publishes for integration tests, fetched once by Maven and
# checked by its hash.
set -eu
missing=
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing="$missing postgresql"
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || missing="$missing chromium"
# Pages in Chinese need a font with its characters, or a screenshot shows boxes.
[ -z "$missing" ] && [ -n "$(find /usr/share/fonts -iname '*cjk*' -o -iname '*wqy*' 2>/dev/null | head -1)" ] ||
  missing="$missing fonts-wqy-zenhei"
version=8.19.8 sha256=8d943e94cef02cbceb6e39cd00175bb04e5f882fa32783a473880b8691a54376
cache=${XDG_CACHE_HOME:-$HOME/.cache}/tingzhi/servers
archive=$cache/elasticsearch-$version.zip
command -v java >/dev/null || missing="$missing openjdk-17-jre-headless"
command -v openssl >/dev/null || missing="$missing openssl"
[ -f "$archive" ] || command -v mvn >/dev/null || missing="$missing maven"
if [ -n "$missing" ]; then
  command -v apt-get >/dev/null || {
    echo "error: the tests need$missing; this machine has no apt-get. Install them and run make test again." >&2; exit 1
  }
  as_root=; [ "$(id -u)" = 0 ] || as_root=sudo
  echo "» installing for the tests:$missing" >&2
  # Keep the clusters that Debian would start by itself from starting: tests run their own.
  export DEBIAN_FRONTEND=noninteractive
  $as_root apt-get update -qq
  $as_root apt-get install -y -qq --no-install-recommends $missing >&2
fi
# A real Asterisk from Debian's packages, unpacked without root into the cache; nothing is fetched a second time.
"$(dirname "$0")/../.venv/bin/python" -m cti_adapter.asterisk.packages
[ ! -f "$archive" ] || exit 0

echo "» fetching Elasticsearch $version for the tests (98 MB)" >&2
mkdir -p "$cache"
part=$(mktemp -d "$cache/fetch.XXXXXX")
trap 'rm -rf "$part"' EXIT
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy -DoutputDirectory="$part" \
  -Dartifact=org.elasticsearch.distribution.integ-test-zip:elasticsearch:"$version":zip >&2
echo "$sha256  $part/elasticsearch-$version.zip" | sha256sum -c --quiet - >&2 || {
  echo "error: what Maven fetched is not the Elasticsearch $version that was expected" >&2; exit 1
}
mv "$part/elasticsearch-$version.zip" "$archive"
