-- one row per brand, source and order before the data date. Money in the brand's currency.
-- A purchase is an order that was not cancelled, failed or a test, and not made of free lines alone (gifts, replacements, stock bookings).
{{ config(
    materialized='incremental',
    incremental_strategy='merge',
    unique_key=['brand', 'source', 'order_id'],
    on_schema_change='append_new_columns',
    partition_by=winback.partition_by_day('ordered_on'),
    pre_hook="{{ winback.delete_absent(ref('in_orders'), ['brand', 'source', 'order_id']) }}"
) }}
with

orders as (

    select * from {{ ref('in_orders') }}

),

brands as (

    select * from {{ ref('stg_winback__brands') }}

),

lines as (

    select
        brand,
        source,
        order_id,
        count(*) as line_count,
        sum(quantity) as item_quantity,
        sum(line_discount) as line_discount,
        max(abs(line_amount)) as largest_amount,
        sum(case when unit_cost is not null then 1 else 0 end) as costed_count,
        sum(case when unit_cost is not null then line_amount else 0 end) as costed_amount,
        sum(coalesce(cost_margin, 0)) as cost_margin
    from {{ ref('int_order_lines__costed') }}
    group by brand, source, order_id

),

refunds as (

    select brand, source, order_id, sum(amount) as refunded_amount
    from {{ ref('int_refunds__dated') }}
    where order_id is not null
    group by brand, source, order_id

),

final as (

    select
        orders.brand,
        orders.source,
        orders.order_id,
        orders.customer_id,
        orders.ordered_at,
        orders.ordered_on,
        orders.status,
        orders.status in ('placed', 'paid', 'refunded')
            and not orders.is_test
            and not (coalesce(lines.line_count, 0) > 0 and orders.total_amount = 0 and lines.largest_amount = 0) as is_purchase,
        orders.currency,
        orders.channel,
        orders.discount_code,
        orders.is_subscription,
        orders.country_code,
        cast(orders.total_amount as {{ winback.type_money() }}) as gross_amount,
        cast(coalesce(orders.discount, lines.line_discount, 0) as {{ winback.type_money() }}) as discount_amount,
        cast(coalesce(orders.tax, 0) as {{ winback.type_money() }}) as tax_amount,
        cast(coalesce(orders.shipping, 0) as {{ winback.type_money() }}) as shipping_amount,
        cast(coalesce(refunds.refunded_amount, 0) as {{ winback.type_money() }}) as refunded_amount,
        cast(orders.total_amount - coalesce(refunds.refunded_amount, 0) as {{ winback.type_money() }}) as net_amount,
        cast(case
            when brands.gross_margin_share is not null
                then coalesce(lines.cost_margin, 0) + brands.gross_margin_share * (orders.total_amount - coalesce(lines.costed_amount, 0))
            when lines.costed_count = lines.line_count then lines.cost_margin
        end as {{ winback.type_money() }}) as margin_amount,
        cast(coalesce(lines.line_count, 0) as {{ dbt.type_bigint() }}) as line_count,
        cast(coalesce(lines.item_quantity, 0) as {{ winback.type_money() }}) as item_quantity
    from orders
    inner join brands on orders.brand = brands.brand
    left join lines on orders.brand = lines.brand and orders.source = lines.source and orders.order_id = lines.order_id
    left join refunds on orders.brand = refunds.brand and orders.source = refunds.source and orders.order_id = refunds.order_id

)

{{ winback.only_changed('final', ['brand', 'source', 'order_id'], [
    'customer_id', 'ordered_at', 'ordered_on', 'status', 'is_purchase', 'currency', 'channel', 'discount_code', 'is_subscription', 'country_code',
    'gross_amount', 'discount_amount', 'tax_amount', 'shipping_amount', 'refunded_amount', 'net_amount', 'margin_amount', 'line_count', 'item_quantity'
]) }}
