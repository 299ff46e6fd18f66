"""``python -m retention_core``: each command prints its table, errors are sentences."""

from __future__ import annotations

import csv
import io
import json

import pytest

from retention_core.__main__ import main

ORDERS = (
    "Order,Date,Customer,Product,Amount,Currency\n"
    "1,2024-01-05,ann,Tea,20.00,EUR\n"
    "1,2024-01-05,ann,Cup,20.00,EUR\n"
    "2,2024-01-20,ben,Tea,10.00,EUR\n"
    "3,2024-02-13,ann,Cup,30.00,EUR\n"
    "4,2024-03-20,cat,Cup,,EUR\n"
)


@pytest.fixture
def orders(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS)
    return str(path)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_check_prints_the_reasons_and_what_was_recognised(orders, capsys):
    assert main(["check", orders]) == 0
    printed = capsys.readouterr()
    assert [row["code"] for row in table(printed.out)] == ["amount_missing"]
    (facts,) = (line for line in printed.err.splitlines() if line.startswith("{"))
    assert json.loads(facts)["mapping"]["ordered_at"] == "Date"


def test_what_the_file_leaves_open_is_said_beside_every_figure(tmp_path, capsys):
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS.replace(",Currency", "").replace(",EUR", ""))
    main(["cohorts", str(path)])
    assert "open question: orders.csv: currency" in capsys.readouterr().err
    main(["cohorts", str(path), "--currency", "EUR"])
    assert "currency" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "column"),
    [
        (["cohorts", "--grain", "quarter"], "retention"),
        (["churn", "--window-days", "30"], "churn_rate"),
        (["baskets", "--min-count", "1"], "lift"),
    ],
)
def test_each_command_prints_its_table(orders, capsys, arguments, column):
    command, *options = arguments
    assert main([command, orders, *options]) == 0
    assert column in table(capsys.readouterr().out)[0]


def test_json_holds_the_same_rows(orders, capsys):
    main(["cohorts", orders])
    written = table(capsys.readouterr().out)
    main(["cohorts", orders, "--format", "json"])
    assert len(json.loads(capsys.readouterr().out)) == len(written)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["forecast", "FILE"], "too_little_data: Too little data for a forecast"),
        (["cohorts", "FILE", "--as-of", "1990-01-01"], "no_orders"),
        (["cohorts", "nowhere.csv"], "nowhere.csv: No such file"),
        (["cohorts", "FILE", "--by", "colour"], "unknown_dimension"),
    ],
)
def test_errors_are_sentences(orders, capsys, arguments, said):
    arguments = [orders if each == "FILE" else each for each in arguments]
    assert main(arguments) == 1
    assert said in capsys.readouterr().err


def test_a_mapping_is_field_and_column(orders, capsys):
    with pytest.raises(SystemExit):
        main(["cohorts", orders, "--map", "amount"])
    assert "is not FIELD=COLUMN" in capsys.readouterr().err
