"""Who can be reached by a program: e-mail addresses and telephone numbers as they are.

Nothing is made up: a number without its country stays without.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

_EMAIL = re.compile(
    r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+\.[^\s@.<>,;:\"()]{2,}"
)
_BETWEEN = re.compile(r"[\s().\-/\u00a0\u2010-\u2015]+")
_E164 = re.compile(r"\+[1-9][0-9]{7,14}")


def address(text: object) -> str | None:
    """Return an e-mail address in small letters; ``None`` where there is none."""
    found = str(text).strip().lower() if isinstance(text, str) else ""
    return found if _EMAIL.fullmatch(found) and ".." not in found else None


def international(text: object) -> str | None:
    """Return a telephone number as E.164 (``+4917612345678``), where it is one.

    It is one where it names its country, by ``+`` or by ``00``. Which country a number
    without that is of would be a guess: then ``None``.
    """
    if not isinstance(text, str):
        return None
    # +49 (0)176 …: the zero is dialled within the country only.
    found = _BETWEEN.sub("", text.strip().replace("(0)", ""))
    found = f"+{found[2:]}" if found.startswith("00") else found
    return found if _E164.fullmatch(found) else None


def way(frame: pd.DataFrame, form: str) -> pd.Series:
    """By what a program knows each customer: an address or a number, None without.

    Mailchimp needs an e-mail address, Klaviyo that or a number as E.164. ``frame`` has
    contacts as of :func:`retention_ui.mailing.written`.
    """
    found = of(frame, "email", address)
    if form == "klaviyo":
        found = found.fillna(of(frame, "phone", international))
    return found


def reachable(frame: pd.DataFrame, form: str) -> pd.Series:
    """Whether each customer can stand in a file of ``form``.

    Of several with one address the first; a mail merge and our own columns take
    everybody.
    """
    if form not in ("mailchimp", "klaviyo"):
        return pd.Series(True, index=frame.index)
    known = way(frame, form)
    return known.notna() & ~known.duplicated()


def of(
    frame: pd.DataFrame, column: str, read: Callable[[object], str | None]
) -> pd.Series:
    """Return a column as ``read`` finds it, empty where the frame has none."""
    if column not in frame:
        return pd.Series(None, index=frame.index, dtype="object")
    return frame[column].map(read).astype("object").where(lambda each: each.notna())
