{# The date so many months later; the day is clamped to the month's end. months is a constant. #}
{% macro add_months(day, months) -%}
    {{ return(adapter.dispatch('add_months', 'winback')(day, months)) }}
{%- endmacro %}

{% macro default__add_months(day, months) -%}
    cast({{ day }} + interval '{{ months }} months' as date)
{%- endmacro %}

{% macro bigquery__add_months(day, months) -%}
    date_add({{ day }}, interval {{ months }} month)
{%- endmacro %}

{% macro snowflake__add_months(day, months) -%}
    dateadd(month, {{ months }}, {{ day }})
{%- endmacro %}
