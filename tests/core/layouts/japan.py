"""Rakuten, Yahoo, BASE, minne, MakeShop, aishipR and au PAY, as they write their files.

Money is a hundredfold: the yen has no decimals.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.core.layouts.shop import ORDERS, Order, Person, Written
from tests.core.layouts.tables import (
    LIVE,
    Cells,
    columns,
    delimited,
    each,
    email,
    name,
    returns,
    sales,
    shared,
    sheet,
    totals,
    unit,
    user,
    whole,
)

RAKUTEN_RMS_RPAY = columns(
    "注文番号|ステータス|サブステータスID|サブステータス|注文日時|注文日|注文時間|"
    "キャンセル期限日|注文確認日時|注文確定日時|発送指示日時|発送完了報告日時|"
    "支払方法名|クレジットカード支払い方法|クレジットカード支払い回数|配送方法|"
    "配送区分|注文種別|複数送付先フラグ|送付先一致フラグ|離島フラグ|楽天確認中フラグ|"
    "警告表示タイプ|楽天会員フラグ|購入履歴修正有無フラグ|商品合計金額|消費税合計|"
    "送料合計|代引料合計|請求金額|合計金額|ポイント利用額|クーポン利用総額|"
    "店舗発行クーポン利用額|楽天発行クーポン利用額|注文者郵便番号1|注文者郵便番号2|"
    "注文者住所都道府県|注文者住所郡市区|注文者住所それ以降の住所|注文者姓|注文者名|"
    "注文者姓カナ|注文者名カナ|注文者電話番号1|注文者電話番号2|注文者電話番号3|"
    "注文者メールアドレス|注文者性別|申込番号|申込お届け回数|送付先ID|送付先送料|"
    "送付先代引料|送付先消費税合計|送付先商品合計金額|送付先合計金額|のし|"
    "送付先郵便番号1|送付先郵便番号2|送付先住所都道府県|送付先住所郡市区|"
    "送付先住所それ以降の住所|送付先姓|送付先名|送付先姓カナ|送付先名カナ|"
    "送付先電話番号1|送付先電話番号2|送付先電話番号3|商品明細ID|商品ID|商品名|"
    "商品番号|商品管理番号|単価|個数|送料込別|税込別|代引手数料込別|項目・選択肢|"
    "ポイント倍率|納期情報|在庫タイプ|ラッピングタイトル1|ラッピング名1|"
    "ラッピング料金1|ラッピング税込別1|ラッピング種類1|ラッピングタイトル2|"
    "ラッピング名2|ラッピング料金2|ラッピング税込別2|ラッピング種類2|お届け時間帯|"
    "お届け日指定|担当者|ひとことメモ|メール差込文 (お客様へのメッセージ)|"
    "ギフト配送希望|コメント|利用端末|メールキャリアコード|あす楽希望フラグ|"
    "医薬品受注フラグ|楽天スーパーDEAL商品受注フラグ|"
    "メンバーシッププログラム受注タイプ"
)
RAKUTEN_RMS_LEGACY_KEY_COLUMNS = columns(
    "受注番号|受注ステータス|カード決済ステータス|入金日|配送日|注文日時|合計|"
    "消費税(-99999=無効値)|送料(-99999=無効値)|代引料(-99999=無効値)|"
    "請求金額(-99999=無効値)|合計金額(-99999=無効値)|注文日|注文時間|注文者名字|"
    "注文者名前|メールアドレス|商品ID|商品名|商品番号|単価|個数|クーポン利用額"
)
YAHOO_JP_ORDERS = columns(
    "OrderId|ParentOrderId|DeviceType|IsAffiliate|FspLicenseCode|FspLicenseName|"
    "OrderTime|OrderTimeUnixEpoch|UsePointType|OrderStatus|StoreStatus|Referer|"
    "EntryPoint|Clink|SuspectMessage|IsItemCoupon|IsShippingCoupon|ShipName|"
    "ShipFirstName|ShipLastName|ShipAddress1|ShipAddress2|ShipCity|ShipPrefecture|"
    "ShipZipCode|ShipNameKana|ShipFirstNameKana|ShipLastNameKana|ShipAddress1Kana|"
    "ShipAddress2Kana|ShipCityKana|ShipPrefectureKana|ShipSection1Field|"
    "ShipSection1Value|ShipSection2Field|ShipSection2Value|ShipPhoneNumber|"
    "ShipEmgPhoneNumber|ShipMethod|ShipMethodName|ShipRequestDate|ShipRequestTime|"
    "ShipNotes|ArriveType|ShipInvoiceNumber1|ShipInvoiceNumber2|ShipUrl|ShipDate|"
    "GiftWrapType|GiftWrapPaperType|GiftWrapName|NeedBillSlip|NeedDetailedSlip|"
    "NeedReceipt|Option1Field|Option1Value|Option2Field|Option2Value|GiftWrapMessage|"
    "BillName|BillFirstName|BillLastName|BillAddress1|BillAddress2|BillCity|"
    "BillPrefecture|BillZipCode|BillNameKana|BillFirstNameKana|BillLastNameKana|"
    "BillAddress1Kana|BillAddress2Kana|BillCityKana|BillPrefectureKana|"
    "BillSection1Field|BillSection1Value|BillSection2Field|BillSection2Value|"
    "BillPhoneNumber|BillEmgPhoneNumber|BillMailAddress|PayMethod|PayMethodName|"
    "PayKind|CardPayCount|CardPayType|SettleStatus|SettleId|PayNo|PayNoIssueDate|"
    "PayDate|BuyerComments|AgeConfirm|QuantityDetail|ShipCharge|PayCharge|"
    "GiftWrapCharge|Discount|UsePoint|GetPoint|Total|TotalPrice|"
    "ShippingCouponDiscount|ItemCouponDiscount|TotalMallCouponDiscount|Id"
)
YAHOO_JP_ITEMS = columns(
    "OrderId|LineId|Quantity|ItemId|SubCode|Title|ItemOptionName|ItemOptionValue|"
    "SubCodeOption|InscriptionName|InscriptionValue|UnitPrice|UnitGetPoint|"
    "LineSubTotal|LineGetPoint|PointFspCode|Condition|CouponId|CouponDiscount|"
    "OriginalPrice|IsGetPointFix|GetPointFixDate|ReleaseDate|GetPointType|Jan|"
    "ProductId|Id"
)
BASE_JP = columns(
    "注文ID|注文日時|氏(請求先)|名(請求先)|郵便番号(請求先)|都道府県(請求先)|"
    "住所(請求先)|住所2(請求先)|電話番号(請求先)|メールアドレス(請求先)|氏(配送先)|"
    "名(配送先)|郵便番号(配送先)|都道府県(配送先)|住所(配送先)|住所2(配送先)|"
    "電話番号(配送先)|備考|商品名|バリエーション|価格|税率|数量|合計金額|送料|"
    "支払い方法|代引き手数料|発送状況|商品ID|種類ID|購入元|配送日|配送時間帯|"
    "注文メモ|調整金額"
)
MINNE_JP = columns(
    "注文ID|注文日|注文状況|支払方法|入金確認日|発送日|作品名|配送方法|配送エリア|"
    "発送までの目安|販売価格|数量|小計|備考|注文の販売価格|注文の送料|注文の合計|"
    "注文者のユーザーID|注文者のニックネーム|注文者の氏名|注文者の電話番号|"
    "配送先の郵便番号|配送先の住所1|配送先の住所2|配送先の氏名|配送先の電話番号|"
    "作品管理番号"
)
MAKESHOP_JP_PARTIAL = columns(
    "日付|注文時間|注文番号|処理状況|会社名|会社名(振り仮名)|部署名|注文者|"
    "注文者(振り仮名)"
)
AISHIP_JP_PARTIAL = columns(
    "コントロールカラム|注文番号|INDEX|注文日時|商品管理番号|商品名|数量|商品単価|"
    "商品バリエーション選択肢|商品オプション選択肢|今回獲得ポイント|決済方法|"
    "デバイス|最終更新日時|合計入金額|返金日時|合計返金額|管理ステータス|"
    "入金済ステータス|入金済日時"
)
WOWMA_AU_PAY = columns(
    "controlType|orderId|orderDetailId|orderDate|sellMethodSegment|releaseDate|"
    "siteAndDevice|itemManagementId|itemCode|lotnumber|itemName|itemOption|"
    "shippingDayDispText|shippingTimelimitDate|mailAddress|ordererName|ordererKana|"
    "ordererZipCode|ordererAddress|ordererPhoneNumber1|ordererPhoneNumber2|nickname|"
    "senderName|senderKana|senderZipCode|senderAddress|senderPhoneNumber1|"
    "senderPhoneNumber2|orderOption|settlementName|userComment|memo|orderStatus|"
    "contactStatus|contactDate|authorizationStatus|authorizationDate|paymentStatus|"
    "paymentDate|shipStatus|shipDate|printStatus|printDate|cancelStatus|cancelReason|"
    "cancelComment|itemPrice|beforeDiscount|discount|unit|totalItemPrice|taxType|"
    "postagePrice|chargePrice|totalPrice|couponTotalPrice|usePoint|usePointCancel|"
    "useAuPointPrice|useAuPoint|useAuPointCancel|requestPrice"
)


def phone(person: Person) -> tuple[str, str, str]:
    """In the three parts that Rakuten gives it in."""
    return "03", "1000", person.id[-4:]


def joined(person: Person) -> str:
    """The key: a masked address is no key, a telephone number is."""
    return "".join(phone(person))


def shift_jis(header: list[str], records: list[Cells]) -> bytes:
    return delimited(sheet(header, records), encoding="cp932")


def rakuten() -> Written:
    """Totals on each row; a coupon of the shop's is on the order; 900 is cancelled."""
    records = []
    for order, place, item in each(ORDERS):
        who = order.person
        parts = phone(who) if who else ("", "", "")
        off = order.gross - order.goods
        records.append(
            {
                "注文番号": f"2000-{order.number}",
                "ステータス": "900" if order.cancelled else "700",
                "注文日時": f"{order.at:%Y-%m-%d %H:%M:%S}",
                "注文日": f"{order.at:%Y-%m-%d}",
                "注文時間": f"{order.at:%H:%M:%S}",
                "支払方法名": "クレジットカード",
                "楽天会員フラグ": "1" if who else "0",
                "商品合計金額": whole(order.gross),
                "消費税合計": whole(order.tax),
                "送料合計": whole(order.shipping),
                "代引料合計": "0",
                "請求金額": whole(order.total),
                "合計金額": whole(order.total + off),
                "ポイント利用額": "0",
                "クーポン利用総額": whole(off),
                "店舗発行クーポン利用額": whole(off),
                "楽天発行クーポン利用額": "0",
                "注文者姓": who.last if who else "",
                "注文者名": who.first if who else "",
                "注文者電話番号1": parts[0],
                "注文者電話番号2": parts[1],
                "注文者電話番号3": parts[2],
                # Another one with each order.
                "注文者メールアドレス": f"m{order.number}@pc.fw.rakuten.ne.jp",
                "送付先ID": "1",
                "送付先送料": whole(order.shipping),
                "商品明細ID": f"{order.number}{place}",
                "商品ID": f"10{item.sku[-1]}",
                "商品名": item.product,
                "商品番号": item.sku,
                "商品管理番号": item.sku.lower(),
                "単価": whole(item.price),
                "個数": item.quantity,
                "税込別": "0",
            }
        )
    return Written(
        files={"order.csv": shift_jis(RAKUTEN_RMS_RPAY, records)},
        systems={"order.csv": "rakuten_rms_rpay"},
        lines=[
            replace(line, order=f"2000-{line.order}")
            for line in sales(LIVE, joined, shared, scale=100)
        ],
        rows=18,
        aside={"cancelled": 1},
        currency="JPY",
    )


