"""Who may show Kept within a page of their own: the host's setting ``KEPT_FRAMES``."""

from __future__ import annotations

import os
import re

SETTING = "KEPT_FRAMES"
_LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
# A star stands for what is before a domain, never for a domain as a whole.
_ORIGIN = re.compile(
    rf"https?://({_LABEL}(\.{_LABEL})*|\*(\.{_LABEL}){{2,}})(:[0-9]{{1,5}})?"
)


class FramesError(ValueError):
    """The setting holds something that is no origin; the text says what to write."""

    def __init__(self, value: str) -> None:
        super().__init__(
            f"{SETTING} holds {value!r}, which is no origin. Write those who may show "
            "Kept in a frame with a space between, as in "
            f"{SETTING}='https://shop.example https://*.team.example:8443'."
        )


def allowed() -> tuple[str, ...]:
    """Return the origins that may frame us besides our own.

    Raises
    ------
    FramesError
        The setting cannot be understood: better no start than a gap in the policy.
    """
    return tuple(_origin(each) for each in os.environ.get(SETTING, "").split())


def _origin(written: str) -> str:
    plain = written.lower().removesuffix("/")
    if not _ORIGIN.fullmatch(plain):
        raise FramesError(written)
    return plain
