"""For the host: ``python -m retention_ui.keeping`` and a verb, ``--help`` names them.

Whoever can run this can read the data folder anyway; it asks for no key.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from retention_core.errors import RetentionError
from retention_ui.keeping import moving
from retention_ui.keeping.model import Link, Terms
from retention_ui.keeping.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code (1: it could not be done)."""
    options = _parser().parse_args(arguments)
    try:
        COMMANDS[options.command](options)
    except RetentionError as error:
        print(error, file=sys.stderr)
        return 1
    except (OSError, sqlite3.Error) as error:
        print(f"The data folder cannot be used: {error}", file=sys.stderr)
        return 1
    return 0


def listed(_: argparse.Namespace) -> None:
    """Print the dashboards, the newest first."""
    for each in open_store().dashboards():
        found = each.version
        print(
            f"{each.id}  {_day(each.made_at)}  version {found.number}, "
            f"{found.totals.rows:,} rows  expires {_day(each.expires_at)}  "
            f"{each.name!r} of {each.owner!r}"
        )


def links(options: argparse.Namespace) -> None:
    """Print the links of a dashboard, the newest first."""
    for each in open_store().links(options.dashboard):
        print(
            f"{each.id}  {each.kind}  {_state(each)}  "
            f"last used {_day(each.last_used_at)}  {each.label!r}"
        )


def link(options: argparse.Namespace) -> None:
    """Make a link and print its address, which is shown this once."""
    days = options.days
    end = None if days is None else dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    _, token = open_store().link(
        options.dashboard,
        kind="edit" if options.edit else "view",
        label=options.label,
        terms=Terms(),
        expires_at=end,
    )
    _print_address(token)


def revoke(options: argparse.Namespace) -> None:
    """Withdraw a link."""
    open_store().revoke(options.link)
    print("Withdrawn.")


def delete(options: argparse.Namespace) -> None:
    """Delete a dashboard, once its name was typed."""
    store = open_store()
    name = store.dashboard(options.dashboard).name
    if not options.yes:
        print(f"This deletes {name!r} for good. Type its name to go on: ", end="")
        if sys.stdin.readline().rstrip("\n") != name:
            print("Nothing was deleted.")
            return
    store.delete(options.dashboard)
    print("Deleted, with all its versions and links.")


def exported(options: argparse.Namespace) -> None:
    """Write a dashboard to one file, which must not be there yet."""
    # Nobody else on this machine needs to read it.
    options.file.touch(mode=0o600, exist_ok=False)
    try:
        moving.pack(open_store(), options.dashboard, options.file)
    except BaseException:
        options.file.unlink(missing_ok=True)
        raise
    print("Exported. It holds the customers by name, and no links or keys.")


def imported(options: argparse.Namespace) -> None:
    """Take a dashboard over from a file and print its key, which is shown this once."""
    found, _, token = moving.unpack(open_store(), options.file, browser="")
    print(f"{found.id}  version {found.version.number}  {found.name!r}")
    _print_address(token)


COMMANDS: dict[str, Callable[[argparse.Namespace], None]] = {
    "list": listed,
    "links": links,
    "link": link,
    "revoke": revoke,
    "delete": delete,
    "export": exported,
    "import": imported,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m retention_ui.keeping",
        description="Saved dashboards in the data folder (KEPT_DATA).",
    )
    verbs = parser.add_subparsers(dest="command", required=True)
    verbs.add_parser("list", help="all dashboards")
    of_one = verbs.add_parser("links", help="the links of a dashboard")
    of_one.add_argument("dashboard", help="its id, as list prints it")
    _add_link(verbs.add_parser("link", help="a new link, where a key was lost"))
    withdrawn = verbs.add_parser("revoke", help="withdraw a link at once")
    withdrawn.add_argument("link", help="its id, as links prints it")
    gone = verbs.add_parser("delete", help="delete a dashboard for good")
    gone.add_argument("dashboard", help="its id, as list prints it")
    gone.add_argument("--yes", action="store_true", help="do not ask")
    out = verbs.add_parser("export", help="write a dashboard to one file, to move it")
    out.add_argument("dashboard", help="its id, as list prints it")
    out.add_argument("file", type=_new, help="where to; it must not be there yet")
    back = verbs.add_parser("import", help="take over a dashboard that was exported")
    back.add_argument("file", type=Path, help="the file, which ends in .kept")
    return parser


def _add_link(made: argparse.ArgumentParser) -> None:
    made.add_argument("dashboard", help="its id, as list prints it")
    kind = made.add_mutually_exclusive_group(required=True)
    kind.add_argument("--edit", action="store_true", help="a key: it may do anything")
    kind.add_argument(
        "--view", action="store_true", help="all pages, no names, no lists"
    )
    made.add_argument("--label", default="", help="what it is called in the list")
    made.add_argument("--days", type=int, help="how long it works; else for ever")


def _new(written: str) -> Path:
    if Path(written).exists():
        raise argparse.ArgumentTypeError(f"{written} is there already")
    return Path(written)


def _print_address(token: str) -> None:
    print(f"/s/{token}")
    print("Put this behind the address of the server. It is not shown again.")


def _state(each: Link) -> str:
    if each.revoked_at is not None:
        return f"withdrawn {_day(each.revoked_at)}"
    return f"expires {_day(each.expires_at)}"


def _day(moment: dt.datetime | None) -> str:
    return "never" if moment is None else moment.date().isoformat()


if __name__ == "__main__":
    sys.exit(main())
