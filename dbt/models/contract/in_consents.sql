-- one row per consent statement captured before the data date or at an unknown time. Whose it is: a customer id, an e-mail, or a phone.
-- A number that is not international keeps its digits (4 to 18: the shortest national number, the longest with 011 before it): the customer's country reads them.
with

unioned as (

    select * from {{ ref('stg_csv__consents') }}

),

dated as (

    select
        unioned.*,
        brands.as_of_date,
        brands.source_count,
        {{ winback.canonical_id('unioned.customer_id') }} as canonical_customer_id,
        {{ winback.phone_e164('unioned.phone', 'cast(null as ' ~ dbt.type_string() ~ ')', 'cast(null as ' ~ dbt.type_string() ~ ')', '0', '0') }} as phone_e164,
        {{ winback.regexp_strip('unioned.phone', '[^0-9]') }} as digits,
        {{ winback.local_day('unioned.captured_at', 'brands.timezone') }} as captured_on
    from unioned
    inner join {{ ref('stg_winback__brands') }} as brands on unioned.brand = brands.brand

),

final as (

    select
        brand,
        source,
        {{ winback.customer_id('source', 'canonical_customer_id', 'cast(null as ' ~ dbt.type_string() ~ ')', 'source_count') }} as customer_id,
        {{ winback.canonical_email('email') }} as email,
        phone_e164 as phone,
        case when phone_e164 is null and length(digits) between 4 and 18 then digits end as phone_digits,
        lower(trim(channel)) as channel,
        case
            when lower(trim(state)) in ('granted', 'yes', 'true', '1', 'opted_in', 'subscribed', 'confirmed') then 'granted'
            when lower(trim(state)) in ('denied', 'no', 'false', '0', 'opted_out', 'unsubscribed', 'revoked', 'withdrawn') then 'denied'
            else 'unknown'
        end as state,
        captured_at,
        legal_basis,
        source_system,
        double_opt_in,
        evidence_ref,
        _loaded_at
    from dated
    where captured_on is null or captured_on < as_of_date

)

select * from final
