"""How a home's folder is laid out: a number in a file of its own, and the steps from each number to the next.

What tables hold is no matter of the format: other code makes them anew from the landing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dmp.settings import DmpError, Home, SettingsError

FORMAT_FILE = "format"


def _keep_secrets_closed(home: Home) -> str:
    """Homes from before the number was kept may have folders that others can look into."""
    for name in ("secrets", "erasures"):
        if (home.root / name).is_dir():
            (home.root / name).chmod(0o700)
    return "folders of secrets and erasures are closed to others"


def _know_retired_days(_: Home) -> str:
    """A release that knows nothing of them would make every table anew without them."""
    return "landed days may be retired"


# The step at place n leads from format n to n + 1, and may be made again after it was stopped.
STEPS: tuple[Callable[[Home], str], ...] = (_keep_secrets_closed, _know_retired_days)
FORMAT = len(STEPS)


def format_of(home: Home) -> int:
    """Return the format of a home: 0 where it was made before formats were kept. Raises DmpError for no number."""
    path = home.root / FORMAT_FILE
    if not path.exists():
        return 0
    text = path.read_text(encoding="utf-8", errors="replace").strip()
    if not text.isascii() or not text.isdigit():
        raise DmpError(f"{path} holds no number: write {FORMAT} into it if this release made the home")
    return int(text)


def refuse_newer(number: int, where: Path) -> None:
    """Raise SettingsError for a format that only a newer release knows: older code would read it wrongly."""
    if number > FORMAT:
        raise SettingsError(
            f"{where} is of format {number} and this release knows {FORMAT}: install the release that made it"
        )


def upgrade(home: Home) -> list[str]:
    """Bring a home to this release's format, step by step; return what each did. The caller holds the home's lock.

    A step that raises leaves the number of the steps before it: typing it again goes on there.
    """
    number = format_of(home)
    refuse_newer(number, home.root)
    done = []
    for place in range(number, FORMAT):
        done.append(STEPS[place](home))
        keep_format(home, place + 1)
    return done


def keep_format(home: Home, number: int) -> None:
    """Write the number, whole or not at all."""
    unfinished = home.root / f".{FORMAT_FILE}"
    unfinished.write_text(f"{number}\n")
    unfinished.replace(home.root / FORMAT_FILE)
