"""Bech32 (BIP 173) without its length limit, as age uses it for recipients and identities."""

from __future__ import annotations

_CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES = {char: value for value, char in enumerate(_CHARSET)}
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_LENGTH = 6


class Bech32Error(ValueError):
    """The text is no bech32; the message never repeats it, as it may be a secret."""


def bech32_encode(prefix: str, data: bytes) -> str:
    """Lower-case bech32 of `data` under the human-readable `prefix`."""
    words = _regroup(data, 8, 5, pad=True)
    checksum = _polymod([*_expand(prefix), *words, *([0] * _CHECKSUM_LENGTH)]) ^ 1
    words += [checksum >> 5 * (_CHECKSUM_LENGTH - 1 - i) & 31 for i in range(_CHECKSUM_LENGTH)]
    return prefix + "1" + "".join(_CHARSET[word] for word in words)


def bech32_decode(text: str) -> tuple[str, bytes]:
    """The prefix, in lower case, and the bytes.

    Raises Bech32Error on mixed case, foreign characters, a wrong checksum or wrong padding.
    """
    if text not in (text.lower(), text.upper()):
        raise Bech32Error("upper and lower case are mixed")
    prefix, separator, encoded = text.lower().rpartition("1")
    if not separator or not prefix or len(encoded) < _CHECKSUM_LENGTH:
        raise Bech32Error("it is too short")
    if any(not 33 <= ord(char) <= 126 for char in prefix):
        raise Bech32Error("it holds a character that cannot stand there")
    try:
        words = [_VALUES[char] for char in encoded]
    except KeyError as error:
        raise Bech32Error("it holds a character that cannot stand there") from error
    if _polymod([*_expand(prefix), *words]) != 1:
        raise Bech32Error("its checksum is wrong, so a character is missing or mistyped")
    return prefix, bytes(_regroup(words[:-_CHECKSUM_LENGTH], 5, 8, pad=False))


def _polymod(words: list[int]) -> int:
    checksum = 1
    for word in words:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ word
        for bit, generator in enumerate(_GENERATORS):
            if top >> bit & 1:
                checksum ^= generator
    return checksum


def _expand(prefix: str) -> list[int]:
    return [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix]


def _regroup(words: bytes | list[int], from_bits: int, to_bits: int, *, pad: bool) -> list[int]:
    """The same bits in groups of another width; without `pad`, what is left over must be fewer zeros than a group."""
    pending = pending_bits = 0
    out: list[int] = []
    for word in words:
        pending = pending << from_bits | word
        pending_bits += from_bits
        while pending_bits >= to_bits:
            pending_bits -= to_bits
            out.append(pending >> pending_bits)
            pending &= (1 << pending_bits) - 1
    if pad and pending_bits:
        out.append(pending << to_bits - pending_bits)
    if not pad and (pending_bits >= from_bits or pending):
        raise Bech32Error("its padding is wrong")
    return out
