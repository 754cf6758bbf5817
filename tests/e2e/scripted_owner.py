"""An owner without a browser: claims, signs and asks over HTTPS, exactly as the pages do."""

from __future__ import annotations

import json
import time
import weakref
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from camera.claim_code import stretch
from camera.signed import device_id, encode_base64url
from camera.vault.bech32 import bech32_encode

TRIES = 10
WHOLE_PICTURE = '{"allow":[[[0,0],[1,0],[1,1],[0,1]]]}'


class ScriptedOwner:
    """One paired device, and the identity that opens the clips (X25519: quick, and Debian's age reads it too)."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, verify=False, headers={"Origin": url}, timeout=30)
        weakref.finalize(self, self.http.close)  # a socket that is left to the collector is told of in some other test
        self.key = Ed25519PrivateKey.generate()
        secret = X25519PrivateKey.generate()
        self.identity = bech32_encode("age-secret-key-", secret.private_bytes_raw()).upper()
        self.recipient = bech32_encode("age", secret.public_key().public_bytes_raw())

    @property
    def device(self) -> str:
        return device_id(self.key.public_key().public_bytes_raw())

    def claim(self, code: str) -> httpx.Response:
        """Claim, then log in when it worked."""
        salt = self._camera().encode()
        args = {
            "device_key": encode_base64url(self.key.public_key().public_bytes_raw()),
            "device_name": "Script",
            "recipient": self.recipient,
            "camera_name": "Front door",
        }
        key = stretch(code.replace("-", ""), salt)
        answer = self.http.post("/api/claim", json={"jws": self._jws(key, "HS256", "claim", "claim", args)})
        if answer.is_success:
            self.login().raise_for_status()
        return answer

    def _camera(self) -> str:
        """The camera's id, which a server tells once it has met its camera."""
        for _ in range(TRIES):
            if camera := self.http.get("/api/hello").json()["camera"]:
                return str(camera)
            time.sleep(1)
        raise TimeoutError("the server has not met its camera")

    def login(self) -> httpx.Response:
        return self.http.post("/api/login", json={"jws": self.sign("login")})

    def command(self, action: str, **args: Any) -> httpx.Response:
        """Ask, and again when a starved machine kept the camera from answering in time (503)."""
        for _ in range(TRIES):
            answer = self.http.post("/api/commands", json={"jws": self.sign(action, **args)})
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            time.sleep(1)
        return answer

    def draw(self, mask: str = WHOLE_PICTURE) -> None:
        replaces = self.command("mask.get").raise_for_status().json()["digest"]
        answer = self.command("mask.set", mask=mask, replaces=replaces, loosens=True)
        if answer.status_code == httpx.codes.CONFLICT and self.command("mask.get").json().get("mask") == mask:
            return  # asked for again on a starved machine, and the first was carried out after all
        answer.raise_for_status()

    def state(self) -> dict[str, Any]:
        return dict(self.http.get("/api/state").raise_for_status().json())

    def sign(self, action: str, **args: Any) -> str:
        return self._jws(self.key, "EdDSA", self.device, action, args)

    def _jws(self, key: Any, alg: str, kid: str, action: str, args: dict[str, Any]) -> str:
        nonce = self.http.post("/api/nonce").raise_for_status().json()["nonce"]
        payload = json.dumps({"action": action, "args": args, "nonce": nonce}).encode()
        return jwt.PyJWS().encode(payload, key, algorithm=alg, headers={"kid": kid, "typ": "stoop+jws"})
