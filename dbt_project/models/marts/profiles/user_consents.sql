-- One row per person: the newest consent to each purpose by any of their identifiers, whatever it was before.
{{ config(materialized='per_person') }}
{%- set map %}(select {{ open_end() }} as as_of_date, * from {{ ref('identity_map') }}){% endset %}
select * exclude (as_of_date) from (
    {{ newest_consents(map) }}
)
