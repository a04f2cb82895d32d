-- Is what is used better than a simple rule, on a window it never saw? 在未见过的时间窗上，所用模型是否优于简单规则？
SELECT
    target,
    models.recipe,
    metric,
    max(value) FILTER (metrics.model = models.recipe AND metrics.vintage = models.champion_vintage) AS used,
    max(value) FILTER (metrics.model = 'logistic') AS logistic_regression,
    max(value) FILTER (metrics.model = 'recency') AS recency_rule,
    max(value) FILTER (metrics.model = 'naive_rate') AS base_rate_alone,
    any_value(metrics.test_cut) AS tested_from,
    any_value(population_count) AS person_count
FROM prediction_metrics AS metrics
JOIN prediction_models AS models USING (target, model_version)
GROUP BY target, models.recipe, metric
ORDER BY target, metric
