-- One row per pair of identifiers, kind of evidence, source, event_date and landed_date: how often they were together.
{%- set types = ['login', 'household', 'email', 'phone', 'order', 'anonymous', 'device'] %}
with seen as (
    select
        source,
        case when event_type in ('alias', 'identify') then event_type else 'same_event' end as evidence,
        {%- for type in types if type != 'order' %}
        {{ type }}_key,
        {%- endfor %}
        -- An order joins who is named by it alone: a guest's purchase, a refund long after.
        case
            when order_id is not null and (login_key is null or anonymous_key is null)
                then md5_number_lower(source || ':' || order_id)::bit::bigint
        end as order_key,
        event_at,
        event_date,
        event_id,
        landed_date
    from {{ ref('int_events') }}
    where {{ in_landed_range() }} and not is_bot
    union all by name
    select
        split_part(source_file, '/', 1) as source,
        'customer_record' as evidence,
        {%- for type in types if type != 'order' %}
        {{ type }}_key,
        {%- endfor %}
        observed_at as event_at,
        (observed_at at time zone '{{ var("home_time_zone") }}')::date as event_date,
        landed_date
    from {{ ref('int_customers') }}
    where {{ in_landed_range() }}
),

aliases as (
    {{ union_sources('login_aliases') }}
),

together as (
    select
        * exclude (event_at, event_id),
        row_number() over () as group_number,
        count(*) as evidence_count,
        min(event_at) as first_event_at,
        min_by(event_id, (event_at, event_id)) as first_event_id
    from seen
    group by all
),

named as (
    select * exclude (key_name), replace(key_name, '_key', '') as identifier_type
    from (
        unpivot together
        on {{ types | join('_key, ') }}_key
        into name key_name value identifier_key
    )
)

select
    ones.identifier_key,
    ones.identifier_type,
    others.identifier_key as other_identifier_key,
    others.identifier_type as other_identifier_type,
    ones.evidence,
    ones.source,
    sum(ones.evidence_count)::bigint as evidence_count,
    min(ones.first_event_at) as first_event_at,
    min_by(ones.first_event_id, (ones.first_event_at, ones.first_event_id)) as first_event_id,
    ones.event_date,
    ones.landed_date
from named as ones
inner join named as others using (group_number)
where list_position({{ types }}, ones.identifier_type) < list_position({{ types }}, others.identifier_type)
group by
    ones.identifier_key,
    ones.identifier_type,
    others.identifier_key,
    others.identifier_type,
    ones.evidence,
    ones.source,
    ones.event_date,
    ones.landed_date
union all by name
select
    least(login_key, previous_login_key) as identifier_key,
    'login' as identifier_type,
    greatest(login_key, previous_login_key) as other_identifier_key,
    'login' as other_identifier_type,
    'alias' as evidence,
    split_part(source_file, '/', 1) as source,
    count(*) as evidence_count,
    min(aliased_at) as first_event_at,
    min_by(event_id, (aliased_at, event_id)) as first_event_id,
    (aliased_at at time zone '{{ var("home_time_zone") }}')::date as event_date,
    landed_date
from aliases
where {{ in_landed_range() }}
group by all
