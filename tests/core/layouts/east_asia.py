"""Taobao, JD, Pinduoduo, Shopee Taiwan, Naver and Coupang, as they write their files.

Money of Taiwan and Korea is a hundredfold: it has no decimals.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.core.layouts.shop import ORDERS, Order, Person, Written
from tests.core.layouts.tables import (
    LIVE,
    columns,
    delimited,
    each,
    moment,
    name,
    pieces,
    point,
    returns,
    sales,
    shared,
    sheet,
    totals,
    unit,
    user,
    workbook,
)

TAOBAO_ORDER_LIST = columns(
    "订单编号|买家会员名|买家支付宝账号|买家应付货款|买家应付邮费|买家支付积分|"
    "总金额|返点积分|买家实际支付金额|买家实际支付积分|订单状态|买家留言|收货人姓名|"
    "收货地址 |运送方式|联系电话 |联系手机|订单创建时间|订单付款时间 |宝贝标题 |"
    "宝贝种类 |物流单号 |物流公司|订单备注|宝贝总数量|店铺Id|店铺名称|订单关闭原因|"
    "卖家服务费|买家服务费|发票抬头|是否手机订单|分阶段订单信息|特权订金订单id|"
    "是否上传合同照片|是否上传小票|是否代付|定金排名|修改后的sku|修改后的收货地址|"
    "异常信息|天猫卡券抵扣|集分宝抵扣|是否是O2O交易|退款金额|预约门店"
)
TAOBAO_ORDER_LIST_RECENT = columns(
    "订单编号|买家会员名|买家支付宝账号|支付单号|支付详情|买家应付货款|买家应付邮费|"
    "买家支付积分|总金额|返点积分|买家实际支付金额|买家实际支付积分|订单状态|"
    "买家留言|收货人姓名|收货地址|运送方式|联系电话|联系手机|订单创建时间|"
    "订单付款时间|宝贝标题|宝贝种类|物流单号|物流公司|订单备注|宝贝总数量|店铺Id|"
    "店铺名称|订单关闭原因|卖家服务费|买家服务费|发票抬头|是否手机订单|"
    "分阶段订单信息|特权订金订单id|是否上传合同照片|是否上传小票|是否代付|定金排名|"
    "修改后的sku|修改后的收货地址|异常信息|天猫卡券抵扣|集分宝抵扣|是否是O2O交易|"
    "满返红包金额|新零售交易类型|新零售导购门店名称|新零售导购门店id|"
    "新零售发货门店名称|新零售发货门店id|退款金额|预约门店|确认收货时间|打款商家金额|"
    "含应开票给个人的个人红包|是否信用购|体验期结束时间|前N有礼|配送类型|"
    "直播返现状态|返现金额|新零售成交门店昵称|新零售成交门店id|新零售成交经销商id|"
    "主订单编号"
)
JD_ORDERS = columns(
    "订单号|商品ID|商品名称|货号|订购数量|订单类型|下单时间|京东价|订单金额|结算金额|"
    "余额支付|应付金额|运费金额|服务费|订单状态|下单帐号|客户姓名|客户地址|联系电话|"
    "订单备注|发票类型|发票抬头|发票内容|增值税发票|商家备注|"
    "商家备注等级（等级1-5为由高到低）|付款确认时间|订单完成时间|订单来源|订单渠道|"
    "送装服务|仓库id|仓库名称"
)
PINDUODUO_ORDERS = columns(
    "订单成交时间|商品|订单号|订单状态|商品总价(元)|邮费(元)|店铺优惠折扣(元)|"
    "平台优惠折扣(元)|多多支付立减金额(元)|用户实付金额(元)|商家实收金额(元)|"
    "商品数量(件)|发货时间|确认收货时间|商品id|商品规格|样式ID|商家编码-规格维度|"
    "商家编码-商品维度|商家备注|售后状态|快递单号|快递公司"
)
SHOPEE_TW_ORDERS = columns(
    "訂單編號|訂單狀態|熱門商品|退貨/退款狀態|買家帳號|訂單成立日期|商品總價|"
    "買家支付運費|蝦皮補助運費|退貨運費|買家總支付金額|蝦皮補貼金額|蝦幣折抵|"
    "銀行信用卡活動折抵|優惠代碼|賣家負擔優惠券|賣家負擔蝦幣回饋券|蝦皮負擔優惠券|"
    "成交手續費|其他服務費|金流與系統處理費|分期付款期數|金流與系統處理費率|"
    "成交手續費規則名稱|商品名稱|商品ID|商品選項名稱|規格ID|"
    "蝦皮商品編碼(商品ID_規格ID)|商品原價|商品活動價格|主商品貨號|商品選項貨號|數量|"
    "退貨數量|促銷組合指標|蝦皮促銷組合折扣:促銷組合標籤|收件地址|收件者電話|"
    "蝦皮專線和包裹查詢碼|取件門市店號|城市|行政區|郵遞區號|收件者姓名|寄送方式|"
    "出貨方式|備貨時間|付款方式|最晚出貨日期|包裹查詢號碼|買家付款時間|實際出貨時間|"
    "訂單完成時間|買家備註|備註"
)
NAVER_SMARTSTORE_ORDERS = columns(
    "상품주문번호|주문번호|배송속성|풀필먼트사(주문 기준)|택배사(주문 기준)|"
    "배송방법(구매자 요청)|배송방법|택배사|송장번호|발송일|판매채널|구매자명|"
    "구매자ID|수취인명|주문상태|주문세부상태|수량클레임 여부|결제위치|결제일|"
    "상품번호|상품명|상품종류|반품안심케어|멤버십N배송|옵션정보|옵션관리코드|수량|"
    "옵션가격|상품가격|최종 상품별 할인액|최초 상품별 할인액|판매자 부담 할인액|"
    "최종 상품별 총 주문금액|최초 상품별 총 주문금액|사은품|발주확인일|발송기한|"
    "발송처리일|송장출력일|배송비 형태|배송비 묶음번호|배송비 유형|배송비 합계|"
    "제주/도서 추가배송비"
)
COUPANG_WING_ORDERS = columns(
    "번호|묶음배송번호|주문번호|택배사|운송장번호|분리배송 Y/N|분리배송 출고예정일|"
    "주문시 출고예정일|출고일(발송일)|주문일|등록상품명|등록옵션명|"
    "노출상품명(옵션명)|노출상품ID|옵션ID|최초등록등록상품명/옵션명|업체상품코드|"
    "바코드|결제액|배송비구분|배송비|도서산간 추가배송비|구매수(수량)|"
    "옵션판매가(판매단가)|구매자|구매자전화번호|수취인이름|수취인전화번호|우편번호|"
    "수취인 주소|배송메세지|상품별 추가메시지|주문자 추가메시지|배송완료일|"
    "구매확정일자|개인통관번호(PCCC)|통관용수취인전화번호|기타|결제위치|배송유형"
)


def taobao(header: list[str], *, book: bool) -> Written:
    """A row an order; numbers wrapped against Excel; a closed order was no sale.

    One order more waits for its money.
    """
    back = {"1005": Decimal(60), "1007": Decimal(45)}
    names = {bare.strip(): bare for bare in header}
    titles = {each_.number: "，".join(i.product for i in each_.items) for each_ in LIVE}

    def wrapped(number: str) -> str:
        return number if book else f'="{number}"'

    records = []
    for order in ORDERS:
        paid = Decimal(0) if order.cancelled else order.goods + order.shipping
        who = order.person
        record = {
            "订单编号": wrapped(f"16{order.number}77"),
            "买家会员名": user(who) if who else "",
            "买家支付宝账号": "",
            "买家应付货款": point(order.goods),
            "买家应付邮费": point(order.shipping),
            "买家支付积分": "0",
            "总金额": point(order.goods + order.shipping),
            "返点积分": "0",
            "买家实际支付金额": point(paid),
            "买家实际支付积分": "0",
            "订单状态": "交易关闭" if order.cancelled else "交易成功",
            "买家留言": "NULL",
            "收货人姓名": name(who),
            "联系电话": "'null",
            "联系手机": "'138****0000" if who else "",
            "订单创建时间": f"{order.at:%Y-%m-%d %H:%M:%S}",
            "订单付款时间": f"{order.at:%Y-%m-%d %H:%M:%S}",
            "宝贝标题": "，".join(item.product for item in order.items),
            "宝贝种类": len(order.items),
            "宝贝总数量": sum(item.quantity for item in order.items),
            "店铺名称": "小店",
            "订单关闭原因": "买家不想买了" if order.cancelled else "订单未关闭",
            "发票抬头": "无",
            "退款金额": point(back.get(order.number, Decimal(0))),
        }
        records.append({names[key]: value for key, value in record.items()})
    waiting = {
        names["订单编号"]: wrapped("16109977"),
        names["订单状态"]: "等待买家付款",
        names["总金额"]: "25.00",
        names["买家实际支付金额"]: "0.00",
        names["订单付款时间"]: "",
    }
    records.append(records[-1] | waiting)
    rows = sheet(header, records)
    file = "ExportOrderList2024.xlsx" if book else "ExportOrderList2024.csv"
    text = workbook(rows) if book else delimited(rows, encoding="gbk")
    lines = totals(LIVE, user, counted=True) + returns(back, user)
    lines = [
        replace(line, order=f"16{line.order}77", product=titles[line.order or ""])
        for line in lines
    ]
    return Written(
        files={file: text},
        systems={file: "taobao_order_list"},
        lines=lines,
        rows=13,
        aside={"cancelled": 1, "unpaid": 1},
        currency="CNY",
    )


def taobao_order_list() -> Written:
    return taobao(TAOBAO_ORDER_LIST, book=False)


def taobao_order_list_recent() -> Written:
    return taobao(TAOBAO_ORDER_LIST_RECENT, book=True)


def jd() -> Written:
    """A row a product, what was to be paid for the order on each; no delivery cost."""
    records = [
        {
            "订单号": f"27{order.number}",
            "商品ID": f"10{item.sku[-1]}",
            "商品名称": item.product,
            "货号": item.sku,
            "订购数量": item.quantity,
            "下单时间": f"{order.at:%Y-%m-%d %H:%M:%S}",
            "京东价": point(item.price),
            "订单金额": point(order.gross),
            "结算金额": point(order.goods),
            "余额支付": "0.00",
            "应付金额": point(order.goods),
            "运费金额": "0.00",
            "订单状态": "(删除)等待付款" if order.cancelled else "完成",
            "下单帐号": user(order.person) if order.person else "",
            "客户姓名": name(order.person),
        }
        for order, _, item in each(ORDERS)
    ]
    return Written(
        files={"jd.csv": delimited(sheet(JD_ORDERS, records), encoding="gbk")},
        systems={"jd.csv": "jd_orders"},
        lines=[
            replace(line, order=f"27{line.order}") for line in sales(LIVE, user, shared)
        ],
        rows=18,
        aside={"cancelled": 1},
        currency="CNY",
    )


def pinduoduo() -> Written:
    """One product an order; the buyer is hidden; a whole return is a state only.

    Where the time is missing, the number begins with the day.
    """

    def number(order: Order, place: int) -> str:
        return f"{order.at:%y%m%d}-{order.number}{place}"

    records = []
    for order, place, item in each(ORDERS):
        returned = order.number == "1007"
        records.append(
            {
                "订单成交时间": (
                    "" if order.number == "1011" else f"{order.at:%Y-%m-%d %H:%M:%S}"
                ),
                "商品": item.product,
                "订单号": number(order, place),
                "订单状态": "已取消" if order.cancelled else "已收货",
                "商品总价(元)": point(item.gross),
                "邮费(元)": point(order.shipping),
                "店铺优惠折扣(元)": point(item.gross - order.net_of(item)),
                "平台优惠折扣(元)": "0.00",
                "多多支付立减金额(元)": "0.00",
                "用户实付金额(元)": point(order.net_of(item) + order.shipping),
                "商家实收金额(元)": point(order.net_of(item) + order.shipping),
                "商品数量(件)": item.quantity,
                "商品id": f"10{item.sku[-1]}",
                "商家编码-规格维度": item.sku,
                "售后状态": "退款成功" if returned else "无售后或售后取消",
                "快递公司": "中通快递",
            }
        )
    lines = []
    for order, place, item in each(LIVE):
        (line,) = sales([replace(order, items=(item,), off=order.off)], None)
        day = moment(order, order.number == "1011")
        money = order.net_of(item)
        line = replace(line, order=number(order, place), at=day, amount=money)
        lines.append(line)
        if order.number == "1007":
            lines.append(replace(line, quantity=-1, amount=-money))
    text = delimited(sheet(PINDUODUO_ORDERS, records), encoding="utf-8-sig")
    return Written(
        files={"orders_export.csv": text},
        systems={"orders_export.csv": "pinduoduo_orders"},
        lines=lines,
        rows=18,
        aside={"cancelled": 1},
        currency="CNY",
    )


def shopee() -> Written:
    """The order's cells on each row; pieces that came back are counted on theirs."""
    records = []
    for order, _, item in each(ORDERS):
        pay = order.goods + order.shipping
        price = item.net / item.quantity
        records.append(
            {
                "訂單編號": f"24{order.number}AB",
                "訂單狀態": "不成立" if order.cancelled else "完成",
                "退貨/退款狀態": "",
                "買家帳號": user(order.person) if order.person else "",
                "訂單成立日期": f"{order.at:%Y-%m-%d %H:%M}",
                "商品總價": int((order.goods + order.off) * 100),
                "買家支付運費": int(order.shipping * 100),
                "蝦皮補助運費": 0,
                "買家總支付金額": int(pay * 100),
                "蝦皮補貼金額": 0,
                "蝦幣折抵": 0,
                "賣家負擔優惠券": int(order.off * 100),
                "成交手續費": int(pay),
                "商品名稱": item.product,
                "商品ID": f"10{item.sku[-1]}",
                "商品原價": int(item.price * 100),
                "商品活動價格": int(price * 100),
                "商品選項貨號": item.sku,
                "數量": item.quantity,
                "退貨數量": item.back,
                "城市": "台北市",
                "付款方式": "信用卡",
            }
        )
    lines = sales(LIVE, user, scale=100) + pieces(user, scale=100)
    return Written(
        files={"Order.all.xlsx": workbook(sheet(SHOPEE_TW_ORDERS, records), "orders")},
        systems={"Order.all.xlsx": "shopee_tw_orders"},
        lines=[
            replace(line, order=f"24{line.order}AB", at=line.at.replace(second=0))
            for line in lines
        ],
        rows=18,
        aside={"cancelled": 1},
        currency="TWD",
    )


