{# Whether an order id has the shape of a cancelling invoice, by the var csv_cancel_pattern; never when that is empty. #}
{% macro is_cancel_id(id) -%}
    {%- if var('csv_cancel_pattern') -%}
        {{ winback.regexp_like(id, var('csv_cancel_pattern')) }}
    {%- else -%}
        (1 = 0)
    {%- endif -%}
{%- endmacro %}
