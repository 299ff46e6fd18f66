#!/bin/sh
# Makes the virtual environment, or says in a sentence what is missing.
set -u
folder=$1
python=${PYTHON:-python3}
if ! command -v "$python" >/dev/null 2>&1; then
    echo "Kept needs Python 3.11 or newer; '$python' was not found. Install Python, or name yours: make run PYTHON=python3.12" >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Kept needs Python 3.11 or newer; '$python' is $("$python" -V 2>&1). Name a newer one: make run PYTHON=python3.12" >&2
    exit 1
fi
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    echo "Python's venv module is missing. On Debian or Ubuntu: apt install python3-venv. Then run make again." >&2
    exit 1
fi
"$python" -m venv --clear "$folder"
