"""Lists that come beside the orders: products, and customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.ingest import values
from retention_core.ingest.headers import normalise
from retention_core.ingest.layouts.columns import cells
from retention_core.ingest.write import copy

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from duckdb import DuckDBPyConnection

    from retention_core.ingest.model import Detection, RawSheet

    Sheets = list[tuple[RawSheet, Detection]]


_OWN = ("of_list", "person", "key", "mail")


def matched(con: DuckDBPyConnection, sheets: Sheets) -> pd.DataFrame:
    """How much of each list stands in the orders: ``file, sheet, role, listed, found``.

    Customers by id or e-mail, products by number or name; of campaign files, how many
    of the customers that they name are known.
    """
    import pandas as pd

    rows = []
    for number, (sheet, each) in enumerate(sheets):
        if each.role == "customers":
            listed = (
                "SELECT count(*), count(linked.person) FROM people LEFT JOIN linked "
                f"USING (person) WHERE of_list = {values.literal(each.key)} "
                "AND coalesce(key, mail) IS NOT NULL"
            )
        elif each.role == "contacts" and {"customer_id", "email"} & {*each.mapping}:
            listed = (
                "SELECT count(DISTINCT coalesce(key, mail)), count(DISTINCT coalesce("
                "key, mail)) FILTER (customer_id IS NOT NULL) FROM contact_rows "
                f"WHERE sheet = {number}"
            )
        elif each.role == "products":
            keys = [field for field in ("sku", "product") if field in each.mapping]
            said = " OR ".join(f"lower({values.key(k)}) IN (FROM sold)" for k in keys)
            listed = (
                "WITH sold AS (SELECT lower(sku) AS key FROM order_lines WHERE sku IS "
                "NOT NULL UNION SELECT lower(product) FROM order_lines WHERE product "
                "IS NOT NULL) SELECT count(*), count(*) FILTER "
                f"({said or 'false'}) FROM ({_mapped(sheet, each)}) "
                f"WHERE coalesce({', '.join([*keys, 'NULL'])}) IS NOT NULL"
            )
        else:
            continue
        counts = con.execute(listed).fetchall()[0]
        rows.append((each.file, each.sheet, each.role, *counts))
    names = ["file", "sheet", "role", "listed", "found"]
    return pd.DataFrame(rows, columns=names)


def products(con: DuckDBPyConnection, sheets: Sheets) -> None:
    """Make ``products``: a row a number and a row a name, with name and category."""
    parts = [_mapped(sheet, found) for sheet, found in sheets]
    if not parts:
        return
    every = " UNION ALL BY NAME ".join(parts)
    have = set().union(*(found.mapping for _, found in sheets))
    name = "product" if "product" in have else "NULL::VARCHAR"
    category = "category" if "category" in have else "NULL::VARCHAR"
    keys = [field for field in ("sku", "product") if field in have]
    rows = " UNION ALL ".join(
        f"SELECT {place} AS place, lower({values.key(field)}) AS key, "
        f"{name} AS product, {category} AS category FROM ({every})"
        for place, field in enumerate(keys)
    )
    con.execute(
        "CREATE TABLE products AS SELECT key, arg_min(product, place) AS product, "
        f"arg_min(category, place) AS category FROM ({rows}) "
        "WHERE key IS NOT NULL GROUP BY key"
    )


def write_products(con: DuckDBPyConnection, sheets: Sheets, path: Path) -> None:
    """Write the rows of the lists of products: name, number, category, cost, price."""
    path.unlink(missing_ok=True)  # of an earlier build
    if not sheets:
        return
    parts = []
    for sheet, found in sheets:
        cells = dict.fromkeys(("product", "sku", "category"), "NULL::VARCHAR")
        cells |= dict.fromkeys(("cost", "price"), "NULL::DOUBLE")
        for field in found.mapping.keys() & cells.keys():
            cells[field] = field
            if field in ("cost", "price"):
                cells[field] = values.number(field, found.decimal_of(field))
        cells["sku"] = values.key(cells["sku"])
        wanted = ", ".join(f"{cell} AS {name}" for name, cell in cells.items())
        parts.append(f"SELECT {wanted} FROM ({_mapped(sheet, found)})")
    every = " UNION ALL ".join(parts)
    copy(con, f"SELECT * FROM ({every}) WHERE coalesce(sku, product) IS NOT NULL", path)


def customers(
    con: DuckDBPyConnection, columns: list[str], sheets: Sheets, path: Path
) -> None:
    """Write one row a known customer: from the orders, and from lists of people."""
    traits = [name for name in ("customer_name", "email", "phone") if name in columns]
    chosen = "".join(f", max({name}) AS {name}" for name in traits)
    source = "kept" if traits else "order_lines"
    con.execute(
        f"CREATE TABLE known AS SELECT customer_id{chosen} FROM {source} "
        "WHERE customer_id IS NOT NULL GROUP BY customer_id"
    )
    if not sheets:
        copy(con, "SELECT * FROM known", path)
        return
    people = " UNION ALL BY NAME ".join(
        _person(sheet, found) for sheet, found in sheets
    )
    con.execute(f"CREATE TABLE people AS {people}")
    have = [name for name, *_ in con.execute("DESCRIBE people").fetchall()]
    con.execute(f"CREATE TABLE spelt AS {_folded(con)}")
    _link(con, by_email="email" in traits)
    shared = [name for name in traits if name in have]
    hidden = {*shared, *_OWN}
    # Of several rows of one customer each cell is the first that is filled.
    own = "".join(f', {_told(name)} AS "{name}"' for name in have if name not in hidden)
    both = "".join(
        f", coalesce(arg_min(people.{n}, person), any_value(known.{n})) AS {n}"
        for n in shared
    )
    rest = "".join(
        f", any_value(known.{name}) AS {name}" for name in traits if name not in shared
    )
    key = "coalesce(known.customer_id, linked.customer_id, people.key, people.mail)"
    copy(
        con,
        f"SELECT {key} AS customer_id{both}{rest}{own} FROM known FULL JOIN "
        "(people LEFT JOIN linked USING (person)) "
        "ON known.customer_id = linked.customer_id GROUP BY 1",
        path,
    )


def _told(name: str) -> str:
    """SQL of one cell of a customer's rows: the first; of consent, all that differ.

    Whoever said yes once and no another time has said no.
    """
    if name == "consent":
        return """string_agg(DISTINCT people.consent, ' / ' ORDER BY people.consent)"""
    return f'arg_min(people."{name}", person)'


def _link(con: DuckDBPyConnection, *, by_email: bool) -> None:
    """Make ``linked``: which customer of the orders each person is."""
    ways = [("customer_id", "key"), ("customer_id", "mail")]
    ways += [("email", "mail")] if by_email else []
    ways += [("customer_id", "spelt")]
    found = " UNION ALL ".join(
        f"SELECT person, customer_id, {place} AS place "
        f"FROM (SELECT *, (SELECT theirs FROM spelt WHERE ours = key) AS spelt "
        f"FROM people) AS people JOIN known ON known.{theirs} = people.{ours}"
        for place, (theirs, ours) in enumerate(ways)
    )
    con.execute(
        "CREATE TABLE linked AS SELECT person, arg_min(customer_id, place) "
        f"AS customer_id FROM ({found}) GROUP BY person"
    )


def _folded(con: DuckDBPyConnection) -> str:
    """SQL of ``ours, theirs``: keys of the list that the orders spell otherwise.

    ``01001``, ``c-1001`` and ``1001`` are one number: only where each stands for one
    key on both sides, where none is the same as it is, and where at least half of one
    side is found so.
    """
    plain = (
        "regexp_replace(lower(trim({0})), '^[a-z]*[^a-z0-9]*0*([0-9]{{2,}})$', '\\1')"
    )
    ours, theirs = plain.format("key"), plain.format("customer_id")
    con.execute(
        "CREATE TABLE folded AS SELECT ours, theirs FROM "
        f"(SELECT {ours} AS bare, min(key) AS ours FROM people WHERE key IS NOT NULL "
        "GROUP BY ALL HAVING count(DISTINCT key) = 1) JOIN "
        f"(SELECT {theirs} AS bare, min(customer_id) AS theirs FROM known "
        "GROUP BY ALL HAVING count(DISTINCT customer_id) = 1) USING (bare)"
    )
    few = (
        "least((SELECT count(DISTINCT key) FROM people), (SELECT count(*) FROM known))"
    )
    exact = "SELECT key FROM people JOIN known ON key = known.customer_id"
    return (
        f"SELECT * FROM folded WHERE NOT EXISTS ({exact}) "
        f"AND (SELECT count(*) FROM folded) >= 0.5 * {few}"
    )


def _mapped(sheet: RawSheet, found: Detection) -> str:
    """The mapped columns of a list under the names of their fields."""
    named = ", ".join(f"{cell} AS {field}" for field, cell in cells(found).items())
    return f"SELECT {named} FROM {sheet.relation} WHERE row >= {found.first_row}"


def _person(sheet: RawSheet, found: Detection) -> str:
    """A person a row: keys, known fields, every other column as an attribute."""
    fields = {column: field for field, column in found.mapping.items()}
    known = cells(found)
    # Names that stand in two columns are one.
    halves = {each for several in found.together.values() for each in several[1:]}
    names: dict[str, str] = {}
    for place, column in enumerate(found.columns[: sheet.columns]):
        if column in halves:
            continue
        name = fields.get(column) or normalise(column).replace(" ", "_")
        if name and name not in names and name not in _OWN:
            names[name] = known.get(name, values.text(f"c{place}"))
    if "customer_name" not in names and {"first_name", "last_name"} <= names.keys():
        both = (names.pop("first_name"), names.pop("last_name"))
        names["customer_name"] = f"nullif(concat_ws(' ', {', '.join(both)}), '')"
    key = values.person("customer_id") if "customer_id" in names else "NULL::VARCHAR"
    mail = values.email("email") if "email" in names else "NULL::VARCHAR"
    texts = "".join(f', {cell} AS "{name}"' for name, cell in names.items())
    kept = "".join(f', "{name}"' for name in names if name != "customer_id")
    return (
        f"SELECT {values.literal(found.key)} AS of_list, "
        f"{values.literal(found.key)} || row AS person, {key} AS key, "
        f"{mail} AS mail{kept} FROM (SELECT row{texts} FROM {sheet.relation} "
        f"WHERE row >= {found.first_row})"
    )
