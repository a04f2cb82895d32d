-- One row per scored or graded tag, metric and threshold: the points of a person whose metric meets it.
{{ rows_of_packs('tag_points', {
    'tag_id': 'varchar', 'metric': 'varchar', 'operator': 'varchar', 'threshold': 'double', 'points': 'integer',
}) }}
