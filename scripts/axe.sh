#!/bin/sh
# Brings axe-core, which judges pages by the rules of accessibility, into build/axe, by npm from wherever npm takes its
# packages. Pinned by version and by the digest of the package. Where it cannot be had, the tests that need it say so.
set -u

version=4.14.1
digest=1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5
folder=build/axe
log=$folder/npm.log

[ -f "$folder/axe-$version.min.js" ] && exit 0
mkdir -p "$folder" || exit 0
echo "Fetching axe-core $version…"
{
    npm pack --silent --pack-destination "$folder" "axe-core@$version" &&
        echo "$digest  $folder/axe-core-$version.tgz" | sha512sum --check --quiet &&
        tar -xzf "$folder/axe-core-$version.tgz" -C "$folder" package/axe.min.js &&
        mv "$folder/package/axe.min.js" "$folder/axe-$version.min.js"
} >"$log" 2>&1 || {
    rm -f "$folder/axe-core-$version.tgz"
    tail -n 5 "$log" >&2
    echo "axe-core could not be had by npm; the test of the page's accessibility will fail. The whole story is in $log." >&2
}
rmdir "$folder/package" 2>/dev/null
exit 0
