"""The shop's category tree as rows, and what is true of a whole category; items are in `catalogue`."""

from __future__ import annotations

from typing import NamedTuple


class Category(NamedTuple):
    """A leaf of the tree: what its items are called, cost, and how they are used up."""

    path: str
    nouns: tuple[str, ...]
    query: str
    price: float  # median, in CNY
    rhythm_days: int  # days until one piece is used up; 0 = not a consumable
    peak_month: int  # 1-12, when wishes for it are most frequent; 0 = no season
    complement: str  # leaf of the things that go with it
    min_age: int = 0


CATEGORIES = (
    Category("Home > Kitchen > Pans", ("Pan", "Wok", "Casserole"), "平底锅", 160, 0, 0, "Utensils"),
    Category(
        "Home > Kitchen > Utensils", ("Spatula", "Ladle", "Whisk"), "kitchen utensils", 45, 0, 0, "Pans"
    ),
    Category("Home > Kitchen > Cups", ("Mug", "Tea Cup", "Glass"), "mug", 50, 0, 12, "Coffee"),
    Category("Home > Bedroom > Bedding", ("Duvet", "Sheet Set", "Pillow"), "床单", 260, 0, 11, "Lamps"),
    Category("Home > Bedroom > Lamps", ("Lamp", "Night Light"), "lamp", 140, 0, 12, "Bulbs"),
    Category("Home > Upkeep > Bulbs", ("Bulb", "Light Strip"), "led bulb", 30, 120, 12, "Lamps"),
    Category("Home > Upkeep > Detergent", ("Detergent", "Softener"), "洗衣液", 55, 35, 0, "Sponges"),
    Category("Home > Upkeep > Sponges", ("Sponge", "Cloth"), "sponge", 18, 28, 0, "Detergent"),
    Category("Food > Drinks > Coffee", ("Coffee Beans", "Ground Coffee"), "coffee beans", 85, 24, 1, "Cups"),
    Category("Food > Drinks > Tea", ("Green Tea", "Oolong", "White Tea"), "乌龙茶", 110, 40, 1, "Cups"),
    Category(
        "Food > Drinks > Wine", ("Red Wine", "White Wine", "Sparkling"), "red wine", 150, 30, 12, "Cheese", 18
    ),
    Category("Food > Pantry > Noodles", ("Noodles", "Rice Noodles"), "noodles", 35, 21, 0, "Sauces"),
    Category("Food > Pantry > Sauces", ("Chilli Sauce", "Soy Sauce"), "辣椒酱", 28, 45, 0, "Noodles"),
    Category("Food > Pantry > Snacks", ("Nuts", "Crackers", "Dried Fruit"), "snacks", 40, 18, 1, "Tea"),
    Category("Food > Fresh > Cheese", ("Cheese", "Cheese Box"), "cheese", 70, 20, 12, "Wine"),
    Category("Beauty > Skin > Cream", ("Face Cream", "Night Cream"), "面霜", 180, 60, 1, "Masks"),
    Category("Beauty > Skin > Masks", ("Face Mask", "Clay Mask"), "face mask", 75, 30, 0, "Cream"),
    Category("Beauty > Skin > Sunscreen", ("Sunscreen", "Sun Spray"), "防晒霜", 95, 60, 6, "Cream"),
    Category("Beauty > Hair > Shampoo", ("Shampoo", "Conditioner"), "shampoo", 65, 38, 0, "Combs"),
    Category("Beauty > Hair > Combs", ("Comb", "Brush"), "hair brush", 40, 0, 0, "Shampoo"),
    Category("Sports > Running > Shoes", ("Running Shoes", "Trail Shoes"), "跑鞋", 480, 0, 4, "Socks"),
    Category(
        "Sports > Running > Socks", ("Running Socks", "Ankle Socks"), "running socks", 45, 0, 4, "Shoes"
    ),
    Category("Sports > Outdoor > Tents", ("Tent", "Tarp"), "tent", 620, 0, 5, "Sleeping Bags"),
    Category("Sports > Outdoor > Sleeping Bags", ("Sleeping Bag",), "睡袋", 310, 0, 5, "Tents"),
    Category(
        "Sports > Outdoor > Knives", ("Camping Knife", "Multitool"), "camping knife", 130, 0, 5, "Tents", 18
    ),
    Category(
        "Electronics > Audio > Headphones", ("Headphones", "Earbuds"), "headphones", 520, 0, 11, "Cables"
    ),
    Category("Electronics > Audio > Speakers", ("Speaker", "Soundbar"), "speaker", 690, 0, 11, "Cables"),
    Category("Electronics > Power > Cables", ("Cable", "Adapter"), "充电线", 39, 0, 0, "Chargers"),
    Category("Electronics > Power > Chargers", ("Charger", "Power Bank"), "power bank", 120, 0, 0, "Cables"),
    Category(
        "Electronics > Cleaning > Vacuums", ("Vacuum", "Robot Vacuum"), "vacuum", 1250, 0, 11, "Filters"
    ),
    Category(
        "Electronics > Cleaning > Filters", ("Filter Set", "Dust Bags"), "vacuum filter", 75, 60, 0, "Vacuums"
    ),
    Category("Pets > Cats > Cat Food", ("Cat Food", "Cat Treats"), "猫粮", 120, 26, 0, "Cat Toys"),
    Category("Pets > Cats > Cat Toys", ("Cat Wand", "Cat Tunnel"), "cat toy", 35, 0, 0, "Cat Food"),
    Category("Pets > Dogs > Dog Food", ("Dog Food", "Dog Treats"), "dog food", 150, 26, 0, "Leads"),
    Category("Pets > Dogs > Leads", ("Lead", "Harness"), "狗绳", 80, 0, 3, "Dog Food"),
)

LEAF_NAMES = tuple(category.path.rsplit(" > ", 1)[1] for category in CATEGORIES)
TOP_NAMES = tuple(dict.fromkeys(category.path.split(" > ")[0] for category in CATEGORIES))

BRANDS = (
    "Nordal", "Brisa", "Kumoto", "Velmora", "Tansu", "Oakline", "Luxara", "Pekko",
    "Sunrill", "Mirador", "Hexley", "Qinglan", "Yunmu", "Fernway", "Tidal", "Arvo",
    "Clovis", "Zephra", "Baishan", "Ruyi Leaf", "Morrow", "Tinka", "Halden", "Osprel",
)  # fmt: skip

REGIONS = ("Beijing", "Shanghai", "Guangdong", "Zhejiang", "Sichuan", "Hubei", "Shaanxi", "Yunnan")
REGION_SHARES = (0.18, 0.17, 0.2, 0.13, 0.12, 0.08, 0.07, 0.05)
CITIES = (
    ("Haidian", "Chaoyang"), ("Pudong", "Xuhui"), ("Guangzhou", "Shenzhen"), ("Hangzhou", "Ningbo"),
    ("Chengdu", "Mianyang"), ("Wuhan", "Yichang"), ("Xi'an", "Baoji"), ("Kunming", "Dali"),
)  # fmt: skip
