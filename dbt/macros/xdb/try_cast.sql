{# The value in that type, or null where it cannot be read. On Postgres: numbers, dates and timestamps in ISO form. #}
{% macro try_cast(x, type) -%}
    {{ return(adapter.dispatch('try_cast', 'winback')(x, type)) }}
{%- endmacro %}

{% macro default__try_cast(x, type) -%}
    try_cast({{ x }} as {{ type }})
{%- endmacro %}

{% macro postgres__try_cast(x, type) -%}
    case when cast({{ x }} as text) ~ {% if type.startswith('timestamp') or type == 'date' -%}
        '^\s*[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([ T][0-9:.]+)?\s*$'
    {%- else -%} '^\s*-?[0-9]+(\.[0-9]+)?\s*$' {%- endif %} then cast({{ x }} as {{ type }}) end
{%- endmacro %}

{% macro bigquery__try_cast(x, type) -%}
    safe_cast({{ x }} as {{ type }})
{%- endmacro %}

{% macro snowflake__try_cast(x, type) -%}
    try_cast(cast({{ x }} as varchar) as {{ type }})
{%- endmacro %}
