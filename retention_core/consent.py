"""What the words of a consent column mean: yes, no, or nobody knows.

A customer has agreed only where the cell says so in words that are known; whatever
sounds like a refusal is one; the rest is unknown. Without the column all are unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from retention_core import refusals

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.orders import Orders

YES, NO, UNKNOWN = "yes", "no", "unknown"
ANSWERS = (YES, NO, UNKNOWN)
COLUMN = "consent"

# Small letters, ``_``, ``-`` and blanks as one blank. English, then Japanese, Russian,
# Chinese, German, French, Spanish, Portuguese, Italian, Korean, Dutch, Polish, Turkish,
# Swedish, Danish, Czech.
AGREED = (
    *("yes", "y", "true", "t", "1", "1.0", "1,0", "on", "ok", "okay", "✓", "✔", "☑"),
    *("subscribed", "subscriber", "opted in", "opt in", "in", "granted", "given"),
    *("agreed", "accepted", "accepts", "consented", "consent", "confirmed", "allowed"),
    *("single opt in", "double opt in", "confirmed opt in", "doi", "active", "enabled"),
    *("はい", "同意", "同意する", "同意済み", "希望", "希望する", "登録", "登録済み"),
    *(
        "購読",
        "購読中",
        "配信中",
        "配信する",
        "受信する",
        "受け取る",
        "可",
        "○",
        "〇",
        "有",
    ),
    *("да", "согласен", "согласна", "подписан", "подписана", "подписка", "есть"),
    *("是", "已同意", "已订阅", "订阅", "已訂閱", "訂閱", "接受", "愿意", "願意"),
    *("ja", "j", "wahr", "angemeldet", "abonniert", "zugestimmt", "erteilt", "aktiv"),
    *("oui", "vrai", "abonné", "abonnée", "inscrit", "inscrite", "accepté", "accepte"),
    *("sí", "si", "verdadero", "suscrito", "suscrita", "aceptado", "acepta", "acepto"),
    *("sim", "verdadeiro", "inscrito", "inscrita", "aceito", "aceita", "subscrito"),
    *("sì", "vero", "iscritto", "iscritta", "accettato", "accetta", "accetto"),
    *("예", "네", "동의", "동의함", "수신", "수신동의", "수신 동의", "구독", "구독중"),
    *("waar", "ingeschreven", "aangemeld", "akkoord", "toegestaan"),
    *("tak", "prawda", "zapisany", "zapisana", "zgoda", "wyrażona", "wyrażono"),
    *("evet", "doğru", "abone", "onaylı", "onaylandı", "kabul", "var", "izinli"),
    *("sant", "prenumererar", "godkänd", "godkänt", "samtycker"),
    *("sand", "tilmeldt", "accepteret", "samtykke"),
    *("ano", "pravda", "přihlášen", "přihlášena", "souhlasí", "souhlas", "udělen"),
)
# Whole words, and what words begin with, that say no in one of these languages.
_WORDS = (
    *("no", "n", "not", "never", "none", "false", "f", "0", "0.0", "0,0", "off"),
    *("out", "optout", "without", "redacted", "deleted", "inactive", "disabled"),
    *("нет", "не", "без", "н", "ложь", "nein", "nicht", "kein", "keine", "falsch"),
    *("non", "pas", "sans", "aucun", "aucune", "faux", "ninguno", "ninguna", "sin"),
    *("falso", "baja", "não", "nao", "sem", "nessuno", "nee", "niet", "geen", "nie"),
    *("onwaar", "bez", "brak", "fałsz", "hayır", "hayir", "değil", "yok", "yanlış"),
    *("nej", "inte", "ej", "ingen", "inget", "falskt", "ikke", "intet", "falsk"),
    *("ne", "není", "nepravda", "x̶"),
)
_BEGINNINGS = (
    *("unsub", "unconf", "nonsub", "optedout", "declin", "refus", "revok", "withdr"),
    *("reject", "denied", "deny", "disagree", "block", "bounc", "spam", "clean"),
    *("suppress", "cancel", "complain", "objec", "отпис", "отказ", "отмен", "запр"),
    *("abgemeld", "widerr", "abgelehnt", "verweig", "gekünd", "désabonn", "desabonn"),
    *("désinscr", "desinscr", "rechaz", "deneg", "recus", "rejeit", "negado"),
    *("disiscr", "rifiut", "negat", "revoc", "uitgeschr", "afgemeld", "geweig"),
    *("ingetrok", "wypis", "odmów", "odrzuc", "wycof", "iptal", "redd", "onaysız"),
    *("izinsiz", "avregist", "avanmäl", "avböj", "nekad", "frameld", "afmeld"),
    *("afvist", "afslå", "odhláš", "odmít", "odvol", "nesouhl", "nepřihl"),
)
_SIGNS = (
    *("不", "否", "未", "拒", "無", "无", "没", "沒", "退", "取消", "停止", "解除"),
    *("いいえ", "ない", "しません", "なし", "×", "✗", "✘", "❌", "☐"),
    *(
        "아니",
        "미동의",
        "비동의",
        "미수신",
        "거부",
        "안함",
        "안 함",
        "해지",
        "철회",
        "없음",
        "취소",
    ),
)
_EDGE = r"(^|[\s,;:/|()\[\]'’]+)"
_END = r"($|[\s.,;:!/|()\[\]'’]+)"
_REFUSAL = (
    f"{_EDGE}({'|'.join(each.replace('.', '[.]') for each in _WORDS)}){_END}"
    f"|{_EDGE}({'|'.join(_BEGINNINGS)})"
    f"|({'|'.join(_SIGNS)})"
)
# What stands, beside a yes and a date, in a column that asks the other way round.
_MARKED = r"^x$|" + f"{_EDGE}({'|'.join(_BEGINNINGS)})" + r"|\bopt(ed)? ?out\b"
_DATE = r"[0-9].*[0-9]{2}"


def answer(text: ir.Value) -> ir.StringValue:
    """``"yes"``, ``"no"`` or ``"unknown"`` for each cell of a consent column.

    Yes only for whole cells of ``AGREED``; no wherever a word of refusal stands, in
    any of the languages; unknown for all else, empty cells among it.
    """
    plain = _plain(text)
    said = ibis.cases(
        (plain.isin(AGREED), YES), (plain.re_search(_REFUSAL), NO), else_=UNKNOWN
    )
    return said.fill_null(UNKNOWN)


def asked(orders: Orders) -> bool:
    """Whether the customers' list says anything about consent."""
    known = orders.customers
    return known is not None and (COLUMN in known.columns or bool(_opt_outs(known)))


