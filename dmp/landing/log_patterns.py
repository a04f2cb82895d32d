"""Ready patterns of log lines: a regular expression (RE2) whose named groups are a record's fields.

The web server's formats are those of Apache's mod_log_config; Nginx's predefined `combined` is the same.
"""

from __future__ import annotations

import re

# Inside quotes the server writes \" and \\; a request that is no HTTP leaves method and protocol empty.
QUOTED = r'(?:[^"\\]|\\.)*'
COMMON = (
    r"(?P<client>\S+) (?P<identity>\S+) (?P<user>.*?) \[(?P<time>[^\]]+)\] "
    rf'"(?:(?P<method>[A-Z]+) (?P<target>{QUOTED}?) (?P<protocol>HTTP/[0-9.]+)|(?P<request>{QUOTED}))" '
    r"(?P<status>[0-9]{3}) (?P<size>[0-9]+|-)"
)
PATTERNS = {
    "common": COMMON,
    "combined": rf'{COMMON} "(?P<referrer>{QUOTED})" "(?P<user_agent>{QUOTED})"',
}


def log_pattern(pattern: str) -> str:
    """Return the expression that a whole line must match: a ready one by its name, else the given one."""
    return f"^(?:{PATTERNS.get(pattern, pattern)})$"


def group_names(pattern: str) -> tuple[str, ...]:
    """Return the names of a pattern's groups. Raises ValueError: it cannot be read, or it names none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        pc.extract_regex(pa.array([""]), log_pattern(pattern))
        names = tuple(re.compile(log_pattern(pattern)).groupindex)
    except (pa.ArrowInvalid, re.error) as error:
        raise ValueError(f"the pattern cannot be read: {error}") from error
    if not names:
        raise ValueError("the pattern has no named group (?P<name>...)")
    return names
