-- One row per event_date and rule: how many visitors were flagged as bots or as idle.
select
    event_date,
    rule_id,
    rule_version,
    kind,
    count(distinct visitor_key) as visitor_count
from {{ ref('int_bot_flags') }}
group by event_date, rule_id, rule_version, kind
