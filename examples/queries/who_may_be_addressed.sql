-- How many people of each stage consented to personalisation and to advertising? 各阶段有多少人同意个性化与广告？
SELECT
    lifecycle_stage,
    count(*) AS person_count,
    count(*) FILTER (is_consented_personalisation) AS may_be_personalised,
    count(*) FILTER (is_consented_advertising) AS may_be_advertised_to,
    round(may_be_advertised_to / person_count, 3) AS advertising_share
FROM user_profiles
GROUP BY lifecycle_stage
ORDER BY person_count DESC, lifecycle_stage
