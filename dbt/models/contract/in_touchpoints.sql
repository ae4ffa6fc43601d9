-- one row per touch (a visit or click with its marketing parameters) before the data date.
with

unioned as (

    select * from {{ ref('stg_csv__touchpoints') }}

),

dated as (

    select
        unioned.*,
        brands.as_of_date,
        brands.source_count,
        {{ winback.canonical_id('unioned.customer_id') }} as canonical_customer_id,
        {{ winback.local_day('unioned.occurred_at', 'brands.timezone') }} as occurred_on
    from unioned
    inner join {{ ref('stg_winback__brands') }} as brands on unioned.brand = brands.brand

),

final as (

    select
        brand,
        source,
        {{ winback.canonical_id('touch_id') }} as touch_id,
        occurred_at,
        occurred_on,
        anonymous_id,
        {{ winback.customer_id('source', 'canonical_customer_id', 'cast(null as ' ~ dbt.type_string() ~ ')', 'source_count') }} as customer_id,
        utm_source,
        utm_medium,
        utm_campaign,
        utm_content,
        utm_term,
        referrer,
        landing_url,
        channel_hint,
        click_id,
        _loaded_at
    from dated
    where occurred_on < as_of_date

)

select * from final
