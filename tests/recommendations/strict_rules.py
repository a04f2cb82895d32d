"""Bounds under which every rule removes something in the small shop."""

from __future__ import annotations

from dmp.list_rules import ListRules

STRICT = ListRules.model_validate(
    {
        "sensitive_category": {"categories": ["Category 1"]},
        "tired_of_group": {"dismissals": 0.05},
        "seen_without_effect": {"times": 3, "days": 60},
        "shown_too_often": {"most_days": 2, "days": 60},
        "outside_price_band": {"dearer_times": 2, "minimum_items": 3},
    }
)
