"""Campaign files: known as such and as nothing else, and every row in its place."""

from __future__ import annotations

import datetime as dt
import gzip

import pytest

import retention_core as rc
from retention_core import contacts
from retention_core.ingest.build_errors import UnmappedFieldError
from retention_core.ingest.model import Answers, SheetAnswers
from tests.conftest import SHARED, needs_shared
from tests.core.ingest.files import assert_reconciles, rows, take, write

ORDERS = """
    Order,Customer ID,E-mail,Date,Product,Amount
    1,C1,ann@example.com,2024-01-05,Tea,20.00
    2,C2,ben@example.com,2024-01-20,Tea,10.50
    3,C1,ann@example.com,2024-02-03,Cup,30.00
    4,C3,cat@example.com,2024-02-10,Tea,15.00
    5,C2,ben@example.com,2024-02-13,Cup,12.00
    6,C1,ann@example.com,2024-03-03,Tea,31.00
"""
JANUARY = dt.date(2024, 1, 25)


def told(result) -> list[tuple]:
    """The contacts as (campaign, customer, day, held back, offer)."""
    if result.orders.contacts is None:
        return []
    found = result.orders.run(result.orders.contacts)
    found = found.astype(object).where(found.notna(), None)
    names = ["campaign", "customer_id", "contacted_on", "control", "offer"]
    return sorted(
        (a, b, c.date(), bool(d), e)
        for a, b, c, d, e in found[names].itertuples(index=False)
    )


def roles(result) -> list[str]:
    return [each.role for each in result.detection]


HEADERS = {
    "de": "Kundennummer;Gutschein;versendet am;Kontrollgruppe",
    "en": "Customer ID;Voucher;Sent on;Control group",
    "es": "Número de cliente;Cupón;Fecha de envío;Grupo de control",
    "fr": "Numéro client;Code promo;Envoyé le;Groupe témoin",
    "it": "Codice cliente;Buono sconto;Data di invio;Gruppo di controllo",
    "ja": "顧客ID;クーポン;配信日;対照群",
    "ko": "고객번호;쿠폰;발송일;대조군",
    "nl": "Klantnummer;Kortingscode;Verzonden op;Controlegroep",
    "pl": "Numer klienta;Kod rabatowy;Data wysyłki;Grupa kontrolna",
    "pt": "Número do cliente;Cupom;Data de envio;Grupo de controle",
    "ru": "ID клиента;Промокод;Дата отправки;Контрольная группа",
    "tr": "Müşteri no;İndirim kodu;Gönderim tarihi;Kontrol grubu",
    "zh": "客户编号;优惠券;发送日期;对照组",
}
YES_NO = {
    "de": ("ja", "nein"), "en": ("yes", "no"), "es": ("sí", "no"),
    "fr": ("oui", "non"), "it": ("sì", "no"), "ja": ("はい", "いいえ"),
    "ko": ("예", "아니오"), "nl": ("ja", "nee"),
    "pl": ("tak", "nie"), "pt": ("sim", "não"), "ru": ("да", "нет"),
    "tr": ("evet", "hayır"), "zh": ("是", "否"),
}  # fmt: skip


@pytest.mark.parametrize("language", HEADERS)
def test_a_hand_made_sheet_is_read_in_many_languages(tmp_path, language):
    yes, no = YES_NO[language]
    sheet = (
        f"{HEADERS[language]}\nC1;10 % off;25.01.2024;{no}\n"
        f"C2;10 % off;25.01.2024;{no}\nC3;10 % off;25.01.2024;{yes}\n"
    )
    found = take(tmp_path, ORDERS, sheet)
    assert roles(found) == ["orders", "contacts"]
    assert told(found) == [
        ("1", "C1", JANUARY, False, "10 % off"),
        ("1", "C2", JANUARY, False, "10 % off"),
        ("1", "C3", JANUARY, True, "10 % off"),
    ]
    assert_reconciles(found)


MIXED = """
    Customer e-mail,Campaign name,Offer,Sent at,Group
    ANN@example.com ,Spring,tea,2024-01-25 09:00,test
    ben@example.com,Spring,tea,2024-01-25 09:00,test
    cat@example.com,Spring,,,control
    nobody@example.com,Spring,tea,2024-01-25 09:00,test
    ,Spring,tea,2024-01-25 09:00,test
    ben@example.com,Spring,tea,2024-01-25 17:30,test
    cat@example.com,Spring,tea,some day,test
    ann@example.com,Fall,tea,2080-01-25 09:00,test
"""


