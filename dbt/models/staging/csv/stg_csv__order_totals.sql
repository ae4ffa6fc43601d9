-- one row per order of the orders files, and one per refund of its id. The newest row of a repeated id wins; rows without an id are summed by customer
-- and local day. Rows of negative amount, or on a cancelling invoice and not positive, are marked as refunds. Money in the order's currency.
with

raw_orders as (

    select
        orders.*,
        {{ winback.canonical_id('orders.order_id') }} as given_order_id,
        {{ winback.canonical_id('orders.customer_id') }} as canonical_customer_id,
        {{ winback.canonical_email('orders.email') }} as canonical_email,
        {{ winback.local_day('orders.ordered_at', 'brands.timezone') }} as ordered_on
    from {{ ref('base_csv__orders') }} as orders
    inner join {{ ref('stg_winback__brands') }} as brands on orders.brand = brands.brand

),

cancel_habits as (

    select
        brand,
        source,
        sum(case when {{ winback.is_cancel_id('given_order_id') }} then 1 else 0 end) * 2 < count(*) as has_cancel_ids
    from raw_orders
    group by brand, source

),

marked as (

    select
        raw_orders.*,
        coalesce(raw_orders.given_order_id, {{ winback.day_order_id('raw_orders.canonical_customer_id', 'raw_orders.canonical_email', 'raw_orders.ordered_on', 'raw_orders._file', 'raw_orders._line') }}) as final_order_id,
        coalesce(
            raw_orders.total_amount < 0
            or (raw_orders.total_amount = 0 and cancel_habits.has_cancel_ids and {{ winback.is_cancel_id('raw_orders.given_order_id') }}),
            false
        ) as is_refund
    from raw_orders
    inner join cancel_habits on raw_orders.brand = cancel_habits.brand and raw_orders.source = cancel_habits.source

),

ranked as (

    select
        marked.*,
        row_number() over (
            partition by brand, source, given_order_id, is_refund
            order by _loaded_at desc nulls last, _file desc nulls last, _line desc nulls last
        ) as version_no
    from marked

),

final as (

    select
        brand,
        source,
        final_order_id as order_id,
        is_refund,
        max(canonical_customer_id) as customer_id,
        max(canonical_email) as email,
        min(ordered_at) as ordered_at,
        max(status) as status,
        max(currency) as currency,
        sum(total_amount) as total_amount,
        sum(subtotal) as subtotal,
        sum(discount) as discount,
        sum(tax) as tax,
        sum(shipping) as shipping,
        sum(refunded_amount) as refunded_amount,
        max(channel) as channel,
        max(discount_code) as discount_code,
        max(case when is_subscription then 1 else 0 end) = 1 as is_subscription,
        max(case when is_test then 1 else 0 end) = 1 as is_test,
        max(cancelled_at) as cancelled_at,
        max(fx_rate) as fx_rate,
        max(landing_url) as landing_url,
        max(utm_source) as utm_source,
        max(utm_medium) as utm_medium,
        max(utm_campaign) as utm_campaign,
        max(utm_content) as utm_content,
        max(utm_term) as utm_term,
        max(country_code) as country_code,
        max(_loaded_at) as _loaded_at
    from ranked
    where given_order_id is null or version_no = 1
    group by brand, source, final_order_id, is_refund

)

select * from final
