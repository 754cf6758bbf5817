"""The camera's errors.

CameraError
├── SettingsError      a file of ours cannot be read; the message names file, value and fix
└── CommandRefused     a signed command is not carried out; carries the code for the owner's page
"""

from __future__ import annotations

from camera.contract import ErrorCode


class CameraError(Exception):
    """Anything that the camera process reports as one sentence."""


class SettingsError(CameraError):
    """A file of settings or state cannot be used; the message names the file, the value and the fix."""


class CommandRefused(CameraError):
    """The command is not carried out; `code` is one of the contract's codes, the message a sentence for the owner."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code: ErrorCode = code
