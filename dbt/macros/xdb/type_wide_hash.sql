{# The type of the ledger's 128-bit digests (data-path.md, Hashes). #}
{% macro type_wide_hash() -%}
    {{ return(adapter.dispatch('type_wide_hash', 'winback')()) }}
{%- endmacro %}

{% macro default__type_wide_hash() -%}
    {{ dbt.type_string() }}
{%- endmacro %}

{% macro duckdb__type_wide_hash() -%}
    uhugeint
{%- endmacro %}
