"""What the core can ask: words for all of it; and each answer ends in the orders."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from retention_core import ingest
from retention_core.ingest.model import Answers, SheetAnswers
from retention_ui import asked, datasets, evidence, queries, recognised
from retention_ui.evidence import NONE
from retention_ui.formats import Formats
from retention_ui.texts import Texts, catalogue
from tests.ui.test_load import REPEATED, data_page, headers

CORE = Path(ingest.__file__).parent
WHY = "data.ask.column.why."


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KEPT_DATA", str(tmp_path))
    queries.forget()
    return tmp_path


def calls(name: str) -> list[ast.Call]:
    """All calls of a function in the core, whether by its bare name or not."""
    trees = (ast.parse(path.read_text("utf-8")) for path in CORE.rglob("*.py"))
    return [
        node
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == name
        and node.args
    ]


def words_in(node: ast.expr) -> list[str]:
    return [
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]


def test_there_are_words_for_every_question_of_the_core():
    codes = {word for call in calls("Question") for word in words_in(call.args[0])}
    assert {"column", "encoding", "includes", "status"} <= codes
    assert codes == evidence._KNOWN.keys()
    written = catalogue("en").keys()
    assert {f"data.ask.{code}.label" for code in codes} <= written


def test_there_are_words_for_every_reason_why_a_column_is_asked_for():
    reasons = {word for call in calls("_ask") for word in words_in(call.args[-1])}
    assert {"rivals", "by_values", "none"} <= reasons
    assert {f"{WHY}{reason}" for reason in reasons} <= catalogue("en").keys()


def rows(count: int, row: str) -> str:
    """As many rows, each of them with its own numbers in it."""
    return "".join(
        row.format(
            n=n,
            day=n % 9 + 1,
            month=n % 7 + 2,
            who=f"c{n}@x.com" if n % 2 else "till@x.com",
            name=f"José {'ABCDEFGHI'[n % 9]}xx",
            code=f"k{n % 9}z",
            state="abgegeben" if n % 8 == 0 else "paid",
            dot=f"1.{100 + n}",
            whole=20 + n % 13,
            part=3 + n * 35 % 4,
        )
        for n in range(count)
    )


MANY = "Order;Date;E-mail;Product;Amount;Status\n" + rows(
    60, "{n};0{day}/0{month}/2024;{who};Tea;{dot};{state}\n"
)
LETTERS = "Order,Date,Wer,Kd,Product,Total,Shipping,Currency\n" + rows(
    60, "{n},2024-0{day}-15,{name},{code},Tea,{whole}.00,{part}.90,EUR\n"
)
RIVALS = "Order,Date,Customer,Product,Total,Amount,Currency\n" + rows(
    60, "{n},2024-0{day}-15,{code},Tea,{whole}.00,{part}.90,EUR\n"
)


def answered(content: bytes, *answers: tuple[str, object]):
    """Load a file, answer what is asked in this order, build."""
    dataset = datasets.create([("shop.csv", content)])
    app = data_page(d=dataset.id)
    asked = {q.code for each in dataset.detection() for q in each.questions}
    assert asked == {code for code, _ in answers}
    for code, answer in answers:
        assert app.button(key="data.build").disabled
        key = f"data.ask.{code}."
        widget = next(
            each
            for each in (*app.radio, *app.selectbox)
            if each.key and each.key.startswith(key)
        )
        widget.set_value(answer).run()
        assert not app.exception
    app.button(key="data.build").click().run()
    assert not app.exception
    assert any("no row is unaccounted for" in each for each in headers(app))
    orders = dataset.open_orders()
    return orders.run(orders.table.order_by("order_id")), dataset


def test_dates_signs_states_giants_and_the_currency_are_read_as_answered():
    lines, dataset = answered(
        MANY.encode(),
        ("day_first", False),
        ("decimal", ","),
        ("status", "cancelled"),
        ("currency", "USD"),
        ("giant_key", "guest"),
    )
    assert len(lines) == 52
    assert lines["amount"].sum() == sum(1100 + n for n in range(60) if n % 8)
    assert {*lines["ordered_at"].dt.day} <= {*range(2, 9)}
    assert lines["customer_id"].isna().sum() == 22
    assert queries.facts(dataset).currency == "USD"


def test_letters_customers_and_what_the_amount_holds_are_read_as_answered():
    lines, dataset = answered(
        LETTERS.encode("mac-roman"),
        ("encoding", "mac-roman"),
        ("column", "Wer"),
        ("includes", True),
    )
    assert {*lines["customer_id"].str[:4].str.lower()} == {"josé"}
    told = sum(20 + n % 13 - (3 + n * 35 % 4 + 0.9) for n in range(60))
    assert lines["amount"].sum() == pytest.approx(told)
    assert "taken out of the amounts" in " ".join(
        each.label for each in data_page(d=dataset.id).expander
    )


def test_without_a_customer_the_rest_is_built():
    plain = LETTERS.replace(",Shipping", ",Weight").replace("José", "Jose")
    lines, dataset = answered(plain.encode(), ("column", NONE))
    assert lines["customer_id"].isna().all()
    said = [each.value for each in data_page(d=dataset.id).info]
    assert any("No table here names who bought" in each for each in said)


@pytest.mark.parametrize(
    ("content", "code", "answer", "total"),
    [
        (RIVALS, "amount_column", "Total", sum(20 + n % 13 for n in range(60))),
        (REPEATED.decode(), "amount_repeats", "order_total", 50),
        (REPEATED.decode(), "amount_repeats", "amount", 70),
    ],
)
def test_the_amount_is_what_was_answered(content, code, answer, total):
    lines, _ = answered(content.encode(), (code, answer))
    assert lines["amount"].sum() == pytest.approx(total)


def test_files_of_two_shops_are_asked_about_and_kept_apart():
    head = b"Order ID,E-mail,Order Date,Product,Total,Currency\n"
    shops = [
        (
            f"{shop}.csv",
            head
            + b"".join(
                b"%d,%s%d@x.org,2024-0%d-15,Tea,5.50,EUR\n"
                % (n, shop.encode(), n % 5, n % 8 + 1)
                for n in range(100, 130)
            ),
        )
        for shop in ("north", "south")
    ]
    dataset = datasets.create(shops)
    asks = asked.questions(dataset.detection())
    stores = next(each for each in asks if each.code == "stores")
    words = evidence.words(
        stores.detection, stores.question, Texts("en"), Formats("en")
    )
    assert words.title == "Are these files of different shops?"
    assert "North, South" in words.options["shops"]
    assert "30 order numbers stand in both files" in words.evidence
    said = {each.key: SheetAnswers() for each in dataset.detection()}
    for answer, names in (("shops", {"North", "South"}), ("one", {""})):
        given = recognised._with(
            Answers(sheets=said), [replace(stores, answer=answer)], dataset.detection()
        )
        assert {each.store for each in given.sheets.values()} == names
