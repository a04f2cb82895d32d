"""The canonical shapes: the columns that staging models offer to the rest, whatever a source calls them.

A staging model fills those it knows; the others are NULL. Names follow Segment, Snowplow and GA4.
"""

from __future__ import annotations

KEYS = {
    "login_key": "BIGINT",
    "anonymous_key": "BIGINT",
    "device_key": "BIGINT",
    "household_key": "BIGINT",
    "email_key": "BIGINT",
    "phone_key": "BIGINT",
}
PLACE = {"landed_date": "DATE", "source_file": "VARCHAR", "source_line": "BIGINT"}
EVENTS = {
    "event_id": "VARCHAR",
    "source": "VARCHAR",
    "event_type": "VARCHAR",
    "event_name": "VARCHAR",
    "event_at": "TIMESTAMPTZ",
    "client_event_at": "TIMESTAMPTZ",
    "is_ambiguous_time": "BOOLEAN",
    "sent_at": "TIMESTAMPTZ",
    "received_at": "TIMESTAMPTZ",
    "is_order_only": "BOOLEAN",
    "is_date_declared": "BOOLEAN",
    "identifier_key": "BIGINT",
    "identifier_type": "VARCHAR",
    **KEYS,
    "session_id": "VARCHAR",
    "app_id": "VARCHAR",
    "platform": "VARCHAR",
    "device_type": "VARCHAR",
    "os": "VARCHAR",
    "browser": "VARCHAR",
    "language": "VARCHAR",
    "country": "VARCHAR",
    "region": "VARCHAR",
    "city": "VARCHAR",
    "truncated_ip": "VARCHAR",
    "page_url": "VARCHAR",
    "referrer": "VARCHAR",
    "utm_source": "VARCHAR",
    "utm_medium": "VARCHAR",
    "utm_campaign": "VARCHAR",
    "utm_term": "VARCHAR",
    "utm_content": "VARCHAR",
    "click_id": "VARCHAR",
    "channel": "VARCHAR",
    "campaign_id": "VARCHAR",
    "order_id": "VARCHAR",
    "item_id": "VARCHAR",
    "query": "VARCHAR",
    "quantity": "BIGINT",
    "amount": "DECIMAL(18,4)",
    "currency": "VARCHAR",
    "rating": "BIGINT",
    # Of an item shown in a list that was logged: see the model list_impressions.
    "list_id": "VARCHAR",
    "placement": "VARCHAR",
    "position": "BIGINT",
    "policy": "VARCHAR",
    "policy_version": "VARCHAR",
    "propensity": "DOUBLE",
    "is_bot": "BOOLEAN",
    "properties": "JSON",
    **PLACE,
}
ITEMS = {
    "item_id": "VARCHAR",
    "item_name": "VARCHAR",
    "category": "VARCHAR",
    "category_top": "VARCHAR",
    "brand": "VARCHAR",
    "price_amount": "DECIMAL(18,4)",
    "cost_amount": "DECIMAL(18,4)",
    "stock_quantity": "BIGINT",
    "min_age": "BIGINT",
    "blocked_regions": "VARCHAR[]",
    "is_consumable": "BOOLEAN",
    # First and last day on which a licence or the shop lets it be sold; NULL without a bound.
    "available_from": "DATE",
    "available_to": "DATE",
    "observed_at": "TIMESTAMPTZ",
    **PLACE,
}
CUSTOMERS = {
    **KEYS,
    # How the record came about: crm (also where it is NULL), registration or transaction.
    "source_kind": "VARCHAR",
    "gender": "VARCHAR",
    "birth_year": "BIGINT",
    "age_band": "VARCHAR",
    "region": "VARCHAR",
    "city": "VARCHAR",
    "occupation": "VARCHAR",
    "education": "VARCHAR",
    "income_band": "VARCHAR",
    "marital_status": "VARCHAR",
    "household_size": "BIGINT",
    "children_count": "BIGINT",
    "registered_at": "TIMESTAMPTZ",
    "observed_at": "TIMESTAMPTZ",
    **PLACE,
}
MISSING_ANSWERS = {
    **KEYS,
    "column_name": "VARCHAR",
    "missing_kind": "VARCHAR",
    "observed_at": "TIMESTAMPTZ",
    **PLACE,
}
CONSENTS = {
    **KEYS,
    "purpose": "VARCHAR",
    "is_granted": "BOOLEAN",
    "consented_at": "TIMESTAMPTZ",
    **PLACE,
}
EXPOSURES = {
    **KEYS,
    "exposure_id": "VARCHAR",
    "campaign_id": "VARCHAR",
    "channel": "VARCHAR",
    "is_holdout": "BOOLEAN",
    "exposed_at": "TIMESTAMPTZ",
    "cost_amount": "DECIMAL(18,4)",
    **PLACE,
}
SOCIAL_TIES = {
    "identifier_key": "BIGINT",
    "other_identifier_key": "BIGINT",
    "tie_type": "VARCHAR",
    "tied_at": "TIMESTAMPTZ",
    **PLACE,
}
# Somebody's login beside the one that they had before, as a source says.
LOGIN_ALIASES = {
    "login_key": "BIGINT",
    "previous_login_key": "BIGINT",
    "event_id": "VARCHAR",
    "aliased_at": "TIMESTAMPTZ",
    **PLACE,
}
IDENTITY_DECISIONS = {
    "decision_id": "VARCHAR",
    "line_number": "BIGINT",
    "decision": "VARCHAR",
    "identifier_key": "BIGINT",
    "other_identifier_key": "BIGINT",
    "undone_decision_id": "VARCHAR",
    "reason": "VARCHAR",
    "decided_at": "TIMESTAMPTZ",
    **PLACE,
}
CANONICAL = {
    "events": EVENTS,
    "items": ITEMS,
    "customers": CUSTOMERS,
    "missing_answers": MISSING_ANSWERS,
    "consents": CONSENTS,
    "exposures": EXPOSURES,
    "social_ties": SOCIAL_TIES,
    "login_aliases": LOGIN_ALIASES,
    "identity_decisions": IDENTITY_DECISIONS,
}
