"""Files for the programs that write to customers: whom they greet, and under what."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_ui import downloads, mailing
from retention_ui.mailing import Letter, Name

LETTER = Letter("Reminder, June", "Due for reorder", "10 % off")
ROWS = pd.DataFrame(
    {
        "customer_id": ["1", "2", "3", "4"],
        "customer_name": ["Anna Schmidt", "山田太郎", None, "Acme Ltd"],
        "email": ["Anna@Example.com ", "taro@example.jp", "nobody", None],
        "phone": ["+49 (0)176 123-4567", "090 1234 5678", "0043 1 5880 123", None],
        "birthday": ["1977-09-11", "3/4/1980", "1990-01-02T00:00:00", None],
        "born": ["--09-11", None, "--01-02", None],
        "agreed": ["yes", "unknown", "yes", "unknown"],
        "product": ["Assam", None, "Cup", None],
    }
)


@pytest.mark.parametrize(
    ("full", "first", "last"),
    [
        ("Anna Schmidt", "Anna", "Schmidt"),
        ("  Anna   Schmidt ", "Anna", "Schmidt"),
        ("Dr. Anna van der Berg", "Anna", "van der Berg"),
        ("Frau Anna-Lena Müller-Lüdenscheidt", "Anna-Lena", "Müller-Lüdenscheidt"),
        ("Juan Carlos García", "Juan", ""),
        ("Martin King Jr.", "Martin", "King"),
        ("Schmidt, Anna", "Anna", "Schmidt"),
        ("van der Berg, Jan", "Jan", "van der Berg"),
        ("J. Smith", "", "Smith"),
        ("Siobhán O'Neil", "Siobhán", "O'Neil"),
        ("Иванов Иван Иванович", "Иван", "Иванов"),
        ("Анна Сергеевна Петрова", "Анна", "Петрова"),
    ],
)
def test_a_name_that_can_be_told_is_parted(full, first, last):
    assert mailing.split(full) == Name(first, last)


@pytest.mark.parametrize(
    "full",
    [
        "",
        "Madonna",
        "Dr. Schmidt",
        "山田 太郎",
        "王 伟",
        "김 민준",
        "สมชาย ใจดี",
        "Zhang Wei",
        "Nguyễn Văn An",
        "Nagy Anna",
        "DUPONT Jean",
        "Иван Иванов",
        "Acme Ltd",
        "Schmidt & Söhne",
        "Tom and Anna Smith",
        "Familie Schmidt",
        "Acme, Inc.",
        "Müller, Schmidt, Weber",
        "Kunde 17",
        "anna@example.com",
        "<b>Anna</b> Schmidt",
        "=1+1 x",
    ],
)
def test_a_name_that_may_be_meant_otherwise_is_not_guessed(full):
    assert mailing.split(full) == Name()


@given(st.text(max_size=40))
def test_names_are_never_made_up(full):
    found = mailing.split(full)
    assert set(found.first.split()) <= set(full.replace(",", " ").split())
    assert set(found.last.split()) <= set(full.replace(",", " ").split())


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+4917612345678", "+4917612345678"),
        ("+49 (0)176 123-45678", "+4917612345678"),
        ("0049 176 12345678", "+4917612345678"),
        ("0176 12345678", None),
        ("4917612345678", None),
        ("+49", None),
        ("+0491761234567", None),
        ("+1234567890123456", None),
        ("=+4917612345678", None),
        ("+4917612345678;=1", None),
        ("+٤٩١٧٦١٢٣٤٥٦٧٨", None),
        (None, None),
        (float("nan"), None),
    ],
)
def test_a_number_is_international_only_where_it_names_its_country(text, number):
    assert mailing.international(text) == number


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (" Anna@Example.COM", "anna@example.com"),
        ("a.b+c@sub.example.org", "a.b+c@sub.example.org"),
        ("nobody", None),
        ("a@b", None),
        ("a b@example.com", None),
        ("a@example..com", None),
        ("a@example.com, b@example.com", None),
        (None, None),
        (float("nan"), None),
    ],
)
def test_an_address_is_one_that_a_letter_can_go_to(text, found):
    assert mailing.address(text) == found


def test_mailchimp_gets_its_columns():
    found = mailing.written(ROWS, "mailchimp", LETTER)
    assert list(found) == [
        *("Email Address", "First Name", "Last Name", "Phone Number", "Birthday"),
        *("Tags", "Product", "Offer"),
    ]
    first = found.iloc[0].tolist()
    assert first == [
        *("anna@example.com", "Anna", "Schmidt", "+491761234567", "09/11"),
        *("Due for reorder, Reminder June", "Assam", "10 % off"),
    ]


def test_klaviyo_gets_its_columns_and_numbers_only_as_it_takes_them():
    found = mailing.written(ROWS, "klaviyo", LETTER)
    assert list(found) == [
        *("Email", "First Name", "Last Name", "Phone Number", "Birthday"),
        *("Email Marketing Consent", "Kept List", "Kept Campaign"),
        *("Product", "Offer"),
    ]
    assert found["Phone Number"].tolist() == ["+491761234567", "", "+4315880123", ""]
    assert found["Email Marketing Consent"].tolist() == [
        *("Subscribed", "", "Subscribed", "")
    ]
    assert found["Birthday"].tolist() == ["1977-09-11", "", "1990-01-02", ""]


def test_a_mail_merge_works_without_any_address():
    found = mailing.written(ROWS[["customer_id", "customer_name"]], "merge", LETTER)
    assert list(found) == [
        *("First Name", "Last Name", "Full Name", "E-mail Address", "Customer ID"),
        "Offer",
    ]
    assert found["Full Name"].tolist() == ["Anna Schmidt", "山田太郎", "", "Acme Ltd"]
    assert found["First Name"].tolist() == ["Anna", "", "", ""]


def test_names_that_the_data_keeps_apart_go_first():
    rows = ROWS.assign(first_name=["Änne", "太郎", None, ""], last_name=None)
    found = mailing.written(rows, "merge", LETTER)
    assert found["First Name"].tolist() == ["Änne", "太郎", "", ""]


def test_all_columns_are_ours_as_they_are():
    found = mailing.written(ROWS, "all", LETTER)
    assert set(found) == {*ROWS, "campaign", "list", "offer"}
    assert found["phone"].tolist() == ROWS["phone"].tolist()


def test_who_can_be_reached_depends_on_the_program():
    assert mailing.reachable(ROWS, "mailchimp").tolist() == [True, True, False, False]
    assert mailing.reachable(ROWS, "klaviyo").tolist() == [True, True, True, False]
    assert mailing.reachable(ROWS, "merge").all()
    assert mailing.reachable(ROWS, "all").all()
    bare = ROWS[["customer_id"]]
    assert not mailing.reachable(bare, "mailchimp").any()


def test_one_address_gets_one_letter():
    twice = pd.concat([ROWS, ROWS.assign(email="ANNA@example.com")])
    assert mailing.reachable(twice, "mailchimp").sum() == 2
    assert mailing.reachable(twice, "mailchimp").iloc[0]


@pytest.mark.parametrize("form", mailing.FORMATS)
def test_nobody_is_an_empty_file_with_its_columns(form):
    found = mailing.written(ROWS.head(0), form, LETTER)
    assert found.empty
    assert list(found)


def test_a_number_survives_the_download_and_a_formula_does_not():
    rows = ROWS.assign(customer_name=['=HYPERLINK("x")', "+1+1", "@x", "-2"])
    found = mailing.written(rows, "merge", LETTER).assign(
        phone=["+4917612345678", "+4917612345678+1", "+SUM(A1)", "+12"]
    )
    raw = io.BytesIO(downloads.csv_bytes(found))
    back = pd.read_csv(raw, dtype="str", encoding="utf-8-sig")
    assert back["Full Name"].str.startswith("'").all()
    assert back["phone"].tolist() == [
        *("+4917612345678", "'+4917612345678+1", "'+SUM(A1)", "'+12")
    ]


def test_all_columns_are_written_to_the_cent_and_dates_as_they_are():
    day = pd.Timestamp("2026-06-19").date()
    frame = pd.DataFrame(
        {
            "customer_id": ["1"],
            "stake": [44.704545],
            "act_on": [day],
            "born": ["--02-01"],
        }
    )
    found = mailing.written(frame, "all", Letter("May", "Birthdays")).iloc[0]
    assert (found["stake"], found["act_on"], found["born"]) == (44.7, day, "02-01")
