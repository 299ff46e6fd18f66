"""Export files of kinds that nobody has listed, each with what a human reads in it.

Written from what shops have, not from what the program knows. A case is a function;
``case()`` builds its files and its truth, the same ones every time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.core.unseen import anglo, asian, eastern, german, odd, romance

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.core.unseen.base import Case

CASES: tuple[Callable[[], Case], ...] = (
    *german.CASES,
    *romance.CASES,
    *eastern.CASES,
    *asian.CASES,
    *anglo.CASES,
    *odd.CASES,
)
