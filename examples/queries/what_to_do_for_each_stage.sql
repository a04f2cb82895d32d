-- How many people are in each stage, for how long, and what is to be done for them? 各阶段有多少人、停留多久、该怎么做？
SELECT
    stage_name_en,
    stage_name_zh,
    count(user_id) AS person_count,
    median(as_of_date - lifecycle_stage_entered_on) AS median_days_in_stage,
    goal_en,
    goal_zh,
    strategy_en,
    strategy_zh
FROM lifecycle_playbook
LEFT JOIN user_profiles USING (lifecycle_stage)
GROUP BY ALL
ORDER BY min(stage_order)
