{#- A model's schema is its stage's word, in every home and on every engine. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}

{#- Union of `stg_<source>__<entities>` over every source that has such a model.
    The map comes from the file names below models/staging: adding a source touches nothing else. -#}
{% macro union_sources(entities) -%}
    {%- set sources = fromjson(env_var('DMP_STAGING')).get(entities, []) -%}
    {%- for source in sources %}
    select * from {{ ref('stg_' ~ source ~ '__' ~ entities) }}
    {%- if not loop.last %}
    union all by name
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
