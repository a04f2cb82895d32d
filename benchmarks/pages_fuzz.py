"""Every address of the pages under schemathesis: whatever is sent, no answer is a fault of the server (5xx).

python -m benchmarks.pages_fuzz HOME --schemathesis venv/bin/schemathesis [--examples 200]

schemathesis stands in an environment of its own (`pip install schemathesis`). The limit of forms a minute is lifted.
HOME is written to (records of looks, exports, rules): give a copy.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from dmp.pages import safety
from dmp.pages.app import PAGES
from dmp.settings import PROJECT, Home

sys.path += [str(PROJECT / "tests"), str(PROJECT / "tests" / "pages")]
from page_reader import served

TEXT = {"type": "string"}
FORMS = {
    "/people": ("user",),
    "/people/{number}/why": ("item",),
    "/questions": ("question", "answer"),
    "/exports/{segment_id}": ("to", "answer"),
    "/exports/{segment_id}/members": (),
    "/builder/save": ("rule",),
    "/language": ("language", "page"),
    "/login": ("name", "password"),
    "/logout": (),
}
READ = (
    *(f"/{page}" for page in PAGES),
    "/builder",
    "/login",
    "/segments/{segment_id}",
    "/people/{number}",
    "/static/{file}",
)
ANYTHING = {"anyOf": [TEXT, {"type": "number"}, {"type": "boolean"}, {"type": "array", "items": TEXT}]}
LEAF = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("field", "tag", "score", "event", "segment"), TEXT),
        **dict.fromkeys(
            ("is", "at_least", "between", "one_of", "contains", "within_days", "min_score"), ANYTHING
        ),
    },
}
RULE = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("id", "name_en", "name_zh", "owner", "purpose"), ANYTHING),
        "who": {
            "anyOf": [
                {"type": "object", "properties": {"all": {"type": "array", "items": LEAF}}},
                LEAF,
                ANYTHING,
            ]
        },
    },
}


def described(address: str) -> dict[str, Any]:
    """Return the pages as OpenAPI: what their forms and the count of rules take."""
    paths: dict[str, Any] = {}
    for path in READ:
        paths.setdefault(path, {})["get"] = {}
    for path, fields in FORMS.items():
        body = {"type": "object", "properties": dict.fromkeys(fields, TEXT)}
        paths.setdefault(path, {})["post"] = _taking("application/x-www-form-urlencoded", body)
    paths["/builder/count"] = {"post": _taking("application/json", RULE)}
    for path, methods in paths.items():
        names = [part.split("}")[0] for part in path.split("{")[1:]]
        for method in methods.values():
            method["responses"] = {"default": {"description": "any"}}
            method["parameters"] = [
                {"name": name, "in": "path", "required": True, "schema": TEXT} for name in names
            ]
    return {
        "openapi": "3.0.3",
        "info": {"title": "pages", "version": "1"},
        "servers": [{"url": address}],
        "paths": paths,
    }


def _taking(kind: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"content": {kind: {"schema": schema}}}}


def main() -> int:
    """Serve, send, and return what schemathesis returns: 0 where nothing was a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--schemathesis", type=Path, required=True)
    parser.add_argument("--examples", type=int, default=200)
    asked = parser.parse_args()
    safety.FORMS_A_MINUTE = 10_000_000
    with served(Home.at(asked.home)) as reader, tempfile.TemporaryDirectory() as folder:
        schema = Path(folder) / "openapi.json"
        schema.write_text(json.dumps(described(reader.address)))
        return subprocess.run(
            [
                *(
                    asked.schemathesis,
                    "run",
                    schema,
                    "--url",
                    reader.address,
                    "--checks",
                    "not_a_server_error",
                ),
                *("--max-examples", str(asked.examples), "--header", f"Origin: {reader.address}"),
                *("--phases", "fuzzing", "--seed", "7"),
            ],
            cwd=folder,
            check=False,
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
