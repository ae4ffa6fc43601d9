-- one row per brand and customer, those without a purchase too: what the customer did before the data date. Days are brand-local, money the brand's.
with

customers as (

    select * from {{ ref('int_customers__unified') }}

),

brands as (

    select * from {{ ref('stg_winback__brands') }}

),

states as (

    select * from {{ ref('int_customer_snapshots__states') }} where is_data_date

),

days as (

    select * from {{ ref('int_customer_days__summed') }}

),

favours as (

    select * from {{ ref('int_customers__favoured') }}

),

totals as (

    select
        days.brand,
        days.customer_id,
        sum(days.revenue) as revenue,
        sum(days.net_revenue) as net_revenue,
        sum(days.refunded) as refunded,
        sum(days.discount) as discount,
        sum(case when days.event_on >= {{ winback.add_days('brands.as_of_date', -90) }} then days.revenue else 0 end) as revenue_90d,
        sum(case
            when days.event_on >= {{ winback.add_days('brands.as_of_date', -180) }} and days.event_on < {{ winback.add_days('brands.as_of_date', -90) }}
                then days.revenue
            else 0
        end) as revenue_prev_90d
    from days
    inner join brands on days.brand = brands.brand
    group by days.brand, days.customer_id

),

gaps as (

    select
        brand,
        customer_id,
        {{ winback.days_between('lag(event_on) over (partition by brand, customer_id order by event_on)', 'event_on') }} as gap_days
    from days
    where order_count > 0

),

gap_spread as (

    select brand, customer_id, stddev_samp(cast(gap_days as {{ winback.type_double() }})) as sd_gap_days
    from gaps
    group by brand, customer_id

),

final as (

    select
        customers.brand,
        customers.customer_id,
        states.first_order_on,
        states.last_order_on,
        cast(coalesce(states.order_count, 0) as {{ dbt.type_bigint() }}) as order_count,
        cast(coalesce(states.purchase_days, 0) as {{ dbt.type_bigint() }}) as purchase_days,
        cast(states.days_since_order as {{ dbt.type_bigint() }}) as days_since_order,
        cast({{ winback.days_between('states.first_order_on', 'brands.as_of_date') }} as {{ dbt.type_bigint() }}) as tenure_days,
        states.mean_gap_days,
        gap_spread.sd_gap_days,
        states.expected_gap_days,
        states.overdue_ratio,
        cast(coalesce(totals.revenue, 0) as {{ winback.type_money() }}) as revenue,
        cast(coalesce(totals.net_revenue, 0) as {{ winback.type_money() }}) as net_revenue,
        cast({{ winback.safe_div('totals.revenue', 'states.order_count') }} as {{ winback.type_money() }}) as average_order_value,
        {{ winback.safe_div('totals.refunded', 'totals.revenue') }} as refund_share,
        {{ winback.safe_div('totals.discount', 'totals.revenue + totals.discount') }} as discount_share,
        cast(coalesce(totals.revenue_90d, 0) as {{ winback.type_money() }}) as revenue_90d,
        cast(coalesce(totals.revenue_prev_90d, 0) as {{ winback.type_money() }}) as revenue_prev_90d,
        favours.top_category,
        favours.first_channel,
        coalesce(states.is_subscriber, false) as is_subscriber,
        states.state
    from customers
    inner join brands on customers.brand = brands.brand
    left join states on customers.brand = states.brand and customers.customer_id = states.customer_id
    left join totals on customers.brand = totals.brand and customers.customer_id = totals.customer_id
    left join gap_spread on customers.brand = gap_spread.brand and customers.customer_id = gap_spread.customer_id
    left join favours on customers.brand = favours.brand and customers.customer_id = favours.customer_id

)

select * from final
