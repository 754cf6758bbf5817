"""What can be wrong with a card; every message is one sentence with the fix."""

from __future__ import annotations


class CardError(Exception):
    """The card, or what somebody wrote onto it, is not as it has to be; nothing was changed."""
