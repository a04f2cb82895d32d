-- Does everybody get the same items, or do lists reach into the catalogue? 推荐是否千人一面，还是覆盖了整个目录？
WITH listed AS (
    SELECT item_id, count(*) AS list_count FROM recommendations GROUP BY item_id
),

ranked AS (
    SELECT item_id, list_count, row_number() OVER (ORDER BY list_count DESC, item_id) AS place FROM listed
)

SELECT
    count(*) AS item_count,
    count(place) AS listed_item_count,
    round(count(place) / count(*), 3) AS coverage,
    round(sum(list_count) FILTER (place <= 10) / sum(list_count), 3) AS share_of_the_ten_most_listed
FROM item_profiles
LEFT JOIN ranked USING (item_id)
