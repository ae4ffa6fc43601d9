{# Lower-case md5 hex of several columns, null-safe and order-sensitive: a key for rows, never for people. #}
{% macro surrogate_key(columns) -%}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- do parts.append("coalesce(cast(" ~ column ~ " as " ~ dbt.type_string() ~ "), '_null_')") -%}
    {%- endfor -%}
    {{ return(dbt.hash(parts | join(" || '|' || "))) }}
{%- endmacro %}
