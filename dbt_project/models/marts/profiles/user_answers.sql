-- One row per person, attribute, answer and interval of knowledge: all that was ever told or inferred of a person.
-- As known on K: known_from <= K < known_to.
{{ config(materialized='view') }}
with declared as (
    unpivot (
        select
            {{ person_key('customers') }} as identifier_key,
            source_kind,
            observed_at,
            (observed_at at time zone '{{ var("home_time_zone") }}')::date as observed_date,
            landed_date,
            source_file,
            source_line,
            {%- for attribute in declared_attributes() %}
            {{ attribute }}::varchar as {{ attribute }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ ref('int_customers') }} as customers
    )
    on {{ declared_attributes() | join(', ') }} into name attribute value value
),

inferred as (
    unpivot (
        select
            user_key as identifier_key,
            'inference' as source_kind,
            (as_of_date + 1) at time zone '{{ var("home_time_zone") }}' as observed_at,
            as_of_date as observed_date,
            as_of_date as landed_date,
            place_kind || ' place on ' || day_count || ' of ' || observed_day_count || ' days' as evidence,
            day_share,
            case when place_kind = 'main' then region end as region,
            case when place_kind = 'main' then city end as city,
            {%- for area, place_kind in inferred_areas().items() %}
            case when place_kind = '{{ place_kind }}' then concat_ws(', ', city, region, country) end
                as {{ area }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ ref('user_places') }}
    )
    on region, city, {{ inferred_areas() | join(', ') }} into name attribute value value
),

-- What only repeats the answer before it in the same month adds nothing; of one that landed later, it may.
answers as (
    select *
    from (
        select * from declared
        union all by name
        select * from inferred
    ) as told
    window by_time as (
        partition by identifier_key, attribute, source_kind, split_part(source_file, '/', 1)
        order by observed_at, landed_date, source_file, source_line
    )
    qualify lag((value, date_trunc('month', observed_date)::date)) over by_time
        is distinct from (value, date_trunc('month', observed_date)::date)
        or lag(landed_date) over by_time > landed_date
),

purposes as (
    select attribute, any_value(purpose) as purpose from {{ ref('attribute_ladder') }} group by attribute
)

select
    map.user_key,
    answers.* exclude (identifier_key, day_share),
    source_kind = 'inference' as is_inferred,
    coalesce(split_part(source_file, '/', 1), 'events') as source,
    ladder.ladder_rank,
    round(ladder.confidence * coalesce(day_share, 1), 4)::decimal(5, 4) as confidence,
    coalesce((observed_date + ladder.max_age_days)::date, {{ open_end() }}) as expires_on,
    greatest(landed_date, map.known_from) as known_from,
    map.known_to,
    purposes.purpose
from answers
inner join {{ source('profiles', 'identity_map_history') }} as map using (identifier_key)
inner join purposes using (attribute)
left join {{ ref('attribute_ladder') }} as ladder using (attribute, source_kind)
where landed_date < map.known_to
