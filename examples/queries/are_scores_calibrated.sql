-- When the model says 30 %, do 30 % buy? 模型说 30% 时，真的有 30% 的人购买吗？
SELECT
    target,
    bin,
    person_count,
    round(mean_score, 3) AS predicted,
    round(observed_rate, 3) AS observed,
    round(observed_rate - mean_score, 3) AS difference
FROM prediction_calibration
ORDER BY target, bin
