"""What is of the whole order, shared among its lines: exact to the cent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.ingest import values

if TYPE_CHECKING:
    from retention_core.ingest.amounts import Terms


def spread(source: str, of: Terms, store: str | None, equal: list[str] | None) -> str:
    """SQL in which each line of an order has its share of the order's money.

    ``source`` has ``row, line, kind, number, person, moment, money, given, returned``
    and what :func:`.amounts.typed` adds for ``of``; ``store`` is the shop's column.
    The order's net is its total without what that contains, else the sum of its lines
    without the order's discount; each line has of it what the running sum of the
    weights gains, equal shares where the lines have no money of their own. A refund of
    the order is on its first line, at most the order's net. ``total`` is the order's,
    where several lines share it. Lines that are the same in ``equal`` (SQL) will count
    once: only the first of them gets a share.
    """
    shop = f", {store}" if store else ""
    alone = "CASE WHEN number IS NULL THEN row END"
    day = "coalesce(moment::DATE, max(moment::DATE) OVER (PARTITION BY number))"
    minus = "last_value(order_sum < 0 IGNORE NULLS) OVER (PARTITION BY number ORDER BY "
    who = f"max(person) OVER (PARTITION BY number, {alone}, own_day{shop})"
    keyed = (
        f"SELECT *, coalesce(person, {who}) AS who FROM (SELECT *, {day} AS own_day, "
        f"{minus}row, line) AS minus FROM ({source}))"
    )
    order = f"number, {alone}, own_day, who, minus, unread, kind{shop}"
    copy = "1"
    if equal is not None:
        same = ", ".join([order, *equal])
        copy = f"row_number() OVER (PARTITION BY {same} ORDER BY row, line)"
    counted = f"SELECT *, {copy} AS copy FROM ({keyed})"
    summed = _summed(counted, of, order)
    netted = f"SELECT *, {_net(of)} AS net FROM ({summed})"
    net = f"coalesce(net, {_own(of)}, goods, 0)"
    returned = "returned"
    if of.refund:
        # LEAST passes over nulls: no refund must stay none.
        returned = (
            "CASE WHEN place = 1 AND copy = 1 AND all_returned IS NOT NULL "
            f"THEN least(all_returned, greatest({net}, 0)) END"
        )
    elif of.repeated:
        returned = _of_all("returned")
    given = _of_all("given") if of.repeated else "given"
    if of.discount:
        share = _share("least(off, greatest(goods, 0))")
        given = f"CASE WHEN off > 0 THEN coalesce(given, 0) + {share} ELSE given END"
    share = f"coalesce({_share('net')}, {_own(of)}, money)"
    money = f"CASE WHEN unread THEN NULL ELSE {share} END"
    return (
        f"SELECT * REPLACE ({money} AS money, {given} AS given, "
        f"nullif({returned}, 0) AS returned) FROM ({netted})"
    )


def _summed(source: str, of: Terms, order: str) -> str:
    """What all lines of an order say together, and what those up to each weigh."""
    here, running = (
        f"OVER (PARTITION BY {order})",
        (f"OVER (PARTITION BY {order} ORDER BY row, line)"),
    )
    weight = "CASE WHEN copy = 1 THEN coalesce(money, 0) ELSE 0 END"
    once = (
        f"min(order_sum) {here} = max(order_sum) {here} "
        f"AND max(abs(order_sum)) {here} <= {values.LARGEST}"
    )
    several = f"number IS NOT NULL AND count(*) {here} > 1"
    inside = [f"coalesce(max({name}) {here}, 0)" for name in of.inside]
    if of.parts:
        inside.append(f"coalesce(sum(inside_line) {here}, 0)")
    all_given = _repeated("given", here) if of.repeated else "NULL"
    all_returned = f"max(returned) {here}"
    if of.repeated:
        all_returned = _repeated("returned", here)
    return (
        "SELECT *, CASE WHEN several THEN whole END AS total FROM ("
        f"SELECT *, count(*) FILTER (copy = 1) {here} AS lines, "
        f"count(*) FILTER (copy = 1) {running} AS place, "
        f"CASE WHEN copy = 1 THEN coalesce(money, 0) ELSE 0 END AS weight, "
        f"sum({weight}) {here} AS goods, sum(abs({weight})) {here} AS gross, "
        f"sum({weight}) {running} AS so_far, {several} AS several, "
        f"CASE WHEN {once} THEN max(order_sum) {here} END AS whole, "
        f"coalesce(max(order_off) {here}, 0) AS off, "
        f"{' + '.join(inside) or '0'} AS inside, {all_given} AS all_given, "
        f"{all_returned} AS all_returned FROM ({source}))"
    )


def _net(of: Terms) -> str:
    """What an order brought; null where its lines stand as they are."""
    gone = "off" if of.total else "off + inside"
    less = f"round(goods - sign(goods) * least({gone}, abs(goods)), 6)"
    return (
        f"CASE WHEN whole IS NOT NULL THEN {_less('whole')} "
        f"WHEN {gone} > 0 AND goods <> 0 THEN {less} END"
    )


def _own(of: Terms) -> str:
    """Totals that differ within an order are not the order's, but the rows'."""
    return "NULL" if of.weighed else _less("order_sum")


def _less(total: str) -> str:
    return f"round(sign({total}) * greatest(abs({total}) - inside, 0), 6)"


def _repeated(name: str, here: str) -> str:
    every = f"count({name}) {here} = count(*) {here}"
    one = f"min({name}) {here} = max({name}) {here}"
    return f"CASE WHEN {every} AND {one} THEN max({name}) {here} END"


def _of_all(name: str) -> str:
    share = _share(f"all_{name}")
    return f"CASE WHEN total IS NULL THEN {name} ELSE coalesce({share}, {name}) END"


def _share(whole: str) -> str:
    """What the running sum of the shares gains; the last line takes the rest.

    Goods and returns in one order may all but cancel out: then they are no weights.
    """
    weighty = "goods <> 0 AND gross <= 10 * abs(goods)"
    here = f"CASE WHEN {weighty} THEN so_far / goods ELSE place / lines END"
    before = (
        f"CASE WHEN {weighty} THEN (so_far - weight) / goods "
        "ELSE (place - 1) / lines END"
    )
    last = f"CASE WHEN place = lines THEN {whole} ELSE round({whole} * {here}, 2) END"
    return (
        f"CASE WHEN copy > 1 THEN 0 * {whole} "
        f"ELSE round({last} - round({whole} * {before}, 2), 6) END"
    )
