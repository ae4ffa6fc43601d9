-- one row per touch (a visit or click with its marketing parameters) before the data date. The newest row of a repeated id wins.
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
        {{ winback.local_day('unioned.occurred_at', 'brands.timezone') }} as occurred_on,
        {{ winback.canonical_id('unioned.touch_id') }} as canonical_touch_id,
        row_number() over (
            partition by unioned.brand, unioned.source, {{ winback.canonical_id('unioned.touch_id') }}
            order by unioned._loaded_at desc nulls last, unioned._file desc nulls last, unioned._line desc nulls last
        ) as version_no
    from unioned
    inner join {{ ref('stg_winback__brands') }} as brands on unioned.brand = brands.brand

),

final as (

    select
        brand,
        source,
        canonical_touch_id as touch_id,
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
    where version_no = 1 and occurred_on < as_of_date

)

select * from final
