{#-
A table that a run makes anew, in one statement and one transaction: a reader of the warehouse sees the old or the new one.

dbt-duckdb's own makes a second table, renames both and drops the first, each with a look at the catalogue: three times
the time of the statement itself where tables are small.
-#}
{% materialization table, adapter='duckdb' -%}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {{ replace_table(target) }}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}

{#-
A table that a run adds to; `pre_hook` takes out first what the run makes again, and rows of the same `unique_key` are
replaced.

dbt-duckdb's own fills a temporary table first, whether a key asks for that or not.
-#}
{% materialization incremental, adapter='duckdb' -%}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- if is_incremental() -%}
        {{ assert_columns(target) }}
        {%- set made = compiled_code -%}
        {%- if config.get('unique_key') -%}
            {%- set made = 'from ' ~ target.identifier ~ '__made' -%}
            {%- call statement('made') -%}
                create or replace temporary table {{ target.identifier }}__made as (
{{ compiled_code }}
)
            {%- endcall -%}
            {%- call statement('replaced') -%}
                delete from {{ target }} using {{ target.identifier }}__made as made
                where {% for key in config.get('unique_key') -%}
                    {{ target.identifier }}.{{ key }} = made.{{ key }} {{ 'and ' if not loop.last }}
                {%- endfor %}
            {%- endcall -%}
        {%- endif -%}
        {%- call statement('main') -%}
            insert into {{ target }} by name (
{{ made }}
)
        {%- endcall -%}
    {%- else -%}
        {{ replace_table(target) }}
    {%- endif -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}

{% macro replace_table(target) -%}
    {{ assert_columns(target) }}
    {%- call statement('main') -%}
        create or replace table {{ target }} as (
{{ compiled_code }}
)
    {%- endcall -%}
    {%- do persist_docs(target, model) -%}
{%- endmacro %}

{#- What a contract, or `on_schema_change: fail`, promises: by name alone, a column that the query lacks would be empty. -#}
{% macro assert_columns(target) -%}
    {%- if config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(compiled_code) }}
    {%- elif is_incremental() -%}
        {%- set kept, made = [], [] -%}
        {%- for column in adapter.get_columns_in_relation(target) -%}
            {%- do kept.append(column.name ~ ' ' ~ column.data_type) -%}
        {%- endfor -%}
        {%- for column in adapter.get_column_schema_from_query(compiled_code) -%}
            {%- do made.append(column.name ~ ' ' ~ column.data_type) -%}
        {%- endfor -%}
        {%- if kept | sort != made | sort -%}
            {%- do exceptions.raise_compiler_error(
                target.identifier ~ ' has the columns ' ~ kept | join(', ') ~ '; its model makes ' ~ made | join(', ')
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- Texts of a table and its columns in one statement. A table that is only added to has those of its first run. -#}
{% macro duckdb__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- if config.persist_relation_docs() and not is_incremental() -%}
        {%- call statement('texts') -%}
            {%- if model.description -%}
                comment on {{ relation.type }} {{ relation }} is {{ duckdb_escape_comment(model.description) }};
            {%- endif -%}
            {%- for column in model.columns.values() if column.description -%}
                comment on column {{ relation }}.{{ adapter.quote(column.name) }} is {{ duckdb_escape_comment(column.description) }};
            {%- endfor -%}
        {%- endcall -%}
    {%- endif -%}
{%- endmacro %}
