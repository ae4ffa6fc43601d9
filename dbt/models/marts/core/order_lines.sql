-- one row per brand, source, order and line before the data date. Money in the brand's currency.
{{ config(
    materialized='incremental',
    incremental_strategy='merge',
    unique_key=['brand', 'source', 'order_id', 'line_id'],
    on_schema_change='append_new_columns',
    partition_by=winback.partition_by_day('ordered_on'),
    pre_hook="{{ winback.delete_absent(ref('in_order_lines'), ['brand', 'source', 'order_id', 'line_id']) }}"
) }}
with

lines as (

    select * from {{ ref('int_order_lines__costed') }}

),

orders as (

    select * from {{ ref('orders') }}

),

brands as (

    select * from {{ ref('stg_winback__brands') }}

),

final as (

    select
        lines.brand,
        lines.source,
        lines.order_id,
        lines.line_id,
        orders.customer_id,
        orders.ordered_on,
        orders.is_purchase,
        lines.product_id,
        lines.variant_id,
        lines.sku,
        lines.product_name,
        lines.category,
        lines.vendor,
        cast(lines.quantity as {{ winback.type_money() }}) as quantity,
        lines.line_amount,
        cast(lines.line_discount as {{ winback.type_money() }}) as line_discount,
        cast(coalesce(lines.cost_margin, lines.line_amount * brands.gross_margin_share) as {{ winback.type_money() }}) as margin_amount,
        lines.is_gift_card,
        lines.is_duplicate
    from lines
    inner join orders on lines.brand = orders.brand and lines.source = orders.source and lines.order_id = orders.order_id
    inner join brands on lines.brand = brands.brand

)

{{ winback.only_changed('final', ['brand', 'source', 'order_id', 'line_id'], [
    'customer_id', 'ordered_on', 'is_purchase', 'product_id', 'variant_id', 'sku', 'product_name', 'category', 'vendor', 'quantity', 'line_amount',
    'line_discount', 'margin_amount', 'is_gift_card', 'is_duplicate'
]) }}
