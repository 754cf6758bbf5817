"""What the server refuses, as one small tree; every leaf knows the answer that the browser gets.

Refused                    an HTTP status, a code for programs, a sentence for people
├── CommandRefused         the camera said no
└── CameraUnavailable      nobody is there to ask
"""

from __future__ import annotations

from camera.contract import CommandError, ErrorCode

STATUS_OF_CODE: dict[ErrorCode, int] = {
    "bad_request": 400,
    "bad_signature": 401,
    "bad_nonce": 401,
    "unknown_device": 401,
    "forbidden": 403,
    "bad_code": 403,
    "bad_proof": 403,
    "not_found": 404,
    "not_claimed": 409,
    "already_claimed": 409,
    "conflict": 409,
    "loosens": 409,
    "not_shown": 409,
    "no_code": 410,
    "too_many": 429,
    "internal": 500,
    "storage": 507,
}
"""docs/design/0001, section 8."""


class Refused(Exception):
    """Ends a request with this status and `{"error": code, "message": message}`."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


class CommandRefused(Refused):
    """The camera refused a command; its code decides the status."""

    def __init__(self, error: CommandError) -> None:
        super().__init__(STATUS_OF_CODE[error.code], error.code, error.message)


class CameraUnavailable(Refused):
    """The camera process does not answer now; asking again later may help."""

    def __init__(self, what: str = "the camera is not there right now") -> None:
        super().__init__(503, "camera_away", f"{what}; it is tried again by itself", {"Retry-After": "2"})


def bad_request(message: str) -> Refused:
    """The request itself makes no sense."""
    return Refused(400, "bad_request", message)


def not_found(what: str) -> Refused:
    """Nothing of that name is here."""
    return Refused(404, "not_found", f"{what} is not here")
