-- One row per cell of a fact that a rule in the catalogue looks at, with its value as recorded.
{%- set facts = cleaned_facts() %}
with scopes as (
    select distinct table_name, column_name, source, event_type from {{ ref('cleaning_rules') }} where is_on
),

{%- for name, fact in facts.items() %}
{{ fact.entities }}_in_scope as (
    select
        *,
        {{ fact.row_id }} as row_id,
        split_part(source_file, '/', 1) as landed_source
        {%- if name != 'int_events' %},
        null::varchar as event_type
        {%- else %},
        {%- for number, content in duplicate_numbers().items() %}
        row_number() over (
            partition by landed_date, {{ content }} order by source_file, source_line, event_id
        ) as {{ number }}{{ ',' if not loop.last }}
        {%- endfor %}
        {%- endif %}
    from (
        {{ landed(fact.entities) }}
    ) as recorded
    where
        {{ in_landed_range() }}
        {%- if name == 'int_events' %}
        and event_type in (select event_type from scopes where event_type is not null)
        {%- endif %}
),
{%- endfor %}

cells as (
    {%- for name, fact in facts.items() %}
    {%- set outer_loop = loop %}
    {%- for column in fact.columns | list + (duplicate_numbers() | list if name == 'int_events' else []) %}
    select
        '{{ name }}' as table_name,
        row_id,
        '{{ column }}' as column_name,
        landed_source as source,
        event_type,
        {{ column }}::decimal(38, 4) as value,
        landed_date
    from {{ fact.entities }}_in_scope
    {%- if not (loop.last and outer_loop.last) %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
)

select cells.*
from cells
where exists (
    select 1 from scopes
    where
        cells.table_name = scopes.table_name
        and cells.column_name = scopes.column_name
        and cells.source = coalesce(scopes.source, cells.source)
        and cells.event_type is not distinct from coalesce(scopes.event_type, cells.event_type)
)
