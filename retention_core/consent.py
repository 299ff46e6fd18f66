"""What the words of a consent column mean: yes, no, or nobody knows.

A customer has agreed only where the cell says so in words that are known; whatever
sounds like a refusal is one; the rest is unknown. Without the column all are unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

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
# Columns of a customers' list in which a yes, or a date, means no.
OPT_OUTS = (
    *("opt_out", "opted_out", "optout", "email_opt_out", "marketing_opt_out"),
    *("has_opted_out_of_email", "hasoptedoutofemail", "unsubscribed", "unsubscribe"),
    *("unsubscribed_at", "unsubscribed_on", "unsub_time", "optout_time"),
    *("do_not_contact", "do_not_email", "do_not_mail", "donotemail", "dnc"),
)
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
    return known is not None and any(
        name in known.columns for name in (COLUMN, *OPT_OUTS)
    )


def agreed(table: ir.Table, orders: Orders) -> ir.Table:
    """A table of customers with ``agreed``: one of ``ANSWERS``, never null.

    Of a customer with several answers a no counts. A column that asks the other way
    round (``OPT_OUTS``) can say no, never yes.
    """
    known = orders.customers
    if known is None or not asked(orders):
        return table.mutate(agreed=ibis.literal(UNKNOWN))
    said = answer(known[COLUMN]) if COLUMN in known.columns else ibis.literal(UNKNOWN)
    out = ibis.literal(False)
    for name in OPT_OUTS:
        if name in known.columns:
            out = out | _opted_out(known[name])
    marked = known.select("customer_id", no=out | (said == NO), yes=said == YES)
    each = marked.group_by("customer_id").agg(no=marked.no.any(), yes=marked.yes.any())
    joined = table.left_join(each, "customer_id")
    told = ibis.cases((joined.no, NO), (joined.yes, YES), else_=UNKNOWN)
    return joined.select(*table.columns, agreed=told)


def _opted_out(text: ir.Value) -> ir.BooleanValue:
    plain = _plain(text)
    return (plain.isin(AGREED) | plain.re_search(_DATE)).fill_null(False)


def _plain(text: ir.Value) -> ir.StringValue:
    """Small letters, with single blanks for what parts words."""
    plain = text.cast("string").lower().re_replace(r"[\s_-]+", " ")
    return plain.re_replace(r"^\s+|[\s.!]+$", "")
