{# Money: exact, four decimals, in the brand's currency. #}
{% macro type_money() -%}
    {{ return(adapter.dispatch('type_money', 'winback')()) }}
{%- endmacro %}

{% macro default__type_money() -%}
    numeric(18, 4)
{%- endmacro %}
