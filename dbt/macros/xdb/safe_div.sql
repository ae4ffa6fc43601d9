{# a divided by b as a double; null when b is 0. #}
{% macro safe_div(a, b) -%}
    {{ return(adapter.dispatch('safe_div', 'winback')(a, b)) }}
{%- endmacro %}

{% macro default__safe_div(a, b) -%}
    (cast({{ a }} as {{ winback.type_double() }}) / nullif(cast({{ b }} as {{ winback.type_double() }}), 0))
{%- endmacro %}
