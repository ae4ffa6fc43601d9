{# Whether the pattern is found in the text; anchor it with ^ and $ to match all of it. #}
{% macro regexp_like(x, pattern) -%}
    {{ return(adapter.dispatch('regexp_like', 'winback')(x, pattern)) }}
{%- endmacro %}

{% macro default__regexp_like(x, pattern) -%}
    regexp_matches({{ x }}, '{{ pattern }}')
{%- endmacro %}

{% macro postgres__regexp_like(x, pattern) -%}
    ({{ x }} ~ '{{ pattern }}')
{%- endmacro %}

{% macro bigquery__regexp_like(x, pattern) -%}
    regexp_contains({{ x }}, r'{{ pattern }}')
{%- endmacro %}

{% macro snowflake__regexp_like(x, pattern) -%}
    (regexp_instr({{ x }}, '{{ pattern }}') > 0)
{%- endmacro %}
