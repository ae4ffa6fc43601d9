-- one row per order line with the category and the unit cost that apply to it. The category is the line's own, else its product's, else the
-- shipped seed's, and the seed only in brands whose data name no category at all: product ids of two shops may coincide.
{{ config(materialized='view') }}
with

order_lines as (

    select * from {{ ref('in_order_lines') }}

),

products as (

    select * from {{ ref('in_products') }}

),

seeded as (

    select * from {{ ref('product_categories') }}

),

categorised_brands as (

    select brand from order_lines where category is not null
    union distinct
    select brand from products where category is not null

),

final as (

    select
        order_lines.brand,
        order_lines.source,
        order_lines.order_id,
        order_lines.line_id,
        order_lines.product_id,
        order_lines.variant_id,
        order_lines.sku,
        order_lines.product_name,
        coalesce(order_lines.category, products.category, case when categorised_brands.brand is null then seeded.category end) as category,
        order_lines.vendor,
        order_lines.quantity,
        order_lines.line_amount,
        coalesce(order_lines.line_discount, 0) as line_discount,
        products.cost as unit_cost,
        cast(order_lines.line_amount - order_lines.quantity * products.cost as {{ winback.type_money() }}) as cost_margin,
        order_lines.is_gift_card,
        order_lines.is_duplicate
    from order_lines
    left join products
        on order_lines.brand = products.brand and order_lines.source = products.source and order_lines.product_id = products.product_id
    left join categorised_brands on order_lines.brand = categorised_brands.brand
    left join seeded on order_lines.product_id = seeded.product_id

)

select * from final
