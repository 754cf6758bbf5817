"""Reads what a signed command says of itself, to route it; **nothing here is verified: the camera does that.**"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from server.errors import bad_request

MAX_JWS_BYTES = 48 * 1024


@dataclass(frozen=True, slots=True)
class UnverifiedCommand:
    """What a compact JWS claims (docs/design/0001, section 6): `kid`, `action`, and the `device` among its args."""

    jws: str
    kid: str
    action: str
    device: str | None


def read_command(jws: str) -> UnverifiedCommand:
    """Raises Refused (bad_request) when `jws` is no compact JWS with the members of section 6."""
    if len(jws) > MAX_JWS_BYTES:
        raise bad_request(f"the command is {len(jws)} bytes, the limit is {MAX_JWS_BYTES}")
    parts = jws.split(".")
    if len(parts) != 3 or not all(parts):
        raise bad_request("the command is no compact JWS: three parts with dots between are needed")
    header, payload = _json_object(parts[0], "header"), _json_object(parts[1], "payload")
    kid, action, args = header.get("kid"), payload.get("action"), payload.get("args")
    if not isinstance(kid, str) or not isinstance(action, str) or not isinstance(args, dict):
        raise bad_request("the command lacks kid, action or args")
    device = args.get("device")
    return UnverifiedCommand(jws, kid, action, device if isinstance(device, str) else None)


def _json_object(part: str, what: str) -> dict[str, Any]:  # Any: JSON of a shape that the callers check
    try:
        text = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
        value = json.loads(text)
    except (binascii.Error, ValueError, RecursionError) as error:
        raise bad_request(f"the command's {what} is no base64url JSON") from error
    if not isinstance(value, dict):
        raise bad_request(f"the command's {what} is no JSON object")
    return value
