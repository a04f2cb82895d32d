-- One row per tag of the home's packs: what it looks at, whose it is, what it may be used for.
{{ rows_of_packs('tag_rules', {
    'tag_id': 'varchar', 'pack': 'varchar', 'tag_name_en': 'varchar', 'tag_name_zh': 'varchar', 'owner': 'varchar',
    'rule_kind': 'varchar', 'metric': 'varchar', 'operator': 'varchar', 'measure': 'varchar', 'window_days': 'integer',
    'most': 'integer', 'rule_version': 'integer', 'purpose': 'varchar', 'expiry_days': 'integer',
}) }}