def test_each_row_ends_in_one_place_with_a_reason(tmp_path):
    found = take(tmp_path, ORDERS, MIXED)
    assert roles(found) == ["orders", "contacts"]
    assert sorted(rows(found)) == [
        (5, "set_aside", "unknown_customer"),
        (6, "rejected", "no_customer"),
        (7, "merged", "same_contact"),
        (8, "rejected", "date_unreadable"),
        (9, "rejected", "date_implausible"),
    ]
    # Who was held back got nothing: the day is that on which the others got it.
    assert told(found) == [
        ("Spring", "C1", JANUARY, False, "tea"),
        ("Spring", "C2", JANUARY, False, "tea"),
        ("Spring", "C3", JANUARY, True, None),
    ]
    file = found.ledger.files.iloc[1]
    assert (file.used, file.merged, file.set_aside, file.rejected) == (3, 1, 1, 3)
    lists = found.ledger.lists.iloc[0]
    assert (lists.role, lists.listed, lists.found) == ("contacts", 4, 3)
    assert contacts.unknown(found.orders) == 0
    assert_reconciles(found)


def test_without_one_day_of_the_others_nobody_knows_when_one_was_held_back(tmp_path):
    sheet = """
        Customer ID,Campaign,Sent on,Control
        C1,Spring,2024-01-25,no
        C2,Spring,2024-01-26,no
        C3,Spring,,yes
    """
    found = take(tmp_path, ORDERS, sheet)
    assert rows(found) == [(4, "rejected", "date_missing")]
    assert len(told(found)) == 2


def test_marks_only_mean_held_back_and_blanks_beside_words_mean_nothing(tmp_path):
    marks = (
        "Customer ID,Campaign,Sent on,Control\nC1,A,2024-01-25,x\nC2,A,2024-01-25,\n"
    )
    words = (
        "Customer ID,Campaign,Sent on,Control\nC1,A,2024-01-25,yes\n"
        "C2,A,2024-01-25,no\nC3,A,2024-01-25,\n"
    )
    found = take(tmp_path, ORDERS, marks)
    assert [each[3] for each in told(found)] == [True, False]
    found = take(tmp_path, ORDERS, words)
    assert [each[3] for each in told(found)] == [True, False]
    assert rows(found) == [(4, "rejected", "group_unreadable")]


def test_two_files_that_tell_the_same_contact_count_it_once(tmp_path):
    one = "Customer ID,Campaign,Sent on\nC1,A,2024-01-25\nC2,A,2024-01-25\n"
    other = (
        "E-mail,Campaign,Sent on,Offer\nann@example.com,A,25/01/2024,tea\n"
        "cat@example.com,A,25/01/2024,tea\n"
    )
    found = take(tmp_path, ORDERS, one, other)
    assert told(found) == [
        ("A", "C1", JANUARY, False, "tea"),
        ("A", "C2", JANUARY, False, None),
        ("A", "C3", JANUARY, False, "tea"),
    ]
    assert found.ledger.merged == 1
    # Files that name no campaign are told apart by nothing.
    plain = "Customer ID,Sent on,Voucher\nC1,2024-01-25,tea\nC2,2024-01-25,tea\n"
    again = "Customer ID,Sent on,Voucher\nC2,2024-01-25,tea\nC3,2024-01-25,tea\n"
    found = take(tmp_path, ORDERS, plain, again)
    assert [each[:2] for each in told(found)] == [("1", "C1"), ("1", "C2"), ("2", "C3")]


def test_customers_whom_only_a_list_knows_are_known(tmp_path):
    people = "Customer ID,E-mail,Birthday\nC9,zoe@example.com,1990-04-05\n"
    sent = "E-mail,Campaign,Sent on\nzoe@example.com,A,2024-01-25\n"
    found = take(tmp_path, ORDERS, people, sent)
    assert roles(found) == ["orders", "customers", "contacts"]
    assert told(found) == [("A", "C9", JANUARY, False, None)]


