-- one row per subscription that started before the data date. An end on or after the data date has not happened yet: the subscription is still active.
with

unioned as (

    select * from {{ ref('stg_csv__subscriptions') }}

),

dated as (

    select
        unioned.*,
        brands.as_of_date,
        brands.source_count,
        {{ winback.canonical_id('unioned.customer_id') }} as canonical_customer_id,
        {{ winback.canonical_id('unioned.subscription_id') }} as canonical_subscription_id,
        {{ winback.local_day('unioned.started_at', 'brands.timezone') }} as started_on,
        {{ winback.local_day('unioned.ended_at', 'brands.timezone') }} as ended_on,
        row_number() over (
            partition by unioned.brand, unioned.source, {{ winback.canonical_id('unioned.subscription_id') }}
            order by unioned._loaded_at desc nulls last, unioned._file desc nulls last, unioned._line desc nulls last
        ) as version_no
    from unioned
    inner join {{ ref('stg_winback__brands') }} as brands on unioned.brand = brands.brand

),

final as (

    select
        brand,
        source,
        canonical_subscription_id as subscription_id,
        {{ winback.customer_id('source', 'canonical_customer_id', 'cast(null as ' ~ dbt.type_string() ~ ')', 'source_count') }} as customer_id,
        case when ended_on >= as_of_date then 'active' else lower(trim(status)) end as status,
        started_at,
        started_on,
        case when ended_on < as_of_date then ended_at end as ended_at,
        case when ended_on < as_of_date then ended_on end as ended_on,
        cancel_at,
        cast(mrr as {{ winback.type_money() }}) as mrr,
        dated.interval,
        dated.plan,
        _loaded_at
    from dated
    where version_no = 1 and started_on < as_of_date

)

select * from final
