"""What the writer seals, the reader opens; in between the sink gets whole chunks and nothing else."""

from __future__ import annotations

import io
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camera.vault.age_writer import CHUNK_BYTES, AgeWriter, seal_bytes
from camera.vault.recipients import parse_recipients
from stoop.reader.age_header import parse_header
from stoop.reader.age_stream import age_chunks, open_bytes
from stoop.reader.errors import PayloadError
from stoop.reader.identities import HybridIdentity, X25519Identity

_CLASSIC = X25519Identity(os.urandom(32))
_HYBRID = HybridIdentity(os.urandom(32))
_SEALED = CHUNK_BYTES + 16
_AROUND_CHUNKS = st.builds(
    lambda chunks, off: max(0, chunks * CHUNK_BYTES + off), st.integers(0, 3), st.integers(-20, 20)
)


class Sink:
    """Keeps a copy of each piece that it was given."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def __call__(self, data: memoryview) -> None:
        self.pieces.append(bytes(data))

    @property
    def file(self) -> bytes:
        return b"".join(self.pieces)


def _writer() -> tuple[AgeWriter, Sink]:
    sink = Sink()
    return AgeWriter(parse_recipients((_CLASSIC.recipient,)), sink), sink


def _drain(file: bytes) -> tuple[list[bytes], PayloadError | None]:
    """What the reader releases, and how it fails."""
    released = []
    try:
        for chunk in age_chunks(io.BytesIO(file), (_CLASSIC,)):
            released.append(chunk)
    except PayloadError as error:
        return released, error
    return released, None


@pytest.mark.parametrize("identity", [_CLASSIC, _HYBRID], ids=["x25519", "hybrid"])
@pytest.mark.parametrize("size_bytes", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_sealed_bytes_open_again(identity: X25519Identity | HybridIdentity, size_bytes: int) -> None:
    plaintext = os.urandom(size_bytes)
    assert open_bytes(seal_bytes((identity.recipient,), plaintext), (identity,)) == plaintext


@settings(max_examples=60, deadline=None)
@given(sizes=st.lists(st.one_of(_AROUND_CHUNKS, st.integers(0, 5000)), max_size=6))
def test_any_way_of_writing_gives_the_same_plaintext(sizes: list[int]) -> None:
    writer, sink = _writer()
    pieces = [bytes([i + 1]) * size for i, size in enumerate(sizes)]
    for piece in pieces:
        writer.write(piece)
        assert writer.held_bytes <= CHUNK_BYTES
        assert all(len(chunk) == _SEALED for chunk in sink.pieces[1:])
        assert (len(sink.pieces) - 1) * CHUNK_BYTES == writer.sealed_plaintext_bytes
    assert writer.sealed_plaintext_bytes + writer.held_bytes == sum(sizes)
    writer.close()
    assert open_bytes(sink.file, (_CLASSIC,)) == b"".join(pieces)


@settings(max_examples=40, deadline=None)
@given(size=_AROUND_CHUNKS, cut=st.integers(0, 4 * _SEALED))
def test_a_cut_file_opens_up_to_its_last_whole_chunk(size: int, cut: int) -> None:
    plaintext = os.urandom(size)
    writer, sink = _writer()
    writer.write(plaintext)
    writer.close()
    header, body = sink.pieces[0], b"".join(sink.pieces[1:])
    if cut >= len(body):
        return
    released, failure = _drain(header + body[:cut])
    assert failure is not None
    assert failure.is_cut
    assert b"".join(released) == plaintext[: cut // _SEALED * CHUNK_BYTES]


def test_a_changed_chunk_is_no_cut() -> None:
    writer, sink = _writer()
    writer.write(bytes(3 * CHUNK_BYTES))
    writer.close()
    damaged = bytearray(sink.file)
    damaged[len(sink.pieces[0]) + _SEALED + 5] ^= 1
    released, failure = _drain(bytes(damaged))
    assert failure is not None
    assert (len(released), failure.chunk, failure.is_cut) == (1, 1, False)


def test_zeros_at_the_end_count_as_a_cut() -> None:
    writer, sink = _writer()
    writer.write(bytes(3 * CHUNK_BYTES))
    torn = sink.file + bytes(2 * _SEALED + 99)
    with pytest.raises(PayloadError) as failure:
        list(age_chunks(io.BytesIO(torn), (_CLASSIC,)))
    assert (failure.value.chunk, failure.value.is_cut) == (2, True)


def test_header_keeps_the_rules_of_the_format() -> None:
    sealed = seal_bytes((_HYBRID.recipient, HybridIdentity(os.urandom(32)).recipient), b"x")
    header = parse_header(io.BytesIO(sealed))  # strict: canonical base64, 64 columns, short last line
    assert [stanza.kind for stanza in header.stanzas] == [b"mlkem768x25519"] * 2
    assert len(sealed) == header.size_bytes + 16 + 1 + 16


def test_a_full_chunk_can_be_given_out_when_more_is_to_come() -> None:
    writer, sink = _writer()
    writer.write(bytes(CHUNK_BYTES))
    assert (writer.held_bytes, len(sink.pieces)) == (CHUNK_BYTES, 1)
    writer.seal_full_chunk()
    assert (writer.held_bytes, len(sink.pieces)) == (0, 2)
    writer.write(b"end")
    writer.close()
    assert open_bytes(sink.file, (_CLASSIC,)) == bytes(CHUNK_BYTES) + b"end"


def test_an_empty_last_chunk_is_refused() -> None:
    writer, _ = _writer()
    writer.write(bytes(CHUNK_BYTES))
    writer.seal_full_chunk()
    with pytest.raises(ValueError, match="must not be empty"):
        writer.close()


def test_a_closed_writer_takes_nothing_more() -> None:
    writer, _ = _writer()
    writer.close()
    with pytest.raises(ValueError, match="closed already"):
        writer.write(b"x")
    with pytest.raises(ValueError, match="closed already"):
        writer.close()
