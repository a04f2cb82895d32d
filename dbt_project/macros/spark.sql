{#- On Spark a model's query is put into Spark's dialect where its table or view is made; models name no engine. Columns
    get the types of the model's contract. Tables are made anew, as Parquet. -#}
{% macro as_promised(query) -%}
    {%- if config.get('contract').enforced and model.columns -%}
    select
        {%- for column in model.columns.values() %}
        {{ column.name }}::{{ column.data_type }} as {{ column.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        {{ query }}
    ) as promised
    {%- else -%}
    {{ query }}
    {%- endif -%}
{%- endmacro %}

{% macro spark__create_table_as(temporary, relation, compiled_code, language='sql') -%}
    create table {{ relation }} using parquet as
    {{ adapter.in_spark(as_promised(compiled_code)) }}
{%- endmacro %}

{% macro spark__create_view_as(relation, sql) -%}
    create or replace view {{ relation }} as
    {{ adapter.in_spark(as_promised(sql)) }}
{%- endmacro %}

{#- The catalogue of the warehouse describes columns; Spark would take a statement for each. -#}
{% macro spark__persist_docs(relation, model, for_relation, for_columns) -%}
{%- endmacro %}

{#- Parquet keeps no constraints; those of a contract are types here, and tests in the warehouse. -#}
{% macro spark__persist_constraints(relation, model) -%}
{%- endmacro %}

{#- A view ends with the session that knows it; what is read afterwards lies in files. -#}
{% materialization view, adapter='spark' -%}
    {{ return(create_or_replace_view() if config.get('schema') == 'staging' else materialization_table_spark()) }}
{%- endmaterialization %}

{#- Parquet has no rows to replace: what grows by a day in the warehouse is made anew here. -#}
{% materialization incremental, adapter='spark' -%}
    {{ return(materialization_table_spark()) }}
{%- endmaterialization %}

{#- Whose rows a day touched is not looked at here: every person's rows are made anew. -#}
{% materialization per_person, adapter='spark' -%}
    {{ return(materialization_table_spark()) }}
{%- endmaterialization %}

{% materialization table_function, adapter='spark' -%}
    {{ exceptions.raise_compiler_error(model.name ~ ' is a function, which is asked in the warehouse, not on Spark') }}
{%- endmaterialization %}

{% macro spark__create_csv_table(model, agate_table) -%}
    {% call statement('_') -%}
        create table {{ this }} using parquet as
        {{ adapter.in_spark(rows_of_seed(model, agate_table)) }}
    {%- endcall %}
    {{ return('') }}
{%- endmacro %}

{% macro spark__load_csv_rows(model, agate_table) -%}
    {{ return('') }}
{%- endmacro %}

{% macro rows_of_seed(model, agate_table) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    select
        {%- for name in agate_table.column_names %}
        {{ name }}::{{ types.get(name, adapter.convert_type(agate_table, loop.index0)) }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        values
        {%- for row in agate_table.rows %}
        ({% for value in row %}{{ literal(value if value is number or value is none or value is boolean else value | string) }}
            {{- ', ' if not loop.last }}{% endfor %}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as rows_of_seed ({{ agate_table.column_names | join(', ') }})
{%- endmacro %}
