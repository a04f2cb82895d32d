#!/bin/sh
# Say in one sentence what this machine lacks, before anything starts.
python=${1:-python3}
stop() { echo "dmp: $1" >&2; exit 2; }
command -v "$python" >/dev/null 2>&1 || stop "Python 3.11 or newer is needed and '$python' was not found: install python3."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    stop "Python 3.11 or newer is needed and '$python' is $("$python" -V 2>&1): set PYTHON=/path/to/python3.11."
"$python" -c 'import venv, ensurepip' 2>/dev/null || stop "Python's venv module is missing: install python3-venv."
"$python" -c 'import ctypes; ctypes.CDLL("libgomp.so.1")' 2>/dev/null ||
    [ "$(uname)" != Linux ] || stop "LightGBM needs the system library libgomp.so.1: install libgomp1."