def agreed(table: ir.Table, orders: Orders) -> ir.Table:
    """A table of customers with ``agreed``: one of ``ANSWERS``, never null.

    Of a customer with several answers a no counts, and so it does for everybody who
    has the same e-mail address. A column that asks the other way round
    (:func:`retention_core.refusals.asked_by`) can say no, never yes.
    """
    known = orders.customers
    if known is None or not asked(orders):
        return table.mutate(agreed=ibis.literal(UNKNOWN))
    joined = table.left_join(_each(known), "customer_id")
    told = ibis.cases((joined.no, NO), (joined.yes, YES), else_=UNKNOWN)
    return joined.select(*table.columns, agreed=told)


def settled(orders: Orders) -> ir.Table | None:
    """The customers' list with all that anything in it says in ``consent`` alone.

    Whoever has said no, wherever, says "no" there; other cells stay as they are. So
    less of the list, or fewer customers, give the same answer.
    """
    known = orders.customers
    if known is None or not asked(orders):
        return known
    said = known[COLUMN].cast("string") if COLUMN in known.columns else None
    joined = known.left_join(_each(known).filter(ibis._.no), "customer_id")
    cells = ibis.null("string") if said is None else joined[COLUMN].cast("string")
    return joined.select(
        *(name for name in known.columns if name != COLUMN),
        **{COLUMN: ibis.ifelse(joined.no, NO, cells)},
    )


def _each(known: ir.Table) -> ir.Table:
    """``customer_id, no, yes``: what each customer has said, each once."""
    said = answer(known[COLUMN]) if COLUMN in known.columns else ibis.literal(UNKNOWN)
    no = said == NO
    for name in _opt_outs(known):
        no = no | _opted_out(known[name])
    marked = known.select("customer_id", no=no, yes=said == YES)
    if "email" in known.columns:
        box = known.email.cast("string").strip().lower().nullif("")
        marked = marked.union(_of_one_box(known.select("customer_id", box=box, no=no)))
    return marked.group_by("customer_id").agg(no=marked.no.any(), yes=marked.yes.any())


def _of_one_box(rows: ir.Table) -> ir.Table:
    """Whoever gets their letters where somebody has said no; no address, no box."""
    refused = rows.filter(rows.no & rows.box.notnull()).select("box")
    others = rows.semi_join(refused, "box").select("customer_id")
    return others.mutate(no=ibis.literal(True), yes=ibis.literal(False))


def _opt_outs(known: ir.Table) -> list[str]:
    return [
        name for name in known.columns if name != COLUMN and refusals.asked_by(name)
    ]


def _opted_out(text: ir.Value) -> ir.BooleanValue:
    plain = _plain(text)
    marked = plain.isin(AGREED) | plain.re_search(_DATE) | plain.re_search(_MARKED)
    return marked.fill_null(False)


def _plain(text: ir.Value) -> ir.StringValue:
    """Small letters, with single blanks for what parts words."""
    plain = text.cast("string").lower().re_replace(r"[\s_-]+", " ")
    return plain.re_replace(r"^\s+|[\s.!]+$", "")
