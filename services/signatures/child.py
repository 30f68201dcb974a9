"""OpenSSL as a child that can do little: no shell, no environment, so much time, memory and disk, and no core.

What it reads and writes are files of one private folder, which the caller removes.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from services.signatures.model import MIB

_CPU_SECONDS = 10
_MEMORY = 1024 * MIB
"""Lists of what was revoked may have tens of megabytes."""
_FILE = 4 * MIB
"""Of what it writes: a certificate, and why it has failed."""
_SAID = 64 * 1024
"""Bytes of what it says about a failure that are looked at."""
_LIMITED = f"""
import os, resource, sys
for limit, most in (
    (resource.RLIMIT_CPU, {_CPU_SECONDS}),
    (resource.RLIMIT_AS, {_MEMORY}),
    (resource.RLIMIT_FSIZE, {_FILE}),
    (resource.RLIMIT_CORE, 0),
):
    hard = resource.getrlimit(limit)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(limit, (most, most))
os.execve(sys.argv[1], sys.argv[1:], {{"OPENSSL_CONF": os.environ["OPENSSL_CONF"]}})
"""
"""Run by a Python of its own that becomes OpenSSL: in a process with threads none may run between fork and exec.

The environment is said once more, since Python adds to its own.
"""
_PLAIN_CONF = ""
_GOST_CONF = """
openssl_conf = all
[all]
engines = engines
[engines]
gost = gost
[gost]
engine_id = gost
default_algorithms = ALL
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """`code`: the exit code, negative where a signal ended it; None where it could not be run, or took too long.

    `said`: what stands on its standard error, for looking for its fixed words; people's names may be in it.
    """

    code: int | None
    said: bytes = b""


def run(openssl: str, args: Sequence[str], folder: Path, *, gost: bool, seconds: float) -> Ended:
    """One run, in `folder`, which names in `args` are relative to. Never raises for what the child does."""
    command = shutil.which(openssl)
    if command is None:
        return Ended(None)
    conf, said = folder / "openssl.cnf", folder / "said"
    conf.write_text(_GOST_CONF if gost else _PLAIN_CONF, encoding="ascii")
    try:
        with said.open("wb") as errors:
            child = subprocess.Popen(  # noqa: S603  (a list, no shell; its only words are ours)
                [sys.executable, "-I", "-S", "-c", _LIMITED, command, *args],
                cwd=folder,
                env={"OPENSSL_CONF": str(conf)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
            )
    except OSError:
        return Ended(None)
    code = _waited(child, seconds)
    with said.open("rb") as errors:
        return Ended(code, errors.read(_SAID))


def _waited(child: subprocess.Popen[bytes], seconds: float) -> int | None:
    """The exit code; None where it was too slow, and then nothing of it runs any more."""
    try:
        return child.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
