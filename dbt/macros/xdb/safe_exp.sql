{# e to the x, the argument held within ±700 so that no warehouse overflows or refuses. #}
{% macro safe_exp(x) -%}
    {{ return(adapter.dispatch('safe_exp', 'winback')(x)) }}
{%- endmacro %}

{% macro default__safe_exp(x) -%}
    exp(greatest(least(cast({{ x }} as {{ winback.type_double() }}), 700), -700))
{%- endmacro %}
