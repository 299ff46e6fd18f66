"""What the made-up shop sells: 60 products in 6 categories."""

from __future__ import annotations

from typing import NamedTuple


class Product(NamedTuple):
    """One product; prices in EUR, ``chance`` is that of lying in any one basket."""

    sku: str
    name: str
    category: str
    price: float
    cost: float
    chance: float


STARTER_KIT = "Starter kit"
GIFT_TIN = "Christmas gift tin"
TOTE_BAG = "Cotton tote bag"
GRINDER, BEANS = "Hand grinder", "Espresso beans 250 g"
WHISK, MATCHA = "Bamboo whisk", "Ceremonial matcha 30 g"
TOTE_CHANCE = 0.5
# A tea that its buyers take home every 30 days; each has one of these, and nobody
# else buys it: drawn like the others it would be reordered at random.
MONTHLY_TEAS = (
    "Breakfast blend 100 g",
    "Earl Grey 100 g",
    "Sencha 100 g",
    "Rooibos 100 g",
)

_BY_CATEGORY: dict[str, tuple[tuple[str, float, float], ...]] = {
    "Tea": (
        ("Breakfast blend 100 g", 8.90, 0),
        ("Earl Grey 100 g", 9.50, 0),
        ("Sencha 100 g", 11.90, 0),
        ("Rooibos 100 g", 7.90, 0),
        (MATCHA, 24.90, 0.032),
        ("Darjeeling first flush 100 g", 16.90, 0.025),
        ("Assam 100 g", 9.90, 0.021),
        ("Jasmine pearls 50 g", 14.50, 0.021),
        ("Oolong 100 g", 13.90, 0.017),
        ("Lapsang souchong 100 g", 12.50, 0.010),
        ("Peppermint 50 g", 5.90, 0.028),
        ("Camomile 50 g", 5.90, 0.025),
        ("Fruit blend 100 g", 6.90, 0.025),
        ("White peony 50 g", 15.90, 0.010),
    ),
    "Coffee": (
        (BEANS, 9.90, 0.042),
        ("House filter beans 250 g", 9.50, 0.042),
        ("Ethiopia natural 250 g", 13.90, 0.028),
        ("Colombia washed 250 g", 12.50, 0.025),
        ("Kenya AA 250 g", 14.90, 0.017),
        ("Brazil pulped 250 g", 10.90, 0.021),
        ("Decaf 250 g", 10.50, 0.017),
        ("Espresso beans 1 kg", 33.00, 0.014),
        ("Drip bags, 10", 12.90, 0.017),
        ("Cold brew, 6 bottles", 19.80, 0.010),
    ),
    "Brewing": (
        (GRINDER, 69.00, 0.013),
        (WHISK, 18.90, 0.010),
        ("French press 1 l", 34.90, 0.008),
        ("Pour-over dripper", 19.90, 0.011),
        ("Paper filters, 100", 5.50, 0.032),
        ("Moka pot", 32.90, 0.008),
        ("Gooseneck kettle", 59.00, 0.006),
        ("Kitchen scales", 29.90, 0.007),
        ("Tea strainer", 9.90, 0.015),
        ("Paper tea bags, 100", 4.90, 0.021),
        ("Milk frother", 24.90, 0.007),
        ("Cleaning brush", 6.50, 0.010),
    ),
    "Cups and pots": (
        ("Espresso cup", 9.90, 0.014),
        ("Cappuccino cup", 12.90, 0.014),
        ("Tea bowl", 16.90, 0.010),
        ("Glass teapot 1.2 l", 29.90, 0.008),
        ("Cast-iron teapot", 54.00, 0.005),
        ("Stoneware mug", 14.90, 0.017),
        ("Travel cup", 22.90, 0.013),
        ("Tea tin", 8.90, 0.015),
        ("Coffee tin", 11.90, 0.010),
        ("Saucer", 5.90, 0.010),
    ),
    "Sweets": (
        ("Shortbread", 4.90, 0.032),
        ("Dark chocolate 70 %", 3.90, 0.038),
        ("Cantuccini", 5.50, 0.025),
        ("Ginger biscuits", 4.50, 0.025),
        ("Acacia honey", 7.90, 0.021),
        ("Rock sugar", 3.50, 0.017),
        ("Candied orange", 6.50, 0.013),
        ("Caramel waffles", 4.20, 0.021),
    ),
    "Sets and bags": (
        (STARTER_KIT, 39.00, 0),
        (GIFT_TIN, 29.90, 0.006),
        (TOTE_BAG, 4.50, 0),
        ("Tea sampler", 19.90, 0.017),
        ("Coffee sampler", 22.90, 0.015),
        ("Gift card", 25.00, 0.007),
    ),
}
_MARGIN = {
    "Tea": 0.62,
    "Coffee": 0.48,
    "Brewing": 0.36,
    "Cups and pots": 0.52,
    "Sweets": 0.40,
    "Sets and bags": 0.45,
}
ONE_AT_A_TIME = {"Brewing", "Cups and pots", "Sets and bags"}


def _products() -> list[Product]:
    found = []
    for category, rows in _BY_CATEGORY.items():
        for number, (name, price, chance) in enumerate(rows, start=1):
            cost = round(price * (1 - _MARGIN[category]), 2)
            sku = f"{category[:3].upper()}-{number:03d}"
            found.append(Product(sku, name, category, price, cost, chance))
    return found


PRODUCTS = _products()
