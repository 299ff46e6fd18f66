"""Words: every key of every language, with the same fields; nothing unknown."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import retention_core
from retention_core.errors import RetentionError
from retention_ui.texts import Texts, UnknownTextError, catalogue, fields, languages

ROOT = Path(__file__).parents[2]
ENGLISH = Texts("en")


def errors() -> set[type[RetentionError]]:
    for module in pkgutil.walk_packages(retention_core.__path__, "retention_core."):
        if "error" in module.name:
            importlib.import_module(module.name)
    found, waiting = set(), [RetentionError]
    while waiting:
        each = waiting.pop()
        waiting += each.__subclasses__()
        if "code" in vars(each):
            found.add(each)
    return found


def test_an_unknown_key_is_a_mistake():
    with pytest.raises(UnknownTextError, match=r"no\.such\.key"):
        ENGLISH("no.such.key")


def test_a_missing_field_is_a_mistake():
    with pytest.raises(KeyError, match="date"):
        ENGLISH("header.complete")


def test_the_number_chooses_the_form():
    words = [ENGLISH("data.upload.read", count=n, n=n) for n in (1, 2, 0)]
    assert words == ["Read 1 file", "Read 2 files", "Read 0 files"]


@pytest.mark.parametrize("lang", languages())
def test_every_language_has_the_same_keys_and_fields(lang):
    english, other = catalogue("en"), catalogue(lang)
    assert other.keys() == english.keys()
    assert {key: fields(text) for key, text in other.items()} == {
        key: fields(text) for key, text in english.items()
    }


@pytest.mark.parametrize("error", sorted(errors(), key=lambda each: each.code))
def test_every_error_has_words_from_its_own_fields(error):
    key = f"errors.{error.code}"
    known = fields(error.template)
    assert fields(catalogue("en")[f"{key}.title"]) <= known
    assert fields(catalogue("en")[f"{key}.advice"]) <= known


def test_every_code_of_the_ledger_has_words():
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "retention_core" / "ingest").glob("*.py")
    )
    known = {key.removeprefix("ledger.reasons.") for key in catalogue("en")}
    codes = set(
        re.findall(r"(?:THEN|ELSE|coalesce\(aside,) '([a-z]+_[a-z_]+)'", source)
    )
    codes -= {"set_aside", "first_cell"}
    assert "date_unreadable" in codes
    assert codes <= known


@pytest.mark.parametrize("path", sorted((ROOT / "retention_ui").rglob("*.py")))
def test_every_key_that_is_written_out_exists(path):
    used = re.findall(r'(?:texts|words)\(\s*"([a-z_.]+)"', path.read_text("utf-8"))
    assert [key for key in used if key not in ENGLISH] == []
