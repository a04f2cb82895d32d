"""Who is let in: nobody without a password where accounts are, and each role to its own pages alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from page_reader import Answer, Reader, served
from small_build import ANN, published_home

from dmp.pages import accounts
from dmp.pages.accounts import COST, accounts_file, keep_account, log_in, read_accounts, remove_account
from dmp.pages.app import PAGES
from dmp.pages.commands import why_not
from dmp.pages.readers import ROLES
from dmp.pages.sessions import IDLE_SECONDS, LONGEST_SECONDS, MOST_TRIES, TRIES_SECONDS, Sessions, Tries
from dmp.settings import Home, SettingsError

PASSWORD = "a horse and a staple"  # noqa: S105 - of these tests alone
PEOPLE = {role: f"{role}.lee" for role in ROLES}


@pytest.fixture(scope="module", autouse=True)
def quick_hashes() -> Iterator[None]:
    """What a hash costs is one test's matter; all others would only wait."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "COST", {**COST, "n": 16})
        yield


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    home = published_home(tmp_path_factory.mktemp("guarded") / "home")
    for role, name in PEOPLE.items():
        keep_account(home, name, role, PASSWORD)
    with served(home) as found:
        yield found


def entered(reader: Reader, name: str, password: str = PASSWORD) -> Answer:
    return reader.post("/login", {"name": name, "password": password})


def cookie_of(answer: Answer) -> str:
    return answer.headers["set-cookie"].partition(";")[0]


@pytest.fixture(scope="module")
def cookies(guarded: Reader) -> dict[str, str]:
    return {role: cookie_of(entered(guarded, name)) for role, name in PEOPLE.items()}


@pytest.mark.parametrize("path", [*(f"/{page}" for page in PAGES), "/builder", "/segments/x", "/nothing"])
def test_without_a_login_every_page_leads_to_the_door(guarded: Reader, path: str) -> None:
    answer = guarded.get(path)
    assert (answer.status, answer.headers["location"]) == (303, "/login")
    assert guarded.get("/login").status == 200


@pytest.mark.parametrize("path", ["/people", "/questions", "/builder/count", "/builder/save", "/exports/x"])
def test_without_a_login_no_form_is_taken(guarded: Reader, path: str) -> None:
    answer = guarded.post(path, {"user": "ann", "question": "SELECT 1"})
    assert (answer.status, answer.headers["location"]) == (303, "/login")


@pytest.mark.parametrize(
    ("role", "closed"),
    [
        ("viewer", {"/people", "/questions", "/exports/x", "/builder/save"}),
        ("analyst", {"/builder/save"}),
        ("admin", set()),
    ],
)
def test_a_role_opens_its_own_pages_alone(
    guarded: Reader, cookies: dict[str, str], role: str, closed: set[str]
) -> None:
    fields = {"user": "ann", "question": "SELECT 1", "to": "csv", "rule": "{}"}
    for path in ("/people", "/questions", "/exports/x", "/builder/save"):
        answer = guarded.post(path, fields, Cookie=cookies[role])
        assert (answer.status == 403) == (path in closed), path
    menu = guarded.get("/home", Cookie=cookies[role]).body
    assert ('href="/questions"' in menu) == ("/questions" not in closed)
    assert guarded.get("/people/", Cookie=cookies["viewer"]).status == 403


def test_a_password_opens_a_session_that_no_script_and_no_other_site_can_use(guarded: Reader) -> None:
    answer = entered(guarded, "viewer.lee")
    assert (answer.status, answer.headers["location"]) == (303, "/home")
    kept = answer.headers["set-cookie"].lower()
    assert "httponly" in kept
    assert "samesite=strict" in kept
    assert len(cookie_of(answer).partition("=")[2]) >= 43
    assert guarded.get("/home", Cookie=cookie_of(answer)).status == 200


def test_who_logs_out_is_out(guarded: Reader) -> None:
    own = cookie_of(entered(guarded, "viewer.lee"))
    guarded.post("/logout", {}, Cookie=own)
    assert guarded.get("/home", Cookie=own).headers["location"] == "/login"


def test_looks_and_logins_are_written_down_with_who(guarded: Reader, cookies: dict[str, str]) -> None:
    opened = guarded.post("/people", {"user": "ann"}, Cookie=cookies["analyst"])
    guarded.get(opened.headers["location"], Cookie=cookies["analyst"])
    entered(guarded, "nobody", "wrong")
    lines = (guarded.home.exports / "lookups.csv").read_text().splitlines()
    assert lines[-2].endswith(f",portrait,{ANN},,analyst.lee")
    assert lines[-1].endswith(",login refused,,,?")
    assert PASSWORD not in "\n".join(lines)


def test_wrong_names_and_wrong_passwords_read_alike(guarded: Reader) -> None:
    wrong, unknown = entered(guarded, "admin.lee", "not this one"), entered(guarded, "nobody", "not this one")
    assert wrong.status == unknown.status == 401
    assert wrong.body == unknown.body


