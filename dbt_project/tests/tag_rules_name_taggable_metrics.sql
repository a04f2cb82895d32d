-- A rule whose metric is misspelt would hold for nobody and say nothing.
select tag_id, metric
from {{ ref('tag_rules') }}
where metric not in ('{{ taggable_metrics().keys() | join("', '") }}')
