"""Exports of small shops in the languages that encodings are told apart by.

Names, goods and headers are none of those that the detection learns from, as far as
the languages allow: what it is to read is new to it.
"""

from __future__ import annotations

import random

# Language: header, customers, goods.
SHOPS = {
    "de": (
        "Bestellnummer;Bestelldatum;Käufer;Stückgröße;Betrag",
        ["Ülkü Bräutigam", "Gönül Thräne", "Jörn Kößler", "Ännchen Süßmilch"],
        ["Möhrenpüree", "Schlüsselanhänger", "Räucherstäbchen", "Übertopf weiß"],
    ),
    "fr": (
        "Numéro;Date;Prénom;Désignation;Montant réglé",
        ["Aurélie Lemaître", "Cédrick Garçonnet", "Anaïs Dupré", "Loïc Prévôt"],
        ["Bûche de chêne", "Sirop d’érable", "Écharpe brodée", "Gelée de mûre"],
    ),
    "es": (
        "Número;Fecha;Compañía;Descripción;Importe",
        ["Álvaro Ordóñez", "Belén Cañas", "Iñaki Zúñiga", "Noemí Güell"],
        ["Pañuelo de batik", "Sartén antiadherente", "Colchón", "Champú de limón"],
    ),
    "pt": (
        "Número;Data;Usuário;Descrição;Preço",
        ["Estêvão Falcão", "Júlia Galvão", "Zélia Peçanha", "Otávio Leão"],
        ["Óleo de coco", "Sabão em pó", "Cordão de ouro", "Lençol de verão"],
    ),
    "it": (
        "Numero;Data;Cliente;Proprietà;Totale",
        ["Nicolò Calà", "Salomè Dalì", "Mosè Forlì", "Totò Cefalù"],
        ["Ragù di cinghiale", "Sofà letto", "Purè di mele", "Canapè rosso"],
    ),
    "en": (
        "Order;Date;Customer;Product;Total",
        ["Anaïs Brontë", "Seán Ó Brádaigh", "Esmé Hart", "Zoë Day"],
        ["Soufflé dish", "Fiancée card", "Pâté knife", "Tea £4 tin"],
    ),
    "pl": (
        "Numer zamówienia;Data;Imię i nazwisko;Przesyłka;Wartość",
        ["Wacław Sęk", "Bogusława Pająk", "Łucja Gęś", "Błażej Świątek"],
        ["Miód lipowy", "Ściereczka", "Kąpielówki", "Zasłona żakardowa"],
    ),
    "cs": (
        "Číslo;Datum;Příjmení;Zboží;Částka",
        ["Bořivoj Žďárský", "Květa Hájková", "Čeněk Šimůnek", "Řehoř Bláha"],
        ["Dřevěná lžíce", "Bílá deka", "Lněný ubrus", "Hrnek žíhaný"],
    ),
    "hu": (
        "Rendelés;Dátum;Név;Árucikk;Végösszeg",
        ["Csőke Ágnes", "Hőgyész Imre", "Bűdi Rózsa", "Füstös Jenő"],
        ["Mézeskalács szív", "Gyűrűtartó", "Kötött sál", "Lekvár, őszibarack"],
    ),
    "ru": (
        "Номер;Дата;Покупатель;Наименование;Сумма",
        ["Аркадий Грибов", "Людмила Зыкова", "Ярослав Щеглов", "Эмма Цветкова"],
        ["Варенье из вишни", "Подушка", "Мёд липовый", "Ножницы"],
    ),
    "uk": (
        "Номер;Дата;Ім'я;Найменування;Усього",
        ["Богдан Їжакевич", "Євгенія Лісова", "Остап Ґава", "Зоряна Кіт"],
        ["Вишиванка", "Варення", "Глечик", "Ковдра"],
    ),
    "ja": (
        "受注番号,受注日,購入者,品名,合計",
        ["長谷部 千尋", "星野 みゆき", "桐生 悟", "三浦 あかり"],
        ["急須", "座布団カバー", "ほうじ茶", "竹箸"],
    ),
    "zh": (
        "单号,日期,收货人,宝贝标题,实付款",
        ["褚晓明", "欧阳静怡", "段志强", "柳如烟"],
        ["紫砂茶壶", "羊毛围巾", "手工皂", "竹筷十双"],
    ),
    "zh_Hant": (
        "單號,日期,收件人,品名,實付金額",
        ["歐陽慧君", "龔柏翰", "湯佩珊", "溫啟明"],
        ["茶壺", "羊毛圍巾", "手工皂", "鳳梨酥禮盒"],
    ),
    "ko": (
        "번호,날짜,구매자,품목,합계",
        ["탁재훈", "도경완", "옥주현", "표창원"],
        ["도자기 찻잔", "무릎 담요", "수제 비누", "대나무 젓가락"],
    ),
}
WESTERN = ("cp1252", "mac-roman", "cp850")
ENCODINGS = {
    **dict.fromkeys(("de", "fr", "es", "pt", "it", "en"), WESTERN),
    **dict.fromkeys(("pl", "cs", "hu"), ("cp1250", "iso8859-2")),
    "ru": ("cp1251", "koi8-r", "cp866"),
    "uk": ("cp1251",),
    "ja": ("cp932", "euc_jp", "iso2022_jp"),
    "zh": ("gb18030",),
    "zh_Hant": ("big5",),
    "ko": ("cp949",),
}
OF_ALL = ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "utf-16")
PLAIN = ("Ann Lee", "Tom Ford", "Max Bell")
# Rows, whether the header is in the language, and the share (or count) of the rows.
SIZES = {
    "long": (300, True, 1.0),
    "header": (8, True, 0),
    "short": (6, False, 1.0),
    "few": (400, False, 0.03),
    "two": (60, False, 2),
    "one": (60, False, 1),
}


def export(language, size, seed):
    """The text of an export: so many rows, with so many of them in the language."""
    rng = random.Random(seed)  # noqa: S311
    header, people, goods = SHOPS[language]
    sign = ";" if ";" in header else ","
    count, own, share = SIZES[size]
    number = share if isinstance(share, int) else max(1, round(share * count))
    telling = set(rng.sample(range(count), number))
    lines = [header if own else sign.join(("Order", "Date", "Name", "Item", "Total"))]
    for row in range(count):
        person = rng.choice(people if row in telling else PLAIN)
        item = rng.choice(goods) if row in telling and number > 2 else "Mug"
        day = f"2024-03-{row % 28 + 1:02}"
        cells = (f"{1000 + row}", day, f'"{person}"', f'"{item}"', "12.50")
        lines.append(sign.join(cells))
    return "\r\n".join(lines) + "\r\n"
