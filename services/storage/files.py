"""Files that nobody but their owner may read: looked at before a secret is taken from one, kept to in writing one."""

from __future__ import annotations

import os
import shlex
import stat
import tempfile
from pathlib import Path

from services.errors import SetupError

_ANYBODY_ELSE = 0o077
_BEYOND_ITS_GROUP = 0o037


def cure(file: Path) -> str | None:
    """What to type where others may read the file or put another in its place; None where all is well, or no file is.

    A file of somebody else's, as root's that a container mounts, may be read by its group: that is how we read it.
    (PostgreSQL takes key files by the same rule.)
    """
    file = file.resolve()  # a link is as safe as what it leads to
    try:
        found, folder = file.stat(), file.parent.stat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):  # a folder of an environment may be called .env as well
        return None
    mine = found.st_uid == os.geteuid()
    if stat.S_IMODE(found.st_mode) & (_ANYBODY_ELSE if mine else _BEYOND_ITS_GROUP):
        return f"chmod {600 if mine else 640} {_quoted(file)}"
    if folder.st_mode & stat.S_IWOTH and not folder.st_mode & stat.S_ISVTX:
        return f"chmod o-w {_quoted(file.parent)}"
    return None


def check_private(file: Path) -> None:
    """`SetupError` with what to type, where a file with a secret is within reach of others."""
    typed = cure(file)
    if typed is not None:
        raise SetupError(
            f"{file} is within reach of others on this machine; type '{typed}' and start again "
            "(mounted into a container: docs/operations.md, “Who may read the files”)"
        )


def write_private(file: Path, content: bytes) -> None:
    """Writes the whole file for its owner alone, also in the place of one that others may read. Raises `OSError`.

    A file of its own that takes the place: whoever had the earlier one open, or put a link there, gets nothing.
    """
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # of mode 600
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _quoted(path: Path) -> str:
    return shlex.quote(str(path.resolve()))
