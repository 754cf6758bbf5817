"""What can be wrong with an update; every message is one sentence for the owner, with the fix.

UpdateError
├── NothingBrought    there is no update where it was looked for; told to nobody but the journal
├── UpdateRefused     the file is not one that may be installed here; nothing was changed
└── UpdateFailed      it was installed, did not work, and what was there before is back, or is to be brought back
"""

from __future__ import annotations


class UpdateError(Exception):
    """Anything that ends an update."""


class NothingBrought(UpdateError):
    """No file, and so no news."""


class UpdateRefused(UpdateError):
    """Unsigned, signed by somebody else, altered, cut, older, or no update at all."""


class UpdateFailed(UpdateError):
    """The new version did not come up."""
