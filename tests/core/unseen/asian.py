"""Japanese, Chinese and Korean shops, and an Indonesian one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.core.unseen.base import (
    Case,
    D,
    Draw,
    Truth,
    book,
    by_line,
    counted,
    counted_orders,
    dot,
    net,
    sales,
    split,
    text,
    whole,
)

if TYPE_CHECKING:
    import datetime as dt

JAPANESE = split(
    "山田 太郎,佐藤 花子,髙橋 一郎,鈴木 美咲,田中 健,伊藤 さくら,渡辺 翔,中村 陽子,"
    "小林 蓮,加藤 結衣,吉田 大輔,齋藤 麻衣,松本 悠,井上 楓"
)
CHINESE = split("王芳,李伟,张敏,刘洋,陈静,杨帆,赵磊,黄丽,周杰,吴霞,徐强,孙婷,马超,朱琳")
TAIWAN = split(
    "林志明,陳淑芬,黃俊傑,張雅婷,吳家豪,劉怡君,蔡宗翰,楊佩珊,許文龍,鄭惠雯,謝承恩,"
    "郭美玲,洪國華,曾雅琪"
)
KOREAN = split(
    "김민준,이서연,박도윤,최지우,정하은,강지훈,조수아,윤예준,장서윤,임시우,한지민,"
    "오주원,서다은,신유진"
)
SWEETS = split("抹茶ロール,どら焼き,羊羹,詰め合わせ,最中,カステラ")
TEAS = split("龙井,铁观音,普洱,礼盒,茉莉花茶,紫砂壶")
DRINKS = split("烏龍茶,珍珠,蜂蜜,禮盒,鳳梨酥,茶杯")
COSMETICS = split("수분크림,립밤,세럼,선물세트,마스크팩,토너")
YEN = ("350", "1200", "680", "5400", "220", "2980")
WON = ("12000", "3500", "45000", "89000", "1500", "23000")


def register_jp() -> Case:
    """A tablet till's journal in cp932: member codes, tax inside, line and total."""
    drawn = sales(71, Draw(orders=60, guests=0.4, prices=YEN))
    header = split(
        "取引ID,取引日時,端末ID,店舗名,会員コード,部門名,商品コード,商品名,販売単価,"
        "数量,値引額,小計,うち消費税,担当者"
    )
    rows = by_line(
        drawn,
        lambda sale, line, _: [
            sale.number,
            f"{sale.at:%Y/%m/%d %H:%M:%S}",
            1,
            "本店",
            "" if sale.person is None else f"{2000 + sale.person:08d}",
            "和菓子",
            f"W{line.product:03d}",
            SWEETS[line.product],
            line.price,
            line.quantity,
            0,
            line.net,
            _tax(line.net),
            "森",
        ],
    )
    tax = sum((_tax(line.net) for sale in drawn for line in sale.lines), D(0))
    truth = Truth(
        columns={
            "order_id": "取引ID",
            "ordered_at": "取引日時",
            "customer_id": "会員コード",
            "product": "商品名",
            "sku": "商品コード",
            "quantity": "数量",
            "unit_price": "販売単価",
            "amount": "小計",
            "tax": "うち消費税",
            "store": "店舗名",
        },
        **(counted(drawn) | {"net": net(drawn) - tax}),
        amount="小計 − うち消費税",
        decimal="",
        also_right=(net(drawn),),
        questions=frozenset({"currency"}),
        encoding="cp932",
        written="%Y/%m/%d %H:%M:%S",
    )
    content = text([header, *rows], encoding="cp932")
    return Case("jp_tablet_till", {"取引明細.csv": content}, truth)


def _tax(gross: D) -> D:
    return (gross * 8 / 108).quantize(D(1))


def journal_jp() -> Case:
    """Bookkeeping's journal: sales as credits, the partner's name, numbers quoted."""
    drawn = sales(72, Draw(orders=48, lines=1, prices=YEN))
    header = split(
        "取引日,伝票番号,借方勘定科目,借方金額(円),貸方勘定科目,貸方金額(円),取引先,品目,摘要"
    )
    rows = [
        [
            f"{sale.at:%Y/%m/%d}",
            f"S-{sale.number}",
            "売掛金",
            whole(sale.net),
            "売上高",
            whole(sale.net),
            JAPANESE[sale.person],
            SWEETS[sale.lines[0].product],
            "",
        ]
        for sale in drawn
    ]
    truth = Truth(
        columns={
            "order_id": "伝票番号",
            "ordered_at": "取引日",
            "customer_name": "取引先",
            "product": "品目",
            "amount": "貸方金額(円)",
        },
        **counted_orders(drawn),
        amount="貸方金額(円)",
        currency="JPY",
        decimal="",
        questions=frozenset({"amount_column"}),
        encoding="utf-8-sig",
        written="%Y/%m/%d",
        plain=False,
    )
    content = text([header, *rows], encoding="utf-8-sig", quoting=1)
    return Case("jp_journal", {"仕訳帳.csv": content}, truth)


