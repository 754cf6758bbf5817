"""Notices as a signed POST to anything of the owner's; the format is in docs/design/0007-courier.md."""

from __future__ import annotations

import hmac
import json
import secrets

from camera.contract import Hole, Webhook
from server.courier.carrier import Carrier, Surroundings
from server.courier.http_post import HttpPlace, post
from server.courier.notices import Notice
from server.courier.notifier import Notifier


def start(hole: Hole, around: Surroundings) -> Carrier:
    assert isinstance(hole, Webhook)
    return Notifier(
        "webhook", hole.notices, hole.cooldown_s, lambda notice: send(hole, notice, around.wall_ms()), around
    )


def send(hole: Webhook, notice: Notice, now_ms: int) -> None:
    """Raises CourierError."""
    facts = {"kind": notice.word, "at_ms": notice.at_ms, "missed": notice.is_missed, "count": notice.count}
    body = json.dumps({"v": 1, "id": secrets.token_hex(8), **facts}).encode()
    seconds = str(now_ms // 1000)
    headers = {
        "Content-Type": "application/json",
        "Stoop-Timestamp": seconds,
        "Stoop-Signature": f"v1={signature(hole.secret, seconds, body)}",
    }
    post(HttpPlace.of(hole), hole.path, headers, body)


def signature(secret: str, seconds: str, body: bytes) -> str:
    """HMAC-SHA256 (RFC 2104) under the secret's UTF-8 over timestamp, a dot and the body, in hex."""
    return hmac.digest(secret.encode(), seconds.encode() + b"." + body, "sha256").hex()
