-- one row per brand, source and customer that a source lists, created before the data date or at an unknown time. The newest row of a repeated id wins.
with

unioned as (

    select * from {{ ref('stg_csv__customers') }}

),

countries as (

    select * from {{ ref('stg_winback__countries') }}

),

dated as (

    select
        unioned.*,
        brands.as_of_date,
        brands.source_count,
        {{ winback.canonical_id('unioned.customer_id') }} as canonical_customer_id,
        {{ winback.canonical_email('unioned.email') }} as canonical_email,
        {{ winback.local_day('unioned.created_at', 'brands.timezone') }} as created_on
    from unioned
    inner join {{ ref('stg_winback__brands') }} as brands on unioned.brand = brands.brand

),

ranked as (

    select
        dated.*,
        {{ winback.customer_id('source', 'canonical_customer_id', 'canonical_email', 'source_count') }} as final_customer_id,
        row_number() over (
            partition by brand, source, coalesce(canonical_customer_id, canonical_email)
            order by updated_at desc nulls last, _loaded_at desc nulls last, _file desc nulls last, _line desc nulls last
        ) as version_no
    from dated
    where created_on is null or created_on < as_of_date

),

final as (

    select
        ranked.brand,
        ranked.source,
        ranked.final_customer_id as customer_id,
        ranked.created_at,
        ranked.canonical_email as email,
        {{ winback.phone_e164('ranked.phone_e164', 'countries.calling_code', 'countries.trunk_prefix', 'countries.min_digits', 'countries.max_digits') }} as phone_e164,
        nullif(trim(ranked.first_name), '') as first_name,
        nullif(trim(ranked.last_name), '') as last_name,
        countries.country_code,
        ranked.language,
        ranked.timezone,
        coalesce(ranked.is_test, false) as is_test,
        coalesce(ranked.is_deleted, false) as is_deleted,
        ranked.updated_at,
        ranked.attributes_json,
        ranked._loaded_at
    from ranked
    left join countries on lower(trim(ranked.country_code)) = countries.lookup
    where ranked.version_no = 1 and ranked.final_customer_id is not null

)

select * from final