NO_CONTACTS = {
    "customers": "E-mail,Name,Accepts marketing,Created at,Last sent at\n"
    "ann@example.com,Ann,yes,2024-01-01,2024-02-01\n"
    "ben@example.com,Ben,no,2024-01-02,2024-02-01\n",
    "Mailchimp audience": "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,"
    "LAST_CHANGED,TAGS\nann@example.com,Ann,A,4,2023-01-05 10:00:00,"
    "2023-01-06 10:00:00,vip\nben@example.com,Ben,B,3,2023-01-05 10:01:00,"
    "2023-01-06 10:01:00,vip\n",
    "redemptions": "household_id,coupon_upc,campaign_id,redemption_date\n"
    "C1,51380041013,26,2024-01-01\nC1,51380041313,26,2024-01-02\n"
    "C2,51380041313,26,2024-01-02\n",
    "redeemed vouchers": "Customer ID,Coupon code,Date\nC1,TEA,2024-01-01\n"
    "C1,CUP,2024-01-02\nC2,TEA,2024-01-02\n",
    "orders with vouchers": "Order,Customer ID,Date,Coupon code,Campaign,Amount\n"
    "7,C1,2024-03-01,TEA,Spring,12.50\n8,C2,2024-03-02,CUP,Spring,13.50\n",
    "sent orders": "Order,Customer ID,Date,Sent on,Amount\n"
    "7,C1,2024-03-01,2024-03-03,12.50\n8,C2,2024-03-02,2024-03-04,13.50\n",
    "products": "SKU,Product,Category,Price\nT1,Tea,Drinks,4.50\nT2,Cup,Things,9.00\n",
    "visits": "Customer ID,Date,Page\nC1,2024-01-01,/\nC1,2024-01-02,/tea\n",
}


@pytest.mark.parametrize("what", NO_CONTACTS)
def test_nothing_else_is_taken_for_a_campaign_file(tmp_path, what):
    found = take(tmp_path, ORDERS, NO_CONTACTS[what])
    assert "contacts" not in roles(found)
    assert found.orders.contacts is None
    assert_reconciles(found)


@pytest.mark.parametrize(
    "sheet",
    [
        "Email,Campaign Name,Send Time\n{0},Spring,2024-01-25 10:00:00\n"
        "{1},Spring,2024-01-25 10:00:00\n",
        "Customer,Offer,Date\n{0},Free cup,2024-01-25\n{1},Free cup,2024-01-25\n",
        "Recipient,E-mail,Offer,Sent at\nAnn,{0},cup,2024-01-25\nBen,{1},cup,"
        "2024-01-25\n",
        "Email,First Name,Last Name,Campaign,Email sent at,Opens\n"
        "{0},Ann,A,Spring,2024-01-25 10:00,1\n{1},Ben,B,Spring,2024-01-25 10:00,0\n",
    ],
)
def test_files_of_other_programs_are_known(tmp_path, sheet):
    found = take(tmp_path, ORDERS, sheet.format("ann@example.com", "ben@example.com"))
    assert roles(found) == ["orders", "contacts"]
    assert [each[1:3] for each in told(found)] == [("C1", JANUARY), ("C2", JANUARY)]


def test_what_they_bought_later_is_no_order(tmp_path):
    sheet = (
        "Email,Campaign,Sent at,Revenue\nann@example.com,Spring,2024-01-25,12.50\n"
        "ben@example.com,Spring,2024-01-25,0.00\n"
    )
    found = take(tmp_path, ORDERS, sheet)
    assert roles(found) == ["orders", "contacts"]
    (question,) = found.detection[1].questions
    assert (question.code, question.choices) == ("role", ["contacts", "orders"])
    said = Answers({"1.csv": SheetAnswers(role="orders")})
    again = take(tmp_path, ORDERS, sheet, answers=said)
    assert roles(again) == ["orders", "orders"]
    assert "role" not in [each.code for each in again.detection[1].questions]


def test_a_day_that_can_be_read_two_ways_is_asked_about(tmp_path):
    sheet = "Customer ID,Campaign,Sent on\nC1,A,03/04/2024\nC2,A,03/04/2024\n"
    found = take(tmp_path, ORDERS, sheet)
    assert [each.code for each in found.detection[1].questions] == ["day_first"]
    for day_first, day in ((True, (3, 4)), (False, (4, 3))):
        answers = Answers({"1.csv": SheetAnswers(day_first=day_first)})
        again = take(tmp_path, ORDERS, sheet, answers=answers)
        assert not again.detection[1].questions
        assert {each[2] for each in told(again)} == {dt.date(2024, *day[::-1])}


