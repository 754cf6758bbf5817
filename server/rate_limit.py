"""Counts requests an address, so that nobody guesses or floods; it never looks at what they say."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable

MAX_ADDRESSES = 1024


class RateLimiter:
    """A token bucket an address: `burst` at once, then `per_minute`.

    At most MAX_ADDRESSES are remembered, the one unheard of for longest is forgotten; IPv6 counts by its /64.
    """

    def __init__(self, per_minute: float, burst: int, monotonic_s: Callable[[], float]) -> None:
        self._per_second = per_minute / 60
        self._burst = burst
        self._monotonic_s = monotonic_s
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, address: str) -> bool:
        """Count one request of `address`; False when it has none left."""
        now_s = self._monotonic_s()
        key = address_group(address)
        tokens, at_s = self._buckets.pop(key, (float(self._burst), now_s))
        tokens = min(float(self._burst), tokens + (now_s - at_s) * self._per_second)
        is_allowed = tokens >= 1
        self._buckets[key] = (tokens - 1 if is_allowed else tokens, now_s)
        if len(self._buckets) > MAX_ADDRESSES:
            self._buckets.popitem(last=False)
        return is_allowed

    def __len__(self) -> int:
        return len(self._buckets)


def address_group(address: str) -> str:
    """An IPv4 address itself, an IPv6 address's /64; anything else as it is."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:  # an IPv4 peer on a dual-stack socket
        return str(parsed.ipv4_mapped)
    if parsed.version == 4 or parsed.is_link_local or parsed.is_loopback:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
