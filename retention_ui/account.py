"""Data page with an order table: where every row and every cent went."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from retention_core import engine
from retention_ui import (
    blocks,
    cautions,
    downloads,
    exports,
    header,
    page,
    recognised,
    sheets,
    state,
)
from retention_ui.figures.ledger import ledger as ledger_figure
from retention_ui.findings import ledger as findings
from retention_ui.formats import md
from retention_ui.share import adding

if TYPE_CHECKING:
    from retention_core.ingest.model import Detection, Ledger
    from retention_ui.access import Access
    from retention_ui.datasets import Dataset
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

CLASSES = ("used", "repaired", "merged", "set_aside", "rejected")
ORDER = ("merged", "set_aside", "repaired", "rejected", "used")
HALF_A_CENT = 0.005
LONGEST = 10


def show(texts: Texts, formats: Formats, access: Access) -> None:
    """Draw the ledger, its reasons, the money, the files, and the ways on."""
    dataset = access.dataset
    ledger = dataset.ledger()
    draft = adding.banner(texts, dataset)
    if access.dashboard:
        adding.show(texts, access)
    elif state.just_built():
        used = ledger.used + ledger.repaired
        words = texts("data.built.success", count=used, n=formats.count(used))
        st.success(words, icon=":material/check:")
    cautions.show(texts, formats, dataset.detection())
    exports.warn(texts, dataset.detection())
    _bar(texts, formats, ledger)
    grid = st.grid(3, min_column_width=300, gap=("medium", "medium"))
    with grid.cell(column_span=2), st.container(gap="xsmall"):
        _reasons(texts, formats, access, ledger)
    with grid.cell(), st.container(gap="xsmall"):
        _money(texts, formats, ledger)
        _currencies(texts, formats, ledger)
    _equal_lines(texts, formats, access, ledger)
    _lists(texts, formats, ledger)
    _files(texts, formats, dataset)
    if access.dashboard:
        _ways_on(texts, access)
    elif not draft:
        _buttons(texts, dataset)


def reasons(ledger: Ledger, texts: Texts) -> pd.DataFrame:
    """Return the reasons in words: class, reason, rows, amount, where."""
    found = ledger.reasons
    found = found[found["outcome"].isin(ORDER)]
    rank = found["outcome"].map(ORDER.index)
    found = found.assign(rank=rank).sort_values(
        ["rank", "rows"], ascending=[True, False]
    )
    where = [
        ", ".join(_names(each))
        if len(_names(each)) < 3
        else texts("data.reasons.files", n=len(_names(each)))
        for each in found["files"]
    ]
    return pd.DataFrame(
        {
            texts("data.reasons.class"): [
                texts(f"data.outcomes.{each}") for each in found["outcome"]
            ],
            texts("data.reasons.reason"): [reason(texts, e) for e in found["code"]],
            texts("data.reasons.rows"): found["rows"].to_numpy(),
            texts("data.reasons.amount"): found["amount"].to_numpy(),
            texts("data.reasons.where"): where,
        }
    )


def reason(texts: Texts, code: str) -> str:
    """Return the words for the code of a reason."""
    key = f"ledger.reasons.{code}"
    return texts(key) if key in texts else code.replace("_", " ")


def money(ledger: Ledger) -> pd.Series:
    """Return the account: ``in``, less each class that is not used, ``used``."""
    lost = ledger.reasons.groupby("outcome")["amount"].sum()
    account = {"in": float(ledger.files["amount_in"].sum())}
    for outcome in ("merged", "set_aside", "rejected"):
        account[outcome] = -float(lost.get(outcome, 0.0))
    account["used"] = float(ledger.files["amount_used"].sum())
    return pd.Series(account)


def rows_not_used(ledger: Ledger, texts: Texts) -> bytes:
    """Return every row that was not used, with its reason in words, as CSV."""
    frame = engine.run(ledger.rows)
    frame["reason"] = frame["code"].map(lambda code: reason(texts, code))
    return downloads.csv_bytes(frame)


def _bar(texts: Texts, formats: Formats, ledger: Ledger) -> None:
    counts = {name: formats.count(getattr(ledger, name)) for name in CLASSES}
    rows = formats.count(ledger.rows_in)
    with st.container(gap="xsmall"):
        st.header(
            findings.ledger(ledger.files, formats).words(texts),
            help=texts("data.ledger.help"),
            anchor=False,
        )
        blocks.note(
            texts("data.ledger.note", count=ledger.rows_in, rows=rows, **counts)
        )
        blocks.show(
            ledger_figure(ledger.files, texts, page.look(), formats), "data.ledger"
        )


def _reasons(texts: Texts, formats: Formats, access: Access, ledger: Ledger) -> None:
    frame = reasons(ledger, texts)
    if frame.empty:
        st.header(texts("data.reasons.none"), anchor=False)
        return
    every_row = ledger.used == ledger.rows_in
    st.header(
        texts("data.reasons.all_used" if every_row else "data.reasons.title"),
        anchor=False,
    )
    if not every_row:
        _rows_button(texts, access, ledger)
    amount, where = texts("data.reasons.amount"), texts("data.reasons.where")
    shown = frame.assign(
        **{amount: [formats.money(each, "cents") for each in frame[amount]]}
    )
    st.dataframe(
        shown,
        hide_index=True,
        height="content" if len(shown) <= LONGEST else 320,
        column_config={
            amount: st.column_config.TextColumn(alignment="right"),
            texts("data.reasons.rows"): st.column_config.NumberColumn(
                format="localized"
            ),
            where: st.column_config.TextColumn(width="medium"),
        },
    )


def _rows_button(texts: Texts, access: Access, ledger: Ledger) -> None:
    def rows() -> bytes:
        access.again()  # the tab may be older than the loss of the key
        return rows_not_used(ledger, texts)

    st.download_button(
        texts("data.reasons.download"),
        rows,
        downloads.file_name([texts("data.reasons.file")], access.dataset.digest, "csv"),
        downloads.CSV,
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
        key="data.rows",
    )


def _money(texts: Texts, formats: Formats, ledger: Ledger) -> None:
    account = money(ledger)
    left = account["in"] + account[["merged", "set_aside", "rejected"]].sum()
    off = left - account["used"]
    title = texts("data.money.title")
    if abs(off) > HALF_A_CENT:
        title = texts("data.money.off", difference=formats.money(off, "cents"))
    st.header(title, anchor=False)
    lines = [texts(f"data.money.{name}") for name in account.index]
    table = pd.DataFrame({"line": lines, "amount": account.to_numpy()})
    # Numbers stay numbers under their format, so that the table sets them right.
    styled = table.style.format(
        {"amount": partial(formats.money, style="cents")}
    ).set_properties(
        subset=pd.IndexSlice[table.index[-1:], :], **{"font-weight": "600"}
    )
    st.table(styled, border="horizontal", hide_index=True, hide_header=True)


def _currencies(texts: Texts, formats: Formats, ledger: Ledger) -> None:
    """Say what the files hold in other currencies, and at which rate it counts."""
    for each in ledger.currencies.to_dict("records"):
        code = md(each["currency"])
        words = {
            "amount": f"{formats.ratio(each['amount'], 2)} {code}",
            "n": formats.count(each["rows"]),
            "count": each["rows"],
        }
        if pd.isna(each["rate"]):
            blocks.note(texts("data.money.apart", **words))
        else:
            rate = f"{each['rate']:g}"
            blocks.note(texts("data.money.converted", rate=rate, code=code, **words))


def _equal_lines(
    texts: Texts, formats: Formats, access: Access, ledger: Ledger
) -> None:
    """Say how many lines equal another of their file; let them count once, or all."""
    found = ledger.reasons[ledger.reasons["code"] == "equal_line"]
    if found.empty:
        return
    rows = int(found["rows"].sum())
    kind = "merged" if (found["outcome"] == "merged").all() else "used"
    words = texts(
        f"data.equal.{kind}",
        count=rows,
        n=formats.count(rows),
        amount=formats.money(float(found["amount"].sum()), "cents"),
    )
    st.info(words, icon=":material/content_copy:")
    # The sample shop is everybody's: nobody changes how it was built.
    dataset = access.dataset
    if not dataset.sample and st.button(
        texts(f"data.equal.undo_{kind}"), key="data.equal"
    ):
        answers = replace(dataset.answers(), merge_duplicates=kind == "used")
        if access.dashboard:
            adding.change(texts, access, answers)
        else:
            recognised.build(texts, dataset, answers)


def _lists(texts: Texts, formats: Formats, ledger: Ledger) -> None:
    """Say how much of each list of customers or products stands in the orders."""
    for each in ledger.lists.to_dict("records"):
        found, listed = int(each["found"]), int(each["listed"])
        words = texts(
            f"data.lists.{each['role']}",
            file=md(each["file"]),
            found=formats.count(found),
            listed=formats.count(listed),
        )
        if found * 2 < listed:
            st.warning(words, icon=":material/link_off:")
        else:
            blocks.note(words)


def _files(texts: Texts, formats: Formats, dataset: Dataset) -> None:
    detections = [each for each in dataset.detection() if not each.passed_over]
    with st.container(gap="xsmall"):
        files = len({each.file for each in detections})
        st.header(
            texts("data.files.title", count=files, n=formats.count(files)), anchor=False
        )
        for each in detections:
            line = f"**{md(each.file)}** · {sheets.summary(texts, formats, each)}"
            with st.expander(line, type="compact"):
                st.dataframe(_columns(texts, each), hide_index=True, width="content")


def _columns(texts: Texts, detection: Detection) -> pd.DataFrame:
    fields = {column: field for field, column in detection.mapping.items()}
    read_as = [
        texts(f"data.fields.{fields[column]}") if column in fields else ""
        for column in detection.columns
    ]
    return pd.DataFrame(
        {
            texts("data.files.column"): detection.columns,
            texts("data.files.field"): read_as,
        }
    )


def _on(texts: Texts) -> None:
    icon = ":material/arrow_forward:"
    if st.button(texts("data.built.on"), type="primary", icon=icon, key="data.on"):
        st.switch_page(header.OVERVIEW, query_params=dict(st.query_params))


def _ways_on(texts: Texts, access: Access) -> None:
    """Draw the ways on from a dashboard: what changes it goes by a draft."""
    with st.container(horizontal=True):
        _on(texts)
        if st.button(
            texts("keep.add.change"), icon=":material/edit:", key="data.change"
        ):
            adding.change(texts, access)
        for name, icon in (("share", "share"), ("delete", "delete")):
            if st.button(
                texts(f"keep.add.{name}"),
                type="secondary" if name == "share" else "tertiary",
                icon=f":material/{icon}:",
                key=f"data.{name}",
            ):
                st.switch_page(header.SHARE_PAGE, query_params=dict(st.query_params))


def _buttons(texts: Texts, dataset: Dataset) -> None:
    with st.container(horizontal=True):
        _on(texts)
        if not dataset.sample and st.button(
            texts("data.built.change"), icon=":material/undo:", key="data.change"
        ):
            state.set_answering(True)
            st.rerun()
        if st.button(
            texts("data.built.other"), icon=":material/upload_file:", key="data.other"
        ):
            header.go_to(None)
        if not dataset.sample:
            header.delete_button(texts, dataset)


def _names(files: object) -> list[str]:
    return list(files) if isinstance(files, list | tuple) else str(files).split(", ")
