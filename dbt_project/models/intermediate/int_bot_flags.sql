-- One row per visitor, event_date, landed_date and rule that it met: judged by what landed on that day, never again.
with judged as materialized (
    select
        visitor_key,
        -- A device that many share is no program: pace is a browser's, where one is known.
        coalesce(anonymous_key, visitor_key) as browser_key,
        event_at,
        event_date,
        landed_date,
        event_type = 'page_ping' as is_ping,
        coalesce(is_bot, false) as is_bot_user_agent,
        -- A place among others in place of a time of day tells no pace.
        {{ is_action() }} and not coalesce(is_order_only, false) as is_action
    from {{ ref('int_events_landed') }}
    where {{ in_landed_range() }} and visitor_key is not null
),

days as (
    select
        visitor_key,
        event_date,
        landed_date,
        (count(*) filter (is_bot_user_agent))::double as user_agent_hit_count,
        count(*) filter (is_ping) / count(*) as ping_share
    from judged
    group by visitor_key, event_date, landed_date
),

busy_days as (
    select visitor_key, browser_key, event_date, landed_date
    from judged
    where is_action
    group by visitor_key, browser_key, event_date, landed_date
    having count(*) >= {{ actions_that_tell() }}
),

paced as materialized (
    select
        visitor_key,
        browser_key,
        event_date,
        landed_date,
        event_at,
        epoch_ms(event_at) - epoch_ms(lag(event_at) over (
            partition by visitor_key, browser_key, event_date, landed_date order by event_at
        )) as pause
    from judged
    inner join busy_days using (visitor_key, browser_key, event_date, landed_date)
    where is_action
),

measured as (
    select * from (
        unpivot (select *, 'day' as period from days)
        on user_agent_hit_count, ping_share into name metric value value
    )
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
    group by visitor_key, browser_key, event_date, landed_date
    union all by name
    -- What a page or an event about many products causes at one moment is far less than a rule's threshold.
    select visitor_key, event_date, landed_date, 'day' as period, 'moment_count' as metric, count(*) as value
    from paced
    group by visitor_key, browser_key, event_date, landed_date, event_at
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
    group by visitor_key, browser_key, event_date, landed_date, date_trunc('{{ period }}', event_at)
    {%- endfor %}
)

select
    measured.visitor_key,
    measured.event_date,
    measured.landed_date,
    max(measured.value) as value,
    rules.rule_id,
    rules.rule_version,
    rules.kind
from measured
inner join {{ ref('bot_rules') }} as rules using (metric, period)
where {{ meets('measured.value', 'rules.operator', 'rules.threshold') }}
group by measured.visitor_key, measured.event_date, measured.landed_date, rules.rule_id, rules.rule_version, rules.kind
