-- one row per line of an order that in_orders holds: a line counts on its order's day. Money in the brand's currency.
{{ config(materialized='view') }}
with

unioned as (

    select * from {{ ref('stg_csv__order_lines') }} where not is_refund

),

orders as (

    select * from {{ ref('in_orders') }}

),

final as (

    select
        unioned.brand,
        unioned.source,
        unioned.order_id,
        unioned.line_id,
        unioned.quantity,
        cast(unioned.line_amount * coalesce(orders.fx_rate, 1) as {{ winback.type_money() }}) as line_amount,
        unioned.product_id,
        unioned.variant_id,
        unioned.sku,
        unioned.product_name,
        unioned.category,
        unioned.vendor,
        cast(unioned.line_discount * coalesce(orders.fx_rate, 1) as {{ winback.type_money() }}) as line_discount,
        unioned.is_gift_card,
        unioned.is_duplicate,
        unioned._loaded_at
    from unioned
    inner join orders on unioned.brand = orders.brand and unioned.source = orders.source and unioned.order_id = orders.order_id

)

select * from final
