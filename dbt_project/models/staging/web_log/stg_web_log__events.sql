-- One row per request; a page that was sent to a reader is a page view and a view of that page.
with requests as (
    select
        *,
        split_part(split_part(target, '?', 1), '#', 1) as path,
        method = 'GET' and status in (200, 206, 304) as is_sent
    from {{ source('raw', 'web_log__requests') }}
),

told_apart as (
    select
        *,
        is_sent and not regexp_matches(
            lower(path), '\.(css|js|json|xml|txt|ico|png|jpe?g|gif|svg|webp|woff2?|ttf|eot|map|mp4|zip|gz|pdf)$'
        ) as is_page
    from requests
)

select
    source_file || ':' || source_line as event_id,
    'web_log' as source,
    case when is_page then 'view' else 'request' end as event_type,
    requested_at as event_at,
    coalesce(login_key, anonymous_key) as identifier_key,
    case when login_key is not null then 'login' when anonymous_key is not null then 'anonymous' end as identifier_type,
    login_key,
    anonymous_key,
    truncated_ip,
    target as page_url,
    referrer,
    case when is_page then path end as item_id,
    is_bot,
    landed_date,
    source_file,
    source_line
from told_apart
