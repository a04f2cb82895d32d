-- One row per enriched line, with the contexts that we read told apart by their schema. What lies in them is as sent:
-- no contract looks into it, so numbers are read where they are ones.
{%- set ecommerce = 'iglu:com.snowplowanalytics.snowplow.ecommerce/' %}
{%- set contexts = {
    'products': ('contexts', ecommerce ~ 'product/'),
    'transactions': ('contexts', ecommerce ~ 'transaction/'),
    'robots': ('derived_contexts', 'iglu:com.iab.snowplow/spiders_and_robots/'),
} %}
select
    * exclude (unstruct_event, contexts, derived_contexts),
    case when event_name = 'snowplow_ecommerce_action' then unstruct_event -> '$.data.data' end as action,
    case
        when event_name = 'consent_preferences' then to_json([json_extract(unstruct_event, '$.data.data')])
    end as consents,
    {%- for name, (column, schema) in contexts.items() %}
    to_json(list_transform(
        list_filter(
            case
                when json_type({{ column }}, '$.data') = 'ARRAY' then from_json({{ column }} -> 'data', '["json"]')
            end,
            lambda context: starts_with(json_extract_string(context, 'schema'), '{{ schema }}')
        ),
        lambda context: json_extract(context, 'data')
    )) as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ source('raw', 'snowplow__enriched') }}