def test_the_role_is_the_users_to_set(tmp_path):
    sheet = "E-mail,Mailed,When\nann@example.com,Spring,2024-01-25\n"
    assert roles(take(tmp_path, ORDERS, sheet))[1] != "contacts"
    mapping = {"email": "E-mail", "campaign": "Mailed", "contacted_on": "When"}
    said = SheetAnswers(role="contacts", mapping=mapping)
    found = take(tmp_path, ORDERS, sheet, answers=Answers({"1.csv": said}))
    assert told(found) == [("Spring", "C1", JANUARY, False, None)]
    sent = "Customer ID,Campaign,Sent on\nC1,A,2024-01-25\n"
    said = SheetAnswers(role="ignore")
    found = take(tmp_path, ORDERS, sent, answers=Answers({"1.csv": said}))
    assert told(found) == []


@pytest.mark.parametrize(
    ("sheet", "field"),
    [
        ("E-mail,First name\nann@example.com,Ann\n", "contacted_on"),
        ("Offer,Sent on\ntea,2024-01-25\n", "customer_id"),
        ("Campaign ID,Offer\n1,tea\n2,cup\n", "contacted_on"),
    ],
)
def test_what_cannot_be_a_campaign_file_is_said(tmp_path, sheet, field):
    answers = Answers({"1.csv": SheetAnswers(role="contacts")})
    with pytest.raises(UnmappedFieldError) as caught:
        take(tmp_path, ORDERS, sheet, answers=answers)
    assert (caught.value.fields["file"], caught.value.fields["field"]) == (
        "1.csv",
        field,
    )


RECIPIENTS = "campaign_id,household_id\n1,C1\n1,C2\n2,C3\n2,C1\n1,X7\n"
CAMPAIGNS = (
    "campaign_id,campaign_type,start_date,end_date\n1,Type A,2024-01-25,2024-02-20\n"
    "2,Type B,2024-02-05,2024-02-20\n3,Type B,2024-03-05,2024-03-20\n"
)


def test_campaigns_and_recipients_in_two_files_find_each_other(tmp_path):
    found = take(tmp_path, ORDERS, RECIPIENTS, CAMPAIGNS)
    assert roles(found) == ["orders", "contacts", "contacts"]
    february = dt.date(2024, 2, 5)
    assert told(found) == [
        ("1", "C1", JANUARY, False, "Type A"),
        ("1", "C2", JANUARY, False, "Type A"),
        ("2", "C1", february, False, "Type B"),
        ("2", "C3", february, False, "Type B"),
    ]
    assert sorted(rows(found)) == [
        (4, "set_aside", "no_recipient"),
        (6, "set_aside", "unknown_customer"),
    ]
    assert_reconciles(found)


def test_recipients_without_their_campaigns_are_nothing(tmp_path):
    assert roles(take(tmp_path, ORDERS, RECIPIENTS)) == ["orders", "ignore"]
    others = CAMPAIGNS.replace("\n1,", "\n11,").replace("\n2,", "\n12,")
    assert roles(take(tmp_path, ORDERS, RECIPIENTS, others))[1:] == ["ignore"] * 2


def test_a_build_without_them_takes_those_of_the_build_before_away(tmp_path):
    sent = "Customer ID,Campaign,Sent on\nC1,A,2024-01-25\n"
    paths = [write(tmp_path, "o.csv", ORDERS), write(tmp_path, "s.csv", sent)]
    into = tmp_path / "built"
    assert rc.ingest(paths, into=into).orders.contacts is not None
    assert (into / "contacts.parquet").is_file()
    assert rc.ingest(paths[:1], into=into).orders.contacts is None


@needs_shared
def test_the_campaigns_of_the_complete_journey(tmp_path):
    source = SHARED / "data" / "completejourney"
    path = tmp_path / "transactions.csv"
    packed = (source / "transactions_sample.csv.gz").read_bytes()
    path.write_bytes(gzip.decompress(packed))
    names = ("campaigns.csv", "campaign_descriptions.csv", "coupon_redemptions.csv")
    found = rc.ingest([path, *(source / name for name in names)])
    assert roles(found) == ["orders", "contacts", "contacts", "ignore"]
    read = told(found)
    # Counted in the files with a few lines of awk: two households bought nothing.
    assert len(read) == 6587
    assert sum(each[4] == "Type A" for each in read) == 1077 + 1133 + 359 + 1076
    assert {each[2] for each in read if each[0] == "18"} == {dt.date(2017, 10, 30)}
    assert not any(each[3] for each in read)
    assert_reconciles(found)
