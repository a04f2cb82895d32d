{#-
A table whose rows are facts of one person each, so that a run which touched few people makes those people's rows anew
and leaves the others. The var `touched_people` holds their keys; without it everybody's rows are made anew.

A model may be so if a person's rows follow from that person's facts, the catalogue and the date alone: no rank among
people, no share of a whole.
-#}
{% materialization per_person, adapter='duckdb' -%}
    {%- set touched = var('touched_people', none) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- if touched is none or existing is none -%}
        {{ replace_table(target) }}
        {{ run_hooks(post_hooks) }}
    {%- elif touched -%}
        {#- Keys as literals, so that the condition reaches the tables that the model reads. -#}
        {%- set is_touched = 'user_key in (' ~ touched | join(', ') ~ ')' -%}
        {%- call statement('forget') -%}
            delete from {{ target }} where {{ is_touched }}
        {%- endcall -%}
        {%- call statement('main') -%}
            insert into {{ target }} by name select * from (
{{ sql }}
) where {{ is_touched }}
        {%- endcall -%}
    {%- else -%}
        {%- call statement('main') -%} select 0 {%- endcall -%}
    {%- endif -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}
