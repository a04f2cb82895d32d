-- One row per pair of identifiers, kind of evidence, source and landed_date: how often that day saw them together.
with together as (
    select
        source,
        login_key,
        anonymous_key,
        device_key,
        landed_date,
        count(*) as evidence_count,
        min(event_at) as first_event_at,
        min_by(event_id, (event_at, event_id)) as first_event_id
    from {{ ref('int_events') }}
    where {{ in_landed_range() }} and not is_bot
    group by source, login_key, anonymous_key, device_key, landed_date
),

records as (
    select
        split_part(source_file, '/', 1) as source,
        login_key,
        email_key,
        phone_key,
        landed_date,
        count(*) as evidence_count,
        min(observed_at) as first_event_at
    from {{ ref('int_customers') }}
    where {{ in_landed_range() }} and login_key is not null
    group by all
),

pairs as (
    {%- for one, other in [('login', 'anonymous'), ('login', 'device'), ('anonymous', 'device')] %}
    select
        {{ one }}_key as identifier_key,
        '{{ one }}' as identifier_type,
        {{ other }}_key as other_identifier_key,
        '{{ other }}' as other_identifier_type,
        'same_event' as evidence,
        * exclude (login_key, anonymous_key, device_key)
    from together
    where {{ one }}_key is not null and {{ other }}_key is not null
    union all by name
    {%- endfor %}
    {%- for other in ['email', 'phone'] %}
    select
        login_key as identifier_key,
        'login' as identifier_type,
        {{ other }}_key as other_identifier_key,
        '{{ other }}' as other_identifier_type,
        'customer_record' as evidence,
        * exclude (login_key, email_key, phone_key)
    from records
    where {{ other }}_key is not null
    {%- if not loop.last %}
    union all by name
    {%- endif %}
    {%- endfor %}
)

select
    identifier_key,
    identifier_type,
    other_identifier_key,
    other_identifier_type,
    evidence,
    source,
    sum(evidence_count)::bigint as evidence_count,
    min(first_event_at) as first_event_at,
    min_by(first_event_id, (first_event_at, first_event_id)) as first_event_id,
    landed_date
from pairs
group by
    identifier_key, identifier_type, other_identifier_key, other_identifier_type, evidence, source, landed_date