def era() -> Case:
    """A kimono shop's own list: years of the era, full-width digits, 円 in cells."""
    drawn = sales(
        73, Draw(orders=40, lines=1, quantity=1, prices=("48000", "128000", "9800"))
    )
    goods = ["帯", "訪問着", "足袋"]
    wide = str.maketrans("0123456789,", "0123456789,")
    rows: list[list[object]] = [
        ["売上台帳", "", "", "", ""],
        split("年月日,お客様名,お電話,品名,お買上金額"),
    ]
    rows += [
        [
            f"令和{sale.at.year - 2018}年{sale.at.month}月{sale.at.day}日",
            JAPANESE[sale.person],
            f"090-1111-{2000 + sale.person}",
            goods[sale.lines[0].product],
            f"{sale.net:,.0f}円".translate(wide),
        ]
        for sale in drawn
    ]
    rows.append(["合計", "", "", "", f"{net(drawn):,.0f}円".translate(wide)])
    truth = Truth(
        columns={
            "ordered_at": "年月日",
            "phone": "お電話",
            "customer_name": "お客様名",
            "product": "品名",
            "amount": "お買上金額",
        },
        **(counted_orders(drawn) | {"rows": len(drawn) + 1}),
        amount="お買上金額",
        currency="JPY",
        decimal="",
        aside=1,
        encoding="cp932",
        header=2,
        plain=False,
    )
    return Case("jp_ledger_era", {"売上台帳.csv": text(rows, encoding="cp932")}, truth)


def salon_jp() -> Case:
    """A booking site's visits in EUC-JP, times apart, points used in a column."""
    drawn = sales(
        74, Draw(orders=50, lines=1, quantity=1, prices=("4400", "8800", "12100"))
    )
    menu = ["カット", "カラー", "縮毛矯正"]
    header = split(
        "予約番号,来店日,来店時間,お客様番号,氏名,スタッフ,メニュー,利用ポイント,お支払金額,ステータス"
    )
    gone = {drawn[6].number, drawn[21].number}
    rows = [
        [
            f"B{sale.number}",
            f"{sale.at:%Y年%m月%d日}",
            f"{sale.at:%H:%M}",
            f"G{sale.person:05d}",
            JAPANESE[sale.person].replace("髙", "高"),
            ["青木", "原"][sale.number % 2],
            menu[sale.lines[0].product],
            0,
            f"¥{sale.net:,.0f}",
            "キャンセル" if sale.number in gone else "会計済み",
        ]
        for sale in drawn
    ]
    kept = [sale for sale in drawn if sale.number not in gone]
    truth = Truth(
        columns={
            "order_id": "予約番号",
            "ordered_at": "来店日",
            "order_time": "来店時間",
            "customer_id": "お客様番号",
            "customer_name": "氏名",
            "product": "メニュー",
            "amount": "お支払金額",
            "status": "ステータス",
        },
        **(counted_orders(kept) | {"rows": len(drawn)}),
        amount="お支払金額",
        currency="JPY",
        decimal="",
        questions=frozenset({"currency"}),
        aside=2,
        encoding="euc-jp",
        written="%Y年%m月%d日",
        skip={"ステータス": {"キャンセル"}},
    )
    return Case(
        "jp_salon_visits",
        {"raiten.csv": text([header, *rows], encoding="euc-jp")},
        truth,
    )


