"""What goes to a terminal as it is: no emoji made of a fingerprint's colons, no command hidden in a file's name."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape


def new_console(*, is_error: bool = False, highlight: bool = True) -> Console:
    """Takes rich's markup; `:ab:` stays `:ab:`."""
    return Console(stderr=is_error, highlight=highlight, emoji=False)


def plain(text: str) -> str:
    """Text that somebody else may have chosen: no markup, and nothing that the terminal would obey."""
    return escape("".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text))
