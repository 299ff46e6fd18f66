"""Files that belong together: parts, versions and sums of the same orders; shops."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pytest

import retention_core as rc
from retention_core.errors import RetentionError
from retention_core.ingest.model import Answers, SheetAnswers
from retention_core.ingest.pipeline import recognise
from tests.core.ingest.files import assert_reconciles, lines

# Number, customer, e-mail, day, freight; each with its items: product, pieces, price.
ORDERS = [
    (
        1000 + n,
        f"C-{n % 7}",
        f"p{n % 7}@x.org",
        dt.date(2024, 1, 3) + dt.timedelta(days=n),
    )
    for n in range(40)
]
ITEMS = [
    (order[0], product, 1 + n % 2, price)
    for n, order in enumerate(ORDERS)
    for product, price in (("Tea", 4.5), ("Cup", 9.9))[: 1 + n % 2]
]
GOODS = round(sum(pieces * price for _, _, pieces, price in ITEMS), 2)
OFF = 0.37  # what each order got off, in its total only


def table(head, rows):
    return "\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n"


def worth(number):
    return sum(p * price for n, _, p, price in ITEMS if n == number)


TOTALS = table(
    "Order No,Customer No,E-mail,Order Date,Total",
    [(*order, round(worth(order[0]) - OFF, 2)) for order in ORDERS],
)
HEADS = table("Order No,Customer No,E-mail,Order Date", ORDERS)
PRICED = table("Order No,Product,Qty,Price", ITEMS)
BARE = table("Order No,Product,Qty", [item[:3] for item in ITEMS])
DATED = table(
    "Order No,Order Date,Product,Qty,Price",
    [(item[0], ORDERS[item[0] - 1000][3], *item[1:]) for item in ITEMS],
)


def write(folder, texts):
    paths = [folder / f"{name}.csv" for name in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text)
    return paths


def take(folder, answers=None, **texts):
    result = rc.ingest(write(folder, texts), answers=answers)
    assert_reconciles(result)
    return result


def found(paths):
    return {
        each.key: each for each in recognise([(p, p.name) for p in paths], Answers())
    }


@pytest.mark.parametrize(
    ("orders", "items", "revenue"),
    [
        (TOTALS, PRICED, GOODS - OFF * len(ORDERS)),
        (TOTALS, BARE, GOODS - OFF * len(ORDERS)),
        (TOTALS, DATED, GOODS - OFF * len(ORDERS)),
        (HEADS, PRICED, GOODS),
    ],
)
def test_items_take_from_their_orders_what_they_lack(tmp_path, orders, items, revenue):
    for texts in ({"o": orders, "i": items}, {"a": items, "o": orders}):
        result = take(tmp_path, **texts)
        table = lines(result)
        assert table["amount"].sum() == pytest.approx(revenue, abs=0.005)
        assert len(table) == len(ITEMS)
        assert table["order_id"].nunique() == len(ORDERS)
        assert table["customer_id"].nunique() == 7
        assert {*table["product"]} == {"Tea", "Cup"}


def test_items_whose_orders_are_in_no_file_name_the_one_that_is_missing(tmp_path):
    with pytest.raises(RetentionError) as error:
        take(tmp_path, items=PRICED)
    assert error.value.code == "orders_missing"
    other = table("Order No,E-mail,Order Date,Total", [(7, "a@x.org", "2024-01-02", 5)])
    paths = write(tmp_path, {"items": PRICED, "other": other})
    assert found(paths)["items.csv"].orders_missing


def test_the_missing_orders_of_a_known_system_are_called_by_name(tmp_path):
    head = "OrderId,LineId,Title,SubCode,Quantity,UnitPrice,LineSubTotal\n"
    with pytest.raises(RetentionError) as error:
        take(tmp_path, items=head + "shop-1,1,Mug,m,2,500,1000\n")
    assert error.value.code == "orders_missing"
    assert "Yahoo" in error.value.fields["wanted"]


# Versions and shops ----------------------------------------------------------------

GERMAN = "Bestellnummer;{};Bestelldatum;Artikel;Menge;Betrag\n"


def german(orders, key):
    rows = (
        f"#{number};{ {'E-Mail': mail, 'Kunden-Nr.': customer}[key] };"
        f"{day:%d.%m.%Y};Tee;1;{worth(number):.2f}"
        for number, customer, mail, day in orders
    )
    return GERMAN.format(key) + "\n".join(rows) + "\n"


@pytest.mark.parametrize("key", ["E-Mail", "Kunden-Nr."])
def test_years_that_overlap_in_another_layout_are_one_history(tmp_path, key):
    later = [
        (1000 + n, f"C-{n % 7}", f"p{n % 7}@x.org", dt.date(2024, 2, n - 20))
        for n in range(40, 50)
    ]
    head = "Order No,Customer ID,Order Date,Total"
    before = table(head, [(n, c, d, round(worth(n), 2)) for n, c, _, d in ORDERS])
    result = take(tmp_path, before=before, after=german([*ORDERS[20:], *later], key))
    bought = lines(result)
    assert bought["order_id"].nunique() == 50
    assert bought["customer_id"].nunique() == 7
    reasons = result.ledger.reasons.set_index("code")["rows"]
    assert reasons["older_version"] == 20


def other_shop():
    return table(
        "Order No,Customer No,E-mail,Order Date,Total",
        [(n, f"D-{n % 5}", f"q{n % 5}@y.org", d, 7.25) for n, _, _, d in ORDERS],
    )


def test_the_same_numbers_of_other_customers_are_of_another_shop(tmp_path):
    shops = {"orders_berlin": TOTALS, "orders_paris": other_shop()}
    each = found(write(tmp_path, shops))["orders_paris.csv"]
    asked = next(q for q in each.questions if q.code == "stores")
    assert asked.fields["files"] == {
        "orders_berlin.csv": "Berlin",
        "orders_paris.csv": "Paris",
    }
    assert (asked.fields["shared"], asked.fields["differ"]) == (40, 40)
    assert lines(take(tmp_path, **shops))["order_id"].nunique() == 80
    named = {
        key: SheetAnswers(store=name) for key, name in asked.fields["files"].items()
    }
    bought = lines(take(tmp_path, Answers(sheets=named), **shops))
    assert bought.groupby("store")["order_id"].nunique().to_dict() == {
        "Berlin": 40,
        "Paris": 40,
    }


TILL = "Receipt,Date,Item,Amount"


def till(item, amount):
    return table(TILL, [(n, f"2024-01-{n:02}", item, amount + n) for n in range(1, 25)])


@pytest.mark.parametrize(("said", "orders"), [(None, 48), ("", 24), ("x", 48)])
def test_no_shop_without_customers_swallows_the_receipts_of_another(
    tmp_path, said, orders
):
    answers = Answers()
    if said is not None:
        names = {"north.csv": said, "south.csv": said and "y"}
        answers = Answers(
            sheets={file: SheetAnswers(store=name) for file, name in names.items()}
        )
    shops = {"north": till("Tea", 3), "south": till("Cup", 5)}
    bought = lines(take(tmp_path, answers, **shops))
    assert bought["order_id"].nunique() == orders


def test_exports_that_overlap_and_years_that_number_anew_raise_no_question(tmp_path):
    head, *rows = TOTALS.splitlines(keepends=True)
    parts = {"a": head + "".join(rows[:25]), "b": head + "".join(rows[15:])}
    anew = {"a": TOTALS, "c": TOTALS.replace(",2024-", ",2023-").replace("p", "q")}
    for texts in (parts, anew):
        each = found(write(tmp_path, texts))["a.csv"]
        assert "stores" not in {question.code for question in each.questions}
        assert each.store is None


# Workbooks -------------------------------------------------------------------------

LINES = [
    [n, c, day, product, pieces, round(pieces * price, 2)]
    for n, c, _, day in ORDERS
    for number, product, pieces, price in ITEMS
    if number == n
]
HEAD = ["Order No", "Customer ID", "Order Date", "Product", "Quantity", "Amount"]


def book(folder, **sheets):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(folder / "shop.xlsx")
    return folder / "shop.xlsx"


def summed(key, *, off=0.0):
    sums = {}
    for line in LINES:
        sums[line[key]] = sums.get(line[key], 0) + line[5] + off
    return sums


@pytest.mark.parametrize(
    "summary",
    [
        [["Date", "Revenue"], *([day, round(s, 2)] for day, s in summed(2).items())],
        [
            ["Customer ID", "Last Order", "Amount"],
            *([who, dt.date(2024, 2, 1), round(s, 2)] for who, s in summed(1).items()),
        ],
    ],
)
def test_a_sheet_that_adds_up_another_is_left_out_and_said_to_be(tmp_path, summary):
    path = book(tmp_path, Data=[HEAD, *LINES], Summary=summary)
    assert found([path])["shop.xlsx#Summary"].sums
    result = rc.ingest([path])
    assert_reconciles(result)
    assert lines(result)["amount"].sum() == pytest.approx(GOODS)
    reasons = result.ledger.reasons.set_index("code")["rows"]
    assert reasons["sheet_ignored"] == len(summary) - 1


def test_a_sheet_of_sums_that_do_not_agree_is_asked_about(tmp_path):
    sums = [["Date", "Revenue"], *([d, s] for d, s in summed(2, off=1.0).items())]
    path = book(tmp_path, Data=[HEAD, *LINES], Daily=sums)
    each = found([path])["shop.xlsx#Daily"]
    assert [(q.code, q.choices[0]) for q in each.questions] == [("role", "ignore")]
    answers = Answers(sheets={each.key: SheetAnswers(role="orders")})
    both = lines(rc.ingest([path], answers=answers))["amount"].sum()
    assert both == pytest.approx(2 * GOODS + len(LINES))


def test_a_sheet_a_month_is_read_whole(tmp_path):
    months = {
        f"M{month}": [HEAD, *(line for line in LINES if line[2].month == month)]
        for month in (1, 2)
    }
    path = book(tmp_path, Notes=[["Read me"], ["first"]], **months)
    assert lines(rc.ingest([path]))["amount"].sum() == pytest.approx(GOODS)


# Lists of customers ----------------------------------------------------------------

BOUGHT = table(
    "Order No,Customer ID,Order Date,Total",
    [(n, f"C-{1001 + n % 7}", d, 5) for n, _, _, d in ORDERS],
)
LISTED = "Customer ID,Birthday,{}"


def customers(folder, spell, orders=BOUGHT):
    one = table(
        LISTED.format("Tags"),
        [(spell(n), "1980-01-02", f"t{n % 2}") for n in range(1001, 1009)],
    )
    two = table(
        LISTED.format("Acquisition Cost"),
        [(spell(n), "1980-01-02", n / 10) for n in range(1001, 1009)],
    )
    result = take(folder, orders=orders, one=one, two=two)
    return result.orders.run(result.orders.customers).set_index("customer_id")


@pytest.mark.parametrize("spell", ["C-{}", "c-{}", "{}", "0{}"])
def test_two_lists_say_more_of_each_customer_however_ids_are_spelt(tmp_path, spell):
    told = customers(tmp_path, spell.format).loc["C-1002"]
    assert (told["tags"], float(told["acquisition_cost"])) == ("t0", 100.2)


def test_ids_that_could_be_two_customers_are_not_matched(tmp_path):
    orders = BOUGHT.replace(",C-1001,", ",1002,")
    told = customers(tmp_path, "D{}".format, orders)
    assert told.loc[["C-1002", "1002"], "tags"].isna().all()


def test_it_is_said_how_much_of_a_list_stands_in_the_orders(tmp_path):
    listed = table(
        "Customer ID,Birthday", [(f"C-{n}", "1980-01-02") for n in range(1001, 1015)]
    )
    goods = table(
        "SKU,Name,Category,Cost",
        [(1, "Tea", "Hot", 1), (2, "Cup", "Hard", 2), (3, "Pot", "Hard", 3)],
    )
    orders = BOUGHT.replace("Total", "Total,Item").replace(",5\n", ",5,Tea\n")
    told = take(tmp_path, orders=orders, people=listed, goods=goods).ledger.lists
    counts = told.set_index("role")[["listed", "found"]].T.to_dict("list")
    assert counts == {"customers": [14, 7], "products": [3, 1]}
