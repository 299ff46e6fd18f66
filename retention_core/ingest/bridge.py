"""One customer under two keys: a number in one file, an e-mail in the next."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

from retention_core.ingest.several import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duckdb import DuckDBPyConnection

    from retention_core.ingest.model import Detection

TABLE = "same_person"


def link(
    con: DuckDBPyConnection,
    staged: Mapping[int, str],
    found: list[Detection],
    groups: Mapping[int, int],
) -> bool:
    """Make ``same_person`` (old, new), where files name customers otherwise.

    A key stands for another where rows of one file hold both, or where the same orders
    (``groups``: sheets that share them) name them; and only where it stands for no
    second one. Return whether any does.
    """
    kinds = {n: kind for n in staged if (kind := kind_of(found[n])) is not None}
    if len({*kinds.values()}) < 2:
        return False
    parts = [
        part for n, kind in kinds.items() for part in _beside(con, staged[n], kind)
    ]
    parts += [
        _by_orders(staged[one], staged[other])
        for one, other in permutations(kinds, 2)
        if PEOPLE.index(kinds[one]) < PEOPLE.index(kinds[other])
        and groups.get(one, -1) == groups.get(other, -2)
    ]
    if not parts:
        return False
    con.execute(
        "CREATE TABLE told AS SELECT old, min(new) AS new FROM "
        f"({' UNION ALL '.join(parts)}) WHERE old <> new GROUP BY old "
        "HAVING count(DISTINCT new) = 1"
    )
    # A phone may stand for an e-mail that stands for a number.
    con.execute(
        f"CREATE TABLE {TABLE} AS SELECT a.old, coalesce(b.new, a.new) AS new "
        "FROM told AS a LEFT JOIN told AS b ON a.new = b.old "
        "WHERE a.old <> coalesce(b.new, a.new)"
    )
    return con.execute(f"SELECT count(*) FROM {TABLE}").fetchall() != [(0,)]


def kind_of(each: Detection) -> str | None:
    """The field that names the customers of a sheet."""
    return next((field for field in PEOPLE if field in each.mapping), None)


def _beside(con: DuckDBPyConnection, relation: str, kind: str) -> list[str]:
    have = {name for name, *_ in con.execute(f"DESCRIBE {relation}").fetchall()}
    return [
        f"SELECT {other} AS old, customer_id AS new FROM {relation} WHERE code IS NULL"
        for other in PEOPLE[PEOPLE.index(kind) + 1 :]
        if other in have
    ]


def _by_orders(one: str, other: str) -> str:
    def named(relation: str) -> str:
        return (
            "(SELECT ltrim(number, '#') AS number, max(customer_id) AS customer_id "
            f"FROM {relation} WHERE code IS NULL AND number IS NOT NULL GROUP BY ALL "
            "HAVING count(DISTINCT customer_id) = 1)"
        )

    return (
        f"SELECT b.customer_id AS old, a.customer_id AS new FROM {named(one)} AS a "
        f"JOIN {named(other)} AS b USING (number)"
    )
