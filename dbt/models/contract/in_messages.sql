-- one row per message event before the data date. The newest row of a repeated id wins.
with

unioned as (

    select * from {{ ref('stg_csv__messages') }}

),

dated as (

    select
        unioned.*,
        brands.as_of_date,
        brands.source_count,
        {{ winback.canonical_id('unioned.customer_id') }} as canonical_customer_id,
        {{ winback.canonical_email('unioned.email') }} as canonical_email,
        {{ winback.local_day('unioned.occurred_at', 'brands.timezone') }} as occurred_on,
        {{ winback.canonical_id('unioned.message_event_id') }} as canonical_message_event_id,
        row_number() over (
            partition by unioned.brand, unioned.source, {{ winback.canonical_id('unioned.message_event_id') }}
            order by unioned._loaded_at desc nulls last, unioned._file desc nulls last, unioned._line desc nulls last
        ) as version_no
    from unioned
    inner join {{ ref('stg_winback__brands') }} as brands on unioned.brand = brands.brand

),

final as (

    select
        brand,
        source,
        canonical_message_event_id as message_event_id,
        lower(trim(channel)) as channel,
        lower(trim(event_type)) as event_type,
        occurred_at,
        occurred_on,
        {{ winback.customer_id('source', 'canonical_customer_id', 'canonical_email', 'source_count') }} as customer_id,
        canonical_email as email,
        campaign_id,
        flow_id,
        variant,
        link_url,
        coalesce(is_bot_open, false) as is_bot_open,
        _loaded_at
    from dated
    where version_no = 1 and occurred_on < as_of_date

)

select * from final
