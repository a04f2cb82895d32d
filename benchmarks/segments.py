"""How fast rule segments are, and how good clusters and lookalikes: beside other tools on the same task.

    python benchmarks/segments.py [--people 1000000] [--home HOME] [--json]

Speed: made-up profiles in a warehouse, rules as YAML files, read, checked, compiled and run as a run of the platform
does; pandas and Polars (`pip install .[benchmark]`) get the same table in memory and the same conditions by hand.
Quality: on a home with `online_retail` (left out without --home).
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.figures import line
from benchmarks.segment_quality import quality
from benchmarks.segment_speed import speed


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000, help="0 leaves speed out")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    results = speed(arguments.people) if arguments.people else []
    for result in [*results, *(quality(arguments.home) if arguments.home else [])]:
        print(json.dumps(result) if arguments.json else line(result))


if __name__ == "__main__":
    main()
