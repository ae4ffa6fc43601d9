{# The text at a path of keys in a JSON text column. #}
{% macro json_text(column, path) -%}
    {{ return(adapter.dispatch('json_text', 'winback')(column, path)) }}
{%- endmacro %}

{% macro default__json_text(column, path) -%}
    json_extract_string({{ column }}, '$.{{ path | join('.') }}')
{%- endmacro %}

{% macro postgres__json_text(column, path) -%}
    (cast({{ column }} as jsonb) #>> '{{ '{' ~ path | join(',') ~ '}' }}')
{%- endmacro %}

{% macro bigquery__json_text(column, path) -%}
    json_value({{ column }}, '$.{{ path | join('.') }}')
{%- endmacro %}

{% macro snowflake__json_text(column, path) -%}
    cast(get_path(try_parse_json({{ column }}), '{{ path | join('.') }}') as varchar)
{%- endmacro %}
