{# The date so many days later; days may be a column or negative. #}
{% macro add_days(day, days) -%}
    {{ return(adapter.dispatch('add_days', 'winback')(day, days)) }}
{%- endmacro %}

{% macro default__add_days(day, days) -%}
    cast({{ day }} + cast({{ days }} as integer) as date)
{%- endmacro %}

{% macro bigquery__add_days(day, days) -%}
    date_add({{ day }}, interval {{ days }} day)
{%- endmacro %}

{% macro snowflake__add_days(day, days) -%}
    dateadd(day, {{ days }}, {{ day }})
{%- endmacro %}
