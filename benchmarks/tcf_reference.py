"""Random consent strings through our decoder and the reference one (`@iabtcf/core`, installed here in a temporary
folder with npm); and through ours alone what malformed ones become.

The strings are written by an encoder of this file, which shares nothing with the decoder.
"""

from __future__ import annotations

import dataclasses
import json
import random
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dmp.privacy.tcf import TcfConsent, decode_tcf
from dmp.privacy.tcf_bits import TcfError

REFERENCE = "@iabtcf/core@1.5.6"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def _number(value: int, width: int) -> str:
    return format(value, f"0{width}b")


def _flags(draw: random.Random, width: int, banned: tuple[int, ...] = ()) -> str:
    return "".join("0" if place in banned else draw.choice("01") for place in range(1, width + 1))


def _ranges(draw: random.Random, largest: int) -> str:
    entries, first = [], draw.randint(1, 20)
    while first <= largest and len(entries) < 30:
        last = min(largest, first + draw.randint(0, 40))
        is_range = draw.random() < 0.6
        entries.append(f"1{_number(first, 16)}{_number(last, 16)}" if is_range else f"0{_number(first, 16)}")
        first = (last if is_range else first) + draw.randint(2, 60)
    return _number(len(entries), 12) + "".join(entries)


def _vendors(draw: random.Random) -> str:
    largest = draw.choice([0, draw.randint(1, 40), draw.randint(1, 1500)])
    if largest and draw.random() < 0.5:
        return f"{_number(largest, 16)}1{_ranges(draw, largest)}"
    return f"{_number(largest, 16)}0{_flags(draw, largest)}"


def _restrictions(draw: random.Random) -> str:
    pairs = draw.sample(
        [(purpose, kind) for purpose in range(1, 12) for kind in range(3)], draw.randint(0, 4)
    )
    # One vendor has one restriction a purpose: the reference lets the later one win.
    purposes = dict(pairs)
    written = [
        _number(p, 6) + _number(k, 2) + _ranges(draw, draw.randint(20, 900)) for p, k in purposes.items()
    ]
    return _number(len(written), 12) + "".join(written)


def _core(draw: random.Random) -> str:
    letters = _number(draw.randint(0, 25), 6) + _number(draw.randint(0, 25), 6)
    country = _number(draw.randint(0, 25), 6) + _number(draw.randint(0, 25), 6)
    created = draw.randint(15_000_000_000, 20_000_000_000)
    return "".join(
        [
            _number(2, 6),
            _number(created, 36),
            _number(created + draw.randint(0, 10**8), 36),
            _number(draw.randint(2, 4095), 12),
            _number(draw.randint(1, 4095), 12),
            _number(draw.randint(0, 63), 6),
            letters,
            _number(draw.randint(1, 4095), 12),
            _number(draw.randint(4, 5), 6),
            "1",
            draw.choice("01"),
            _flags(draw, 12),
            _flags(draw, 24),
            _flags(draw, 24, banned=(3, 4, 5, 6)),
            draw.choice("01"),
            country,
            _vendors(draw),
            _vendors(draw),
            _restrictions(draw),
        ]
    )


def _publisher(draw: random.Random) -> str:
    custom = draw.randint(0, 20)
    both = _flags(draw, custom) + _flags(draw, custom)
    return _number(3, 3) + _flags(draw, 24) + _flags(draw, 24) + _number(custom, 6) + both


def _text(draw: random.Random, bits: str) -> str:
    """Base64url, padded to whole characters or to whole bytes and characters, as senders do."""
    bits += "0" * (-len(bits) % draw.choice([6, 24]))
    return "".join(ALPHABET[int(bits[at : at + 6], 2)] for at in range(0, len(bits), 6))


def random_strings(count: int, seed: int = 23) -> list[str]:
    """Return consent strings of version 2.3: `core.disclosedVendors[.publisherTC]`."""
    draw = random.Random(seed)  # noqa: S311 - a repeatable draw
    strings = []
    for _ in range(count):
        segments = [_core(draw), _number(1, 3) + _vendors(draw)]
        segments += [_publisher(draw)] if draw.random() < 0.5 else []
        strings.append(".".join(_text(draw, bits) for bits in segments))
    return strings


def malformed(strings: list[str], seed: int = 29) -> list[str]:
    """Return each string damaged in one way: cut, a foreign character, another version, no disclosed vendors."""
    draw = random.Random(seed)  # noqa: S311 - a repeatable draw
    damaged = []
    for text in strings:
        core, disclosed, *_ = text.split(".")
        damaged.append(
            draw.choice(
                [
                    f"{core[: draw.randint(1, 35)]}.{disclosed}",
                    f"{core[:20]}{draw.choice('+/=% é')}{core[20:]}.{disclosed}",
                    f"{draw.choice('BDEFZ_')}{core[1:]}.{disclosed}",
                    core,
                    f"{core}.{disclosed}.{disclosed}",
                    f"{core}.",
                    f"{core}____.{disclosed}",
                    f"{core}.Y{disclosed[1:]}",
                ]
            )
        )
    return damaged


def _comparable(consent: TcfConsent) -> dict[str, Any]:
    fields = {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in dataclasses.asdict(consent).items()
    }
    fields["restrictions"] = sorted(
        [restriction.purpose, restriction.kind, vendor]
        for restriction in consent.restrictions
        for vendor in restriction.vendors
    )
    return fields


def reference_answers(strings: list[str]) -> list[dict[str, Any]]:
    """Return what the reference decoder says of each string."""
    with TemporaryDirectory() as folder:
        install = ["npm", "install", "--silent", "--no-fund", "--no-audit", "--ignore-scripts", REFERENCE]
        subprocess.run(install, cwd=folder, check=True)
        script = Path(folder) / "reference.mjs"
        script.write_text(Path(__file__).with_suffix(".mjs").read_text())
        answer = subprocess.run(
            ["node", str(script)], input="\n".join(strings), capture_output=True, text=True, check=True
        )
    return [json.loads(line) for line in answer.stdout.splitlines()]


def compare(count: int) -> dict[str, int]:
    """Return how many strings were compared, how many agree in every field, and how many damaged were refused."""
    strings = random_strings(count)
    ours = [_comparable(decode_tcf(text)) for text in strings]
    theirs = reference_answers(strings)
    refused = 0
    damaged = malformed(strings)
    for text in damaged:
        try:
            decode_tcf(text)
        except TcfError:
            refused += 1
    equal = sum(json.loads(json.dumps(one)) == other for one, other in zip(ours, theirs, strict=True))
    return {"compared": len(theirs), "equal": equal, "damaged": len(damaged), "refused": refused}


if __name__ == "__main__":
    print(compare(10_000))
