{# The calendar day of a UTC instant in an IANA zone. #}
{% macro local_day(instant, timezone) -%}
    {{ return(adapter.dispatch('local_day', 'winback')(instant, timezone)) }}
{%- endmacro %}

{% macro default__local_day(instant, timezone) -%}
    cast(timezone({{ timezone }}, timezone('UTC', {{ instant }})) as date)
{%- endmacro %}

{% macro bigquery__local_day(instant, timezone) -%}
    date(cast({{ instant }} as timestamp), {{ timezone }})
{%- endmacro %}

{% macro snowflake__local_day(instant, timezone) -%}
    cast(convert_timezone('UTC', {{ timezone }}, cast({{ instant }} as timestamp_ntz)) as date)
{%- endmacro %}
