-- Texts become keys, as in the platform: eight bytes of a hash, which no two texts may share (checked below).
create temp table browsers as
select hash(browser_id) as browser_key, browser_id
from (select distinct browser_id from events);

create temp table hubs as
with seen as (
    select distinct 'user' as identifier_type, hash(browser_id) as browser_key, user_id as identifier
    from events
    where user_id is not null
    union all
    select distinct 'device', hash(browser_id), device_id
    from events
    where device_id is not null
)

select *, hash(identifier_type, identifier) as hub_key from seen;

-- Browsers of one login, or of one device, stand around the smallest of them; the smallest key spreads until it stays.
create temp table people as
with recursive stars as (
    select browser_key, min(browser_key) over (partition by hub_key) as centre_key
    from hubs
),

neighbours as (
    select browser_key, centre_key as neighbour_key from stars where browser_key <> centre_key
    union
    select centre_key, browser_key from stars where browser_key <> centre_key
),

spread (browser_key, person_key) using key (browser_key) as (
    select browser_key, browser_key from browsers
    union
    select neighbours.neighbour_key, min(spread.person_key)
    from spread
    inner join neighbours using (browser_key)
    inner join recurring.spread as known on known.browser_key = neighbours.neighbour_key
    where spread.person_key < known.person_key
    group by neighbours.neighbour_key
)

select browser_key, browser_id, person_key, min(browser_id) over (partition by person_key) as person_id
from spread
inner join browsers using (browser_key);

create temp table categories as
select hash(category) as category_key, category, row_number() over (order by category desc) as category_number
from (select distinct category from events where category is not null);

select if(count(*) = count(distinct key), 0, error('two texts share a key'))
from (
    select browser_key as key from browsers
    union all
    select hub_key from (select distinct hub_key, identifier from hubs)
    union all
    select category_key from categories
);

copy (
    select 'browser' as identifier_type, browser_id as identifier, person_id from people
    union all
    select distinct identifier_type, identifier, person_id
    from hubs
    inner join people using (browser_key)
) to (getvariable('target') || '/identity_map.parquet');

-- Who pauses for more than 30 minutes begins another visit: within half an hour there is none. So events are summed by
-- browser and half hour in one pass; visits, days and profiles are sums of these sums. Sorted once: what follows in a
-- table follows in the windows without a partition, which are cheap.
create temp table half_hours as
with summed as (
    select
        hash(browser_id) as browser_key,
        (epoch_ms(event_at) // 1800000)::int as half_hour,
        min(event_at) as first_at,
        max(event_at) as last_at,
        count(*)::int as event_count,
        count(*) filter (event_type = 'view')::int as view_count,
        count(*) filter (event_type = 'cart')::int as cart_count,
        count(*) filter (event_type = 'purchase')::int as order_count,
        coalesce(sum(amount_cents), 0)::bigint as amount_cents
    from events
    group by browser_key, half_hour
)

select person_key, summed.*
from summed
inner join people using (browser_key)
order by person_key, browser_key, half_hour;

copy (
    with cut as (
        select *, browser_key = lag(browser_key) over () and first_at <= lag(last_at) over () + interval 30 minutes as goes_on
        from half_hours
    ),

    numbered as (
        select *, count(*) filter (goes_on is not true) over (rows unbounded preceding) as visit_number
        from cut
    ),

    visits as (
        select
            browser_key,
            min(first_at) as started_at,
            max(last_at) as ended_at,
            sum(event_count)::bigint as event_count,
            sum(view_count)::bigint as view_count,
            sum(cart_count)::bigint as cart_count,
            sum(order_count)::bigint as order_count,
            sum(amount_cents)::bigint as amount_cents
        from numbered
        group by browser_key, visit_number
    )

    select browser_id, visits.* exclude (browser_key) from visits inner join people using (browser_key)
) to (getvariable('target') || '/sessions.parquet');

create temp table days as
select
    person_key,
    (half_hour // 48)::int as day_number,
    min(first_at) as first_at,
    max(last_at) as last_at,
    sum(event_count)::bigint as event_count,
    sum(view_count)::bigint as view_count,
    sum(cart_count)::bigint as cart_count,
    sum(order_count)::bigint as order_count,
    sum(amount_cents)::bigint as amount_cents
from half_hours
group by person_key, day_number;

drop table half_hours;

-- A person's key is the key of one of their browsers.
copy (
    select
        person_id,
        date '1970-01-01' + day_number as event_date,
        event_count,
        view_count,
        cart_count,
        order_count,
        amount_cents
    from days
    inner join people on people.browser_key = days.person_key
) to (getvariable('target') || '/daily_activity.parquet');

copy (
    with placed as (
        select *, getvariable('last_day') - day_number as age from days
    ),

    summed as (
        select
            person_key,
            min(first_at) as first_at,
            max(last_at) as last_at,
            min(age) as recency_days,
            min(age) filter (order_count > 0) as order_age,
            {in_windows}
        from placed
        group by person_key
    ),

    named as (
        select person_id, summed.* exclude (person_key)
        from summed
        inner join people on people.browser_key = summed.person_key
    ),

    scored as (
        select
            person_id,
            {in_fifths}
        from named
        where order_age is not null
    )

    select named.* exclude (order_age), recency_score, frequency_score, monetary_score
    from named
    left join scored using (person_id)
) to (getvariable('target') || '/profiles.parquet');

drop table days;

copy (
    with orders as (
        select person_key, person_id, order_id, event_at
        from events
        inner join people on people.browser_key = hash(events.browser_id)
        where event_type = 'purchase'
    ),

    touches as (
        select person_key, event_at as touch_at, max(channel) as channel
        from events
        inner join people on people.browser_key = hash(events.browser_id)
        where channel is not null
        group by person_key, touch_at
    )

    select order_id, person_id, touch_at, channel
    from orders
    asof left join touches
        on orders.person_key = touches.person_key and orders.event_at >= touches.touch_at
) to (getvariable('target') || '/order_channels.parquet');

-- A count and a number in one integer: of equal counts the first by name is the largest.
copy (
    with counted as (
        select hash(browser_id) as browser_key, hash(category) as category_key, count(*) as event_count
        from events
        where category is not null
        group by browser_key, category_key
    ),

    summed as (
        select person_key, category_number, sum(event_count)::bigint as event_count
        from counted
        inner join people using (browser_key)
        inner join categories using (category_key)
        group by person_key, category_number
    ),

    largest as (
        select person_key, max(event_count << 20 | category_number, 3) as packed
        from summed
        group by person_key
    ),

    ranked as (
        select person_key, unnest(packed) as packed, generate_subscripts(packed, 1) as category_rank
        from largest
    )

    select person_id, category_rank, category, packed >> 20 as event_count
    from ranked
    inner join people on people.browser_key = ranked.person_key
    inner join categories on categories.category_number = ranked.packed & 1048575
) to (getvariable('target') || '/top_categories.parquet');
