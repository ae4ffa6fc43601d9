{# A text constant from Jinja, quoted for SQL; null for none. #}
{% macro text_literal(value) -%}
    {{ return(adapter.dispatch('text_literal', 'winback')(value)) }}
{%- endmacro %}

{% macro default__text_literal(value) -%}
    {% if value is none %}cast(null as {{ dbt.type_string() }}){% else %}'{{ value | string | replace("'", "''") }}'{% endif %}
{%- endmacro %}

{% macro bigquery__text_literal(value) -%}
    {% if value is none %}cast(null as string){% else %}'{{ value | string | replace("\\", "\\\\") | replace("'", "\\'") }}'{% endif %}
{%- endmacro %}

{% macro snowflake__text_literal(value) -%}
    {% if value is none %}cast(null as varchar){% else %}'{{ value | string | replace("\\", "\\\\") | replace("'", "''") }}'{% endif %}
{%- endmacro %}
