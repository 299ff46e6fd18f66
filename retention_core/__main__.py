"""Command line: ``python -m retention_core check|cohorts|churn|forecast|baskets``."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import retention_core as rc
from retention_core.columns import LINES
from retention_core.errors import RetentionError
from retention_core.periods import GRAINS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from retention_core.ingest.model import Result


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; print its table; return the exit code (1: a clear error)."""
    options = _parser().parse_args(arguments)
    try:
        _print(COMMANDS[options.command](options), options.format)
    except RetentionError as error:
        print(f"{error.code}: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def check(options: argparse.Namespace) -> pd.DataFrame:
    """What was recognised in each file goes to stderr; the ledger is the table."""
    result = _ingest(options)
    reasons: pd.DataFrame = result.ledger.reasons
    for found in result.detection:
        facts = dataclasses.asdict(found)
        facts.pop("examples")
        print(json.dumps(facts, ensure_ascii=False, default=str), file=sys.stderr)
    print(result.ledger.files.to_csv(index=False), file=sys.stderr)
    return reasons


def cohorts(options: argparse.Namespace) -> pd.DataFrame:
    """Retention per cohort and period."""
    return rc.cohorts.retention(_orders(options), grain=options.grain, by=options.by)


def churn(options: argparse.Namespace) -> pd.DataFrame:
    """Movement of customers per period."""
    return rc.churn.movement(
        _orders(options), grain=options.grain, window_days=options.window_days
    )


def forecast(options: argparse.Namespace) -> pd.DataFrame:
    """Customer lifetime value of each customer, highest first."""
    orders = _orders(options)
    found = rc.clv.forecast(
        orders,
        months=options.months,
        annual_discount_rate=options.discount_rate,
        margin=options.margin,
    )
    customers = orders.run(found.customers)
    return customers.sort_values("clv", ascending=False, ignore_index=True)


def baskets(options: argparse.Namespace) -> pd.DataFrame:
    """Pairs of products, with what chance would explain."""
    return rc.baskets.pairs(_orders(options), min_count=options.min_count)


COMMANDS: dict[str, Callable[[argparse.Namespace], pd.DataFrame]] = {
    "check": check,
    "cohorts": cohorts,
    "churn": churn,
    "forecast": forecast,
    "baskets": baskets,
}


def _ingest(options: argparse.Namespace) -> Result:
    result = rc.ingest(
        options.files,
        mapping=dict(options.map) or None,
        as_of=options.as_of,
        time_zone=options.time_zone,
        currency=options.currency,
        refunds=options.refunds,
    )
    _warn(result)
    return result


def _warn(result: Result) -> None:
    """Say on stderr what the files leave open: the figures rest on a guess there."""
    for found in result.detection:
        for asked in found.questions:
            about = asked.fields.get("field") or asked.fields.get("column") or ""
            taken = asked.choices[0] if asked.choices else None
            print(
                f"open question: {found.key}: {asked.code} {about}".rstrip()
                + f"; taken: {taken}",
                file=sys.stderr,
            )


def _orders(options: argparse.Namespace) -> rc.Orders:
    """A folder that ingest wrote is opened as it is; files and folders are read first.

    Only ``--as-of`` can still be said of a folder: the rest was settled when it was
    written.
    """
    if (
        len(options.files) == 1
        and (Path(options.files[0]) / f"{LINES}.parquet").is_file()
    ):
        return rc.open_orders(options.files[0], as_of=options.as_of)
    return _ingest(options).orders


def _pair(text: str) -> tuple[str, str]:
    """Read ``FIELD=COLUMN``."""
    field, sign, column = text.partition("=")
    if not sign:
        raise argparse.ArgumentTypeError(f"{text!r} is not FIELD=COLUMN")
    return field, column


def _print(table: pd.DataFrame, form: str) -> None:
    if form == "json":
        print(table.to_json(orient="records", date_format="iso", force_ascii=False))
    else:
        print(table.to_csv(index=False), end="")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="retention_core", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        sub = commands.add_parser(name, help=command.__doc__)
        sub.add_argument(
            "files",
            nargs="+",
            metavar="FILE",
            help="order exports: files, folders, s3://, gs:// or https:// URLs",
        )
        sub.add_argument("--format", choices=["csv", "json"], default="csv")
        for flag, settings in {**_INGEST_OPTIONS, **_OPTIONS.get(name, {})}.items():
            sub.add_argument(flag, **settings)
    return parser


_GRAIN: dict[str, Any] = {"choices": GRAINS, "default": "month"}
_INGEST_OPTIONS: dict[str, dict[str, Any]] = {
    "--map": {
        "action": "append",
        "type": _pair,
        "default": [],
        "metavar": "FIELD=COLUMN",
        "help": "say which column holds a field, e.g. --map amount=Netto",
    },
    "--as-of": {
        "type": dt.date.fromisoformat,
        "metavar": "YYYY-MM-DD",
        "help": "the day up to which the data is complete",
    },
    "--time-zone": {"metavar": "NAME", "help": "e.g. Europe/Berlin"},
    "--currency": {"metavar": "CODE", "help": "e.g. EUR"},
    "--refunds": {"choices": ["net", "ignore"], "default": "net"},
}
_OPTIONS: dict[str, dict[str, dict[str, Any]]] = {
    "cohorts": {"--grain": _GRAIN, "--by": {"metavar": "COLUMN"}},
    "churn": {"--grain": _GRAIN, "--window-days": {"type": int, "metavar": "DAYS"}},
    "forecast": {
        "--months": {"type": int, "default": 12},
        "--discount-rate": {"type": float, "default": 0.10, "help": "a year"},
        "--margin": {"type": float, "default": 1.0, "help": "share of revenue"},
    },
    "baskets": {"--min-count": {"type": int, "default": 5}},
}

if __name__ == "__main__":
    sys.exit(main())
