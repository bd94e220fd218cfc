#!/bin/sh
# Install piper-tts, the program behind the English voice, into an environment of its own beside the models.
# It is GPL-3.0-or-later and we are Apache-2.0: it is started as a program and never imported. Nothing is done where it is
# there already; packages come from the index as this machine has it configured, checked against requirements/piper.txt.
set -eu
cd "$(dirname "$0")/.."
folder=${XDG_CACHE_HOME:-$HOME/.cache}/tingzhi/programs/piper
wanted=$(sha256sum requirements/piper.txt | cut -d ' ' -f 1)
[ "$(cat "$folder/.installed" 2>/dev/null)" != "$wanted" ] || exit 0
echo "» installing piper-tts (GPL-3.0-or-later, a program of its own) into $folder" >&2
rm -f "$folder/.installed"
.venv/bin/uv venv -q --allow-existing --python .venv/bin/python "$folder"
.venv/bin/uv pip install -q --python "$folder/bin/python" --require-hashes -r requirements/piper.txt
echo "$wanted" >"$folder/.installed"
