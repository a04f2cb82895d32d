{#- Events that nobody makes while visiting: books and warehouses report them, or a person sends them later. -#}
{% macro is_part_of_a_visit() -%}
    event_type not in ('refund', 'review', 'stock_adjustment', 'ledger_adjustment')
{%- endmacro %}

{#- Where pauses are looked for: in the source's own session, else in what the visitor did. -#}
{% macro thread_key() -%}
    case
        when session_id is not null then {{ text_key(['source', 'session_id']) }}
        else visitor_key
    end
{%- endmacro %}

{#- Dates that a session may hold beside the one it begins on: what goes on longer begins anew at each midnight, so that
    no session reaches further than a day's work looks. Snowplow's models stop at three days too (max_session_days). -#}
{% macro further_session_dates() -%} {{ return(3) }} {%- endmacro %}

{#- What is counted in a session: events by type, and purchases as lines. -#}
{% macro session_counts() -%}
    {%- set counts = activity_counts().copy() -%}
    {%- do counts.pop('refund') -%}
    {%- do counts.pop('review') -%}
    {{ return(counts) }}
{%- endmacro %}

{#- What was done in a session, in its order; what is only shown, or sent by an open page, is no step. -#}
{% macro session_steps() -%}
    list(event_type order by event_at, event_type) filter (event_type not in ('impression', 'page_ping'))
{%- endmacro %}

{#- What is added up in a session. -#}
{% macro session_measures() -%}
    {{ return(session_counts().values() | list + ['order_count', 'purchase_quantity', 'purchase_amount', 'event_count']) }}
{%- endmacro %}

{#- The date of each given row and those around it. -#}
{% macro dates_around(before, after) -%}
    unnest(generate_series(event_date - {{ before }}, event_date + {{ after }}, interval 1 day))::date
{%- endmacro %}

{#-
CTEs that end in `events`: the visits whose sessions a run decides about. The first run reads all; a later one reads the
dates around those on which the landed days of the run saw a thread, and leaves in `recut` what it replaces.
-#}
{% macro visits_to_cut(facts) -%}
{%- set further = further_session_dates() -%}
-- Looked at twice and never stored, so that the dates to cut bound what is read.
visited as not materialized (
    select *, {{ thread_key() }} as thread_key
    from {{ facts }}
    where not is_bot and {{ is_part_of_a_visit() }}
),
{% if is_incremental() %}
touched as (
    select distinct thread_key, event_date from visited where landed_date >= date '{{ var("first_landed_date") }}'
),

-- A date decides about sessions that began a few dates earlier or may begin a few dates later,
recut as (
    select distinct thread_key, {{ dates_around(further, further + 1) }} as session_date from touched
),

-- and those about chains that began or go on as many dates away.
near as (
    select distinct thread_key, {{ dates_around(2 * further + 1, 2 * further + 1) }} as event_date from touched
),
{% endif %}
events as materialized (
    select * from visited
    {% if is_incremental() %}inner join near using (thread_key, event_date){% endif %}
    where thread_key is not null
)
{%- endmacro %}

{#- Numbers the chains of moments that no pause parts. Half an hour is a pause; a source's own session id holds until a
    whole date passes without it. Equal moments are peers, so that no order of rows can part them. -#}
{% macro numbered_chains(moments, within, number) -%}
    select * exclude (is_start), count(*) filter (is_start) over (partition by {{ within }} order by event_at) as {{ number }}
    from (
        select
            *,
            coalesce(
                case
                    when has_own_id then event_date > lag(event_date) over thread + 1
                    else event_at > lag(event_at) over thread + interval 30 minute
                end,
                true
            ) as is_start
        from {{ moments }}
        window thread as (partition by {{ within }} order by event_at)
    ) as paused
{%- endmacro %}

{#-
CTEs that end in `known_moments`: each moment of a thread with the date of its session, as known on each landed day that
taught something of its chain (known_on, until before next_known_on). A moment is one row per (thread_key, event_at,
landed_date). All that has landed by now bounds what was ever known of a chain: fewer moments only part it.

events: a relation with thread_key, session_id, event_at, event_date, landed_date.
-#}
{% macro known_moments(events) -%}
moments as (
    select distinct thread_key, session_id is not null as has_own_id, event_at, event_date, landed_date from {{ events }}
),

chained as materialized (
    {{ numbered_chains('moments', 'thread_key', 'chain_number') }}
),

versions as (
    select
        thread_key,
        chain_number,
        landed_date as known_on,
        min(event_date) as first_date,
        coalesce(lead(landed_date) over chain, {{ open_end() }}) as next_known_on,
        row_number() over chain as version_number,
        count(*) over (partition by thread_key, chain_number) as version_count
    from chained
    group by thread_key, chain_number, landed_date
    window chain as (partition by thread_key, chain_number order by landed_date)
),

-- Few chains land on several days; only those are cut again for each of them.
learned as (
    select chained.*, versions.known_on, versions.next_known_on, versions.version_number
    from chained
    inner join versions using (thread_key, chain_number)
    where versions.version_count > 1 and chained.landed_date <= versions.known_on
),

parted as materialized (
    {{ numbered_chains('learned', 'thread_key, chain_number, known_on', 'part_number') }}
),

parts as (
    select thread_key, chain_number, known_on, part_number, min(event_date) as first_date
    from parted
    group by thread_key, chain_number, known_on, part_number
),

bounded as (
    select
        chained.*,
        versions.known_on,
        versions.next_known_on,
        versions.version_number,
        1 as part_number,
        versions.first_date
    from chained
    inner join versions using (thread_key, chain_number)
    where versions.version_count = 1
    union all by name
    select parted.*, parts.first_date
    from parted
    inner join parts using (thread_key, chain_number, known_on, part_number)
),

known_moments as (
    select
        *,
        case when event_date > first_date + {{ further_session_dates() }} then event_date else first_date end as session_date
    from bounded
)
{%- endmacro %}
