{% macro purposes() -%}
    {{ return(['analytics', 'personalisation', 'advertising', 'sensitive']) }}
{%- endmacro %}

{#- Whether a person consents to the purpose that a column names. -#}
{% macro is_consented(purpose, consents) -%}
    case {{ purpose }}
        {%- for name in purposes() %}
        when '{{ name }}' then {{ consents }}.is_consented_{{ name }}
        {%- endfor %}
        else false
    end
{%- endmacro %}

{#- Rows (source, purpose, is_granted): what each contract says of people without a consent of their own. -#}
{% macro consent_defaults() -%}
values
    {%- for source, granted in fromjson(env_var('DMP_CONSENT_DEFAULTS')).items() %}
    {%- set is_last_source = loop.last %}
    {%- for purpose in purposes() %}
    ('{{ source }}', '{{ purpose }}', {{ granted[purpose] | lower }}){{ ',' if not (is_last_source and loop.last) }}
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}