def test_who_is_removed_or_changed_is_out_at_once(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    for name in ("ann", "bob"):
        keep_account(home, name, "viewer", PASSWORD)
    sessions, kept = Sessions(), read_accounts(home)
    tokens = {name: sessions.begin(name, kept[name]) for name in kept}
    remove_account(home, "ann")
    keep_account(home, "bob", "admin", PASSWORD)
    assert [sessions.reader(token, read_accounts(home)) for token in tokens.values()] == [None, None]


def test_a_session_ends_unused_and_at_last(tmp_path: Path) -> None:
    keep_account(Home.at(tmp_path), "ann", "viewer", PASSWORD)
    now, kept = [0.0], read_accounts(Home.at(tmp_path))
    sessions = Sessions(lambda: now[0])
    idle, used = (sessions.begin("ann", kept["ann"]) for _ in range(2))
    now[0] = IDLE_SECONDS - 1
    assert sessions.reader(used, kept) is not None
    now[0] = IDLE_SECONDS + 1
    assert sessions.reader(idle, kept) is None
    while now[0] < LONGEST_SECONDS:
        assert sessions.reader(used, kept) is not None
        now[0] += IDLE_SECONDS - 1
    assert sessions.reader(used, kept) is None


def test_after_ten_wrong_passwords_one_waits_a_quarter_of_an_hour() -> None:
    now = [0.0]
    tries = Tries(lambda: now[0])
    for _ in range(MOST_TRIES):
        assert not tries.must_wait("name ann", "address x")
        tries.add("name ann", "address x")
    assert tries.must_wait("name ann", "address y")
    assert not tries.must_wait("name bob", "address y")
    now[0] = TRIES_SECONDS
    assert not tries.must_wait("name ann", "address x")


def test_too_many_tries_are_refused_even_with_the_right_password(tmp_path: Path) -> None:
    keep_account(Home.at(tmp_path), "ann", "viewer", PASSWORD)
    with served(Home.at(tmp_path)) as reader:
        statuses = [entered(reader, "ann", "wrong").status for _ in range(MOST_TRIES)]
        assert statuses == [401] * MOST_TRIES
        assert entered(reader, "ann").status == 429


def test_a_password_is_kept_as_a_salted_and_dear_hash_for_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert COST["n"] * COST["r"] * COST["p"] >= 2**15 * 8 * 3
    monkeypatch.setattr(accounts, "COST", COST)
    home = Home.at(tmp_path)
    for name in ("ann", "bob"):
        keep_account(home, name, "viewer", PASSWORD)
    kept = read_accounts(home)
    assert kept["ann"].digest != kept["bob"].digest
    assert PASSWORD not in accounts_file(home).read_text()
    assert accounts_file(home).stat().st_mode & 0o077 == 0
    assert log_in(kept, "ann", PASSWORD)
    assert not log_in(kept, "ann", PASSWORD + " ")
    assert not log_in(kept, "nobody", "")


@pytest.mark.parametrize(
    ("name", "role", "password"),
    [
        ("ann", "viewer", "too short"),
        ("ann", "viewer", "x" * 129),
        ("ann", "owner", PASSWORD),
        ("Ann Lee", "viewer", PASSWORD),
        ("staple", "viewer", PASSWORD),
    ],
)
def test_what_makes_no_account_is_refused(tmp_path: Path, name: str, role: str, password: str) -> None:
    with pytest.raises(SettingsError):
        keep_account(Home.at(tmp_path), name, role, password)
    assert read_accounts(Home.at(tmp_path)) == {}


@pytest.mark.parametrize(
    ("host", "names", "is_secure", "has_account", "refusal"),
    [
        ("127.0.0.1", [], False, False, None),
        ("localhost", [], False, True, None),
        ("0.0.0.0", [], False, True, "--name"),  # noqa: S104 - what must be refused
        ("::", ["pages.example"], False, True, "--certificate"),
        ("192.0.2.7", ["pages.example"], True, False, "account"),
        ("127.0.0.1", ["pages.example"], False, False, "account"),
        ("192.0.2.7", ["pages.example"], True, True, None),
    ],
)
def test_the_pages_open_wider_with_a_name_tls_and_accounts_alone(  # noqa: PLR0917 - columns of the table
    tmp_path: Path, host: str, names: list[str], is_secure: bool, has_account: bool, refusal: str | None
) -> None:
    home = Home.at(tmp_path)
    if has_account:
        keep_account(home, "ann", "viewer", PASSWORD)
    said = why_not(home, host, names, is_secure=is_secure)
    assert said is None if refusal is None else refusal in (said or "")


def test_wide_pages_without_accounts_let_nobody_in(tmp_path: Path) -> None:
    with served(Home.at(tmp_path), "pages.example") as reader:
        assert reader.get("/home", Host="pages.example").headers["location"] == "/login"
        assert reader.get("/home").headers["location"] == "/login"


def test_a_name_is_asked_over_tls_alone(tmp_path: Path) -> None:
    keep_account(Home.at(tmp_path), "ann", "viewer", PASSWORD)
    with served(Home.at(tmp_path), "pages.example") as reader:
        fields = {"name": "ann", "password": PASSWORD}
        assert (
            reader.post("/login", fields, Host="pages.example", Origin="http://pages.example").status == 403
        )
        answer = reader.post("/login", fields, Host="pages.example", Origin="https://pages.example")
    assert answer.status == 303
    assert answer.headers["set-cookie"].startswith("__Host-session=")
    assert "secure" in answer.headers["set-cookie"].lower()
    assert "strict-transport-security" in answer.headers
