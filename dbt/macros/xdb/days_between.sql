{# Whole days from the first date to the last: negative when the last is earlier. #}
{% macro days_between(first_day, last_day) -%}
    {{ return(adapter.dispatch('days_between', 'winback')(first_day, last_day)) }}
{%- endmacro %}

{% macro default__days_between(first_day, last_day) -%}
    datediff('day', {{ first_day }}, {{ last_day }})
{%- endmacro %}

{% macro postgres__days_between(first_day, last_day) -%}
    ({{ last_day }} - {{ first_day }})
{%- endmacro %}

{% macro bigquery__days_between(first_day, last_day) -%}
    date_diff({{ last_day }}, {{ first_day }}, day)
{%- endmacro %}

{% macro snowflake__days_between(first_day, last_day) -%}
    datediff(day, {{ first_day }}, {{ last_day }})
{%- endmacro %}
