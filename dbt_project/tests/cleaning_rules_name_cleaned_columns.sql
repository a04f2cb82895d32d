-- A rule whose column is misspelt would look at nothing and say nothing.
select rule_id, table_name, column_name
from {{ ref('cleaning_rules') }}
where
    table_name <> 'user_features'
    and table_name || '.' || column_name not in (
        {%- for table_name, fact in cleaned_facts().items() %}
        {%- for column in fact.columns %}
        '{{ table_name }}.{{ column }}',
        {%- endfor %}
        {%- endfor %}
        {%- for number in duplicate_numbers() %}
        'int_events.{{ number }}'{{ ',' if not loop.last }}
        {%- endfor %}
    )
