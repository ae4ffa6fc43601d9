{# The text without every match of the pattern. Write classes as [0-9]: a backslash means different things in each warehouse. #}
{% macro regexp_strip(x, pattern) -%}
    {{ return(adapter.dispatch('regexp_strip', 'winback')(x, pattern)) }}
{%- endmacro %}

{% macro default__regexp_strip(x, pattern) -%}
    regexp_replace({{ x }}, '{{ pattern }}', '', 'g')
{%- endmacro %}

{% macro bigquery__regexp_strip(x, pattern) -%}
    regexp_replace({{ x }}, r'{{ pattern }}', '')
{%- endmacro %}

{% macro snowflake__regexp_strip(x, pattern) -%}
    regexp_replace({{ x }}, '{{ pattern }}', '')
{%- endmacro %}
