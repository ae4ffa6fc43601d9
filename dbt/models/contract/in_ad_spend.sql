-- one row per brand, source, day, channel, campaign and currency of advertising cost, for days before the data date. Money as the source gives it.
-- Rows of one file add up; of files that overlap the one loaded last counts.
with

unioned as (

    select * from {{ ref('stg_csv__ad_spend') }}

),

ranked as (

    select
        unioned.brand,
        unioned.source,
        unioned.spend_date,
        lower(trim(unioned.channel)) as channel,
        unioned.campaign,
        coalesce(nullif(upper(trim(unioned.currency)), ''), brands.currency) as currency,
        unioned.spend,
        unioned.impressions,
        unioned.clicks,
        unioned._loaded_at,
        rank() over (
            partition by unioned.brand, unioned.source, unioned.spend_date, lower(trim(unioned.channel)), unioned.campaign
            order by unioned._loaded_at desc nulls last, unioned._file desc nulls last
        ) as version_no
    from unioned
    inner join {{ ref('stg_winback__brands') }} as brands on unioned.brand = brands.brand
    where unioned.spend_date < brands.as_of_date

),

final as (

    select
        brand,
        source,
        spend_date,
        channel,
        campaign,
        currency,
        cast(sum(spend) as {{ winback.type_money() }}) as spend,
        cast(sum(impressions) as {{ dbt.type_bigint() }}) as impressions,
        cast(sum(clicks) as {{ dbt.type_bigint() }}) as clicks,
        max(_loaded_at) as _loaded_at
    from ranked
    where version_no = 1
    group by brand, source, spend_date, channel, campaign, currency

)

select * from final
