"""What the words of a consent column mean."""

from __future__ import annotations

from dataclasses import replace

import ibis
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

import retention_core as rc
from retention_core import consent, refusals
from retention_core.ingest.meanings import meanings
from tests.core.lists import drawn

NO = [
    *("no", "No", "NO ", "n", "false", "FALSE", "0", "0.0", "off", "not subscribed"),
    *("not_subscribed", "Non-subscribed", "unsubscribed", "UNSUBSCRIBED", "opted out"),
    *("opted_out", "opt-out", "Opt Out", "never subscribed", "NEVER_SUBSCRIBED"),
    *(
        "declined",
        "revoked",
        "withdrawn",
        "no consent",
        "Yes, no",
        "yes / no",
        "bounced",
    ),
    *("cleaned", "suppressed", "has not agreed", "do not contact", "blocked"),
    *("いいえ", "不同意", "希望しない", "配信停止", "未登録", "нет", "Нет", "отписан"),
    *("не согласен", "отказ", "否", "未订阅", "退订", "不接受", "未訂閱", "拒绝"),
    *(
        "nein",
        "Nein",
        "abgemeldet",
        "nicht erteilt",
        "abgelehnt",
        "widerrufen",
        "FALSCH",
    ),
    *("non", "Non", "désabonné", "refusé", "pas d'accord", "désinscrit", "faux"),
    *("baja", "rechazado", "no acepta", "não", "Não", "recusado", "non iscritto"),
    *(
        "disiscritto",
        "rifiutato",
        "아니오",
        "아니요",
        "거부",
        "미동의",
        "수신거부",
        "nee",
    ),
    *(
        "uitgeschreven",
        "niet akkoord",
        "nie",
        "wypisany",
        "brak zgody",
        "hayır",
        "HAYIR",
    ),
    *(
        "iptal",
        "nej",
        "Nej",
        "avregistrerad",
        "inte",
        "ikke tilmeldt",
        "frameldt",
        "ne",
    ),
    *("odhlášen", "nesouhlasí", "×", "consent withdrawn", "subscribed: no"),
]
YES = [
    *(
        "yes",
        "Yes",
        " YES ",
        "y",
        "true",
        "TRUE",
        "1",
        "1.0",
        "subscribed",
        "Subscribed",
    ),
    *("SUBSCRIBED", "opted in", "opted_in", "opt-in", "CONFIRMED_OPT_IN", "granted"),
    *("はい", "同意する", "да", "Да", "подписан", "是", "已订阅", "ja", "Ja", "JA."),
    *("angemeldet", "oui", "Oui", "abonné", "sí", "Sí", "si", "suscrito", "sim", "Sim"),
    *("sì", "iscritto", "예", "동의", "수신", "ingeschreven", "tak", "evet", "Evet"),
    *("godkänd", "tilmeldt", "ano", "✓"),
]
UNKNOWN = [
    *(
        None,
        "",
        " ",
        "-",
        "unknown",
        "pending",
        "n/a?",
        "maybe",
        "2024-05-01",
        "x",
        "2",
    ),
    *("imported", "customer", "?", "null?", "SMS"),
]


def answers(cells: list[str | None]) -> list[str]:
    frame = pd.DataFrame({"text": pd.Series(cells, dtype="string")})
    table = ibis.memtable(frame)
    return list(table.select(said=consent.answer(table.text)).execute()["said"])


def test_words_in_eleven_languages():
    assert dict(zip(NO, answers(NO), strict=True)) == dict.fromkeys(NO, "no")
    assert dict(zip(YES, answers(YES), strict=True)) == dict.fromkeys(YES, "yes")


def test_what_is_neither_is_unknown():
    found = answers(UNKNOWN)
    assert "yes" not in found
    assert found[:8].count("unknown") >= 7


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "consent ", "E-Mail: ", "(", "yes, then "]),
            st.sampled_from(NO),
            st.sampled_from(["", " ", ".", " (2024)", "/yes", " ja"]),
        ).map("".join),
        min_size=1,
    )
)
def test_nobody_who_said_no_has_ever_agreed(cells):
    assert "yes" not in answers(cells)


def shop(**columns: list[str | None]):
    names = list(drawn.everybody().index[: len(next(iter(columns.values())))])
    table = pd.DataFrame({"customer_id": names, **columns})
    return drawn.with_customers(drawn.shop(), table), names


def told(orders, names) -> list[str]:
    people = ibis.memtable(pd.DataFrame({"customer_id": names}).astype("string"))
    orders.backend.create_table("asked_for", people, overwrite=True)
    table = consent.agreed(orders.backend.table("asked_for"), orders)
    found = orders.run(table).set_index("customer_id")["agreed"]
    return [found[name] for name in names]


def test_a_column_that_asks_the_other_way_round_can_only_say_no():
    orders, names = shop(
        consent=["yes", "yes", "", "yes"],
        unsubscribed=["", "yes", "no", "2024-05-01 10:00"],
    )
    assert told(orders, names) == ["yes", "no", "unknown", "no"]


