"""The address of a link, as it is sent to somebody: where this server is reached."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import streamlit as st

# Where a proxy or another name stands before us: the address that others use.
SETTING = "KEPT_URL"
ARRIVAL = "/s/"


def of(token: str) -> str:
    """Return the whole address of a link."""
    return f"{root()}{ARRIVAL}{token}"


def root() -> str:
    """Return where the program is reached, without a slash at its end.

    ``KEPT_URL`` decides; without it, what stands in the browser that asks. Empty where
    neither is known: an address then begins with its path.
    """
    if public := os.environ.get(SETTING, "").strip():
        return (public if "://" in public else f"https://{public}").rstrip("/")
    base = str(st.get_option("server.baseUrlPath") or "")
    return seen(st.context.url or "", base)


def seen(url: str, base: str) -> str:
    """Return the root of what a browser shows.

    ``base`` is the path that the program is served under, if it knows. A proxy may
    serve it under a path that it does not know: that is what stands before the page.
    """
    parts = urlsplit(url)
    if not parts.netloc:
        return ""
    path = base.strip("/")
    if not path:
        path = parts.path.rpartition("/")[0].strip("/")
    return f"{parts.scheme}://{parts.netloc}" + (f"/{path}" if path else "")
