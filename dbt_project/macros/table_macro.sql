{#-
A model that is a question with parameters: a table macro of the warehouse, which publishing hands on to readers.

config parameters: the names that the model's SQL uses in place of values.
-#}
{% materialization table_macro, adapter='duckdb' -%}
    {%- call statement('main') -%}
        create or replace macro {{ this }}({{ config.require('parameters') | join(', ') }}) as table
        {{ sql }}
    {%- endcall %}
    {%- do adapter.commit() -%}
    {{ return({'relations': []}) }}
{%- endmaterialization %}
