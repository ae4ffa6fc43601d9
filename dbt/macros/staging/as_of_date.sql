{# The exclusive data date as text YYYY-MM-DD: the var as_of_date, else the day on which this run started in the given IANA zone. #}
{% macro as_of_date(timezone='UTC') -%}
    {%- set given = var('as_of_date', none) -%}
    {%- if given -%}{{ return(given | string) }}{%- endif -%}
    {{ return(run_started_at.astimezone(modules.pytz.timezone(timezone)).strftime('%Y-%m-%d')) }}
{%- endmacro %}
