"""What rclone and SSH say, in words for the owner; pure."""

from __future__ import annotations

import base64
import hashlib
import re

_SAID = re.compile(r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d (?:[A-Z]+ *: )?(.*)$")
_KNOWN = (
    (
        "knownhosts: key mismatch",
        "{} shows another key than before: if you set it up anew, close this and open it again",
    ),
    ("unable to authenticate", "{} does not let us in: check user and password or key"),
    ("401 Unauthorized", "{} does not let us in: check user and password"),
    ("403 Forbidden", "{} does not let us in: check user, password and folder"),
    ("InvalidAccessKeyId", "{} does not know this access key: check it"),
    ("SignatureDoesNotMatch", "{} does not accept the secret key: check it"),
    ("NoSuchBucket", "{} has no bucket of this name: make it there, or name another folder"),
    ("connection refused", "{} cannot be reached: check that the box is on, and the address"),
    ("i/o timeout", "{} does not answer: check that the box is on, and the address"),
    ("no route to host", "{} cannot be reached: check that the box is on, and the address"),
    ("permission denied", "{} does not let us write there: check the folder and its rights"),
    ("no space left", "{} is full: make room there"),
)


def fingerprint(known_hosts: str) -> str:
    """As ssh shows it, of the Ed25519 key where there is one."""
    lines = [line.split() for line in known_hosts.splitlines() if line and not line.startswith("#")]
    keys = {words[1]: words[2] for words in lines if len(words) >= 3}
    if not keys:
        return ""
    chosen = keys.get("ssh-ed25519") or next(iter(keys.values()))
    digest = hashlib.sha256(base64.b64decode(chosen)).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def in_words(said: str, place: str) -> str:
    """What rclone said, as a sentence for the owner."""
    for sign, sentence in _KNOWN:
        if sign.lower() in said.lower():
            return sentence.format(place)
    lines = [match[1] for line in said.splitlines() if (match := _SAID.match(line))]
    return f"{place} would not take it: {lines[-1][:200] if lines else 'rclone gave no reason'}"
