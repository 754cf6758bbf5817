"""The camera holds nothing that opens what it sealed: no decrypting call, no private key, no identity."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
_SOURCES = sorted((_ROOT / "camera").rglob("*.py"))
# The one exception: the share of an age stanza is made from a key that lives for one call.
_EPHEMERAL = ("camera/vault/recipients.py", "x25519.X25519PrivateKey.generate()")
_OPENING = {
    "decrypt",
    "decrypt_into",
    "decryptor",
    "decapsulate",
    "from_private_bytes",
    "from_seed_bytes",
    "load_der_private_key",
    "load_pem_private_key",
    "load_ssh_private_key",
    "HybridIdentity",
    "ScryptIdentity",
    "X25519Identity",
    "parse_identity",
    "read_identity_file",
    "Fernet",
    "stoop",
}


def _offences(path: str, source: str) -> Iterator[str]:
    tree = ast.parse(source)
    allowed = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and (path, ast.unparse(node)) == _EPHEMERAL
        for part in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in allowed:
            continue
        names = []
        match node:
            case ast.Attribute(attr=name) | ast.Name(id=name) | ast.ClassDef(name=name) | ast.alias(name=name):
                names = [name, *(name.split(".") if isinstance(node, ast.alias) else [])]
        for name in names:
            if name in _OPENING or name.endswith("PrivateKey"):
                yield f"{path}:{getattr(node, 'lineno', '?')}: {name}"


def test_there_are_sources_to_look_at() -> None:
    assert any(path.name == "age_writer.py" for path in _SOURCES)


@pytest.mark.parametrize("path", [path.relative_to(_ROOT).as_posix() for path in _SOURCES])
def test_camera_cannot_open_what_it_sealed(path: str) -> None:
    assert list(_offences(path, (_ROOT / path).read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "aead.decrypt(nonce, data, None)",
        "opened = cipher.decrypt_into",
        "from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey",
        "key = x25519.X25519PrivateKey.from_private_bytes(data)",
        "key = x25519.X25519PrivateKey.generate()",
        "class X25519Identity: ...",
        "import stoop.reader",
    ],
)
def test_the_check_sees_what_it_is_for(source: str) -> None:
    assert list(_offences("camera/other.py", source))
