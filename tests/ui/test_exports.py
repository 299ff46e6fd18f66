"""How to get the file: every known system has its vendor, every vendor its clicks."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from retention_core.ingest import model
from retention_ui import exports
from retention_ui.texts import Texts

MAIN = Path(__file__).parents[2] / "retention_ui" / "main.py"
ENGLISH = Texts("en")
SYSTEMS = Path(model.__file__).parent / "systems"
LAYOUTS = sorted(path.stem for path in SYSTEMS.glob("*.toml"))
NAMES_NOBODY = ("amazon", "ozon", "wildberries", "pinduoduo", "tiktok")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_known_system_has_a_way_to_its_file(layout):
    vendor = exports.vendor(ENGLISH, layout)
    assert vendor is not None
    assert vendor != exports.OTHER


@pytest.mark.parametrize("vendor", exports.vendors(ENGLISH))
def test_every_vendor_has_clicks_and_says_what_to_choose_and_who_is_named(vendor):
    words = f"exports.vendors.{vendor}"
    clicks = ENGLISH.under(f"{words}.get")
    assert [key.rsplit(".", 1)[1] for key in clicks] == [
        str(n) for n in range(1, len(clicks) + 1)
    ]
    assert len(clicks) >= 2
    for part in ("name", "choose", "who"):
        assert ENGLISH(f"{words}.{part}")


@pytest.mark.parametrize("vendor", NAMES_NOBODY)
def test_an_export_that_names_nobody_is_said_to(vendor):
    who = exports.who(ENGLISH, vendor)
    assert any(word in who for word in ("name nobody", "names nobody", "no buyer"))


@pytest.mark.parametrize(
    ("layout", "vendor"),
    [
        ("woocommerce_analytics_orders", "woo"),
        ("woo_webtoffee", "woo"),
        ("yahoo_jp_items", "yahoo_jp"),
        ("taobao_order_list_recent", "taobao"),
        ("jd_orders", "jd"),
        ("unheard_of", None),
        (None, None),
    ],
)
def test_a_layout_belongs_to_the_vendor_it_begins_with(layout, vendor):
    assert exports.vendor(ENGLISH, layout) == vendor


def test_the_data_page_shows_the_way_before_anything_is_loaded(tmp_path, monkeypatch):
    monkeypatch.setenv("KEPT_DATA", str(tmp_path))
    app = AppTest.from_file(str(MAIN), default_timeout=60).run()
    app.switch_page("../pages/load.py").run()
    picker = app.selectbox(key="data.export")
    assert picker.label == "Where do your orders come from?"
    assert picker.options[-1] == "Another system"
    picker.set_value("wix").run()
    assert not app.exception
    said = "\n".join(each.value for each in app.markdown)
    assert "1. In the dashboard open *Orders*" in said
    assert "contact e-mail" in said
