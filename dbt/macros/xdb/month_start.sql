{# The first day of the date's month. #}
{% macro month_start(day) -%}
    {{ return(adapter.dispatch('month_start', 'winback')(day)) }}
{%- endmacro %}

{% macro default__month_start(day) -%}
    cast(date_trunc('month', cast({{ day }} as timestamp)) as date)
{%- endmacro %}

{% macro bigquery__month_start(day) -%}
    date_trunc({{ day }}, month)
{%- endmacro %}
