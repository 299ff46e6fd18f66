"""Where tables live and how they are asked: the only module that names an engine."""

from __future__ import annotations

import errno
import json
import os
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
from ibis.expr import operations as ops

from retention_core.columns import METADATA_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import ibis.expr.types as ir
    import pandas as pd
    from ibis.backends import BaseBackend

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def connect(url: str | None = None, **settings: str | int) -> BaseBackend:
    """Open an Ibis backend.

    Parameters
    ----------
    url
        Anything ``ibis.connect`` takes (``duckdb://file``, ``postgres://…``,
        ``pyspark://``). Without one: an empty DuckDB in memory.
    settings
        DuckDB settings such as ``memory_limit``; only without ``url``.
    """
    if url is not None:
        return ibis.connect(url)
    return ibis.duckdb.connect(**settings)


@contextmanager
def cursor(backend: BaseBackend) -> Iterator[BaseBackend]:
    """A backend for one thread: two threads on one DuckDB connection mix their rows."""
    if backend.name != "duckdb":
        yield backend
        return
    own = backend.con.cursor()
    try:
        yield ibis.duckdb.from_connection(own)
    finally:
        own.close()


def run(expression: ir.Table, backend: BaseBackend | None = None) -> pd.DataFrame:
    """Ask the engine and bring the (small) answer into Python."""
    with cursor(backend or expression.get_backend()) as own:
        answer: pd.DataFrame = own.execute(expression)
    return answer


@contextmanager
def held(table: ir.Table, backend: BaseBackend | None = None) -> Iterator[ir.Table]:
    """Work ``table`` out once for several questions; it is gone afterwards.

    In DuckDB as a table of the shared database, which other cursors see as well. Any
    other engine is asked anew each time.
    """
    home = backend or table.get_backend()
    if home.name != "duckdb":
        yield table
        return
    name = f"held_{secrets.token_hex(8)}"
    with cursor(home) as own:
        own.create_table(name, table)
        try:
            kept = ops.DatabaseTable(name=name, schema=table.schema(), source=home)
            yield kept.to_expr()
        finally:
            own.drop_table(name)


def keyed_digest(text: ir.StringValue, key: str) -> ir.StringValue:
    """Return 64 hexadecimal digits that stand for a text: its SHA-256 with a key.

    Whoever does not know the key cannot tell of which text they are, nor try out
    texts. DuckDB and Spark; Ibis knows no SHA-256 of PostgreSQL.
    """
    return (ibis.literal(key) + text).hexdigest("sha256")


def write_parquet(
    table: ir.Table,
    path: Path,
    metadata: Mapping[str, Any] | None = None,
    backend: BaseBackend | None = None,
) -> None:
    """Write ``table`` to one Parquet file, from DuckDB, ``metadata`` inside it."""
    with cursor(backend or table.get_backend()) as own:
        words = json.dumps(metadata or {}).replace("'", "''")
        target = str(path).replace("'", "''")
        query = own.compile(table)
        own.raw_sql(
            f"COPY ({query}) TO '{target}' "
            f"(FORMAT parquet, KV_METADATA {{{METADATA_KEY}: '{words}'}})"
        ).fetchall()


@contextmanager
def on_disk() -> Iterator[None]:
    """Raise ``OSError`` where a DuckDB cannot write: it tells why in words alone."""
    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        said = str(error).lower()
        full = [each for each in _FULL if os.strerror(each).lower() in said]
        full += [errno.ENOSPC] if "max_temp_directory_size" in said else []
        code = full[0] if full else errno.EIO
        raise OSError(code, os.strerror(code)) from error


def open_parquet(
    paths: Mapping[str, Path], **settings: str | int
) -> tuple[BaseBackend, dict[str, dict[str, Any]]]:
    """Open Parquet files as views of one DuckDB; return it and each file's metadata."""
    backend = connect(None, **settings)
    metadata: dict[str, dict[str, Any]] = {}
    for name, path in paths.items():
        source = str(path).replace("'", "''")
        backend.raw_sql(
            f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{source}')"
        ).fetchall()
        metadata[name] = _metadata(backend, source)
    return backend, metadata


def confine(backend: BaseBackend, folder: Path) -> None:
    """Let a DuckDB see nothing but ``folder``, for good; it spills there as well.

    Into a folder of its own: others that have the same one open, in other processes,
    would write to files of the same names.

    The order matters: directories are allowed before the rest is forbidden. Ibis sets
    two options on every cursor, which therefore stay open.
    """
    place = str(folder).replace("'", "''")
    for setting in (
        f"temp_directory = '{place}/spill-{secrets.token_hex(8)}'",
        f"allowed_directories = ['{place}/']",
        "enable_external_access = false",
        "allowed_configs = ['TimeZone', 'python_enable_replacements']",
        "python_enable_replacements = false",
        "lock_configuration = true",
    ):
        backend.raw_sql(f"SET {setting}").fetchall()


def _metadata(backend: BaseBackend, source: str) -> dict[str, Any]:
    rows = backend.raw_sql(
        f"SELECT key, value FROM parquet_kv_metadata('{source}')"
    ).fetchall()
    for key, value in rows:
        if bytes(key).decode() == METADATA_KEY:
            return dict(json.loads(bytes(value).decode()))
    return {}
