{# Where our tables beside dbt's stand: kind is raw, sync or params. On DuckDB raw has its own file, sync and params are in the ledger's. #}
{% macro own_schema(kind) -%}
    {%- if target.type == 'duckdb' -%}
        {{ return(('raw' if kind == 'raw' else 'ledger') ~ '.' ~ target.schema ~ '_' ~ kind) }}
    {%- endif -%}
    {{ return(target.database ~ '.' ~ target.schema ~ '_' ~ kind) }}
{%- endmacro %}

{# Creates one of our tables, empty and typed, where it is absent. columns is a list of [name, type]. #}
{% macro create_own_table(kind, table, columns) -%}
    {%- set listed = [] -%}
    {%- for name, type in columns -%}{%- do listed.append(name ~ ' ' ~ type) -%}{%- endfor -%}
    create table if not exists {{ winback.own_schema(kind) }}.{{ table }} ({{ listed | join(', ') }});
{% endmacro %}