def mini_shop() -> Case:
    """A chat shop's orders in GB18030: paid amounts with ¥, closed orders."""
    drawn = sales(
        75, Draw(orders=52, prices=("128", "36.5", "299", "888", "15.9", "460"))
    )
    header = split(
        "订单号,下单时间,买家昵称,收货人,收货人手机号,商品名称,规格,商品数量,商品单价,商品实付金额,运费,订单状态"
    )
    closed = {drawn[11].number}
    rows = by_line(
        drawn,
        lambda sale, line, place: [
            f"E2023{sale.number:012d}\t",
            f"{sale.at:%Y-%m-%d %H:%M:%S}",
            f"用户{sale.person}",
            CHINESE[sale.person],
            f"1380000{1000 + sale.person}",
            TEAS[line.product],
            "250克",
            line.quantity,
            dot(line.price),
            dot(line.net),
            "10.00" if place == 0 else "0.00",
            "交易关闭" if sale.number in closed else "交易完成",
        ],
    )
    kept = [sale for sale in drawn if sale.number not in closed]
    truth = Truth(
        columns={
            "order_id": "订单号",
            "ordered_at": "下单时间",
            "phone": "收货人手机号",
            "customer_name": "收货人",
            "product": "商品名称",
            "quantity": "商品数量",
            "unit_price": "商品单价",
            "amount": "商品实付金额",
            "shipping": "运费",
            "status": "订单状态",
        },
        **(counted(kept) | {"rows": len(rows)}),
        amount="商品实付金额",
        questions=frozenset({"currency", "customer_column"}),
        aside=len(rows) - sum(len(sale.lines) for sale in kept),
        encoding="gb18030",
        written="%Y-%m-%d %H:%M:%S",
        skip={"订单状态": {"交易关闭"}},
    )
    content = text([header, *rows], encoding="gb18030")
    return Case("cn_mini_shop", {"订单导出.csv": content}, truth)


def restaurant_cn() -> Case:
    """A tea house's stored-value cards: date as 8 digits, totals by day between."""
    drawn = sales(76, Draw(orders=44, days=120, lines=1, prices=("28", "58", "128")))
    rows: list[list[object]] = [
        split("消费日期,流水号,会员卡号,会员姓名,消费项目,消费金额,卡内余额")
    ]
    balance = dict.fromkeys(range(14), D(5000))
    aside = 0
    for place, sale in enumerate(drawn):
        balance[sale.person] -= sale.net
        rows.append(
            [
                f"{sale.at:%Y%m%d}",
                f"LS{sale.number}",
                f"VIP{sale.person:04d}",
                CHINESE[sale.person],
                TEAS[sale.lines[0].product],
                sale.net,
                balance[sale.person],
            ]
        )
        month = sale.at.month
        if place + 1 == len(drawn) or drawn[place + 1].at.month != month:
            mine = net(s for s in drawn if s.at.month == month)
            rows.append(["小计", "", "", "", "", mine, ""])
            aside += 1
    rows.append(["总计", "", "", "", "", net(drawn), ""])
    truth = Truth(
        columns={
            "order_id": "流水号",
            "ordered_at": "消费日期",
            "customer_id": "会员卡号",
            "customer_name": "会员姓名",
            "product": "消费项目",
            "amount": "消费金额",
        },
        **(counted_orders(drawn) | {"rows": len(rows) - 1}),
        amount="消费金额",
        decimal="",
        questions=frozenset({"currency"}),
        aside=aside + 1,
        encoding="utf-8-sig",
        written="%Y%m%d",
    )
    return Case(
        "cn_member_cards", {"会员消费.csv": text(rows, encoding="utf-8-sig")}, truth
    )


def taiwan() -> Case:
    """A shop's orders in Big5: 民國 is not used, but 上午/下午 is; NT$ in cells."""
    drawn = sales(77, Draw(orders=46, lines=2, prices=("150", "480", "90", "1200")))
    header = split("訂單號碼,訂單日期,顧客,電子郵件,商品名稱,數量,小計,運送狀態")

    def when(at: dt.datetime) -> str:
        half = "上午" if at.hour < 12 else "下午"
        return (
            f"{at.year}/{at.month}/{at.day} {half} {(at.hour - 1) % 12 + 1:02d}:{at:%M}"
        )

    rows = by_line(
        drawn,
        lambda sale, line, _: [
            f"#TW{sale.number}",
            when(sale.at),
            TAIWAN[sale.person],
            f"g{sale.person}@mail.example",
            DRINKS[line.product],
            line.quantity,
            f"NT${line.net:,.0f}",
            "已送達",
        ],
    )
    truth = Truth(
        columns={
            "order_id": "訂單號碼",
            "ordered_at": "訂單日期",
            "email": "電子郵件",
            "customer_name": "顧客",
            "product": "商品名稱",
            "quantity": "數量",
            "amount": "小計",
        },
        **counted(drawn),
        amount="小計",
        currency="TWD",
        decimal="",
        encoding="big5",
        plain=False,
    )
    return Case(
        "tw_web_shop", {"訂單.csv": text([header, *rows], encoding="big5")}, truth
    )


