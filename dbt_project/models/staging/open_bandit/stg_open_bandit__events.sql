-- One row per impression and one per click; each impression is a list of its own.
with shown as (
    select
        impression_id as list_id,
        shown_at as event_at,
        anonymous_key,
        campaign || ':' || item_id as item_id,
        campaign as placement,
        position,
        behavior_policy as policy,
        propensity_score as propensity,
        click = 1 as is_clicked,
        to_json({
            user_feature_0: user_feature_0,
            user_feature_1: user_feature_1,
            user_feature_2: user_feature_2,
            user_feature_3: user_feature_3
        }) as properties,
        landed_date,
        source_file,
        source_line
    from {{ source('raw', 'open_bandit__impressions') }}
),

told as (
    select
        *,
        'impression' as event_type
    from shown
    union all
    select
        *,
        'click' as event_type
    from shown
    where is_clicked
)

select
    * exclude (is_clicked),
    event_type || ':' || list_id as event_id,
    'open_bandit' as source,
    anonymous_key as identifier_key,
    'anonymous' as identifier_type,
    false as is_bot
from told
