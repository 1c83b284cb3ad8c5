"""Documents to damage: events of made-up topics, generated, so that no one else's data is in the repository."""

import json
import random
from collections.abc import Callable
from typing import Any

WORDS = [
    "apple",
    "river",
    "stone",
    "light",
    "paper",
    "green",
    "quick",
    "north",
    "table",
    "sound",
    "early",
    "cloud",
    "metal",
    "inner",
    "value",
    "order",
    "house",
]
NAMES = [
    "Ada Byron",
    "José García",
    "Zoë O'Neill",
    "Лев Толстой",
    "山田 太郎",
    "Anna-Lena Weiß",
    "Bob",
    'Al "Ace" Smith',
]
CITIES = ["Paris", "São Paulo", "Zürich", "Kraków", "Oslo", "Αθήνα", "Reykjavík"]


def sentence(random_: random.Random) -> str:
    """Words, now and then with what makes repairers stumble: quotes, commas, braces, a URL, an escape."""
    words = random_.choices(WORDS, k=random_.randint(2, 14))
    extra = random_.random()
    if extra < 0.1:
        words.insert(1, '"' + random_.choice(WORDS) + '"')
    elif extra < 0.2:
        words.insert(1, "https://example.org/a?b=1&c={id}")
    elif extra < 0.3:
        words[-1] += ",\n" + random_.choice(WORDS)
    elif extra < 0.4:
        words.append(random_.choice(["naïve", "it's", "50 %", "[draft]", "C:\\temp", "12:30"]))
    return " ".join(words)


def identifier(random_: random.Random, prefix: str) -> str:
    return f"{prefix}_{random_.getrandbits(64):016x}"


def order(random_: random.Random) -> dict[str, Any]:
    return {
        "id": identifier(random_, "ord"),
        "created_at": f"2026-0{random_.randint(1, 9)}-1{random_.randint(0, 9)}T08:{random_.randint(10, 59)}:00Z",
        "customer": {"name": random_.choice(NAMES), "city": random_.choice(CITIES), "vip": random_.random() < 0.3},
        "lines": [
            {
                "sku": f"A-{random_.randint(1, 99)}",
                "qty": random_.randint(1, 9),
                "price": round(random_.random() * 99, 2),
            }
            for _ in range(random_.randint(1, 6))
        ],
        "note": random_.choice([None, sentence(random_)]),
        "total": round(random_.random() * 1000, 2),
        "paid": random_.random() < 0.5,
    }


def page_view(random_: random.Random) -> dict[str, Any]:
    return {
        "uuid": identifier(random_, "ev"),
        "event": random_.choice(["$pageview", "$autocapture", "signed up"]),
        "distinct_id": random_.getrandbits(62),
        "properties": {
            "$browser": random_.choice(["Firefox", "Safari"]),
            "$current_url": f"https://shop.example/p/{random_.randint(1, 9999)}?ref={random_.choice(WORDS)}",
            "$screen_width": random_.choice([1920, 390]),
            "$set": {"plan": random_.choice(["free", "team"]), "seats": random_.randint(1, 50)},
            "title": sentence(random_),
            "tags": random_.sample(WORDS, k=random_.randint(0, 4)),
        },
        "timestamp": 1700000000 + random_.random() * 1e6,
    }


def row_change(random_: random.Random) -> dict[str, Any]:
    key = random_.randint(1, 10**7)

    def row() -> dict[str, Any]:
        return {
            "id": key,
            "email": f"{random_.choice(WORDS)}@example.org",
            "bio": sentence(random_),
            "balance": str(random_.randint(0, 10**6)),
            "deleted": None,
        }

    return {
        "before": random_.choice([None, row()]),
        "after": row(),
        "source": {"version": "2.7.0", "connector": "postgresql", "lsn": random_.getrandbits(40), "table": "users"},
        "op": random_.choice(["c", "u"]),
        "ts_ms": 1700000000000 + random_.getrandbits(30),
    }


def readings(random_: random.Random) -> list[dict[str, Any]]:
    return [
        {
            "sensor": f"s{random_.randint(1, 9)}",
            "at": 1700000000 + n,
            "v": [round(random_.gauss(20, 5), 3), None],
            "ok": True,
        }
        for n in range(random_.randint(2, 12))
    ]


def nested(random_: random.Random, depth: int = 3) -> Any:
    if depth == 0 or random_.random() < 0.2:
        return random_.choice([random_.randint(-9, 999), sentence(random_), True, None, 1.5e-7, ""])
    if random_.random() < 0.4:
        return [nested(random_, depth - 1) for _ in range(random_.randint(0, 4))]
    return {key: nested(random_, depth - 1) for key in random_.sample(WORDS, k=random_.randint(1, 6))}


KINDS: list[Callable[[random.Random], Any]] = [order, page_view, row_change, readings, lambda r: {"root": nested(r)}]


def documents(count: int, seed: int) -> list[bytes]:
    """`count` different documents, minified, of 100 bytes to a few KB."""
    random_ = random.Random(seed)
    found: dict[bytes, None] = {}
    while len(found) < count:
        value = random_.choice(KINDS)(random_)
        text = json.dumps(value, ensure_ascii=random_.random() < 0.2, separators=(",", ":")).encode()
        if len(text) > 100:
            found[text] = None
    return list(found)
