{#- A model's schema is its stage's word, in every home and on every engine. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}

{#- Union of `stg_<source>__<entities>` over every source that has such a model, in the canonical columns.
    The map comes from the file names below models/staging: adding a source touches nothing else. -#}
{% macro union_sources(entities) -%}
    {%- set sources = fromjson(env_var('DMP_STAGING')).get(entities, []) -%}
    select
        {%- for column, type in fromjson(env_var('DMP_CANONICAL'))[entities].items() %}
        null::{{ type }} as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    where false
    {%- for source in sources %}
    union all by name
    select * from {{ ref('stg_' ~ source ~ '__' ~ entities) }}
    {%- endfor %}
{%- endmacro %}

{#- What has landed of one kind of entity; events have a view of their own, in which clocks are corrected. -#}
{% macro landed(entities) -%}
    {%- if entities == 'events' -%} select * from {{ ref('int_events_landed') }}
    {%- else -%} {{ union_sources(entities) }}
    {%- endif -%}
{%- endmacro %}

{#- The canonical rows of a raw table whose contract says what its records mean.
    kind: events, items, customers, consents or exposures. -#}
{% macro canonical(kind, source_name, entity) -%}
    {%- set table = source_name ~ '__' ~ entity -%}
    {%- set mapping = fromjson(env_var('DMP_MAPPINGS'))[table][kind] -%}
    select
        {%- for column, expression in mapping.items() %}
        {{ expression }} as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ source('raw', table) }}
{%- endmacro %}
