"""How many layouts that nobody listed are read right: a table of files and facts.

``python -m benchmarks.layouts`` judges the corpus of unseen files, and the small shop
in every known layout with the recognition of systems switched off. Fails if one is
silently wrong.
"""

from __future__ import annotations

import sys

from tests.core import accuracy


def main() -> int:
    """Print both tables; the exit code says whether a fact is wrong."""
    code = 0
    for title, corpus in (
        ("Unseen files", accuracy.unseen),
        ("Known layouts, read blind", accuracy.known),
    ):
        judged = accuracy.judged(corpus())
        print(f"{title}\n\n{accuracy.table(judged)}\n")
        code |= bool(accuracy.wrong(judged))
    return code


if __name__ == "__main__":
    sys.exit(main())
