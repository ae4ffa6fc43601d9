{# The Monday on or before the date. #}
{% macro week_start(day) -%}
    {{ return(adapter.dispatch('week_start', 'winback')(day)) }}
{%- endmacro %}

{% macro default__week_start(day) -%}
    cast(date_trunc('week', cast({{ day }} as timestamp)) as date)
{%- endmacro %}

{% macro bigquery__week_start(day) -%}
    date_sub({{ day }}, interval mod(extract(dayofweek from {{ day }}) + 5, 7) day)
{%- endmacro %}
