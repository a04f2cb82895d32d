{#- Keys leave SQL as text: 16 hexadecimal digits. -#}
{% macro key_as_id(key) -%}
    lower(lpad(to_hex({{ key }}), 16, '0'))
{%- endmacro %}

{#- An id as people type it back to its key; NULL for what is none. -#}
{% macro id_as_key(id) -%}
    case when regexp_full_match({{ id }}, '[0-9a-f]{16}') then unhex({{ id }})::bit::bigint end
{%- endmacro %}

{#- The key of the best identifier that a record names its person by, and its type. -#}
{% macro person_key(record) -%}
    coalesce({{ record }}.{{ person_types() | join('_key, ' ~ record ~ '.') }}_key)
{%- endmacro %}

{% macro person_type(record) -%}
    case {% for type in person_types() %}when {{ record }}.{{ type }}_key is not null then '{{ type }}' {% endfor %}end
{%- endmacro %}

{#- The end of an interval of knowledge that is still open. -#}
{% macro open_end() -%} date '9999-12-31' {%- endmacro %}

{#-
The one place where facts of identifiers become facts of people: by the map, but for the dates of a shared browser or
device that are somebody's. As known on K: landed_date and known_from <= K < known_to.

facts: a relation with the columns identifier_key, event_date and landed_date. Adds user_key, known_from and known_to.
-#}
{% macro facts_of_people(facts) -%}
select map.user_key, map.known_from, map.known_to, facts.* exclude (identifier_key)
from {{ facts }} as facts
inner join {{ source('profiles', 'identity_map_history') }} as map using (identifier_key)
anti join {{ ref('identity_days_history') }} as days
    on facts.identifier_key = days.identifier_key and facts.event_date = days.event_date
union all
select days.user_key, days.known_from, days.known_to, facts.* exclude (identifier_key)
from {{ facts }} as facts
inner join {{ ref('identity_days_history') }} as days
    on facts.identifier_key = days.identifier_key and facts.event_date = days.event_date
{%- endmacro %}

{#- What was known of people on a day: landed by then, and theirs by the map of that day. -#}
{% macro is_known_on(known_on, facts) -%}
    {{ facts }}.landed_date <= {{ known_on }}
    and {{ facts }}.known_from <= {{ known_on }}
    and {{ facts }}.known_to > {{ known_on }}
{%- endmacro %}

{#- The types of identifier that can make a person, the best first: what people call themselves, what a home shares by
    its own choice, then browsers and devices where nothing better is known. An order, an e-mail or a phone joins
    identifiers of these types; alone it makes nobody. -#}
{% macro person_types() -%}
    {{ return(['login', 'household', 'anonymous', 'device']) }}
{%- endmacro %}

{% macro makes_a_person(identifier_type='identifier_type') -%}
    {{ identifier_type }} in ('{{ person_types() | join("', '") }}')
{%- endmacro %}

{#- An integer for texts that name no person: half of their MD5 as a positive number. -#}
{% macro text_key(texts) -%}
    (md5_number_lower({{ texts | join(' || chr(31) || ') }}) >> 1)::bigint
{%- endmacro %}
