{# The table of S_params, to which the model fit appends and from which the scored models read. #}
{% macro create_params_tables() -%}
    {%- set t = dbt.type_string() -%}
    create schema if not exists {{ winback.own_schema('params') }};
    {{ winback.create_own_table('params', 'model_parameters', [['brand', t], ['model', t], ['version', t], ['as_of_date', 'date'], ['param', t],
        ['value', winback.type_double()]]) }}
{%- endmacro %}
