-- Is the model better than a simple rule, on a window it never saw? 在未见过的时间窗上，模型是否优于简单规则？
SELECT
    target,
    metric,
    max(value) FILTER (model = 'lightgbm') AS lightgbm,
    max(value) FILTER (model = 'logistic') AS logistic_regression,
    max(value) FILTER (model = 'recency') AS recency_rule,
    max(value) FILTER (model = 'naive_rate') AS base_rate_alone,
    any_value(test_cut) AS tested_from,
    any_value(population_count) AS person_count
FROM prediction_metrics
GROUP BY target, metric
ORDER BY target, metric
