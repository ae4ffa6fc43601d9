{# The number that the first 8 hex digits write: 0 to 4294967295. #}
{% macro hex8_to_bigint(h) -%}
    {{ return(adapter.dispatch('hex8_to_bigint', 'winback')(h)) }}
{%- endmacro %}

{% macro default__hex8_to_bigint(h) -%}
    cast('0x' || substr({{ h }}, 1, 8) as bigint)
{%- endmacro %}

{% macro postgres__hex8_to_bigint(h) -%}
    cast(cast(('x' || substr({{ h }}, 1, 8)) as bit(32)) as bigint)
{%- endmacro %}

{% macro bigquery__hex8_to_bigint(h) -%}
    cast(concat('0x', substr({{ h }}, 1, 8)) as int64)
{%- endmacro %}

{% macro snowflake__hex8_to_bigint(h) -%}
    to_number(substr({{ h }}, 1, 8), 'XXXXXXXX')
{%- endmacro %}