def masked(person: Person) -> str:
    """The account as the seller sees it, which others may share."""
    return f"{user(person)[:4]}****"


def told_apart(person: Person) -> str:
    """The key: only with the name is it one."""
    return f"{masked(person)} {person.name}"


def naver() -> Written:
    """A row a product order, after discounts and without delivery."""
    states = {"1006": "취소", "1007": "반품"}
    records = [
        {
            "상품주문번호": f"2024{order.number}{place}",
            "주문번호": f"2024{order.number}",
            "구매자명": name(order.person),
            "구매자ID": masked(order.person) if order.person else "",
            "주문상태": states.get(order.number, "구매확정"),
            "결제일": f"{order.at:%Y-%m-%d %H:%M:%S}",
            "상품번호": f"10{item.sku[-1]}",
            "상품명": item.product,
            "옵션관리코드": item.sku,
            "수량": item.quantity,
            "옵션가격": 0,
            "상품가격": int(item.price * 100),
            "최종 상품별 할인액": int((item.gross - order.net_of(item)) * 100),
            "최종 상품별 총 주문금액": int(order.net_of(item) * 100),
            "배송비 합계": int(order.shipping * 100),
        }
        for order, place, item in each(ORDERS)
    ]
    lines = sales(LIVE, told_apart, scale=100)
    lines += returns({"1007": Decimal(40)}, told_apart, scale=100)
    return Written(
        files={"naver.xlsx": workbook(sheet(NAVER_SMARTSTORE_ORDERS, records))},
        systems={"naver.xlsx": "naver_smartstore_orders"},
        lines=[replace(line, order=f"2024{line.order}") for line in lines],
        rows=18,
        aside={"cancelled": 1},
        currency="KRW",
    )


