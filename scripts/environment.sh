#!/bin/sh
# Makes .venv and installs a lock into it: environment.sh run|dev PYTHON
#
# What is installed is known by copies of the locks inside .venv, so a second call costs a comparison, and
# removing .venv forgets everything. The dev lock holds every pin of the run lock: it satisfies both.
set -u

kind=$1
python=$2
venv=.venv/bin/python
log=build/install.log

fail() {
    printf '%s\n' "$1" >&2
    exit 2
}

case $kind in
    run) lock=requirements.lock ;;
    dev) lock=requirements-dev.lock ;;
    *) fail "environment.sh: run or dev, not '$kind'." ;;
esac

same() { cmp -s "$1" ".venv/$1"; }

# A .venv outlives an upgrade of the system's Python, but does not work after it; one that was being made when
# the power went has no pip.
if [ -x "$venv" ] && "$venv" -c 'import pip' 2>/dev/null; then
    alive=yes
    same "$lock" && exit 0
else
    alive=no
fi

if [ $alive = no ]; then
    command -v "$python" >/dev/null 2>&1 ||
        fail "Python is not found as '$python': install Python 3.11 or newer, or name yours: make run PYTHON=/path/to/python3."
    version=$("$python" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null) || version=
    major=${version%%.*}
    minor=${version#*.}
    minor=${minor%%.*}
    case $major.$minor in
        *[!0-9.]* | . | .* | *.) fail "'$python' does not run as a Python: name another: make run PYTHON=/path/to/python3." ;;
    esac
    if [ "$major" -lt 3 ] || { [ "$major" -eq 3 ] && [ "$minor" -lt 11 ]; }; then
        fail "'$python' is Python $version, and 3.11 or newer is needed: install it, or name another: make run PYTHON=python3.11."
    fi
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "'$python' (Python $version) has no venv module: install it (Debian, Ubuntu: apt install python$major.$minor-venv) and try again."
fi

mkdir -p build || fail "The folder build/ cannot be made here: check the rights of $(pwd)."
# Ctrl-C reaches make too, and ends it; a failure told on top of that would only frighten.
exec 3>&2
making=no
trap '[ $making = no ] || rm -rf .venv; echo "Stopped. Give the same command to go on." >&3; exit 0' INT
echo "Installing what is needed into .venv (only the first time and when $lock changes)…"

# Copied first: should a lock be edited while pip runs, what was installed is what is remembered.
cp "$lock" "build/$lock" || fail "The file $lock cannot be copied into build/."
rm -f ".venv/$lock"
{
    if [ $alive = no ]; then
        making=yes && "$python" -m venv --clear .venv && making=no
    fi &&
        "$venv" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "build/$lock"
} >"$log" 2>&1 || {
    tail -n 15 "$log" >&2
    fail "The installation did not finish, its last lines stand above; all of them are in $log. Try the same command again."
}

mv "build/$lock" ".venv/$lock"
if [ "$kind" = dev ]; then
    cp requirements.lock .venv/requirements.lock
fi
