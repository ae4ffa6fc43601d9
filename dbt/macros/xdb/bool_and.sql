{# True when no row of the group is false. #}
{% macro bool_and(x) -%}
    {{ return(adapter.dispatch('bool_and', 'winback')(x)) }}
{%- endmacro %}

{% macro default__bool_and(x) -%}
    bool_and({{ x }})
{%- endmacro %}

{% macro bigquery__bool_and(x) -%}
    logical_and({{ x }})
{%- endmacro %}

{% macro snowflake__bool_and(x) -%}
    booland_agg({{ x }})
{%- endmacro %}
