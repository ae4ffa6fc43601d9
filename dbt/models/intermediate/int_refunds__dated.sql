-- one row per refund event. Refund rows come first; where an order has none, the amount that the order itself names is dated on the order's day,
-- and an order whose status is refunded without any amount is refunded in full.
{{ config(materialized='view') }}
with

orders as (

    select * from {{ ref('in_orders') }}

),

refunds as (

    select * from {{ ref('in_refunds') }}

),

refunded_orders as (

    select distinct brand, source, order_id
    from refunds
    where order_id is not null

),

from_orders as (

    select
        orders.brand,
        orders.source,
        orders.order_id,
        orders.customer_id,
        orders.ordered_on as refunded_on,
        case
            when coalesce(orders.refunded_amount, 0) <> 0 then orders.refunded_amount
            when orders.status = 'refunded' then orders.total_amount
        end as amount
    from orders
    left join refunded_orders
        on orders.brand = refunded_orders.brand and orders.source = refunded_orders.source and orders.order_id = refunded_orders.order_id
    where refunded_orders.order_id is null

),

final as (

    select brand, source, order_id, customer_id, refunded_on, amount
    from refunds

    union all

    select brand, source, order_id, customer_id, refunded_on, amount
    from from_orders
    where amount is not null

)

select * from final
