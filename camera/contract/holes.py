"""The ways out that the owner opened, and what camera and courier say of them; docs/design/0007-courier.md."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Annotated, Literal, TypeAlias

import msgspec

from camera.contract.messages import Event

HoleKind = Literal["mqtt", "ntfy", "webhook", "mirror", "push"]
NoticeKind = Literal["ring", "motion", "offline"]
MirrorProtocol = Literal["sftp", "webdav", "s3"]
HoleWord = Literal["trying", "working", "failing"]

FORWARDED = frozenset(
    {"bell.rang", "motion.started", "motion.ended", "clip.opened", "clip.closed", "source.lost", "source.back"}
)
"""The kinds of events that the courier hears of; none has a picture or a name."""

_LAN4 = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8")
_LAN6 = ("fc00::/7", "fe80::/10", "::1/128")
_LAN = tuple(ip_network(net) for net in (*_LAN4, *_LAN6))

_Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
_Secret = Annotated[str, msgspec.Meta(max_length=4096, pattern=r"^[^\x00]*$")]
_User = Annotated[str, msgspec.Meta(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]
_Name = Annotated[
    str, msgspec.Meta(max_length=253, pattern=r"^([A-Za-z0-9]([A-Za-z0-9-]{0,62})(\.[A-Za-z0-9-]{1,63})*)?$")
]
_Topic = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
_Path = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*$")]
_Folder = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^/?[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$")]
_CooldownS = Annotated[int, msgspec.Meta(ge=0, le=3600)]
_Notices = Annotated[tuple[NoticeKind, ...], msgspec.Meta(min_length=1, max_length=3)]


class _Hole(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """`address` is a number, never a name: nothing is ever looked up, so nobody can send the courier elsewhere.

    `name` is what the other side calls itself, for TLS and for the Host header alone. `secret` goes to that address
    and nowhere else; it is in no `repr`.
    """

    address: Annotated[str, msgspec.Meta(max_length=45)]
    port: _Port
    is_off_lan: bool = False
    """The owner says that this address is outside of the house, and that it is meant."""
    name: _Name = ""
    secret: _Secret = ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({place_of(self)})"


class Mqtt(_Hole, frozen=True, kw_only=True, tag="mqtt"):
    """A broker that Home Assistant listens to."""

    user: _User = ""


class Ntfy(_Hole, frozen=True, kw_only=True, tag="ntfy"):
    """A server of ntfy's; `secret` is its access token, or empty."""

    topic: _Topic
    is_tls: bool = False
    notices: _Notices = ("ring", "offline")
    cooldown_s: _CooldownS = 60


class Webhook(_Hole, frozen=True, kw_only=True, tag="webhook"):
    """Anything that takes a POST; `secret` signs each one."""

    path: _Path = "/"
    is_tls: bool = False
    notices: _Notices = ("ring", "offline")
    cooldown_s: _CooldownS = 60


class Mirror(_Hole, frozen=True, kw_only=True, tag="mirror"):
    """A second box for sealed copies; `secret` is a password, an SSH private key, or the secret half of an S3 key."""

    protocol: MirrorProtocol
    user: _User = ""
    folder: _Folder = "stoop"
    """On that box; for S3 its first part is the bucket, which must be there."""
    is_tls: bool = False
    keep_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] | None = 30
    """Copies older than so are deleted there; None: never by us."""


PUSH_SERVICES: dict[str, str] = {
    "fcm.googleapis.com": "Google",
    "updates.push.services.mozilla.com": "Mozilla",
    "web.push.apple.com": "Apple",
}
"""Host to whose it is: the push services that a browser may name, and the only names that are ever looked up."""
PUSH_PORT, MOST_PHONES = 443, 8

_Base64 = r"^[A-Za-z0-9_-]{%d}$"


