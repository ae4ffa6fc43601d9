-- one row per brand, source and product. Products have no date: their newest row stands for all time. Prices in the brand's currency.
with

unioned as (

    select * from {{ ref('stg_csv__products') }}

),

ranked as (

    select
        unioned.*,
        {{ winback.canonical_id('unioned.product_id') }} as canonical_product_id,
        row_number() over (
            partition by unioned.brand, unioned.source, {{ winback.canonical_id('unioned.product_id') }}
            order by unioned._loaded_at desc nulls last, unioned._file desc nulls last, unioned._line desc nulls last
        ) as version_no
    from unioned
    inner join {{ ref('stg_winback__brands') }} as brands on unioned.brand = brands.brand

),

final as (

    select
        brand,
        source,
        canonical_product_id as product_id,
        nullif(trim(category), '') as category,
        cast(price as numeric(18, 6)) as price,
        cast(cost as numeric(18, 6)) as cost,
        _loaded_at
    from ranked
    where version_no = 1 and canonical_product_id is not null

)

select * from final
