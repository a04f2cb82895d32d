{#- Events with an item that tell of an interest in what the item is. -#}
{% macro telling_event_types() -%}
    {{ return(['view', 'click', 'cart', 'favourite', 'purchase', 'dismiss']) }}
{%- endmacro %}

{#- How much one event of a type says about an interest. -#}
{% macro interest_weight(event_type) -%}
    (select weight from {{ ref('interest_weights') }} where event_type = '{{ event_type }}')
{%- endmacro %}

{#- How much the events of a row of int_activity_items say, all together. -#}
{% macro weight_of_events() -%}
    {%- for event_type in telling_event_types() -%}
    {{ event_type }}_count * {{ interest_weight(event_type) }}{{ ' + ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro count_of_events() -%}
    {%- for event_type in telling_event_types() -%}
    {{ event_type }}_count{{ ' + ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- Words that stand in queries and names without telling what of. -#}
{% macro stop_words() -%}
    {{ return(['and', 'are', 'can', 'for', 'from', 'has', 'its', 'new', 'not', 'our', 'per', 'the', 'this', 'with', 'you', 'your']) }}
{%- endmacro %}

{#- The different keywords of a text: words of three letters or more in lower case; Chinese, which parts no words, as pairs
    of neighbouring characters, as Lucene's CJKBigramFilter does. -#}
{% macro keywords(text) -%}
list_distinct(list_concat(
    list_filter(
        regexp_extract_all(regexp_replace(lower({{ text }}), '\p{Han}+', ' ', 'g'), '\p{L}[\p{L}\p{N}]{2,}'),
        lambda word: word not in ('{{ stop_words() | join("', '") }}')
    ),
    flatten(list_transform(
        regexp_extract_all({{ text }}, '\p{Han}+'),
        lambda characters: list_transform(
            range(1, greatest(len(characters), 2)), lambda place: substr(characters, place, 2)
        )
    ))
))
{%- endmacro %}

{#- The third of its category that an item's price lies in, by rank; equal prices share the middle of their ranks, so that
    the only price of a category is a middle one. NULL without a price. -#}
{% macro price_band(price, category) -%}
{%- set within -%} (partition by {{ category }}, {{ price }} is null order by {{ price }}) {%- endset -%}
case
    when {{ price }} is not null then ['low', 'middle', 'high'][1 + floor(
        3 * (cume_dist() over {{ within }} + (rank() over {{ within }} - 1)
        / count(*) over (partition by {{ category }}, {{ price }} is null)) / 2
    )::integer]
end
{%- endmacro %}
