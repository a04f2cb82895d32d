-- One row per event, with the parameters that we read as columns and its canonical type.
{%- set parameters = {
    'ga_session_id': 'int_value', 'page_location': 'string_value', 'page_referrer': 'string_value',
    'search_term': 'string_value', 'currency': 'string_value', 'method': 'string_value',
} %}
{%- set event_types = {
    'view_search_results': 'search', 'search': 'search', 'view_item_list': 'impression', 'select_item': 'click',
    'view_item': 'view', 'add_to_cart': 'cart', 'add_to_wishlist': 'favourite',
    'remove_from_cart': 'cart_removal',
} %}
select
    *,
    lower(to_hex(record_key)) as event_id,
    case event_name
        {%- for name, event_type in event_types.items() %}
        when '{{ name }}' then '{{ event_type }}'
        {%- endfor %}
        else event_name
    end as event_type,
    {%- for name, value in parameters.items() %}
    list_filter(
        from_json(event_params, '["json"]'), lambda parameter: json_extract_string(parameter, 'key') = '{{ name }}'
    )[1] ->> '$.value.{{ value }}' as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ source('raw', 'ga4__events') }}
