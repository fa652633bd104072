#!/bin/sh
# Make .venv and install one of the pinned sets into it: tools/setup.sh REQUIREMENTS STAMP
# Every refusal is one sentence that says what to do.
set -eu
cd "$(dirname "$0")/.."
requirements=$1
stamp=$2

refuse() {
    echo "✗ $1" >&2
    exit 1
}

version() {
    if command -v "$1" >/dev/null; then "$1" -V 2>&1; else echo missing; fi
}

young_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

python=${PYTHON:-}
for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if young_enough "$name"; then python=$name && break; fi
done
young_enough "${python:-python3}" ||
    refuse "Likelist needs Python 3.11 or newer, and ${python:-python3} is $(version "${python:-python3}"): install one, or name it: make PYTHON=/path/to/python3"
# Debian and Ubuntu keep pip's half of environments in a package of its own.
without_pip=
"$python" -c 'import ensurepip' 2>/dev/null || without_pip=--without-pip
mkdir -p .venv 2>/dev/null && [ -w .venv ] ||
    refuse "$PWD is not writable for you: make a clone of your own"

# Two makes at once in one clone take turns.
exec 9<"$0"
if command -v flock >/dev/null; then flock 9; fi

if ! young_enough .venv/bin/python; then
    echo "Making .venv with $("$python" -V)"
    "$python" -m venv --clear $without_pip .venv ||
        refuse "The virtual environment .venv could not be made: see above (is the disk full?)"
fi

echo "Installing $requirements"
pip=".venv/bin/python -m pip --disable-pip-version-check -q install --retries 2 --require-hashes -r"
uv=".venv/bin/uv pip install -q --python .venv/bin/python --require-hashes -r"
# uv is quick; where it has no build for this machine, or stumbles, plain pip does it.
[ -x .venv/bin/uv ] || $pip tools/uv.txt 2>/dev/null || .venv/bin/python tools/fetch_uv.py .venv/bin || true
[ -x .venv/bin/uv ] || .venv/bin/python -c 'import pip' 2>/dev/null ||
    refuse "This Python has no pip: see above, or install its venv package (Debian and Ubuntu: apt install python3-venv) and run it again"
{ [ -x .venv/bin/uv ] && UV_SYSTEM_CERTS=1 $uv "$requirements" 2>/dev/null; } || $pip "$requirements" ||
    refuse "The packages of $requirements could not be installed: see above; check the network and the disk, then run it again"
echo "$requirements" >"$stamp"
