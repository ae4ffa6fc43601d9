-- one row per brand and customer with a purchase: the category that most was spent on (the first by name of equals), and the channel of the first purchase.
{{ config(materialized='view') }}
with

category_amounts as (

    select
        brand,
        customer_id,
        category,
        row_number() over (partition by brand, customer_id order by sum(line_amount) desc nulls last, category) as category_no
    from {{ ref('order_lines') }}
    where is_purchase and customer_id is not null and category is not null
    group by brand, customer_id, category

),

first_orders as (

    select
        brand,
        customer_id,
        channel,
        row_number() over (partition by brand, customer_id order by ordered_at, order_id) as order_no
    from {{ ref('orders') }}
    where is_purchase and customer_id is not null

),

final as (

    select first_orders.brand, first_orders.customer_id, category_amounts.category as top_category, first_orders.channel as first_channel
    from first_orders
    left join category_amounts
        on first_orders.brand = category_amounts.brand and first_orders.customer_id = category_amounts.customer_id and category_amounts.category_no = 1
    where first_orders.order_no = 1

)

select * from final
