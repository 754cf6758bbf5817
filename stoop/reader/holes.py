"""What a power cut leaves in a file that was not saved yet: stretches of zeros where pages never came."""

from __future__ import annotations

_LEAST_BYTES = 16
"""Sealed bytes hold so many zeros in a row once in 2^128."""


def has_hole(sealed: bytes) -> bool:
    """Whether zeros stand in what should look like noise; they can be put there by hand too."""
    return bytes(_LEAST_BYTES) in sealed
