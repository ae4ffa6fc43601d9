-- one row per brand and customer: everybody a source lists, who ordered, or who subscribes; without test and deleted customers.
-- The profile is the customer's own, else that of the newest order that names it.
with

customers as (

    select * from {{ ref('in_customers') }}

),

ranked_orders as (

    select
        brand,
        customer_id,
        email,
        country_code,
        ordered_at,
        row_number() over (
            partition by brand, customer_id order by case when email is null then 1 else 0 end, ordered_at desc nulls last, order_id desc nulls last
        ) as email_no,
        row_number() over (
            partition by brand, customer_id order by case when country_code is null then 1 else 0 end, ordered_at desc nulls last, order_id desc nulls last
        ) as country_no
    from {{ ref('in_orders') }}
    where customer_id is not null and not is_test

),

buyers as (

    select
        brand,
        customer_id,
        max(case when email_no = 1 then email end) as email,
        max(case when country_no = 1 then country_code end) as country_code,
        min(ordered_at) as first_seen_at
    from ranked_orders
    group by brand, customer_id

),

subscribers as (

    select brand, customer_id, min(started_at) as first_seen_at
    from {{ ref('in_subscriptions') }}
    where customer_id is not null
    group by brand, customer_id

),

-- one customer of one source has one row; an id that two rows share (a guest beside a listed customer) is one customer
listed as (

    select
        brand,
        customer_id,
        max(email) as email,
        max(phone_e164) as phone_e164,
        max(first_name) as first_name,
        max(last_name) as last_name,
        max(country_code) as country_code,
        max(language) as language,
        max(timezone) as timezone,
        min(created_at) as created_at,
        max(case when is_test or is_deleted then 1 else 0 end) = 1 as is_hidden
    from customers
    group by brand, customer_id

),

everybody as (

    select brand, customer_id from listed
    union distinct
    select brand, customer_id from buyers
    union distinct
    select brand, customer_id from subscribers

),

final as (

    select
        everybody.brand,
        everybody.customer_id,
        coalesce(listed.email, buyers.email) as email,
        listed.phone_e164 as phone,
        listed.first_name,
        listed.last_name,
        coalesce(listed.country_code, buyers.country_code) as country_code,
        listed.language,
        listed.timezone,
        coalesce(listed.created_at, buyers.first_seen_at, subscribers.first_seen_at) as created_at
    from everybody
    left join listed on everybody.brand = listed.brand and everybody.customer_id = listed.customer_id
    left join buyers on everybody.brand = buyers.brand and everybody.customer_id = buyers.customer_id
    left join subscribers on everybody.brand = subscribers.brand and everybody.customer_id = subscribers.customer_id
    where not coalesce(listed.is_hidden, false)

)

select * from final
