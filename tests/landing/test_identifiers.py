import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_shop import CONTRACTS, KEY, Shop, line

from dmp.landing.identifiers import (
    identifier_key,
    identifier_key_sql,
    is_missing_sql,
    key_text,
    normalised,
    normalised_sql,
)
from dmp.landing.phone_numbers import with_phone_numbers

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


PHONES = st.text("+0123456789 ()-/\u3000", max_size=20)


@given(
    texts=st.lists(TEXTS | PHONES, max_size=20),
    key=st.binary(min_size=1, max_size=40),
    kind=st.sampled_from(["login", "email", "phone"]),
    region=st.sampled_from(["", "DE", "US"]),
)
@settings(max_examples=24, deadline=None)
def test_sql_and_python_agree_on_every_identifier(
    texts: list[str], key: bytes, kind: str, region: str
) -> None:
    text = normalised_sql("given_text", f"'{kind}'", f"'{region}'", has_phones=True)
    sql = identifier_key_sql("'toys'", text)
    query = f"SELECT {sql} FROM unnest($texts::VARCHAR[]) AS given(given_text)"
    with duckdb.connect() as connection:
        with_phone_numbers(connection)
        found = [key for (key,) in connection.execute(query, {"key": key, "texts": texts}).fetchall()]
    assert found == [identifier_key(key, "toys", normalised(text, kind, region)) for text in texts]


def test_an_identifier_key_is_what_it_always_was() -> None:
    assert identifier_key(b"key", "shop_login", "u1") == 7850934267341191182


def test_the_key_and_the_namespace_change_the_identifier() -> None:
    keys = {identifier_key(key, space, "u1") for key in (b"k1", b"k2") for space in ("a", "b")}
    assert len(keys) == 4


@pytest.mark.parametrize("text", ["null", "NaN", "UNDEFINED", "0", "-", "anonymous", ""])
def test_words_for_nobody_are_missing(text: str) -> None:
    with duckdb.connect() as connection:
        assert connection.execute(f"SELECT {is_missing_sql('?')}", [text]).fetchone() == (True,)


def test_the_same_login_in_two_spellings_is_one_key(shop: Shop) -> None:
    shop.load_one("events.jsonl", line(user_id=" u1 ") + b"\n" + line(event_id="e2", user_id="u1\u3000"))
    assert shop.rows("SELECT DISTINCT login_key FROM raw.shop__events") == [
        (identifier_key(KEY, "shop_login", "u1"),)
    ]
    assert shop.vault_rows("SELECT identifier_text FROM identifiers WHERE identifier_type = 'login'") == [
        ("u1",)
    ]


def test_e_mail_addresses_are_lower_cased_and_never_stored_in_the_warehouse(shop: Shop) -> None:
    header = b"user_id,email,phone,registered_at,updated_at\n"
    row = b"u1,Ann@Example.org,+4930123,2024-01-01T00:00:00Z,2024-03-01T00:00:00Z\n"
    shop.load_one("customers.csv", header + row)
    [stored] = shop.connection.execute("FROM raw.shop__customers").fetchall()
    assert identifier_key(KEY, "email", key_text("email", "ann@example.org")) in stored
    assert not any(isinstance(value, str) and "example" in value.lower() for value in stored)


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("+49 (0)30 901820", None, "+4930901820"),
        ("030 / 90 18 20", "DE", "+4930901820"),
        ("0049 30 901820", "DE", "+4930901820"),
        ("(234) 567-8901", "US", "+12345678901"),
        ("+1 234 567 8901", "DE", "+12345678901"),
        ("030 901820", None, "030 901820"),
        ("ask at the door", "DE", "ask at the door"),
    ],
)
def test_a_phone_number_is_its_e164_form_and_stays_as_it_is_where_its_country_is_not_known(
    text: str, region: str | None, expected: str
) -> None:
    assert normalised(text, "phone", region) == expected


def test_two_spellings_of_one_phone_are_one_key_in_every_source(shop: Shop) -> None:
    header = b"user_id,email,phone,registered_at,updated_at\n"
    row = b"u1,,+49 (0)30 901820,2024-01-01T00:00:00Z,2024-03-01T00:00:00Z\n"
    shop.load_one("customers.csv", header + row)
    shop.source = "segment"
    call = (
        b'{"messageId":"m1","type":"identify","userId":"u9","timestamp":"2024-03-01T10:00:00Z",'
        b'"traits":{"phone":"+49-30-901820"}}\n'
    )
    shop.load_one("calls.jsonl", call)
    expected = identifier_key(KEY, "phone", key_text("phone", "+4930901820"))
    assert shop.rows(
        "SELECT phone_key FROM raw.shop__customers UNION FROM raw.segment__calls SELECT phone_key"
    ) == [(expected,)]
    assert shop.vault_rows("SELECT identifier_text FROM identifiers WHERE identifier_type = 'phone'") == [
        ("+4930901820",)
    ]


def test_a_number_without_country_code_is_read_in_the_region_of_its_contract() -> None:
    field = CONTRACTS["shop"].entities["customers"].fields["phone"]
    assert field.identifier
    german = field.identifier.model_copy(update={"region": "DE"})
    assert german.key_of(KEY, "030 901820") == field.identifier.key_of(KEY, "+49 30 901820")