ASKED_ROUND = [
    *("Unsubscribed", "Unsubscribed at", "Newsletter abgemeldet", "Opt-Out", "OptOut"),
    *("doNotEmail", "has_opted_out_of_email", "No marketing", "メルマガ拒否", "退订"),
    *("Désabonné", "Werbewiderspruch", "Einwilligung widerrufen am", "email bounced"),
    *("Отказ от рассылки", "수신거부", "consent_revoked_at", "blacklisted"),
]
ASKED_STRAIGHT = [
    *("Consent", "Accepts Marketing", "Subscribed", "Newsletter", "Opt-in", "phone no"),
    *("Contact No.", "Email marketing status", "cancelled orders", "refused payments"),
    *("no_of_emails", "blocked", "refunds", "Einwilligung", "rejected parcels"),
]


def test_headers_that_ask_the_other_way_round_are_told_from_consent():
    assert [each for each in ASKED_ROUND if not refusals.asked_by(each)] == []
    assert [each for each in ASKED_STRAIGHT if refusals.asked_by(each)] == []
    assert [each for each in ASKED_ROUND if "consent" in meanings(each)] == []


def test_a_yes_to_unsubscribed_is_a_no(tmp_path):
    """The header ends like "subscribed"."""
    orders, people = tmp_path / "orders.csv", tmp_path / "customers.csv"
    orders.write_text(
        "Order ID,Customer ID,Order Date,Amount\n"
        + "".join(
            f"{k},C{100 + k % 30},2024-0{k % 9 + 1}-03,{k + 5}.00\n" for k in range(90)
        )
    )
    people.write_text(
        "Customer ID,Name,E-mail,City,Unsubscribed\n"
        + "".join(
            f"C{n},Ann {n},ann{n}@example.com,Ghent,{'no' if n % 3 else 'yes'}\n"
            for n in range(100, 130)
        )
    )
    rc.ingest([orders, people], into=tmp_path / "shop")
    shop = rc.open_orders(tmp_path / "shop")
    assert told(shop, ["C100", "C101", "C102"]) == ["unknown", "unknown", "no"]


def test_a_no_holds_for_everybody_with_the_same_address():
    orders, names = shop(
        consent=["no", "yes", "yes", "yes", "no"],
        email=["ann@example.com", " Ann@Example.COM", "ben@example.com", "", ""],
    )
    assert told(orders, names) == ["no", "no", "yes", "yes", "no"]


def test_settled_less_of_the_list_gives_the_same_answers():
    orders, names = shop(
        consent=["yes", "yes", None, "yes", "maybe"],
        email=["a@example.com", "A@example.com", "c@example.com", None, None],
        opted_out=["2024-05-01", "", "yes", "x", "no"],
    )
    assert told(orders, names) == ["no", "no", "no", "no", "unknown"]
    less = consent.settled(orders).select("customer_id", "consent")
    assert told(replace(orders, customers=less), names) == told(orders, names)
    only, some = shop(unsubscribed=["yes", "no"])
    less = consent.settled(only).select("customer_id", "consent")
    assert told(replace(only, customers=less), some) == ["no", "unknown"]


def test_without_a_list_nobody_knows():
    names = list(drawn.everybody().index[:3])
    assert not consent.asked(drawn.shop())
    assert told(drawn.shop(), names) == ["unknown"] * 3
    orders, known = shop(consent=["yes"])
    assert consent.asked(orders)
    assert told(orders, [*known, "somebody else"]) == ["yes", "unknown"]


def test_no_word_of_agreement_sounds_like_a_refusal():
    # "1,0" is a one with a decimal comma: only as a whole.
    words = sorted({*consent.AGREED} - {"1,0"})
    table = ibis.memtable(pd.DataFrame({"text": words}))
    found = table.mutate(no=table.text.re_search(consent._REFUSAL)).execute()
    assert list(found.loc[found["no"], "text"]) == []


def test_a_customer_listed_twice_who_once_said_no_has_not_agreed(tmp_path):
    orders, people = tmp_path / "orders.csv", tmp_path / "customers.csv"
    orders.write_text(
        "Order ID,Customer ID,Order Date,Amount\n"
        + "".join(
            f"{k},C{100 + k % 30},2024-0{k % 9 + 1}-03,{k + 5}.00\n" for k in range(90)
        )
    )
    said = [(100 + k, "no" if k % 3 == 0 else "yes") for k in range(120)]
    said += [(101, "no"), (102, "yes")]
    people.write_text(
        "Customer ID,Name,E-mail,City,Accepts Marketing\n"
        + "".join(f"C{n},Ann {n},ann{n}@example.com,Ghent,{word}\n" for n, word in said)
    )
    rc.ingest([orders, people], into=tmp_path / "shop")
    shop = rc.open_orders(tmp_path / "shop")
    assert told(shop, ["C100", "C101", "C102", "C104"]) == ["no", "no", "yes", "yes"]
