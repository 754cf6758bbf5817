"""Length-prefixed msgpack messages, sans I/O; a bound on every size, one typed error for all bad bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

import msgspec

from camera.contract.holes import HoleReport, ToCourier
from camera.contract.messages import CameraMessage, ServerMessage

MAX_FROM_CAMERA_BYTES = 4 * 1024 * 1024
MAX_FROM_SERVER_BYTES = 64 * 1024
_PREFIX_BYTES = 4

M = TypeVar("M", CameraMessage, ServerMessage, ToCourier, HoleReport)


class FramingError(ValueError):
    """The peer sent bytes that are no message; close the connection."""


def encode_message(message: CameraMessage | ServerMessage | ToCourier | HoleReport, max_bytes: int) -> bytes:
    """The message with its length in front.

    Raises FramingError when it is longer than `max_bytes`.
    """
    body = msgspec.msgpack.encode(message)
    if len(body) > max_bytes:
        raise FramingError(f"message {type(message).__name__} is {len(body)} bytes, the limit is {max_bytes}")
    return len(body).to_bytes(_PREFIX_BYTES, "big") + body


class FrameDecoder(Generic[M]):
    """Turns received bytes into messages of one direction.

    Holds at most one message of `max_bytes` and what came with it; after an error it stays broken.
    """

    def __init__(self, message_types: type[M], max_bytes: int) -> None:
        self._decoder: msgspec.msgpack.Decoder[M] = msgspec.msgpack.Decoder(message_types)
        self._max_bytes = max_bytes
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[M]:
        """Yield the messages that are now whole.

        Raises FramingError on a length over the limit or on bytes that are no message of this direction.
        """
        self._buffer += data
        while len(self._buffer) >= _PREFIX_BYTES:
            size_bytes = int.from_bytes(self._buffer[:_PREFIX_BYTES], "big")
            if size_bytes > self._max_bytes:
                raise FramingError(f"message of {size_bytes} bytes announced, the limit is {self._max_bytes}")
            end = _PREFIX_BYTES + size_bytes
            if len(self._buffer) < end:
                return
            body = bytes(self._buffer[_PREFIX_BYTES:end])
            del self._buffer[:end]
            try:
                message = self._decoder.decode(body)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:  # text that is no UTF-8, too
                raise FramingError(f"message of {size_bytes} bytes is malformed: {error}") from error
            yield message
