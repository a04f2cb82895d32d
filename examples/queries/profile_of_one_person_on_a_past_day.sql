-- Who was our best customer a quarter ago, as we saw them then? 一个季度前最好的客户，当时的画像是怎样的？
WITH past AS (
    SELECT (max(as_of_date) - 90)::DATE AS past_day FROM user_profiles
),

person AS (
    SELECT user_id, metrics.purchase_amount_90d, metrics.order_count_90d, past_day
    FROM past, user_metrics_as_of(past_day, past_day) AS metrics
    ORDER BY metrics.purchase_amount_90d DESC, user_id
    LIMIT 1
),

tags_then AS (
    SELECT tag_id, arg_max(change, changed_on) AS last_change, arg_max(level, changed_on) AS level, max(changed_on) AS since
    FROM user_tag_changes SEMI JOIN person USING (user_id), past
    WHERE changed_on <= past_day
    GROUP BY tag_id
),

tastes_then AS (
    SELECT tag_id, tag_value, arg_max(change, changed_on) AS last_change, max(changed_on) AS since
    FROM user_taste_changes SEMI JOIN person USING (user_id), past
    WHERE changed_on <= past_day
    GROUP BY tag_id, tag_value
),

segments_then AS (
    SELECT segment_id, arg_max(change, changed_on) AS last_change, max(changed_on) AS since
    FROM user_segment_changes SEMI JOIN person USING (user_id), past
    WHERE changed_on <= past_day
    GROUP BY segment_id
),

facts AS (
    SELECT 1 AS part, 'person' AS kind, user_id AS fact, past_day::VARCHAR AS detail FROM person
    UNION ALL
    SELECT 2, 'spent in 90 days', purchase_amount_90d::VARCHAR, order_count_90d || ' orders' FROM person
    UNION ALL
    SELECT 3, attribute, value, source
    FROM user_attribute_history SEMI JOIN person USING (user_id), past
    WHERE past_day >= valid_from AND past_day < valid_to AND past_day >= known_from AND past_day < known_to
    UNION ALL
    SELECT 4, 'stage', lifecycle_stage, 'since ' || entered_on
    FROM user_lifecycle SEMI JOIN person USING (user_id), past
    WHERE entered_on <= past_day AND coalesce(left_on > past_day, true)
    UNION ALL
    SELECT 5, 'tag', tag_id || coalesce(' ' || level, ''), 'since ' || since FROM tags_then WHERE last_change <> 'left'
    UNION ALL
    SELECT 5, 'tag', tag_id || ' ' || tag_value, 'since ' || since FROM tastes_then WHERE last_change = 'entered'
    UNION ALL
    SELECT 6, 'segment', segment_id, 'since ' || since FROM segments_then WHERE last_change = 'joined'
)

SELECT kind, fact, detail FROM facts ORDER BY part, kind, fact
