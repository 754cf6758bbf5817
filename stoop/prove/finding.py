"""What a check says of one claim; pure values, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Result = Literal["proved", "failed", "not checked"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`claim` in a homeowner's words, `how` it was looked at, `detail` what was found or why it could not be checked.

    **"not checked" is not a success:** it says that this machine could not show the claim.
    """

    claim: str
    result: Result
    how: str
    detail: str = ""


def proved(claim: str, how: str, detail: str = "") -> Finding:
    return Finding(claim, "proved", how, detail)


def failed(claim: str, how: str, detail: str) -> Finding:
    return Finding(claim, "failed", how, detail)


def not_checked(claim: str, how: str, detail: str) -> Finding:
    return Finding(claim, "not checked", how, detail)


def judged(claim: str, how: str, faults: list[str], detail: str = "") -> Finding:
    """Failed with the first few faults, or proved with `detail` when there is none."""
    return failed(claim, how, listed(faults)) if faults else proved(claim, how, detail)


def listed(things: list[str], limit: int = 5) -> str:
    """The first `limit` and how many more there are."""
    more = f" and {len(things) - limit} more" if len(things) > limit else ""
    return "; ".join(things[:limit]) + more