def rakuten_legacy() -> Written:
    """-99999 says that a total is not fixed: then the lines are all there is."""
    open_order = "1008"
    records = []
    for order, _, item in each(ORDERS):
        who = order.person
        off = order.gross - order.goods
        fixed = order.number != open_order
        records.append(
            {
                "受注番号": f"2000-{order.number}",
                "受注ステータス": "キャンセル" if order.cancelled else "処理済",
                "注文日時": f"{order.at:%Y/%m/%d %H:%M:%S}",
                "合計": whole(order.gross),
                "消費税(-99999=無効値)": whole(order.tax) if fixed else "-99999",
                "送料(-99999=無効値)": whole(order.shipping) if fixed else "-99999",
                "代引料(-99999=無効値)": "0",
                "請求金額(-99999=無効値)": whole(order.total) if fixed else "-99999",
                "合計金額(-99999=無効値)": (
                    whole(order.total + off) if fixed else "-99999"
                ),
                "注文日": f"{order.at:%Y/%m/%d}",
                "注文時間": f"{order.at:%H:%M:%S}",
                "注文者名字": who.last if who else "",
                "注文者名前": who.first if who else "",
                "メールアドレス": who.email if who else "",
                "商品ID": f"10{item.sku[-1]}",
                "商品名": item.product,
                "商品番号": item.sku,
                "単価": whole(item.price),
                "個数": item.quantity,
                "クーポン利用額": whole(off),
            }
        )
    return Written(
        files={"jyuchu.csv": shift_jis(RAKUTEN_RMS_LEGACY_KEY_COLUMNS, records)},
        systems={"jyuchu.csv": "rakuten_rms_legacy_key_columns"},
        lines=[
            replace(line, order=f"2000-{line.order}")
            for line in sales(LIVE, email, shared, scale=100)
        ],
        rows=18,
        aside={"cancelled": 1},
        currency="JPY",
    )


