-- one row per brand, customer and month end, the last 13 before the data date, recomputed from orders and subscriptions by every build.
with

states as (

    select * from {{ ref('int_customer_snapshots__states') }} where not is_data_date

),

final as (

    select
        states.brand,
        states.customer_id,
        {{ winback.add_days('states.snapshot_on', -1) }} as month_end_on,
        states.state,
        cast(coalesce(states.order_count, 0) as {{ dbt.type_bigint() }}) as order_count,
        cast(coalesce(states.revenue, 0) as {{ winback.type_money() }}) as revenue,
        cast(states.days_since_order as {{ dbt.type_bigint() }}) as days_since_order,
        states.overdue_ratio,
        states.is_subscriber
    from states
    inner join {{ ref('int_customers__unified') }} as customers on states.brand = customers.brand and states.customer_id = customers.customer_id

)

select * from final
