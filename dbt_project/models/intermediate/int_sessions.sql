-- One row per session and interval of knowledge: what was known of it on any date in the interval.
{{ config(incremental_strategy='delete+insert', unique_key=['thread_key', 'session_date']) }}
with {{ visits_to_cut(ref('int_events')) }},

{{ known_moments('events') }},

summed as (
    select
        moments.thread_key,
        moments.session_date,
        moments.chain_number,
        moments.part_number,
        moments.version_number,
        moments.known_on,
        moments.next_known_on,
        min_by(
            struct_pack(event_id, source, session_id, page_url, channel, campaign_id, device_type), (event_at, event_id)
        ) as entry,
        coalesce(
            min_by(login_key, (event_at, event_id)),
            min_by(identifier_key, (event_at, event_id)) filter ({{ makes_a_person() }})
        ) as identifier_key,
        min(event_at) as started_at,
        max(event_at) as ended_at,
        coalesce(bool_or(is_order_only), false) as is_order_only,
        coalesce(bool_or(is_date_declared), false) as is_date_declared,
        {%- for event_type, measure in session_counts().items() %}
        count(*) filter (event_type = '{{ event_type }}') as {{ measure }},
        {%- endfor %}
        count(distinct item_id) as item_count,
        count(distinct order_id) filter (event_type = 'purchase') as order_count,
        coalesce(sum(quantity) filter (event_type = 'purchase'), 0)::bigint as purchase_quantity,
        coalesce(sum(amount) filter (event_type = 'purchase'), 0)::decimal(18, 4) as purchase_amount,
        count(*) as event_count,
        {{ session_steps() }} as steps,
        bit_xor(hash(event_id)) as event_set
    from known_moments as moments
    inner join events using (thread_key, event_at, event_date, landed_date)
    {% if is_incremental() %}inner join recut using (thread_key, session_date){% endif %}
    group by all
),

-- Versions that follow each other and hold the same events are one interval.
told as (
    select
        *,
        version_number - row_number() over (
            partition by thread_key, entry.source, entry.event_id, event_count, event_set order by version_number
        ) as interval_number
    from summed
)

select
    {{ text_key(['entry.source', 'entry.event_id']) }} as session_key,
    thread_key,
    session_date,
    identifier_key,
    entry.source,
    entry.session_id,
    entry.event_id as first_event_id,
    started_at,
    ended_at,
    is_order_only,
    is_date_declared,
    -- What follows the question mark may name people.
    split_part(entry.page_url, '?', 1) as landing_page,
    entry.channel,
    entry.campaign_id,
    entry.device_type,
    {%- for measure in session_counts().values() %}
    {{ measure }},
    {%- endfor %}
    item_count,
    order_count,
    purchase_quantity,
    purchase_amount,
    event_count,
    event_count - impression_count = 1 as is_bounce,
    steps,
    known_on as known_from,
    max(next_known_on) over told_alike as known_to
from told
window told_alike as (partition by thread_key, entry.source, entry.event_id, event_count, event_set, interval_number)
qualify row_number() over (told_alike order by version_number) = 1
