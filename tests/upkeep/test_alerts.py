"""Alerts: told once for each cause, with the next command, taken back once, and never in the way of a run."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from email import message_from_string
from email.policy import default
from pathlib import Path

import pytest
import yaml
from loopback import MailServer, Webhook, serving
from typer.testing import CliRunner, Result

from dmp.builds import own_settings
from dmp.cli import app
from dmp.settings import Home, SettingsError
from dmp.upkeep.alert_checks import alerts
from dmp.upkeep.alerts import report, told
from dmp.upkeep.cause import Cause

GATE = Cause("user_tags: expectations", "expect_column_values_to_not_be_null(value)", is_gate=True)
STEP = Cause("dbt__profiles", "no such column")


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with serving(Webhook()) as server:
        yield server


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with serving(MailServer()) as server:
        yield server


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path)


def set_alerts(home: Home, **alerts: object) -> None:
    (home.root / "settings.yaml").write_text(yaml.safe_dump({"alerts": alerts}))


def states(webhook: Webhook) -> list[tuple[str, str]]:
    return [(content["state"], content["cause"]) for _, _, content in webhook.taken]


def dmp(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_cause_is_told_once_with_the_next_command_and_taken_back_once(home: Home, webhook: Webhook) -> None:
    set_alerts(home, webhook=f"{webhook.address}/hook")
    for _ in range(3):
        assert report(home, "daily", [GATE]) == []
    (path, authorization, content) = webhook.taken[0]
    assert (path, authorization, len(webhook.taken)) == ("/hook", None, 1)
    assert content["next"] == f"dmp doctor --home {home.root}"
    assert "stopped at gate user_tags: expectations: expect_column_values_to_not_be_null" in content["text"]
    assert content["next"] in content["text"]
    for _ in range(2):
        assert report(home, "daily", []) == []
    assert states(webhook) == [
        ("failing", "gate user_tags: expectations"),
        ("cleared", "gate user_tags: expectations"),
    ]
    report(home, "daily", [GATE])
    assert len(webhook.taken) == 3, "what comes back is a new cause"


def test_each_cause_has_its_own_alert_and_other_words_are_no_other_cause(
    home: Home, webhook: Webhook
) -> None:
    set_alerts(home, webhook=webhook.address)
    report(home, "daily", [GATE])
    report(home, "daily", [STEP])
    report(home, "daily", [Cause("dbt__profiles", "no such table")])
    assert [cause for _, cause in states(webhook)] == ["gate user_tags: expectations", "step dbt__profiles"]
    assert {entry["cause"] for entry in told(home).values()} == {GATE.key, STEP.key}


def test_only_a_run_of_the_same_job_takes_a_cause_back(home: Home, webhook: Webhook) -> None:
    set_alerts(home, webhook=webhook.address)
    report(home, "daily", [GATE])
    report(home, "training", [])
    assert states(webhook) == [("failing", "gate user_tags: expectations")]


def test_a_channel_that_did_not_take_an_alert_gets_it_after_the_next_run(
    home: Home, webhook: Webhook
) -> None:
    set_alerts(home, webhook=webhook.address)
    webhook.status = 503
    (said,) = report(home, "daily", [GATE])
    assert "the webhook did not take an alert" in said
    webhook.status = 200
    assert report(home, "daily", [GATE]) == []
    webhook.status = 503
    (said,) = report(home, "daily", [])
    webhook.status = 200
    assert report(home, "daily", []) == []
    assert [state for state, _ in states(webhook)] == ["failing", "cleared"]


def test_what_was_never_told_is_not_taken_back(home: Home, webhook: Webhook) -> None:
    set_alerts(home, webhook=webhook.address)
    webhook.status = 503
    report(home, "daily", [GATE])
    webhook.status = 200
    assert report(home, "daily", []) == []
    assert (webhook.taken, told(home)) == ([], {})


def test_the_webhooks_token_goes_to_its_address_and_not_where_that_leads(
    home: Home, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DMP_WEBHOOK_TOKEN", "a secret")
    monkeypatch.setenv("DMP_WEBHOOK", webhook.address)
    set_alerts(home, webhook="DMP_WEBHOOK")
    report(home, "daily", [GATE])
    assert webhook.taken[0][1] == "Bearer a secret"
    with serving(Webhook()) as other:
        webhook.status, webhook.location = 302, other.address
        assert len(report(home, "daily", [STEP])) == 1
        assert other.taken == []


@pytest.mark.parametrize("address", ["", "file:///etc/passwd", "ftp://127.0.0.1/"])
def test_a_webhook_that_is_no_web_address_is_never_opened(
    home: Home, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_alerts(home, webhook=address or "somewhere")
    with pytest.raises(SettingsError, match=r"alerts\.webhook"):
        home.settings()
    monkeypatch.setenv("DMP_WEBHOOK", address)
    set_alerts(home, webhook="DMP_WEBHOOK")
    (said,) = report(home, "daily", [GATE])
    assert "DMP_WEBHOOK" in said


def test_a_letter_says_the_same_and_its_password_comes_from_the_environment(
    home: Home, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DMP_SMTP_PASSWORD", "a secret")
    email = {"host": "127.0.0.1", "port": mail_server.port, "security": "none", "user": "dmp"}
    set_alerts(home, email={**email, "sender": "dmp@example.org", "recipients": ["ops@example.org"]})
    assert report(home, "daily", [GATE]) == []
    assert report(home, "daily", [GATE]) == []
    assert report(home, "daily", []) == []
    first, second = (message_from_string(letter, policy=default) for letter in mail_server.letters)
    assert first["To"] == "ops@example.org"
    assert first["Subject"] == f"dmp failing: gate user_tags: expectations ({home.root})"
    assert f"dmp doctor --home {home.root}" in first.get_content()
    assert second["Subject"].startswith("dmp cleared:")
    assert base64.b64decode(mail_server.logins[0]) == b"\0dmp\0a secret"


def test_what_looks_like_personal_data_does_not_leave_in_an_alert(home: Home, webhook: Webhook) -> None:
    set_alerts(home, webhook=webhook.address)
    report(home, "daily", [Cause("raw__shop", "Could not convert 'ann@example.org' to INT32" + "x" * 5000)])
    text = webhook.taken[0][2]["text"]
    assert "ann@" not in text
    assert "<email>" in text
    assert len(text) < 1000


def test_without_a_channel_nothing_is_sent_or_written(home: Home) -> None:
    assert report(home, "daily", [GATE]) == []
    assert list(home.root.iterdir()) == []


def test_settings_that_cannot_be_read_are_said_and_stop_nothing(home: Home) -> None:
    (home.root / "settings.yaml").write_text("threads: many\n")
    (said,) = report(home, "daily", [GATE])
    assert said.startswith("no alert could be sent: ")


def test_alerts_are_no_part_of_a_build(home: Home) -> None:
    before = own_settings(home, home.settings())
    set_alerts(home, webhook="http://127.0.0.1:9")
    assert own_settings(home, home.settings()) == before


def test_a_run_that_cannot_begin_is_told_too(home: Home, webhook: Webhook) -> None:
    set_alerts(home, webhook=webhook.address)
    shown = dmp("run", "--home", home.root)
    assert (shown.exit_code, "holds no landed days" in shown.stderr) == (2, True)
    assert states(webhook) == [("failing", "step the run itself")]


def test_the_command_lists_what_is_not_gone_and_sends_a_message_to_try(home: Home, webhook: Webhook) -> None:
    assert dmp("alerts", "--test", "--home", home.root).exit_code == 2
    set_alerts(home, webhook=webhook.address)
    assert dmp("alerts", "--test", "--home", home.root).exit_code == 0
    assert webhook.taken[0][2]["state"] == "test"
    report(home, "daily", [GATE])
    (cause,) = json.loads(dmp("alerts", "--json", "--home", home.root).stdout)
    assert (cause["cause"], cause["told_to"]) == ("gate user_tags: expectations", "webhook")
    webhook.status = 500
    shown = dmp("alerts", "--test", "--home", home.root)
    assert (shown.exit_code, "did not take the message" in shown.stderr) == (1, True)


def test_the_doctor_says_which_secret_an_alert_would_lack(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [finding.says for finding in alerts(home)] == ["off: nobody is told when a run stops"]
    set_alerts(home, webhook="DMP_WEBHOOK")
    (found,) = alerts(home)
    assert (found.state, found.says) == ("warning", "DMP_WEBHOOK is not set here: no alert goes out")
    monkeypatch.setenv("DMP_WEBHOOK", "http://127.0.0.1:9")
    assert [finding.says for finding in alerts(home)] == ["go to webhook"]
