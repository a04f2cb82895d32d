-- One row per tag, version of its rule and level, the strongest first: where the level begins and where it ends.
{{ rows_of_packs('tag_levels', {
    'tag_id': 'varchar', 'rule_version': 'integer', 'in_force_from': 'date', 'in_force_to': 'date',
    'level_rank': 'integer', 'level': 'varchar', 'enter_at': 'double', 'leave_at': 'double',
}) }}
