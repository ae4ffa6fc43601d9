{# The physical layout of a large table: a partition on BigQuery, nothing elsewhere. Pass the day column. #}
{% macro partition_by_day(column) -%}
    {{ return(adapter.dispatch('partition_by_day', 'winback')(column)) }}
{%- endmacro %}

{% macro default__partition_by_day(column) -%}
    {{ return(none) }}
{%- endmacro %}

{% macro bigquery__partition_by_day(column) -%}
    {{ return({'field': column, 'data_type': 'date', 'granularity': 'month'}) }}
{%- endmacro %}
