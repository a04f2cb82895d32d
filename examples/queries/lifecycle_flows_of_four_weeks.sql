-- How did people move between lifecycle stages in the last four weeks? 最近四周，用户在生命周期阶段之间如何流动？
SELECT as_of_date, previous_stage, lifecycle_stage, person_count, round(transition_share, 4) AS transition_share
FROM lifecycle_flows
WHERE as_of_date > (SELECT max(as_of_date) FROM lifecycle_flows) - 28 AND previous_stage <> lifecycle_stage
ORDER BY as_of_date DESC, person_count DESC, previous_stage, lifecycle_stage
