#!/bin/sh
# Pins the dependencies of pyproject.toml, with hashes and for every platform. The dev lock keeps the pins of
# the run lock (a test compares them), so that both can live in one environment.
set -eu

if ! command -v uv >/dev/null 2>&1; then
    echo "The locks are made by uv, which is not found: install it and try again." >&2
    exit 2
fi

compile() {
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate "$@"
}

compile pyproject.toml --output-file requirements.lock
compile pyproject.toml --extra dev --constraint requirements.lock --output-file requirements-dev.lock
