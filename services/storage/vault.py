"""The vault: personal data sealed at rest, and blind indexes to find it again.

AES-256-GCM with a fresh 96-bit nonce a value. The additional data is `table.column.row`, so a
ciphertext copied to another row or column does not open. Both working keys are derived with
HKDF-SHA256 from one master key that never lies in the database.

While a key is being replaced there are several: the first seals, and a value opens with the one that it names.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Column, ColumnElement, LargeBinary, and_, func

from services.errors import NomerokError, SetupError
from services.storage.files import check_private
from services.storage.types import Sealed

KEY_BYTES = 32
_VERSION = b"\x01"
_KEY_ID_BYTES = 4
_NONCE_BYTES = 12
_HEAD = len(_VERSION) + _KEY_ID_BYTES + _NONCE_BYTES
_LOOKS_APART_S = 0.1
"""A look costs as much as opening a value. A rotation seals nothing anew before everybody has had a hundred of them."""


class VaultError(NomerokError):
    """A sealed value does not open: another key, another row, or damage."""


Look = Callable[[], Sequence[bytes] | None]
"""Gives the master keys at hand, the one that seals first; None where they are the same as at the last look."""


class Vault:
    """Seals under a master key of 32 bytes; opens what was sealed under that one or one of `others`.

    With `look` the keys are looked at before a use where the last look was `_LOOKS_APART_S` ago, and at once where a
    value names a key that is not known: a running process follows a rotation by itself. `now`: seconds that only grow.
    """

    def __init__(
        self,
        master_key: bytes,
        *others: bytes,
        look: Look = lambda: None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ring = _ring([master_key, *others])
        self._look = look
        self._now = now
        self._look_again = now() + _LOOKS_APART_S

    @property
    def key_id(self) -> str:
        """Names the key that seals now."""
        return next(iter(self._keys()))

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Names every key at hand, the one that seals first."""
        return tuple(self._keys())

    def look(self) -> None:
        """Takes up keys that have come, and drops those that are gone.

        Keys among which the one that seals is missing are none of this database: all stays as it is.
        """
        self._look_again = self._now() + _LOOKS_APART_S
        found = self._look()
        if not found:
            return
        ring = _ring(found)
        if next(iter(self._ring)) in ring:
            self._ring = ring

    def seal(self, column: Column[Any], row_id: str, text: str) -> Sealed:
        """Encrypt `text` for this column of this row."""
        return self.seal_bytes(column, row_id, text.encode())

    def open(self, column: Column[Any], row_id: str, sealed: bytes) -> str:
        """Decrypt what `seal` made for the same column and row, else raise `VaultError`."""
        return self.open_bytes(column, row_id, sealed).decode()

    def seal_bytes(self, column: Column[Any], row_id: str, content: bytes) -> Sealed:
        """Encrypt the content of a file for this column of this row."""
        return Sealed(self._seal(_aad(column, row_id), content))

    def open_bytes(self, column: Column[Any], row_id: str, sealed: bytes) -> bytes:
        """Decrypt what `seal_bytes` made for the same column and row, else raise `VaultError`."""
        return self._open(_aad(column, row_id), f"a value of {column.table.name}.{column.name}", sealed)

    def seal_json(self, column: Column[Any], row_id: str, value: object) -> Sealed:
        """Encrypt a JSON value."""
        return self.seal(column, row_id, json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def open_json(self, column: Column[Any], row_id: str, sealed: bytes) -> Any:
        """Decrypt a JSON value."""
        return json.loads(self.open(column, row_id, sealed))

    def seal_word(self, key: str, word: str) -> bytes:
        """Encrypt what is kept outside the database under this key."""
        return self._seal(_outside(key), word.encode())

    def open_word(self, key: str, sealed: bytes) -> str:
        """Decrypt what `seal_word` made for the same key, else raise `VaultError`."""
        return self._open(_outside(key), f"the value of {key.partition(':')[0]}", sealed).decode()

    def index(self, purpose: str, value: str) -> str:
        """A blind index to be stored: equal values give equal words, and nothing can be read back from them."""
        return self.indexes(purpose, value)[0]

    def indexes(self, purpose: str, value: str) -> tuple[str, ...]:
        """What `index` gives or has given under every key at hand, the present one first: to look up by."""
        said = f"{purpose}\0{value}".encode()
        return tuple(hmac.new(key.index, said, hashlib.sha256).hexdigest() for key in self._keys().values())

    def _seal(self, aad: bytes, content: bytes) -> bytes:
        key = next(iter(self._keys().values()))
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + bytes.fromhex(key.id) + nonce + key.data.encrypt(nonce, content, aad)

    def _open(self, aad: bytes, what: str, sealed: bytes) -> bytes:
        if sealed[:1] != _VERSION or len(sealed) < _HEAD:
            raise VaultError("not a sealed value")
        named = key_named_in(sealed)
        if named not in self._keys():
            self.look()  # another process has sealed it with a key that has come just now
        key = self._ring.get(named)
        if key is None:
            raise VaultError(f"{what} was sealed with a key that is not here")
        nonce = sealed[_HEAD - _NONCE_BYTES : _HEAD]
        try:
            return key.data.decrypt(nonce, sealed[_HEAD:], aad)
        except InvalidTag:
            raise VaultError(f"{what} does not open") from None

    def _keys(self) -> dict[str, _Key]:
        if self._now() >= self._look_again:
            self.look()
        return self._ring


def key_named_in(sealed: bytes) -> str:
    """The id of the key that a sealed value names."""
    return sealed[len(_VERSION) : len(_VERSION) + _KEY_ID_BYTES].hex()


def names_another_key(column: Column[Any], key_id: str) -> ColumnElement[bool]:
    """A condition: the column holds a value that names another key than this."""
    named = func.substr(column, len(_VERSION) + 1, _KEY_ID_BYTES, type_=LargeBinary)
    return and_(column.is_not(None), named != bytes.fromhex(key_id))


def id_of_key(master_key: bytes) -> str:
    """What a key is called in sealed values and messages; the key cannot be read back from it."""
    return hashlib.sha256(_derive(master_key, b"nomerok key id")).hexdigest()[: 2 * _KEY_ID_BYTES]


class _Key:
    """What is derived from one master key."""

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != KEY_BYTES:
            raise SetupError(f"ENCRYPTION_KEY must be {KEY_BYTES} bytes in base64")
        self.id = id_of_key(master_key)
        self.data = AESGCM(_derive(master_key, b"nomerok data"))
        self.index = _derive(master_key, b"nomerok blind index")


def _ring(master_keys: Sequence[bytes]) -> dict[str, _Key]:
    keys = [_Key(each) for each in master_keys]
    return {key.id: key for key in keys}


def load_key(setting: str, key_file: Path | None, name: str = "ENCRYPTION_KEY") -> bytes | None:
    """The master key from the setting `name` (base64) or from its file, where it may have one; None: no key.

    `SetupError` where it is none, or where others may read its file.
    """
    if setting:
        return _decode(setting, name)
    if key_file is None:
        return None
    check_private(key_file)
    try:
        text = key_file.read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return None
    return _decode(text.strip(), str(key_file))


def make_key(key_file: Path) -> bytes:
    """A new master key, written to a file that only its owner can read (mode 600)."""
    key = os.urandom(KEY_BYTES)
    key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_key(key, key_file)
    return key


def write_key(key: bytes, key_file: Path) -> None:
    """Writes a key into a new file of mode 600, on the disk for good when this returns."""
    with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(base64.b64encode(key).decode() + "\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder(key_file.parent)


def sync_folder(folder: Path) -> None:
    """Names that were made or changed in this folder outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _decode(text: str, source: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise SetupError(f"{source} must hold {KEY_BYTES} bytes in base64, as the first run makes it")
    return key


def _derive(master_key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(master_key)


def _aad(column: Column[Any], row_id: str) -> bytes:
    return f"{column.table.name}.{column.name}.{row_id}".encode()


def _outside(key: str) -> bytes:
    """No column has a name like this."""
    return f"outside the database: {key}".encode()
