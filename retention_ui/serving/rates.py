"""How often somebody may be wrong, and what a client may hold of us at once."""

from __future__ import annotations

import ipaddress
import math
import time
from typing import TYPE_CHECKING

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from limits import RateLimitItem

# Wrong tokens of one client. A token cannot be guessed: this keeps noise away, so a
# right one passes at any time, from a whole office behind one address too.
TOKENS = RateLimitItemPerMinute(30, 10, namespace="tokens")
# Wrong passwords for a link: of one client, and of all clients together.
PASSWORDS = RateLimitItemPerMinute(10, 15, namespace="passwords")
PASSWORDS_IN_ALL = RateLimitItemPerMinute(100, 60, namespace="passwords_in_all")
# Tabs that one client opens. After a restart all tabs of an office come back at once.
TABS = RateLimitItemPerMinute(600, 1, namespace="tabs")
# Names in memory before those are dropped that count no more.
MANY = 10_000


class Rates:
    """Counts within moving windows, in the memory of this process."""

    def __init__(self) -> None:
        self._storage = MemoryStorage()
        self._windows = MovingWindowRateLimiter(self._storage)
        self._many = MANY

    def hit(self, limit: RateLimitItem, *of: str) -> bool:
        """Count one more; ``False`` where there were too many already."""
        if len(self._storage.events) >= self._many:
            self._forget()
        return self._windows.hit(limit, *of)

    def wait(self, limit: RateLimitItem, *of: str) -> int:
        """Return the seconds until one more is allowed; 0: now."""
        if self._windows.test(limit, *of):
            return 0
        stats = self._windows.get_window_stats(limit, *of)
        return max(1, math.ceil(stats.reset_time - time.time()))

    def _forget(self) -> None:
        """Drop the names of those who did nothing of late: the storage keeps them."""
        for key, events in list(self._storage.events.items()):
            if not events:
                self._storage.clear(key)
        self._many = MANY + 2 * len(self._storage.events)


def client(scope: Mapping[str, Any]) -> str:
    """Return who asks, as far as an address says.

    IPv6 gives each household a whole network, which counts as one.
    """
    host = str((scope.get("client") or ("unknown", 0))[0])
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return host
    return str(ipaddress.ip_network((address, 64), strict=False))
