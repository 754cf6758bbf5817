"""An identity file is read with its comments, or refused with a sentence that repeats no secret."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from camera.vault.age_writer import seal_bytes
from camera.vault.bech32 import bech32_encode
from stoop.reader.age_stream import age_chunks, open_bytes
from stoop.reader.errors import HeaderError, IdentityError, NoMatchError
from stoop.reader.identities import ScryptIdentity, X25519Identity, parse_identity, read_identity_file
from tests.stoop.reader.fakes import new_identity_file, new_secret


@pytest.mark.parametrize("kind", ["x25519", "hybrid"])
def test_identity_file_opens_what_its_recipient_sealed(tmp_path: Path, kind: str) -> None:
    path, recipient = new_identity_file(tmp_path, kind)
    assert open_bytes(seal_bytes((recipient,), b"hello"), read_identity_file(path)) == b"hello"


def test_identity_file_may_hold_several(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    secrets = [new_secret("x25519"), new_secret("hybrid")]
    path.write_text("\r\n".join(["# two", *secrets, ""]))
    identities = read_identity_file(path)
    for identity in identities:
        assert open_bytes(seal_bytes((identity.recipient,), b"x"), identities) == b"x"


def test_lower_case_identity_is_taken() -> None:
    assert isinstance(parse_identity(new_secret("x25519").lower()), X25519Identity)


def test_anothers_identity_does_not_match() -> None:
    sealed = seal_bytes((X25519Identity(os.urandom(32)).recipient,), b"x")
    with pytest.raises(NoMatchError):
        open_bytes(sealed, (X25519Identity(os.urandom(32)), ScryptIdentity(b"word")))


_SECRET = new_secret("hybrid")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("", "holds no AGE-SECRET-KEY", id="empty"),
        pytest.param("# nothing else\n", "holds no AGE-SECRET-KEY", id="only a comment"),
        pytest.param("hello\n", "line 1", id="a word"),
        pytest.param("\n" + _SECRET[:-1], "line 2: .*checksum", id="cut"),
        pytest.param(_SECRET[:9].lower() + _SECRET[9:], "mixed", id="mixed case"),
        pytest.param(X25519Identity(bytes(32)).recipient, "only seals", id="a recipient"),
        pytest.param(bech32_encode("age-secret-key-", bytes(31)), "is no AGE-SECRET-KEY", id="short key"),
        pytest.param(bech32_encode("nsec", bytes(32)), "is no AGE-SECRET-KEY", id="another kind"),
    ],
)
def test_bad_identity_file_is_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "identity.txt"
    path.write_text(content)
    with pytest.raises(IdentityError, match=message) as refusal:
        read_identity_file(path)
    assert _SECRET[24:] not in str(refusal.value)


def test_identity_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "identity.txt"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(IdentityError, match="no text"):
        read_identity_file(path)


def test_missing_identity_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(IdentityError, match=r"cannot read identity file .*nowhere: No such file"):
        read_identity_file(tmp_path / "nowhere")


def test_a_passphrase_that_asks_for_too_much_work_is_refused() -> None:
    header = b"age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 19\n" + b"A" * 43 + b"\n--- " + b"A" * 43 + b"\n"
    with pytest.raises(HeaderError, match="work factor 19, the limit is 18"):
        age_chunks(io.BytesIO(header), (ScryptIdentity(b"word"),))