def coupang() -> Written:
    """What was paid for each line; nothing of cancelled orders or refunds."""

    def telephone(order: Order) -> str:
        return f"02-1000-{order.person.id[-4:]}" if order.person else ""

    records = [
        {
            "번호": number,
            "묶음배송번호": f"88{order.number}",
            "주문번호": f"31{order.number}",
            "주문일": f"{order.at:%Y-%m-%d %H:%M:%S}",
            "등록상품명": item.product,
            "노출상품명(옵션명)": item.product,
            "노출상품ID": f"10{item.sku[-1]}",
            "옵션ID": f"70{item.sku[-1]}",
            "업체상품코드": item.sku,
            "결제액": int(order.net_of(item) * 100),
            "배송비": int(order.shipping * 100) if place == 0 else 0,
            "구매수(수량)": item.quantity,
            "옵션판매가(판매단가)": int(unit(order, item) * 100),
            "구매자": name(order.person),
            "구매자전화번호": telephone(order),
        }
        for number, (order, place, item) in enumerate(each(LIVE), start=1)
    ]
    return Written(
        files={"DeliveryList.xlsx": workbook(sheet(COUPANG_WING_ORDERS, records))},
        systems={"DeliveryList.xlsx": "coupang_wing_orders"},
        lines=[
            replace(line, order=f"31{line.order}")
            for line in sales(LIVE, lambda who: f"021000{who.id[-4:]}", scale=100)
        ],
        rows=17,
        currency="KRW",
    )
