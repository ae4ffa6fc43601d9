-- one row per refund before the data date, matched to its order where the source names one. Money in the brand's currency.
with

unioned as (

    select * from {{ ref('stg_csv__refunds') }}

),

orders as (

    select * from {{ ref('in_orders') }}

),

dated as (

    select
        unioned.*,
        brands.as_of_date,
        brands.source_count,
        {{ winback.canonical_id('unioned.customer_id') }} as canonical_customer_id,
        {{ winback.canonical_email('unioned.email') }} as canonical_email,
        {{ winback.local_day('unioned.refunded_at', 'brands.timezone') }} as refunded_on
    from unioned
    inner join {{ ref('stg_winback__brands') }} as brands on unioned.brand = brands.brand

),

final as (

    select
        dated.brand,
        dated.source,
        dated.refund_id,
        dated.refunded_at,
        dated.refunded_on,
        cast(dated.amount * coalesce(dated.fx_rate, orders.fx_rate, 1) as {{ winback.type_money() }}) as amount,
        dated.order_id,
        dated.line_id,
        dated.reason,
        coalesce(
            {{ winback.customer_id('dated.source', 'dated.canonical_customer_id', 'dated.canonical_email', 'dated.source_count') }},
            orders.customer_id
        ) as customer_id,
        dated._loaded_at
    from dated
    left join orders on dated.brand = orders.brand and dated.source = orders.source and dated.order_id = orders.order_id
    where dated.refunded_on < dated.as_of_date

)

select * from final