def mall_kr() -> Case:
    """A mall builder's item list in cp949: the order's payment repeats on each item."""
    drawn = sales(78, Draw(orders=44, prices=WON))
    header = split(
        "주문번호,품목별 주문번호,주문일시,주문자명,주문자ID,주문자 휴대전화,"
        "상품명,수량,판매가,배송비,총 결제금액"
    )
    rows = by_line(
        drawn,
        lambda sale, line, place: [
            f"{sale.at:%Y%m%d}-{sale.number:07d}",
            f"{sale.at:%Y%m%d}-{sale.number:07d}-{place + 1:02d}",
            f"{sale.at:%Y-%m-%d %H:%M:%S}",
            KOREAN[sale.person],
            f"member{sale.person}",
            f"010-2000-{1000 + sale.person}",
            COSMETICS[line.product],
            line.quantity,
            whole(line.price),
            "3,000",
            whole(sale.net + 3000),
        ],
    )
    truth = Truth(
        columns={
            "order_id": "주문번호",
            "ordered_at": "주문일시",
            "customer_id": "주문자ID",
            "customer_name": "주문자명",
            "phone": "주문자 휴대전화",
            "product": "상품명",
            "quantity": "수량",
            "unit_price": "판매가",
            "shipping": "배송비",
            "order_total": "총 결제금액",
        },
        **counted(drawn),
        amount="총 결제금액 − 배송비",
        per_order=True,
        also_right=(net(drawn) + 3000 * len(drawn),),
        decimal="",
        questions=frozenset({"currency", "amount_repeats"}),
        encoding="cp949",
        written="%Y-%m-%d %H:%M:%S",
    )
    content = text([header, *rows], encoding="cp949")
    return Case("kr_mall_items", {"주문목록.csv": content}, truth)


def cafe_kr() -> Case:
    """A café's workbook: am and pm in Korean, 원 in the cells, a stamp-card number."""
    drawn = sales(
        79,
        Draw(orders=64, guests=0.3, lines=2, prices=("4500", "5500", "6000", "3800")),
    )
    menu = ["아메리카노", "라떼", "케이크", "쿠키"]
    rows: list[list[object]] = [split("영수증번호,결제일시,메뉴,수량,금액,적립번호")]

    def when(at: dt.datetime) -> str:
        half = "오전" if at.hour < 12 else "오후"
        return f"{at:%Y-%m-%d} {half} {(at.hour - 1) % 12 + 1}:{at:%M}"

    rows += by_line(
        drawn,
        lambda sale, line, _: [
            f"R{sale.number}",
            when(sale.at),
            menu[line.product],
            line.quantity,
            f"{line.net:,.0f}원",
            "" if sale.person is None else f"010-****-{3000 + sale.person}",
        ],
    )
    truth = Truth(
        columns={
            "order_id": "영수증번호",
            "ordered_at": "결제일시",
            "product": "메뉴",
            "quantity": "수량",
            "amount": "금액",
            "customer_id": "적립번호",
        },
        **counted(drawn),
        amount="금액",
        currency="KRW",
        decimal="",
        questions=frozenset({"customer_column"}),
        sheet="매출",
        written="",
        plain=False,
    )
    return Case("kr_cafe", {"매출내역.xlsx": book({"매출": rows})}, truth)


def indonesia() -> Case:
    """A batik shop: thousands with points and nothing behind them, Rp before."""
    drawn = sales(
        80, Draw(orders=40, lines=2, prices=("150000", "85000", "1250000", "45000"))
    )
    goods = ["Kain batik", "Kemeja", "Tenun", "Syal"]
    months = split(
        "Januari,Februari,Maret,April,Mei,Juni,Juli,Agustus,September,Oktober,November,Desember"
    )
    header = split(
        "No. Pesanan,Tanggal,Nama Pembeli,No. HP,Nama Produk,Jumlah,Total Harga"
    )
    rows = by_line(
        drawn,
        lambda sale, line, _: [
            f"INV/{sale.number}",
            f"{sale.at.day} {months[sale.at.month - 1]} {sale.at.year}",
            f"Pembeli {sale.person}",
            f"0812-3400-{1000 + sale.person}",
            goods[line.product],
            line.quantity,
            f"Rp {line.net:,.0f}".replace(",", "."),
        ],
    )
    truth = Truth(
        columns={
            "order_id": "No. Pesanan",
            "ordered_at": "Tanggal",
            "customer_name": "Nama Pembeli",
            "phone": "No. HP",
            "product": "Nama Produk",
            "quantity": "Jumlah",
            "amount": "Total Harga",
        },
        **counted(drawn),
        amount="Total Harga",
        currency="IDR",
        decimal=",",
        questions=frozenset({"decimal"}),
        plain=False,
    )
    return Case("id_batik", {"pesanan.csv": text([header, *rows])}, truth)


CASES = (
    register_jp,
    journal_jp,
    era,
    salon_jp,
    mini_shop,
    restaurant_cn,
    taiwan,
    mall_kr,
    cafe_kr,
    indonesia,
)
