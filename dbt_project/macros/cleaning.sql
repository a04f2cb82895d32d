{#- Facts that a rule in cleaning_rules.csv may clean: whose rows they are, what names one, the columns and their types. -#}
{% macro cleaned_facts() -%}
    {{ return({
        'int_events': {
            'entities': 'events',
            'row_id': "source || ':' || event_id",
            'columns': {'amount': 'decimal(18, 4)', 'quantity': 'bigint', 'rating': 'bigint'},
        },
        'int_items': {
            'entities': 'items',
            'row_id': "concat_ws(':', source_file, source_line, item_id)",
            'columns': {
                'price_amount': 'decimal(18, 4)', 'cost_amount': 'decimal(18, 4)',
                'stock_quantity': 'bigint', 'min_age': 'bigint',
            },
        },
        'int_customers': {
            'entities': 'customers',
            'row_id': "concat_ws(':', source_file, source_line, to_hex(login_key))",
            'columns': {'birth_year': 'bigint', 'children_count': 'bigint'},
        },
    }) }}
{%- endmacro %}

{#- Which event stands how manieth among equal ones of its landed day: what duplicate rules look at. -#}
{% macro duplicate_numbers() -%}
    {{ return({
        'key_number': 'source, event_id',
        'content_number':
            'source, event_type, event_at, identifier_key, order_id, item_id, quantity, amount',
    }) }}
{%- endmacro %}

{#- A fact's recorded rows of this run with the changes of their cells put in. -#}
{% macro cleaned(fact) -%}
{%- set cells = cleaned_facts()[fact] -%}
select
    recorded.* replace (
        {%- for column, type in cells.columns.items() %}
        case
            when changes.is_{{ column }}_changed then changes.{{ column }} else recorded.{{ column }}
        end::{{ type }} as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
from (
    {{ landed(cells.entities) }}
) as recorded
left join (
    select
        row_id,
        {%- for column in cells.columns %}
        coalesce(bool_or(column_name = '{{ column }}'), false) as is_{{ column }}_changed,
        last(new_value order by rule_order) filter (column_name = '{{ column }}') as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('cleaning_changes') }}
    where {{ in_landed_range() }} and table_name = '{{ fact }}' and is_changed
    group by row_id
) as changes
    on {{ cells.row_id }} = changes.row_id
where {{ in_landed_range() }}
{%- endmacro %}
