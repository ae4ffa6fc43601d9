-- one row per order: the orders file's, and for ids that only order lines have, their sums. Money in the order's currency.
{{ config(materialized='table') }}
with

from_orders as (

    select * from {{ ref('stg_csv__order_totals') }}

),

from_lines as (

    select
        brand,
        source,
        order_id,
        max(customer_id) as customer_id,
        max(email) as email,
        min(ordered_at) as ordered_at,
        max(status) as status,
        max(currency) as currency,
        sum(line_amount) as total_amount,
        sum(line_discount) as discount,
        max(channel) as channel,
        max(discount_code) as discount_code,
        max(country_code) as country_code,
        max(_loaded_at) as _loaded_at
    from {{ ref('stg_csv__order_lines') }}
    where not has_order_row and not is_refund and ordered_at is not null
    group by brand, source, order_id

),

final as (

    {% set columns = ['customer_id', 'email', 'ordered_at', 'status', 'currency', 'total_amount', 'subtotal', 'discount', 'tax', 'shipping',
        'refunded_amount', 'channel', 'discount_code', 'is_subscription', 'is_test', 'cancelled_at', 'fx_rate', 'landing_url', 'utm_source',
        'utm_medium', 'utm_campaign', 'utm_content', 'utm_term', 'country_code', '_loaded_at'] -%}
    {% set derived = ['customer_id', 'email', 'ordered_at', 'status', 'currency', 'total_amount', 'discount', 'channel', 'discount_code',
        'country_code', '_loaded_at'] -%}
    select brand, source, order_id, is_refund, {{ columns | join(', ') }}
    from from_orders

    union all

    select brand, source, order_id, false as is_refund
        {%- for column in columns %}, {{ column if column in derived else 'false' if column in ['is_subscription', 'is_test'] else 'null' }} as {{ column }}{% endfor %}
    from from_lines
    where not exists (
        select 1
        from from_orders
        where from_orders.brand = from_lines.brand and from_orders.source = from_lines.source and from_orders.order_id = from_lines.order_id
    )

)

select * from final
