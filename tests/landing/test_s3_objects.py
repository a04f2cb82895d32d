"""Objects of an S3-compatible store on 127.0.0.1 land as the files of a day."""

from __future__ import annotations

import gzip
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from pyarrow.fs import S3FileSystem
from small_shop import Shop, lines
from typer.testing import CliRunner

from dmp.cli import app
from dmp.landing.s3_objects import land_objects
from dmp.settings import DmpError, SettingsError

DAY = date(2024, 3, 1)
ADDRESS = "s3://logs/shop/2024-03-01"
EVENTS = lines(2)
VARIABLES = {"AWS_ACCESS_KEY_ID": "ann", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-central-1"}
Put = Callable[[str, bytes], None]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A server that speaks S3's protocol: a moto_server of moto 5.2, named by DMP_S3_SERVER."""
    if not (program := os.environ.get("DMP_S3_SERVER")):
        pytest.skip(
            "an S3-compatible server is absent (pip install 'moto[server,s3]'; DMP_S3_SERVER=bin/moto_server)"
        )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen([program, "-H", "127.0.0.1", "-p", str(port)], stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(address)
            yield address
        finally:
            server.terminate()


def _wait_for(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/moto-api/", timeout=10)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(address)


@pytest.fixture
def put(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Put:
    """Write an object of an empty bucket `logs`."""
    for name, value in {**VARIABLES, "AWS_ENDPOINT_URL": endpoint}.items():
        monkeypatch.setenv(name, value)
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST"), timeout=10)
    store = S3FileSystem(
        endpoint_override=endpoint.removeprefix("http://"), scheme="http", allow_bucket_creation=True
    )
    store.create_dir("logs")

    def written(key: str, content: bytes) -> None:
        with store.open_output_stream(f"logs/{key}", compression=None) as file:
            file.write(content)

    return written


def test_objects_of_a_day_land_byte_for_byte_and_are_loaded(put: Put, shop: Shop) -> None:
    packed = gzip.compress(EVENTS)
    put("shop/2024-03-01/events.one.jsonl.gz", packed)
    put("shop/2024-03-02/events.jsonl", EVENTS)
    landed = land_objects(shop.landing, "shop", ADDRESS, DAY)
    assert (landed.landed_count, landed.same_count) == (1, 0)
    assert [path.relative_to(landed.folder.parent) for path in shop.landing.rglob("*") if path.is_file()] == [
        (landed.folder / "events.one.jsonl.gz").relative_to(landed.folder.parent)
    ]
    assert (landed.folder / "events.one.jsonl.gz").read_bytes() == packed
    [account] = shop.load()
    assert (account.record_count, account.accepted_count) == (2, 2)


def test_what_was_fetched_before_stays_as_it_was(put: Put, shop: Shop) -> None:
    put("shop/2024-03-01/events.jsonl", EVENTS)
    path = land_objects(shop.landing, "shop", ADDRESS, DAY).folder / "events.jsonl"
    before = path.stat().st_ino
    put("shop/2024-03-01/events.two.jsonl", lines(1, first=3))
    landed = land_objects(shop.landing, "shop", f"{ADDRESS}/", DAY)
    assert (landed.landed_count, landed.same_count, path.stat().st_ino) == (1, 1, before)


def test_an_object_that_is_no_log_lands_too_and_is_accounted_for_as_refused(put: Put, shop: Shop) -> None:
    put("shop/2024-03-01/_SUCCESS", b"")
    land_objects(shop.landing, "shop", ADDRESS, DAY)
    [account] = shop.load()
    assert "its name is not" in (account.refusal_reason or "")


@pytest.mark.parametrize("key", ["deeper/events.jsonl", ".events.jsonl"])
def test_of_objects_that_are_no_files_of_a_day_nothing_lands(put: Put, shop: Shop, key: str) -> None:
    put("shop/2024-03-01/events.jsonl", EVENTS)
    put(f"shop/2024-03-01/{key}", EVENTS)
    with pytest.raises(DmpError, match=f"{key} is no file of a day"):
        land_objects(shop.landing, "shop", ADDRESS, DAY)
    assert [path for path in shop.landing.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("address", ["s3://logs/nothing", "s3://nowhere/shop"])
def test_an_address_where_nothing_lies_is_one_sentence(put: Put, shop: Shop, address: str) -> None:
    with pytest.raises(DmpError, match="nothing lies there"):
        land_objects(shop.landing, "shop", address, DAY)


def test_a_store_that_does_not_answer_lands_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: pytest.TempPathFactory
) -> None:
    for name, value in {**VARIABLES, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}.items():
        monkeypatch.setenv(name, value)
    words = ["land", "s3", "shop", ADDRESS, "--day", "2024-03-01", "--home", str(tmp_path / "home")]
    shown = CliRunner().invoke(app, words)
    assert (shown.exit_code, "the store did not answer" in shown.stderr) == (1, True), shown.stderr
    assert [path for path in (tmp_path / "home").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("source", "address", "said"),
    [
        ("nobody", ADDRESS, "no contract names nobody"),
        ("shop", "https://logs/shop", "an address is s3://bucket/prefix"),
        ("shop", "s3:///shop", "an address is s3://bucket/prefix"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_asked(
    shop: Shop, source: str, address: str, said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        land_objects(shop.landing, source, address, DAY)
