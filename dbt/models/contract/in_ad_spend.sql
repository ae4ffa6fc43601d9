-- one row per brand, source, day, channel and campaign of advertising cost, for days before the data date. Money as the source gives it.
with

unioned as (

    select * from {{ ref('stg_csv__ad_spend') }}

),

final as (

    select
        unioned.brand,
        unioned.source,
        unioned.spend_date,
        lower(trim(unioned.channel)) as channel,
        unioned.campaign,
        coalesce(upper(trim(unioned.currency)), brands.currency) as currency,
        cast(unioned.spend as {{ winback.type_money() }}) as spend,
        unioned.impressions,
        unioned.clicks,
        unioned._loaded_at
    from unioned
    inner join {{ ref('stg_winback__brands') }} as brands on unioned.brand = brands.brand
    where unioned.spend_date < brands.as_of_date

)

select * from final
