-- One row per visitor, event_date, landed_date and rule that it met: judged by what landed on that day, never again.
with judged as materialized (
    select
        visitor_key,
        event_at,
        event_date,
        landed_date,
        event_type = 'page_ping' as is_ping,
        coalesce(is_bot, false) as is_bot_user_agent,
        {{ is_action() }} as is_action
    from {{ ref('int_events_landed') }}
    where {{ in_landed_range() }} and visitor_key is not null
),

days as (
    select
        visitor_key,
        event_date,
        landed_date,
        count(*) filter (is_action) as action_count,
        (count(*) filter (is_bot_user_agent))::double as user_agent_hit_count,
        count(*) filter (is_ping) / count(*) as ping_share
    from judged
    group by visitor_key, event_date, landed_date
),

paced as materialized (
    select
        visitor_key,
        event_date,
        landed_date,
        event_at,
        epoch_ms(event_at) - epoch_ms(lag(event_at) over (
            partition by visitor_key, event_date, landed_date order by event_at
        )) as pause
    from judged
    inner join days using (visitor_key, event_date, landed_date)
    where is_action and action_count >= {{ actions_that_tell() }}
),

measured as (
    unpivot (select * exclude (action_count), 'day' as period from days)
    on user_agent_hit_count, ping_share into name metric value value
    union all by name
    -- Standard deviation over mean, from whole numbers so that the order of rows does not matter.
    select
        visitor_key,
        event_date,
        landed_date,
        'day' as period,
        'pause_variation' as metric,
        sqrt(greatest(count(pause) * sum(pause::hugeint * pause) - sum(pause) * sum(pause), 0)) / nullif(sum(pause), 0)
            as value
    from paced
    group by visitor_key, event_date, landed_date
    -- The rows of one moment are one action: an event about several products is a row for each.
    {%- for period in action_periods() %}
    union all by name
    select
        visitor_key,
        event_date,
        landed_date,
        '{{ period }}' as period,
        'action_count' as metric,
        count(distinct event_at) as value
    from paced
    group by visitor_key, event_date, landed_date, date_trunc('{{ period }}', event_at)
    qualify row_number() over (partition by visitor_key, event_date, landed_date order by value desc) = 1
    {%- endfor %}
)

select
    measured.* exclude (metric, period),
    rules.rule_id,
    rules.rule_version,
    rules.kind
from measured
inner join {{ ref('bot_rules') }} as rules using (metric, period)
where {{ holds('measured.value', 'rules') }}
