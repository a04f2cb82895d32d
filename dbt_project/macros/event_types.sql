{#- The types of events that the platform knows: those that it counts, and further ones. A source's other words are of the
    type unknown and keep their names. -#}
{% macro known_event_types() -%}
    {{ return(activity_counts().keys() | list + [
        'page_ping', 'cart_removal', 'identify', 'alias', 'request', 'conversion', 'coupon_redemption',
        'promotion_view', 'promotion_click', 'stock_adjustment', 'ledger_adjustment',
    ]) }}
{%- endmacro %}

{#- The known type that a word means in any case, else unknown. -#}
{% macro known_event_type(word) -%}
    case
        when lower(trim({{ word }})) in ('{{ known_event_types() | join("', '") }}') then lower(trim({{ word }}))
        else 'unknown'
    end
{%- endmacro %}

{#- Names of events that are kept of a source and landed day, and published of a source: a sender that makes names of ids
    cannot fill a table. -#}
{% macro event_name_cap() -%} 500 {%- endmacro %}

{#- The most frequent names stay, the others become one: a name that holds an address or a number is no name. -#}
{% macro capped_event_name(partition) -%}
    case
        when event_name is null or regexp_matches(event_name, '@|%40|[0-9]{6}') then '(other names)'
        when row_number() over (
            partition by {{ partition }} order by event_count desc, event_name, event_type
        ) > {{ event_name_cap() }} then '(other names)'
        else event_name
    end
{%- endmacro %}
