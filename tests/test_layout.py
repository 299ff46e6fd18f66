"""The rules of ARCHITECTURE.md that no other tool checks."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "pages").glob("*.py"))
UI = sorted((ROOT / "retention_ui").rglob("*.py"))
CORE = sorted((ROOT / "retention_core").rglob("*.py"))
ENGINES = {"duckdb", "pyspark", "psycopg", "sqlglot"}
NOT_ON_PAGES = {"ibis", "duckdb", "pandas", "plotly", "retention_core", "numpy"}
A_WORD_ON_SCREEN = re.compile(r"[A-Z]|\s|[^\x00-\x7f]")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_page_is_a_sentence(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    defined = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.AsyncFunctionDef)
    assert not [node for node in ast.walk(tree) if isinstance(node, defined)]
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 60
    assert not imports(path) & NOT_ON_PAGES


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_no_words_stand_on_a_page(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstring = ast.get_docstring(tree, clean=False)
    literals = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value != docstring
    ]
    assert not [text for text in literals if A_WORD_ON_SCREEN.search(text)]


@pytest.mark.parametrize("path", PAGES + UI, ids=name_of)
def test_streamlit_is_used_as_agreed(path):
    text = path.read_text(encoding="utf-8")
    assert "unsafe_allow_html" not in text
    if path.name != "queries.py":
        assert not re.search(r"\bcache_(data|resource)\b", text)
    if path.name not in {"state.py", "page.py"}:
        assert "session_state" not in text


@pytest.mark.parametrize("path", CORE, ids=name_of)
def test_only_engine_and_ingest_name_an_engine(path):
    if path.name != "engine.py" and "ingest" not in path.parts:
        assert not imports(path) & ENGINES


@pytest.mark.parametrize("path", PAGES + UI + CORE, ids=name_of)
def test_no_error_is_swallowed_whole(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ExceptHandler) and not raises_again(node):
            caught = "" if node.type is None else ast.unparse(node.type)
            assert node.type is not None
            assert not re.search(r"\b(Base)?Exception\b", caught)


def test_nothing_is_left_to_do():
    for path in PAGES + UI + CORE:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\b(TODO|FIXME|XXX)\b", text), name_of(path)
