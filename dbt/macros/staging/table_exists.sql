{# Whether the warehouse holds a source's table now. False while parsing and in commands without a connection. #}
{% macro table_exists(relation) -%}
    {%- if not execute -%}{{ return(false) }}{%- endif -%}
    {{ return(adapter.get_relation(database=relation.database, schema=relation.schema, identifier=relation.identifier) is not none) }}
{%- endmacro %}
