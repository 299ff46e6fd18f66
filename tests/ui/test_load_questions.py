"""Questions on the Data page: in words, with examples, one at a time; answers count."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from retention_core.ingest.model import Detection, Question
from retention_ui import asked, datasets, evidence, queries, recognised
from retention_ui.evidence import NONE
from retention_ui.formats import Formats
from retention_ui.texts import Texts
from tests.ui.test_load import data_page, dataset_id, folded, headers, upload

TEXTS, FORMATS = Texts("en"), Formats("en")
CSV = b"Order;Date;Wer;Kunde;Product;Amount;Currency\n" + b"".join(
    b"%d;2024-%02d-15;Anna %d;c%d;Tea;20.50;EUR\n" % (n, n % 12 + 1, n % 5, n % 5)
    for n in range(24)
)
WHO = Question(
    "column",
    {
        "field": "customer_id",
        "examples": {"Wer": ["Anna 1", "![x](http://evil)"], "Kunde": ["c1", "c2"]},
        "why": "weak_name",
    },
    ["Kunde", "Wer", None],
)
LETTERS = Question(
    "encoding",
    {"examples": {"cp932": ["緑茶"], "euc_jp": ["ﾎﾐﾃ"]}},
    ["cp932", "euc_jp"],
)
DATES = Question(
    "day_first",
    {
        "column": "Date",
        "examples": ["03/04/2024"],
        "if_day_first": {
            "future": 0,
            "backwards": 1,
            "weekdays": 5,
            "first": "2024-04-03",
            "last": "2024-12-11",
        },
        "if_month_first": {
            "future": 2,
            "backwards": 3,
            "weekdays": 7,
            "first": "2024-03-04",
            "last": "2024-11-12",
        },
    },
    [True, False],
)
TAXED = Question(
    "includes",
    {"column": "Total", "parts": {"tax": "VAT"}, "examples": {"VAT": ["1.90"]}},
    [True, False],
)
UNHEARD = Question("something_new", {}, ["Kunde", "Wer"])


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KEPT_DATA", str(tmp_path))
    queries.forget()
    return tmp_path


def detection(*questions: Question, **more: object) -> Detection:
    values = {
        "file": "shop.csv",
        "sheet": None,
        "role": "orders",
        "system": None,
        "encoding": "utf-8",
        "delimiter": ";",
        "header_row": 1,
        "columns": ["Order", "Date", "Wer", "Kunde", "Amount"],
        "rows": 24,
        "mapping": {"ordered_at": "Date", "email": "Wer", "amount": "Amount"},
        "examples": {"Wer": ["Anna"], "Kunde": ["c1"]},
        "day_first": None,
        "decimal": ".",
        "currency": "EUR",
        "questions": list(questions),
    }
    return Detection(**(values | more))


def asking(*questions: Question):
    """A dataset on whose Data page these questions stand."""
    dataset = datasets.create([("shop.csv", CSV)])
    found = [replace(e, questions=list(questions)) for e in dataset.detection()]
    text = json.dumps([asdict(each) for each in found], ensure_ascii=False)
    (dataset.folder / "detection.json").write_text(text, encoding="utf-8")
    return data_page(d=dataset.id)


def words(question: Question) -> evidence.Words:
    return evidence.words(detection(question), question, TEXTS, FORMATS)


def test_a_column_is_asked_for_in_words_of_what_it_says_with_examples():
    found = words(WHO)
    assert found.title == "Which column says who bought?"
    assert found.captions["Kunde"] == "c1 · c2"
    assert "](http" not in found.captions["Wer"]
    assert found.options[NONE] == "None of these"
    assert "share a name" in found.evidence


@pytest.mark.parametrize("field", ["birthday", "sku", "tax", "campaign"])
def test_every_other_column_is_asked_for_too(field):
    asks = Question("column", {"field": field, "examples": {}, "why": "x"}, ["A", None])
    assert words(asks).title.startswith("Which column")


def test_each_reading_of_the_letters_is_shown_as_it_would_look():
    found = words(LETTERS)
    assert found.options["cp932"] == "Japanese (Shift JIS)"
    assert found.captions["cp932"] == "緑茶"


def test_each_reading_of_the_dates_says_when_the_first_and_last_order_were():
    found = words(DATES)
    assert "3 April or 4 March" in found.title
    assert "3 Apr 2024" in found.captions["True"]
    assert "12 Nov 2024" in found.captions["False"]


def test_tax_in_the_amount_is_asked_about_by_name():
    found = words(TAXED)
    assert found.title == "Does “Total” still contain “VAT”?"
    assert set(found.options) == {"True", "False"}
    assert "1\\.90" in found.evidence


def test_a_question_without_words_of_its_own_can_be_answered_all_the_same():
    assert "something new" in words(UNHEARD).title
    app = asking(UNHEARD)
    assert not app.exception
    assert len(app.radio) == 1


def test_the_weightiest_open_question_stands_first_and_the_others_wait_folded():
    app = asking(DATES, WHO, LETTERS)
    assert headers(app)[0] == "In which line are the letters right?"
    assert "Which column says who bought?" in folded(app)
    assert any("3 questions" in each.value for each in app.markdown)
    order = [each.code for each in asked.questions([detection(DATES, WHO, LETTERS)])]
    assert order == ["encoding", "column", "day_first"]


def test_an_answered_question_makes_room_and_can_be_changed():
    app = asking(DATES, WHO)
    app.radio[0].set_value("Wer").run()
    assert "3 April" in headers(app)[0]
    said = "Which column says who bought? **Wer**"
    assert said in folded(app)
    assert app.button(key="data.build").disabled


def test_an_e_mail_that_is_chosen_as_the_customer_stays_an_e_mail():
    answered = asked.Asked(detection(WHO), WHO, "Wer")
    mapping = recognised._mapped(answered.detection.mapping, answered)
    assert mapping == {"ordered_at": "Date", "email": "Wer", "amount": "Amount"}


def test_the_first_rows_stand_below_the_encoding_which_has_a_name():
    app = upload("shop.csv", CSV)
    assert "First rows of the file" in folded(app)
    frame = app.dataframe[0].value
    assert list(frame.columns)[:3] == ["Order", "Date", "Wer"]
    assert frame.iloc[0]["Wer"] == "Anna 0"
    letters = next(e for e in app.selectbox if e.label == "Letters are stored as")
    assert "Japanese (Shift JIS)" in letters.options
    assert "Western European (Windows-1252)" in letters.options


def test_another_encoding_is_read_again():
    app = upload(
        "shop.csv",
        "Order;Date;Kunde;Amount\n1;2024-01-05;Jürgen;20,50\n"
        "2;2024-02-05;Zoë;20,50\n".encode("cp1252"),
    )
    letters = next(e for e in app.selectbox if e.label == "Letters are stored as")
    letters.set_value("cp1251").run()
    assert not app.exception
    assert datasets.find(dataset_id(app)).detection()[0].encoding == "cp1251"
    assert "Jьrgen" in app.dataframe[0].value["Kunde"].tolist()


def test_files_of_an_archive_that_are_no_tables_are_named():
    app = asking()
    dataset = datasets.find(dataset_id(app))
    every = [*dataset.detection(), detection(file="mail.zip/logo.png", passed_over="x")]
    text = json.dumps([asdict(each) for each in every], ensure_ascii=False)
    (dataset.folder / "detection.json").write_text(text, encoding="utf-8")
    app.run()
    assert not app.exception
    assert any("no table: mail\\.zip\\/logo\\.png" in each.value for each in app.info)
