{# A SELECT of the keys and one row per element of a JSON array, as text `element`. #}
{% macro json_array_rows(relation, keys, column) -%}
    {{ return(adapter.dispatch('json_array_rows', 'winback')(relation, keys, column)) }}
{%- endmacro %}

{% macro default__json_array_rows(relation, keys, column) -%}
    select {{ keys | join(', ') }}, unnest(cast({{ column }} as json[])) as element from {{ relation }}
{%- endmacro %}

{% macro postgres__json_array_rows(relation, keys, column) -%}
    select {{ keys | join(', ') }}, cast(e.value as text) as element from {{ relation }} cross join lateral jsonb_array_elements(cast({{ column }} as jsonb)) as e(value)
{%- endmacro %}

{% macro bigquery__json_array_rows(relation, keys, column) -%}
    select {{ keys | join(', ') }}, element from {{ relation }}, unnest(json_query_array({{ column }})) as element
{%- endmacro %}

{% macro snowflake__json_array_rows(relation, keys, column) -%}
    select {{ keys | join(', ') }}, cast(e.value as varchar) as element from {{ relation }}, lateral flatten(input => try_parse_json({{ column }})) as e
{%- endmacro %}
