"""One HTTP POST to one address that was given as a number: no names looked up, no redirects, no proxies, bounded."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from camera.contract import Ntfy, Webhook, is_on_lan, place_of, read_address
from server.courier.errors import CourierError

STEP_LIMIT_S = 5.0
WHOLE_LIMIT_S = 10.0


@dataclass(frozen=True, slots=True)
class HttpPlace:
    """Where a POST goes; `name` is used for TLS and the Host header alone."""

    address: str
    port: int
    name: str
    is_tls: bool

    @classmethod
    def of(cls, hole: Ntfy | Webhook) -> HttpPlace:
        """Checked here once more, so that nothing but a permitted address is ever dialled.

        Raises BadAddressError.
        """
        address = read_address(hole.address, is_off_lan=hole.is_off_lan)
        if not hole.is_tls and not is_on_lan(address):
            raise CourierError(f"{place_of(hole)} is outside of the house and would not be encrypted: choose https")
        return cls(str(address), hole.port, hole.name, hole.is_tls)

    @property
    def host(self) -> str:
        shown = self.name or (f"[{self.address}]" if ":" in self.address else self.address)
        return shown if self.port == (443 if self.is_tls else 80) else f"{shown}:{self.port}"


class _Connection(http.client.HTTPConnection):
    """Connects to the number, and over TLS only to whom the name, or else the number, belongs."""

    def __init__(self, place: HttpPlace, step_s: float, is_late: threading.Event) -> None:
        super().__init__(place.address, place.port, timeout=step_s)
        self._place, self._step_s, self._is_late = place, step_s, is_late

    def connect(self) -> None:
        self._use(socket.create_connection((self._place.address, self._place.port), self._step_s))
        if not self._place.is_tls:
            return
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        name = self._place.name or self._place.address
        wrapped = context.wrap_socket(self.sock, server_hostname=name, do_handshake_on_connect=False)
        self._use(wrapped)
        wrapped.do_handshake()  # a failure leaves `sock` for `close`

    def _use(self, sock: socket.socket) -> None:
        """From now on `_hang_up` reaches it; what it did before, it did in vain."""
        self.sock = sock
        if self._is_late.is_set():
            raise TimeoutError


def post(place: HttpPlace, path: str, headers: Mapping[str, str], body: bytes, limit_s: float | None = None) -> None:
    """Returns when the other side has said yes (2xx), within `limit_s`, WHOLE_LIMIT_S where none is given.

    Raises CourierError with a sentence that names no secret.
    """
    whole_s = WHOLE_LIMIT_S if limit_s is None else limit_s
    is_late = threading.Event()
    connection = _Connection(place, min(STEP_LIMIT_S, whole_s), is_late)
    limit = threading.Timer(whole_s, _hang_up, (connection, is_late))
    limit.daemon = True
    limit.start()
    try:
        connection.request("POST", path, body, {"Host": place.host, "User-Agent": "Stoop", **headers})
        with connection.getresponse() as answer:
            status = answer.status  # all that counts; of one that ends the connection `_hang_up` has no hold
    except ssl.SSLCertVerificationError as error:
        raise CourierError(
            f"the certificate of {place.host} is not one that this camera trusts: {error.verify_message}"
        ) from error
    except TimeoutError as error:
        raise CourierError(f"{place.host} does not answer: check that it is on, and the address") from error
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise CourierError(f"{place.host} cannot be reached ({why}): check that it is on, and the address") from error
    finally:
        limit.cancel()
        connection.close()
    if is_late.is_set():
        raise CourierError(f"{place.host} takes too long to answer: check what runs there")
    _judge(place, status)


def _hang_up(connection: http.client.HTTPConnection, is_late: threading.Event) -> None:
    """A side that drips its answer out for ever is cut off."""
    is_late.set()
    with contextlib.suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


def _judge(place: HttpPlace, status: int) -> None:
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise CourierError(f"{place.host} wants to send us elsewhere ({status}), which is never followed", status)
    if status in (401, 403):
        raise CourierError(f"{place.host} does not let us in ({status}): check the password or token", status)
    raise CourierError(f"{place.host} would not take it ({status})", status)
