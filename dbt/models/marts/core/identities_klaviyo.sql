-- one row per brand and customer that has an e-mail or a phone, as Klaviyo wants them: e-mail trimmed and lower-case, phone in E.164, neither hashed.
-- A malformed e-mail is left out where the phone stands in for it; a row with nothing valid says why.
with

customers as (

    select * from {{ ref('int_customers__unified') }} where email is not null or phone is not null

),

checked as (

    select
        customers.*,
        coalesce({{ winback.is_email('email') }}, false) as is_email_valid
    from customers

),

chosen as (

    select
        brand,
        customer_id,
        phone,
        case when is_email_valid or phone is null then email end as email,
        is_email_valid or phone is not null as is_valid
    from checked

),

final as (

    select
        brand,
        customer_id,
        {{ winback.person_key('email', 'phone') }} as person_key,
        email,
        phone,
        customer_id as external_id,
        is_valid,
        case when not is_valid then 'malformed_email' end as invalid_reason
    from chosen

)

select * from final
