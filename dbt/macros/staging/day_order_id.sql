{#
    The id of an order that a file gives none: `day:customer:YYYY-MM-DD`, so that all rows of a customer's local day are one order.
    A guest stands with the hash of the e-mail, never the e-mail. Rows of nobody stay apart, each named by its file and line.
#}
{% macro day_order_id(customer_id, email, day, file, line) -%}
    case
        when {{ customer_id }} is not null or {{ email }} is not null
            then 'day:' || {{ winback.customer_id("''", customer_id, email, 1) }} || ':' || cast({{ day }} as {{ dbt.type_string() }})
        else 'row:' || {{ winback.surrogate_key([file, line]) }}
    end
{%- endmacro %}