def yahoo_orders() -> bytes:
    """Prices hold the tax; 4 is cancelled, 5 done."""
    records = [
        {
            "OrderId": f"kept-{order.number}",
            "DeviceType": "1",
            "OrderTime": f"{order.at:%Y/%m/%d %H:%M:%S}",
            "OrderStatus": "4" if order.cancelled else "5",
            "BillName": name(order.person),
            "BillMailAddress": order.person.email if order.person else "",
            "PayMethodName": "クレジットカード",
            "QuantityDetail": sum(item.quantity for item in order.items),
            "ShipCharge": whole(order.shipping),
            "PayCharge": "0",
            "GiftWrapCharge": "0",
            "Discount": whole(order.gross - order.goods),
            "UsePoint": "0",
            "Total": whole(order.goods + order.shipping),
            "TotalPrice": whole(order.goods + order.shipping),
            "ShippingCouponDiscount": "0",
            "ItemCouponDiscount": "0",
            "TotalMallCouponDiscount": "0",
            "Id": f"kept-{order.number}",
        }
        for order in ORDERS
    ]
    return shift_jis(YAHOO_JP_ORDERS, records)


def yahoo_items() -> bytes:
    """Without a date, and without a customer."""
    records = [
        {
            "OrderId": f"kept-{order.number}",
            "LineId": place + 1,
            "Quantity": item.quantity,
            "ItemId": item.sku.lower(),
            "SubCode": item.sku,
            "Title": item.product,
            "UnitPrice": whole(item.price),
            "LineSubTotal": whole(item.gross),
            "CouponDiscount": "0",
            "OriginalPrice": whole(item.price),
            "Id": f"kept-{order.number}",
        }
        for order, place, item in each(ORDERS)
    ]
    return shift_jis(YAHOO_JP_ITEMS, records)


