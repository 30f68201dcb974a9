#!/bin/sh
# Installs the Debian packages of packages.txt that are missing: as root, or through sudo without a question.
set -u

log=build/system.log

fail() {
    printf '%s\n' "$1" >&2
    exit 2
}

# A command of the package's name will do as well: there may be no dpkg here, or it came from elsewhere.
present() {
    command -v "$1" >/dev/null 2>&1 ||
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=
for package in $(sed 's/#.*//' packages.txt); do
    present "$package" || missing="$missing $package"
done
missing=${missing# }
[ -n "$missing" ] || exit 0

command -v apt-get >/dev/null 2>&1 ||
    fail "The tests need $missing: install it with this system's own package manager and try again."
if [ "$(id -u)" = 0 ]; then
    as_root=
elif sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    fail "The tests need Debian packages that are missing: run 'sudo apt-get install $missing' and try again."
fi

mkdir -p build
echo "Installing Debian packages: $missing…"
install() { DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y --no-install-recommends $missing; }
{ install || { $as_root apt-get update && install; }; } >"$log" 2>&1 || {
    tail -n 15 "$log" >&2
    fail "These Debian packages could not be installed: $missing. The whole story is in $log."
}
