"""An owner without a browser: claims, draws and opens the live picture over HTTPS, as the pages do."""

from __future__ import annotations

import http.client
import json
import ssl
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from camera.claim_code import stretch
from camera.signed import device_id, encode_base64url
from stoop.bench_video import throwaway_recipient
from stoop.mask_files import WHOLE_PICTURE


class BenchOwner:
    """One paired device. Trusts whatever certificate it is shown: it talks to a process that it started itself.

    Every method raises RuntimeError with the server's answer when it is refused.
    """

    def __init__(self, url: str) -> None:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        place = urlsplit(url)
        self._http = http.client.HTTPSConnection(place.hostname or "", place.port, context=context, timeout=30)
        self._headers = {"Origin": url, "Content-Type": "application/json"}
        self._key = Ed25519PrivateKey.generate()

    def claim(self, code: str) -> None:
        """Claim the camera with its code, log in, and draw the whole picture as the stoop."""
        salt = str(json.loads(self._ask("GET", "/api/hello"))["camera"]).encode()
        args = {
            "device_key": encode_base64url(self._public_key),
            "device_name": "Bench",
            "recipient": throwaway_recipient(),
            "camera_name": "Bench",
        }
        key = stretch(code.replace("-", ""), salt)
        self._post("/api/claim", {"jws": self._jws(key, "HS256", "claim", "claim", args)})
        self._post("/api/login", {"jws": self._sign("login")})
        drawing = {"mask": WHOLE_PICTURE.decode(), "replaces": None}
        self._post("/api/commands", {"jws": self._sign("mask.set", **drawing)})

    def open_live(self, offer: str) -> str:
        """The answer's SDP."""
        headers = {"Authorization": f"Bearer {self._sign('live.open')}", "Content-Type": "application/sdp"}
        return self._ask("POST", "/api/live", offer.encode(), headers).decode()

    @property
    def _public_key(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    def _sign(self, action: str, **args: object) -> str:
        return self._jws(self._key, "EdDSA", device_id(self._public_key), action, args)

    def _jws(self, key: Any, alg: str, kid: str, action: str, args: dict[str, Any]) -> str:  # Any: what PyJWT takes
        payload = json.dumps({"action": action, "args": args, "nonce": self._post("/api/nonce")["nonce"]})
        return jwt.PyJWS().encode(payload.encode(), key, algorithm=alg, headers={"kid": kid, "typ": "stoop+jws"})

    def _post(self, path: str, body: object = None) -> dict[str, Any]:  # Any: JSON of each route's own shape
        answer: dict[str, Any] = json.loads(self._ask("POST", path, json.dumps(body).encode() if body else b""))
        return answer

    def _ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
        self._http.request(method, path, body, {**self._headers, **(headers or {})})
        response = self._http.getresponse()
        answer = response.read()
        if response.status >= 300:
            raise RuntimeError(f"{method} {path} was answered with {response.status}: {answer[:200]!r}")
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                self._headers["Cookie"] = value.partition(";")[0]
        return answer
