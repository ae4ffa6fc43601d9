-- one row per brand, source and order of every connector, before the data date. Money in the brand's currency (total × fx_rate).
-- A cancellation on or after the data date has not happened yet.
with

unioned as (

    select * from {{ ref('stg_csv__orders') }} where not is_refund

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
        {{ winback.order_status('unioned.status') }} as canonical_status
    from unioned
    inner join {{ ref('stg_winback__brands') }} as brands on unioned.brand = brands.brand
    left join {{ ref('stg_winback__countries') }} as countries on lower(trim(unioned.country_code)) = countries.lookup

),

final as (

    select
        brand,
        source,
        order_id,
        ordered_at,
        ordered_on,
        case when canonical_status = 'cancelled' and cancelled_on >= as_of_date then 'placed' else canonical_status end as status,
        coalesce(upper(trim(currency)), brand_currency) as currency,
        cast(total_amount * rate as {{ winback.type_money() }}) as total_amount,
        {{ winback.customer_id('source', 'canonical_customer_id', 'canonical_email', 'source_count') }} as customer_id,
        canonical_email as email,
        cast(subtotal * rate as {{ winback.type_money() }}) as subtotal,
        cast(discount * rate as {{ winback.type_money() }}) as discount,
        cast(tax * rate as {{ winback.type_money() }}) as tax,
        cast(shipping * rate as {{ winback.type_money() }}) as shipping,
        cast(refunded_amount * rate as {{ winback.type_money() }}) as refunded_amount,
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
