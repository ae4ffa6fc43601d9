-- one row per brand, source and order of every connector, before the data date. Money in the brand's currency (total × fx_rate).
-- A cancellation or refund on or after the data date has not happened yet: where refund rows date an order's refunds, its own undated amount is left out.
with

unioned as (

    select * from {{ ref('stg_csv__orders') }} where not is_refund

),

refunds as (

    select brand, source, order_id, max(refunded_at) as last_refunded_at
    from {{ ref('stg_csv__refunds') }}
    where order_id is not null and refunded_at is not null
    group by brand, source, order_id

),

dated as (

    select
        unioned.*,
        brands.as_of_date,
        brands.source_count,
        brands.currency as brand_currency,
        countries.country_code as iso_country_code,
        coalesce(unioned.fx_rate, 1) as rate,
        {{ winback.canonical_email('unioned.email') }} as canonical_email,
        {{ winback.canonical_id('unioned.customer_id') }} as canonical_customer_id,
        {{ winback.local_day('unioned.ordered_at', 'brands.timezone') }} as ordered_on,
        {{ winback.local_day('unioned.cancelled_at', 'brands.timezone') }} as cancelled_on,
        {{ winback.local_day('refunds.last_refunded_at', 'brands.timezone') }} as last_refunded_on,
        {{ winback.order_status('unioned.status') }} as canonical_status
    from unioned
    inner join {{ ref('stg_winback__brands') }} as brands on unioned.brand = brands.brand
    left join {{ ref('stg_winback__countries') }} as countries on lower(trim(unioned.country_code)) = countries.lookup
    left join refunds
        on unioned.brand = refunds.brand and unioned.source = refunds.source and unioned.order_id = refunds.order_id

),

final as (

    select
        brand,
        source,
        order_id,
        ordered_at,
        ordered_on,
        case
            when canonical_status = 'cancelled' and cancelled_on >= as_of_date then 'placed'
            when canonical_status = 'refunded' and last_refunded_on >= as_of_date then 'paid'
            else canonical_status
        end as status,
        coalesce(nullif(upper(trim(currency)), ''), brand_currency) as currency,
        cast(total_amount * rate as {{ winback.type_money() }}) as total_amount,
        {{ winback.customer_id('source', 'canonical_customer_id', 'canonical_email', 'source_count') }} as customer_id,
        canonical_email as email,
        cast(subtotal * rate as {{ winback.type_money() }}) as subtotal,
        cast(discount * rate as {{ winback.type_money() }}) as discount,
        cast(tax * rate as {{ winback.type_money() }}) as tax,
        cast(shipping * rate as {{ winback.type_money() }}) as shipping,
        cast(case when last_refunded_on is null then refunded_amount * rate end as {{ winback.type_money() }}) as refunded_amount,
        channel,
        discount_code,
        coalesce(is_subscription, false) as is_subscription,
        coalesce(is_test, false) as is_test,
        case when cancelled_on < as_of_date then cancelled_at end as cancelled_at,
        cast(fx_rate as numeric(18, 6)) as fx_rate,
        iso_country_code as country_code,
        landing_url,
        utm_source,
        utm_medium,
        utm_campaign,
        utm_content,
        utm_term,
        _loaded_at
    from dated
    where ordered_on < as_of_date

)

select * from final
