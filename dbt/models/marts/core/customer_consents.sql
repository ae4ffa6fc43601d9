-- one row per brand, customer and channel, every customer on all five channels. The latest statement before the data date decides; of several at
-- one instant the most restrictive. None or unknown is no, unless the brand's policy says otherwise.
with

brands as (

    select * from {{ ref('stg_winback__brands') }}

),

customers as (

    select * from {{ ref('int_customers__unified') }}

),

policies as (

    {% for channel in ['email', 'sms', 'push', 'ads', 'mail'] -%}
    select brand, '{{ channel }}' as channel, {{ channel }}_policy as policy from brands
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}

),

statements as (

    select brand, customer_id, channel, state, captured_at, _loaded_at
    from {{ ref('in_consents') }}
    where customer_id is not null

    union all

    select customers.brand, customers.customer_id, consents.channel, consents.state, consents.captured_at, consents._loaded_at
    from {{ ref('in_consents') }} as consents
    inner join customers on consents.brand = customers.brand and consents.email = customers.email

    union all

    select customers.brand, customers.customer_id, consents.channel, consents.state, consents.captured_at, consents._loaded_at
    from {{ ref('in_consents') }} as consents
    inner join customers on consents.brand = customers.brand and consents.phone = customers.phone

    union all

    select brand, customer_id, channel, state, captured_at, _loaded_at
    from {{ ref('int_consents__dialled') }}

),

ranked as (

    select
        statements.*,
        row_number() over (
            partition by brand, customer_id, channel
            order by
                captured_at desc nulls last,
                case state when 'denied' then 1 when 'unknown' then 2 else 3 end,
                _loaded_at desc nulls last
        ) as statement_no,
        max(case when state = 'denied' then 1 else 0 end) over (partition by brand, customer_id, channel) = 1 as has_refused
    from statements

),

buyers as (

    select distinct brand, customer_id
    from {{ ref('orders') }}
    where is_purchase and customer_id is not null

),

final as (

    select
        customers.brand,
        customers.customer_id,
        policies.channel,
        case
            when ranked.state = 'granted' then true
            when ranked.state = 'denied' then false
            when policies.policy = 'soft_opt_in_customers' then buyers.customer_id is not null and not coalesce(ranked.has_refused, false)
            else false
        end as is_granted,
        coalesce(ranked.state, 'unknown') as state,
        ranked.captured_at,
        policies.policy
    from customers
    inner join policies on customers.brand = policies.brand
    left join ranked
        on customers.brand = ranked.brand and customers.customer_id = ranked.customer_id
            and policies.channel = ranked.channel and ranked.statement_no = 1
    left join buyers on customers.brand = buyers.brand and customers.customer_id = buyers.customer_id

)

select * from final
