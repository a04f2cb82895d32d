{#- Days after an item was shown in a list in which a click or an order of it counts as what came of it. -#}
{% macro list_outcome_days() -%} 7 {%- endmacro %}