def yahoo_order_file() -> Written:
    return Written(
        files={"orders.csv": yahoo_orders()},
        systems={"orders.csv": "yahoo_jp_orders"},
        lines=[
            replace(line, order=f"kept-{line.order}")
            for line in totals(LIVE, email, scale=100)
        ],
        rows=12,
        aside={"cancelled": 1},
        currency="JPY",
    )


def yahoo_both_files() -> Written:
    return Written(
        files={"orders.csv": yahoo_orders(), "items.csv": yahoo_items()},
        systems={"orders.csv": "yahoo_jp_orders", "items.csv": "yahoo_jp_items"},
        lines=[
            replace(line, order=f"kept-{line.order}")
            for line in sales(LIVE, email, shared, scale=100)
        ],
        rows=12 + 18,
        aside={"joined": 12, "cancelled": 1},
        currency="JPY",
    )


def base() -> Written:
    """Totals on each row; the state of dispatch says what was cancelled."""
    records = [
        {
            "注文ID": f"A{order.number}",
            "注文日時": f"{order.at:%Y-%m-%d %H:%M:%S}",
            "氏(請求先)": order.person.last if order.person else "",
            "名(請求先)": order.person.first if order.person else "",
            "電話番号(請求先)": "".join(phone(order.person)) if order.person else "",
            "メールアドレス(請求先)": order.person.email if order.person else "",
            "商品名": item.product,
            "価格": whole(unit(order, item)),
            "税率": "10",
            "数量": item.quantity,
            "合計金額": whole(order.goods + order.shipping),
            "送料": whole(order.shipping),
            "支払い方法": "クレジットカード決済",
            "代引き手数料": "0",
            "発送状況": "キャンセル" if order.cancelled else "対応済み",
            "商品ID": f"10{item.sku[-1]}",
            "調整金額": "0",
        }
        for order, _, item in each(ORDERS)
    ]
    return Written(
        files={"orders.csv": shift_jis(BASE_JP, records)},
        systems={"orders.csv": "base_jp"},
        lines=[
            replace(line, order=f"A{line.order}")
            for line in sales(LIVE, email, scale=100)
        ],
        rows=18,
        aside={"cancelled": 1},
        currency="JPY",
    )


