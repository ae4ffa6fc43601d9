-- one row per brand, campaign, arm and day since assignment on which anybody has responded so far: sums over members of what each spent through that day.
{%- set double = winback.type_double() %}
with

members as (

    select * from {{ ref('int_campaign_members__windowed') }}

),

numbers as (

    {{ winback.number_rows(var('campaign_window_max_days')) }}

),

-- what each member with an event in the window has spent through each complete day
cumulated as (

    select
        members.brand,
        members.campaign_id,
        members.arm,
        members.customer_id,
        numbers.n as day,
        max(cast(members.pre_revenue as {{ double }})) as x_revenue,
        max(cast(members.pre_margin as {{ double }})) as x_margin,
        sum(days.order_count) as orders,
        sum(days.net_revenue) as revenue,
        sum(days.margin) as margin,
        sum(days.orders_without_margin) as without_margin
    from members
    inner join {{ ref('int_customer_days__summed') }} as days
        on members.brand = days.brand and members.customer_id = days.customer_id and days.event_on >= members.assigned_on
    inner join numbers
        on numbers.n >= {{ winback.days_between('members.assigned_on', 'days.event_on') }} and numbers.n < members.complete_days
    group by members.brand, members.campaign_id, members.arm, members.customer_id, numbers.n

),

final as (

    select
        brand,
        campaign_id,
        arm,
        day,
        sum(case when orders > 0 then 1 else 0 end) as converters,
        sum(orders) as orders,
        sum(cast(orders as {{ double }}) * cast(orders as {{ double }})) as orders_sq,
        sum(revenue) as revenue,
        sum(cast(revenue as {{ double }}) * cast(revenue as {{ double }})) as revenue_sq,
        sum(cast(revenue as {{ double }}) * x_revenue) as revenue_pre_revenue,
        sum(margin) as margin,
        sum(cast(margin as {{ double }}) * cast(margin as {{ double }})) as margin_sq,
        sum(cast(margin as {{ double }}) * x_margin) as margin_pre_margin,
        sum(without_margin) as without_margin
    from cumulated
    group by brand, campaign_id, arm, day

)

select * from final
