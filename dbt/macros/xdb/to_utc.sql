{# Naive UTC timestamp of an ISO text or instant that may carry an offset; a plain cast would drop the offset in silence. #}
{% macro to_utc(x) -%}
    {{ return(adapter.dispatch('to_utc', 'winback')(x)) }}
{%- endmacro %}

{% macro default__to_utc(x) -%}
    timezone('UTC', cast({{ x }} as timestamptz))
{%- endmacro %}

{% macro bigquery__to_utc(x) -%}
    cast({{ x }} as timestamp)
{%- endmacro %}

{% macro snowflake__to_utc(x) -%}
    cast(convert_timezone('UTC', cast({{ x }} as timestamp_tz)) as timestamp_ntz)
{%- endmacro %}