def minne() -> Written:
    """What is of the order stands on its first row; people have user numbers."""
    records = []
    for order, place, item in each(ORDERS):
        row: Cells = {
            "注文ID": order.number,
            "作品名": item.product,
            "販売価格": whole(unit(order, item)),
            "数量": item.quantity,
            "小計": whole(order.net_of(item)),
            "作品管理番号": item.sku,
        }
        if place == 0:
            row |= {
                "注文日": f"{order.at:%Y/%m/%d}",
                "注文状況": "キャンセル" if order.cancelled else "発送完了",
                "支払方法": "クレジットカード",
                "注文の販売価格": whole(order.goods),
                "注文の送料": whole(order.shipping),
                "注文の合計": whole(order.goods + order.shipping),
                "注文者のユーザーID": order.person.id[2:] if order.person else "",
                "注文者の氏名": name(order.person),
            }
        records.append(row)
    return Written(
        files={"minne.csv": delimited(sheet(MINNE_JP, records))},
        systems={"minne.csv": "minne_jp"},
        lines=sales(LIVE, lambda person: person.id[2:], day=True, scale=100),
        rows=18,
        aside={"cancelled": 1},
        currency="JPY",
    )


def makeshop() -> Written:
    """Day and time in two columns; the merchant's own choice of columns after these."""
    states = {"1006": "注文キャンセル", "1007": "返送"}
    header = [*MAKESHOP_JP_PARTIAL, "独自商品コード", "販売価格", "数量"]
    records = [
        {
            "日付": f"{order.at.year}/{order.at.month}/{order.at.day}",
            "注文時間": f"{order.at:%H%M%S}",
            "注文番号": f"PM{order.number}",
            "処理状況": states.get(order.number, "配送"),
            "注文者": name(order.person),
            "独自商品コード": item.sku,
            "販売価格": whole(unit(order, item)),
            "数量": item.quantity,
        }
        for order, _, item in each(ORDERS)
    ]
    skus = {item.product: item.sku for _, _, item in each(ORDERS)}
    lines = sales(LIVE, name, scale=100)
    lines += returns({"1007": Decimal(40)}, name, scale=100)
    return Written(
        files={"makeshop.csv": shift_jis(header, records)},
        systems={"makeshop.csv": "makeshop_jp_partial"},
        lines=[
            replace(line, order=f"PM{line.order}", product=skus.get(line.product or ""))
            for line in lines
        ],
        rows=18,
        aside={"cancelled": 1},
        currency="JPY",
    )


