{# The natural logarithm, of at least 1e-300. #}
{% macro safe_ln(x) -%}
    {{ return(adapter.dispatch('safe_ln', 'winback')(x)) }}
{%- endmacro %}

{% macro default__safe_ln(x) -%}
    ln(greatest(cast({{ x }} as {{ winback.type_double() }}), 1e-300))
{%- endmacro %}