class Phone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where one device takes notices (RFC 8030) and the public key that they are encrypted to (RFC 8291)."""

    device: Annotated[str, msgspec.Meta(max_length=64)]
    endpoint: Annotated[str, msgspec.Meta(max_length=800, pattern=r"^https://[a-z.]+/[A-Za-z0-9._~:/%=&?+-]+$")]
    key: Annotated[str, msgspec.Meta(pattern=_Base64 % 87)]
    auth: Annotated[str, msgspec.Meta(pattern=_Base64 % 22)]

    def __repr__(self) -> str:
        return f"Phone({self.device})"


class Push(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="push"):
    """Web Push: always outside of the house. `secret` is the private VAPID key (RFC 8292), which opens nothing."""

    phones: Annotated[tuple[Phone, ...], msgspec.Meta(min_length=1, max_length=MOST_PHONES)]
    secret: Annotated[str, msgspec.Meta(pattern=_Base64 % 43)]
    notices: _Notices = ("ring", "offline")
    cooldown_s: _CooldownS = 60
    is_off_lan: Literal[True] = True

    def __repr__(self) -> str:
        return f"Push({place_of(self)})"

    @property
    def hosts(self) -> tuple[str, ...]:
        """Whom the courier may call for this one, sorted."""
        return tuple(sorted({push_host(phone.endpoint) for phone in self.phones}))


AddressedHole: TypeAlias = Mqtt | Ntfy | Webhook | Mirror
Hole: TypeAlias = AddressedHole | Push


class HolesNow(msgspec.Struct, frozen=True, tag="holes"):
    """To the courier, first and after each change: what is open, and how the camera is. Holds the secrets."""

    holes: tuple[Hole, ...]
    tag: str
    """8 hex digits by which the other side tells this camera from others; made with the first hole, no camera id."""
    is_watching: bool
    is_delivering: bool
    """False where pictures should come and do not: not when the owner switched them off, nor in bell-only mode."""
    open_clip: str | None
    snooze_left_s: float = 0.0


class TestWanted(msgspec.Struct, frozen=True, tag="test"):
    """To the courier: try this one now."""

    __test__ = False  # no test of pytest's

    kind: HoleKind


class HoleReport(msgspec.Struct, frozen=True, tag="report", forbid_unknown_fields=True):
    """From the courier, all that it can say. `at_ms` of the last success by the wall clock."""

    kind: HoleKind
    word: HoleWord
    why: Annotated[str, msgspec.Meta(max_length=300)] = ""
    at_ms: Annotated[int, msgspec.Meta(ge=0, le=2**53)] | None = None
    waiting: Annotated[int, msgspec.Meta(ge=0, le=10**7)] = 0
    """Notices, or files, that have still to go."""
    waiting_clips: Annotated[int, msgspec.Meta(ge=0, le=10**7)] = 0
    dropped: Annotated[int, msgspec.Meta(ge=0, le=10**9)] = 0
    """Notices that found no room in the queue."""
    missed: Annotated[int, msgspec.Meta(ge=0, le=10**9)] = 0
    """Notices that were too old to be sent as if new."""
    identity: Annotated[str, msgspec.Meta(max_length=100)] = ""
    """By what the other side was recognised (the fingerprint of its SSH key); empty where there is no such thing."""


ToCourier: TypeAlias = HolesNow | TestWanted | Event


class BadAddressError(ValueError):
    """An address that no hole may lead to; the message is a sentence with the fix."""


def read_address(text: str, *, is_off_lan: bool) -> IPv4Address | IPv6Address:
    """The address of a hole.

    Raises BadAddressError for a name, for an address that is no single machine's, and for one outside of the house
    unless `is_off_lan` says that this is meant.
    """
    try:
        address = ip_address(text)
    except ValueError as error:
        raise BadAddressError(
            f"{text[:60]!r} is no address: give the number of the other device, such as 192.168.1.20"
        ) from error
    if isinstance(address, IPv6Address) and (address.ipv4_mapped or address.sixtofour or address.teredo):
        raise BadAddressError(f"{text!r} hides another address: give that one")
    if isinstance(address, IPv6Address) and address.scope_id:
        raise BadAddressError(f"{text!r} names a network card: give an address without %")
    if address.is_multicast or address.is_unspecified or (address.is_reserved and not is_on_lan(address)):
        raise BadAddressError(f"{text!r} is the address of no single device: give the number of one")
    if not is_on_lan(address) and not is_off_lan:
        raise BadAddressError(
            f"{text!r} is outside of your house: give an address of your home network, or say that this is meant"
        )
    return address


def push_host(endpoint: str) -> str:
    """The push service of an endpoint. Raises BadAddressError for any host that is not exactly one of the few."""
    host = endpoint.removeprefix("https://").partition("/")[0]
    if not endpoint.startswith("https://") or host not in PUSH_SERVICES:
        known = ", ".join(PUSH_SERVICES)
        raise BadAddressError(f"{host[:60]!r} is no push service that this camera knows ({known}): use another browser")
    return host


def check_place(hole: Hole) -> None:
    """Raises BadAddressError where this leads to an address that was never permitted."""
    if isinstance(hole, Push):
        for phone in hole.phones:
            push_host(phone.endpoint)
    else:
        read_address(hole.address, is_off_lan=hole.is_off_lan)


def listed(hole: Hole) -> list[dict[str, str | int]]:
    """Whom the firewall has to let the courier through to: a number, or the name of a push service; no secret."""
    if isinstance(hole, Push):
        return [{"kind": "push", "name": host, "port": PUSH_PORT} for host in hole.hosts]
    return [{"kind": kind_of(hole), "address": hole.address, "port": hole.port}]


def is_on_lan(address: IPv4Address | IPv6Address) -> bool:
    """RFC 1918, link-local, unique local (RFC 4193) and loopback addresses."""
    return any(address.version == net.version and address in net for net in _LAN)


def place_of(hole: Hole | _Hole) -> str:
    """Address and port as they are written."""
    if isinstance(hole, Push):
        return ", ".join(f"{host}:{PUSH_PORT}" for host in hole.hosts)
    return f"[{hole.address}]:{hole.port}" if ":" in hole.address else f"{hole.address}:{hole.port}"


def kind_of(hole: Hole | _Hole) -> HoleKind:
    """The word of the table."""
    kind: HoleKind = hole.__struct_config__.tag  # type: ignore[assignment]  # each of our tags is one of the words
    return kind
