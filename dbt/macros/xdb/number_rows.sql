{# A SELECT of n = 0 … count − 1, the count known when the model is compiled. #}
{% macro number_rows(count) -%}
    {{ return(adapter.dispatch('number_rows', 'winback')(count)) }}
{%- endmacro %}

{% macro default__number_rows(count) -%}
    select cast(n as integer) as n from generate_series(0, {{ count }} - 1) as numbers(n)
{%- endmacro %}

{% macro bigquery__number_rows(count) -%}
    select n from unnest(generate_array(0, {{ count }} - 1)) as n
{%- endmacro %}

{% macro snowflake__number_rows(count) -%}
    select row_number() over (order by seq4()) - 1 as n from table(generator(rowcount => {{ count }}))
{%- endmacro %}
