"""Whose a record is: of the identifiers in it, those of somebody else do not make it theirs."""

from __future__ import annotations

import pytest

from dmp.landing.contract import load_contracts
from dmp.privacy.person import identifier_columns


@pytest.mark.parametrize(
    ("source", "entity", "of_another"),
    [("segment", "calls", "recipient_key"), ("shop", "referrals", "referrer_key")],
)
def test_whom_a_record_only_names_is_not_its_person(source: str, entity: str, of_another: str) -> None:
    contract_entity = load_contracts()[source].entities[entity]
    named = {field.identifier.column for field in contract_entity.fields.values() if field.identifier}
    assert named - identifier_columns(contract_entity).keys() == {of_another}
