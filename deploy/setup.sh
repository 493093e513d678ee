#!/usr/bin/env bash
# Sets up what `make` needs: `setup.sh python` the virtual environment, `setup.sh web` the web's packages.
# Says in one line what is missing. Idempotent.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "trademaster: $1" >&2; exit 1; }

python_setup() {
    local python
    for python in python3 python3.13 python3.12 python3.11; do
        command -v "$python" >/dev/null || continue
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' && break
        python=""
    done
    [ -n "$python" ] && command -v "$python" >/dev/null ||
        fail "Python 3.11 or newer is needed; found $(python3 --version 2>/dev/null || echo none). Install it and run make again."
    "$python" -c 'import venv, ensurepip' 2>/dev/null ||
        fail "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv"
    [ -x .venv/bin/python ] || "$python" -m venv .venv
    [ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check uv
    .venv/bin/uv pip sync --quiet --compile-bytecode --require-hashes requirements/dev.lock
    .venv/bin/uv pip install --quiet --no-deps --no-build-isolation --editable . --editable ./client
}

web_setup() {
    command -v node >/dev/null || fail "Node.js 20.19 or newer is needed to build the web; none was found."
    node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' ||
        fail "Node.js 20.19 or newer is needed to build the web; found $(node --version)."
    command -v npm >/dev/null || fail "npm is needed to build the web; it comes with Node.js."
    (cd web && npm ci --no-audit --no-fund --loglevel=error)
}

case "${1:-}" in
    python) python_setup ;;
    web) web_setup ;;
    *) fail "usage: setup.sh python|web" ;;
esac
