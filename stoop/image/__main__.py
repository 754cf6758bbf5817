"""`python -m stoop.image WORD`: grow, card and trial for the image's units; manifest and update for who makes it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from stoop.image.errors import CardError


def main(words: Sequence[str]) -> int:
    """0 when done, 1 when not; what went wrong is one line on standard error."""
    if not words or words[0] not in JOBS:
        print(f"usage: python -m stoop.image {' | '.join(JOBS)}", file=sys.stderr)
        return 2
    try:
        return JOBS[words[0]](words[1:])
    except (CardError, OSError) as error:
        print(f"stoop: {error}", file=sys.stderr)
        return 1


def _grow(_: Sequence[str]) -> int:
    from stoop.image.grow import grow

    print(grow())
    return 0


def _card(_: Sequence[str]) -> int:
    from stoop.image.card import Card, take

    print(take(Card()))
    return 0


def _trial(_: Sequence[str]) -> int:
    from stoop.image.trial import judge

    print(judge())
    return 0


def _manifest(words: Sequence[str]) -> int:
    from stoop.image.manifest import main as manifest

    return manifest(words)


def _update(words: Sequence[str]) -> int:
    from stoop.image.make_update import main as make_update

    return make_update(words)


JOBS: dict[str, Callable[[Sequence[str]], int]] = {
    "grow": _grow,
    "card": _card,
    "trial": _trial,
    "manifest": _manifest,
    "update": _update,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
