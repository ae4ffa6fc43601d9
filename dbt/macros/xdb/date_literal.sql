{# A date constant from text YYYY-MM-DD. #}
{% macro date_literal(value) -%}
    {{ return(adapter.dispatch('date_literal', 'winback')(value)) }}
{%- endmacro %}

{% macro default__date_literal(value) -%}
    cast('{{ value }}' as date)
{%- endmacro %}