def aiship() -> Written:
    """What was paid and given back stands on each row of the order; nobody is named."""
    back = {"1005": Decimal(60), "1007": Decimal(40)}

    def returned_at(order: Order) -> str:
        return f"{order.back_at:%Y/%m/%d %H:%M:%S}" if order.back_at else ""

    records = [
        {
            "注文番号": order.number,
            "INDEX": place + 1,
            "注文日時": f"{order.at:%Y/%m/%d %H:%M:%S}",
            "商品管理番号": item.sku,
            "商品名": item.product,
            "数量": item.quantity,
            "商品単価": whole(unit(order, item)),
            "決済方法": "クレジットカード",
            "合計入金額": whole(order.goods + order.shipping),
            "返金日時": returned_at(order),
            "合計返金額": whole(back.get(order.number, Decimal(0))),
            "管理ステータス": "キャンセル" if order.cancelled else "発送済",
            "入金済ステータス": "入金済",
        }
        for order, place, item in each(ORDERS)
    ]
    return Written(
        files={"aiship.csv": shift_jis(AISHIP_JP_PARTIAL, records)},
        systems={"aiship.csv": "aiship_jp_partial"},
        lines=sales(LIVE, None, scale=100) + returns(back, None, scale=100),
        rows=18,
        aside={"cancelled": 1},
        currency="JPY",
    )


def wowma() -> Written:
    """au PAY Market: a row a detail, the order's money on each."""
    records = [
        {
            "controlType": "",
            "orderId": order.number,
            "orderDetailId": f"{order.number}{place}",
            "orderDate": f"{order.at:%Y/%m/%d %H:%M}",
            "itemCode": item.sku,
            "lotnumber": f"10{item.sku[-1]}",
            "itemName": item.product,
            "mailAddress": order.person.email if order.person else "",
            "ordererName": name(order.person),
            "nickname": user(order.person) if order.person else "",
            "orderStatus": "キャンセル" if order.cancelled else "完了",
            "itemPrice": whole(unit(order, item)),
            "beforeDiscount": whole(item.price),
            "discount": "0",
            "unit": item.quantity,
            "totalItemPrice": whole(order.net_of(item)),
            "taxType": "1",
            "postagePrice": whole(order.shipping),
            "chargePrice": "0",
            "totalPrice": whole(order.goods + order.shipping),
            "couponTotalPrice": "0",
            "usePoint": "0",
            "requestPrice": whole(order.goods + order.shipping),
        }
        for order, place, item in each(ORDERS)
    ]
    return Written(
        files={"wowma.csv": shift_jis(WOWMA_AU_PAY, records)},
        systems={"wowma.csv": "wowma_au_pay"},
        lines=[
            replace(line, at=line.at.replace(second=0))
            for line in sales(LIVE, email, scale=100)
        ],
        rows=18,
        aside={"cancelled": 1},
        currency="JPY",
    )
