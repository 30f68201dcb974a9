"""A slow disk, made inside the process: each sync that SQLite asks for takes so much longer.

SQLite reaches its files through a table of functions (its VFS, https://sqlite.org/vfs.html). Here the one that it uses
by default is taken under another name; of each file that it opens, `xSync` alone is another: it waits, then syncs as
ever. That needs neither a compiler nor rights, only a Python whose SQLite is a shared library or tells its names. The
waiting lets go of Python's lock, as a disk does. Folders, which SQLite syncs when a file comes or goes, are as quick
as ever.
"""

from __future__ import annotations

import _sqlite3
import ctypes
import time
from collections.abc import Callable
from ctypes import CFUNCTYPE, POINTER, Structure, addressof, byref, c_char_p, c_int, c_void_p, cast, pointer
from typing import Any

_OK = 0
_NAME = b"slow-disk"


class _Methods(Structure):
    """`sqlite3_io_methods`, as of version 3."""

    _fields_ = (
        ("version", c_int),
        *((name, c_void_p) for name in ("close", "read", "write", "truncate", "sync", "size", "lock", "unlock")),
        *((name, c_void_p) for name in ("reserved", "control", "sector", "characteristics")),
        *((name, c_void_p) for name in ("shm_map", "shm_lock", "shm_barrier", "shm_unmap", "fetch", "unfetch")),
    )


class _File(Structure):
    """`sqlite3_file`: what is behind its methods is the VFS's own."""

    _fields_ = (("methods", POINTER(_Methods)),)


class _Vfs(Structure):
    """`sqlite3_vfs`, as of version 3."""

    _fields_ = (
        *(("version", c_int), ("file_size", c_int), ("longest_path", c_int)),
        *(("next", c_void_p), ("name", c_char_p), ("data", c_void_p), ("open", c_void_p)),
        *((name, c_void_p) for name in ("delete", "access", "full_path", "dl_open", "dl_error", "dl_sym", "dl_close")),
        *((name, c_void_p) for name in ("random", "sleep", "time", "last_error", "time_ms")),
        *((name, c_void_p) for name in ("set_call", "get_call", "next_call")),
    )


_Open = CFUNCTYPE(c_int, c_void_p, c_void_p, POINTER(_File), c_int, c_void_p)
_Sync = CFUNCTYPE(c_int, POINTER(_File), c_int)


class SlowDisk:
    """The disk of every file that SQLite opens from now on in this process.

    `seconds`: how much longer a sync takes; `syncs`: how many there have been. `OSError`: SQLite is out of reach.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.syncs = 0
        self._kinds: dict[int, _Methods] = {}
        self._usual_sync: dict[int, Callable[[Any, int], int]] = {}
        library = ctypes.CDLL(_sqlite3.__file__)
        try:
            find, register = library.sqlite3_vfs_find, library.sqlite3_vfs_register
        except AttributeError:
            raise OSError("Python's SQLite does not tell its names") from None
        find.restype = POINTER(_Vfs)
        usual = find(None).contents
        self._open_usual = _Open(usual.open)
        self._callbacks = _Open(self._opened), _Sync(self._synced)  # kept: C knows them by their addresses alone
        self._vfs = _Vfs.from_buffer_copy(usual)
        self._vfs.name, self._vfs.open = _NAME, cast(self._callbacks[0], c_void_p)
        register(byref(self._vfs), 1)

    def _opened(self, vfs: int, name: int | None, file: Any, flags: int, told: int | None) -> int:
        code: int = self._open_usual(vfs, name, file, flags, told)
        if code == _OK and file.contents.methods:
            file.contents.methods = pointer(self._slow_form(file.contents.methods.contents))
        return code

    def _slow_form(self, usual: _Methods) -> _Methods:
        """The methods of files of this kind, of which one is another."""
        address = addressof(usual)
        if address not in self._kinds:
            slow = _Methods.from_buffer_copy(usual)
            slow.sync = cast(self._callbacks[1], c_void_p)
            self._kinds[address] = slow
            self._usual_sync[addressof(slow)] = _Sync(usual.sync)
        return self._kinds[address]

    def _synced(self, file: Any, flags: int) -> int:
        self.syncs += 1
        time.sleep(self.seconds)
        return self._usual_sync[addressof(file.contents.methods.contents)](file, flags)
