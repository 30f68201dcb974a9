"""The vault: personal data sealed at rest, and blind indexes to find it again.

AES-256-GCM with a fresh 96-bit nonce a value. The additional data is `table.column.row`, so a
ciphertext copied to another row or column does not open. Both working keys are derived with
HKDF-SHA256 from one master key that never lies in the database.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Column

from services.errors import NomerokError, SetupError
from services.storage.types import Sealed

KEY_BYTES = 32
_VERSION = b"\x01"
_KEY_ID_BYTES = 4
_NONCE_BYTES = 12
_HEAD = len(_VERSION) + _KEY_ID_BYTES + _NONCE_BYTES


class VaultError(NomerokError):
    """A sealed value does not open: another key, another row, or damage."""


class Vault:
    """Seals and opens values under one master key of 32 bytes."""

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != KEY_BYTES:
            raise SetupError(f"ENCRYPTION_KEY must be {KEY_BYTES} bytes in base64")
        self._data = AESGCM(_derive(master_key, b"nomerok data"))
        self._index_key = _derive(master_key, b"nomerok blind index")
        self.key_id = hashlib.sha256(_derive(master_key, b"nomerok key id")).hexdigest()[: 2 * _KEY_ID_BYTES]

    def seal(self, column: Column[Any], row_id: str, text: str) -> Sealed:
        """Encrypt `text` for this column of this row."""
        return self.seal_bytes(column, row_id, text.encode())

    def open(self, column: Column[Any], row_id: str, sealed: bytes) -> str:
        """Decrypt what `seal` made for the same column and row, else raise `VaultError`."""
        return self.open_bytes(column, row_id, sealed).decode()

    def seal_bytes(self, column: Column[Any], row_id: str, content: bytes) -> Sealed:
        """Encrypt the content of a file for this column of this row."""
        nonce = os.urandom(_NONCE_BYTES)
        body = self._data.encrypt(nonce, content, _aad(column, row_id))
        return Sealed(_VERSION + bytes.fromhex(self.key_id) + nonce + body)

    def open_bytes(self, column: Column[Any], row_id: str, sealed: bytes) -> bytes:
        """Decrypt what `seal_bytes` made for the same column and row, else raise `VaultError`."""
        if sealed[:1] != _VERSION or len(sealed) < _HEAD:
            raise VaultError("not a sealed value")
        nonce = sealed[_HEAD - _NONCE_BYTES : _HEAD]
        try:
            return self._data.decrypt(nonce, sealed[_HEAD:], _aad(column, row_id))
        except InvalidTag:
            raise VaultError(f"a value of {column.table.name}.{column.name} does not open") from None

    def seal_json(self, column: Column[Any], row_id: str, value: object) -> Sealed:
        """Encrypt a JSON value."""
        return self.seal(column, row_id, json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def open_json(self, column: Column[Any], row_id: str, sealed: bytes) -> Any:
        """Decrypt a JSON value."""
        return json.loads(self.open(column, row_id, sealed))

    def index(self, purpose: str, value: str) -> str:
        """A blind index: equal values give equal words, and nothing can be read back from them."""
        return hmac.new(self._index_key, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()


def load_key(setting: str, key_file: Path) -> bytes | None:
    """The master key from the setting (base64) or from its file; None where neither is there."""
    if setting:
        return _decode(setting, "ENCRYPTION_KEY")
    if not key_file.exists():
        return None
    return _decode(key_file.read_text(encoding="ascii", errors="replace").strip(), str(key_file))


def make_key(key_file: Path) -> bytes:
    """A new master key, written to a file that only its owner can read (mode 600)."""
    key = os.urandom(KEY_BYTES)
    key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(base64.b64encode(key).decode() + "\n")
    return key


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
