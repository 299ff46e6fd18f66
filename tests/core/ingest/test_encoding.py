from __future__ import annotations

import random

import pytest

from retention_core.ingest.encoding import choose_encoding
from retention_core.ingest.model import Answers, SheetAnswers
from retention_core.ingest.pipeline import recognise
from retention_core.ingest.survey import survey
from tests.core.ingest.encoded import ENCODINGS, OF_ALL, SIZES, export

EACH = [(language, each) for language, found in ENCODINGS.items() for each in found]


@pytest.fixture
def chosen(tmp_path):
    """The encoding that these bytes speak for."""

    def of(content):
        path = tmp_path / "orders.csv"
        path.write_bytes(content)
        facts = survey(path, path.name)
        return choose_encoding(path, facts.utf8, shifts=facts.shifts)

    return of


def reads(content, encoding, text):
    return content.decode(encoding, "replace").removeprefix("\ufeff") == text


@pytest.mark.parametrize(("language", "encoding"), EACH)
@pytest.mark.parametrize("size", ["long", "header", "short", "few"])
def test_a_file_with_some_words_of_its_language_is_read(
    chosen, language, encoding, size
):
    for seed in range(3):
        text = export(language, size, seed)
        content = text.encode(encoding, "replace")
        found = chosen(content)
        assert reads(content, found.encoding, content.decode(encoding))
        assert found.sure or size in ("header", "short")


@pytest.mark.parametrize(("language", "encoding"), EACH)
@pytest.mark.parametrize("size", ["one", "two"])
def test_one_name_is_read_or_asked_about(chosen, language, encoding, size):
    for seed in range(4):
        content = export(language, size, seed).encode(encoding, "replace")
        found = chosen(content)
        text = content.decode(encoding)
        if found.sure:
            assert reads(content, found.encoding, text)
        else:
            choices = [found.encoding, *found.others]
            assert list(found.examples) == choices
            assert len(choices) > 1
            assert all(found.examples[each] for each in choices)


@pytest.mark.parametrize("encoding", OF_ALL)
@pytest.mark.parametrize("language", ENCODINGS)
@pytest.mark.parametrize("size", SIZES)
def test_unicode_is_no_guess(chosen, language, encoding, size):
    text = export(language, size, 1)
    content = text.encode(encoding)
    found = chosen(content)
    assert found.sure
    assert reads(content, found.encoding, text)


@pytest.mark.parametrize(("language", "encoding"), EACH)
def test_a_few_broken_bytes_leave_the_rest_as_it_was(chosen, language, encoding):
    if encoding == "iso2022_jp":
        pytest.skip("a broken byte there is no ASCII any more")
    rng = random.Random(language)  # noqa: S311
    lines = export(language, "long", 1).encode(encoding, "replace").split(b"\r\n")
    for place in rng.sample(range(1, len(lines) - 1), 4):
        line = bytearray(lines[place])
        line[rng.randrange(len(line))] = rng.randrange(129, 255)
        lines[place] = bytes(line)
    found = chosen(b"\r\n".join(lines))
    likely = [found.encoding] if found.sure else [found.encoding, *found.others]
    header = lines[0].decode(encoding)
    assert any(reads(lines[0], each, header) for each in likely)


def test_what_cannot_be_told_is_asked_with_examples(tmp_path):
    path = tmp_path / "orders.csv"
    name = "Zoë".encode("mac-roman")
    rows = [b"Order,Date,Customer,Total", b"1,2024-03-01," + name + b",5.00"]
    rows += [b"%d,2024-03-%02d,Ann,5.00" % (n, n) for n in range(2, 28)]
    path.write_bytes(b"\n".join(rows))
    (found,) = recognise([(path, "orders.csv")], Answers())
    question = found.questions[0]
    assert question.code == "encoding"
    assert question.choices[0] == found.encoding
    assert question.fields["examples"]["mac-roman"] == ["Zoë"]
    assert question.fields["examples"]["cp1252"] == ["Zo‘"]
    said = Answers({"orders.csv": SheetAnswers(encoding="mac-roman")})
    (found,) = recognise([(path, "orders.csv")], said)
    assert found.encoding == "mac-roman"
    assert "encoding" not in [each.code for each in found.questions]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "iso2022_jp", "euc_jp"])
def test_japanese_in_every_encoding_comes_through_the_front_door(tmp_path, encoding):
    path = tmp_path / "orders.csv"
    rows = "".join(f"{n},2024-03-01,星野\u3000みゆき,{n}00\n" for n in range(30))
    path.write_bytes(("注文番号,注文日,氏名,合計金額\n" + rows).encode(encoding))
    (found,) = recognise([(path, "orders.csv")], Answers())
    assert found.encoding == encoding
    assert found.columns == ["注文番号", "注文日", "氏名", "合計金額"]
    assert found.examples["氏名"] == ["星野\u3000みゆき"]


def test_bytes_that_are_no_text_in_any_encoding_are_not_taken_for_sure(chosen):
    rng = random.Random(4)  # noqa: S311
    lines = [bytes(rng.choices(range(128, 256), k=12)) for _ in range(30)]
    assert not chosen(b"Order,Name\n" + b",x\n".join(lines)).sure
