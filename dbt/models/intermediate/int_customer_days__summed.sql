-- one row per brand, customer and brand-local day with a purchase or a refund. Money in the brand's currency, refunds positive.
-- margin is after refunds; orders_without_margin counts the purchases and refunds of the day for which no margin can be known.
with

purchases as (

    select * from {{ ref('orders') }} where is_purchase and customer_id is not null

),

orders as (

    select * from {{ ref('orders') }}

),

brands as (

    select * from {{ ref('stg_winback__brands') }}

),

refunds as (

    select
        refunds.brand,
        refunds.customer_id,
        refunds.refunded_on,
        refunds.amount,
        refunds.amount * coalesce(
            {{ winback.safe_div('orders.margin_amount', 'orders.gross_amount') }}, cast(brands.gross_margin_share as {{ winback.type_double() }})
        ) as margin
    from {{ ref('int_refunds__dated') }} as refunds
    inner join brands on refunds.brand = brands.brand
    left join orders on refunds.brand = orders.brand and refunds.source = orders.source and refunds.order_id = orders.order_id
    where refunds.customer_id is not null and coalesce(orders.is_purchase, true)

),

events as (

    select
        brand,
        customer_id,
        ordered_on as event_on,
        1 as orders,
        gross_amount as revenue,
        discount_amount as discount,
        0 as refunded,
        margin_amount as margin,
        case when margin_amount is null then 1 else 0 end as without_margin
    from purchases

    union all

    select
        brand,
        customer_id,
        refunded_on as event_on,
        0 as orders,
        0 as revenue,
        0 as discount,
        amount as refunded,
        cast(-1 * margin as {{ winback.type_money() }}) as margin,
        case when margin is null and amount <> 0 then 1 else 0 end as without_margin
    from refunds

),

final as (

    select
        brand,
        customer_id,
        event_on,
        cast(sum(orders) as {{ dbt.type_bigint() }}) as order_count,
        cast(sum(revenue) as {{ winback.type_money() }}) as revenue,
        cast(sum(discount) as {{ winback.type_money() }}) as discount,
        cast(sum(refunded) as {{ winback.type_money() }}) as refunded,
        cast(sum(revenue) - sum(refunded) as {{ winback.type_money() }}) as net_revenue,
        cast(coalesce(sum(margin), 0) as {{ winback.type_money() }}) as margin,
        cast(sum(without_margin) as {{ dbt.type_bigint() }}) as orders_without_margin
    from events
    group by brand, customer_id, event_on

)

select * from final
