-- one row per campaign member: the arm, the window [assigned_on, assigned_on + window_days), how many of its days are complete, and what the
-- member spent in the equally long time before. A member is judged by the first assignment; days are complete before the exclusive data date.
with

campaigns as (

    select
        brand,
        campaign_id,
        window_days,
        row_number() over (partition by brand, campaign_id order by recorded_at desc nulls last, launched_on desc nulls last) as launch_no
    from {{ source('sync', 'campaigns') }}

),

assignments as (

    select
        brand,
        campaign_id,
        customer_id,
        arm,
        assigned_on,
        row_number() over (partition by brand, campaign_id, customer_id order by assigned_at nulls last, assigned_on, arm) as assignment_no
    from {{ source('sync', 'assignments') }}

),

brands as (

    select brand, as_of_date from {{ ref('stg_winback__brands') }}

),

days as (

    select * from {{ ref('int_customer_days__summed') }}

),

members as (

    select
        assignments.brand,
        assignments.campaign_id,
        assignments.customer_id,
        assignments.arm,
        assignments.assigned_on,
        campaigns.window_days,
        least({{ winback.days_between('assignments.assigned_on', 'brands.as_of_date') }}, campaigns.window_days) as complete_days
    from assignments
    inner join campaigns on assignments.brand = campaigns.brand and assignments.campaign_id = campaigns.campaign_id and campaigns.launch_no = 1
    inner join brands on assignments.brand = brands.brand
    where assignments.assignment_no = 1 and assignments.assigned_on < brands.as_of_date

),

before as (

    select
        members.brand,
        members.campaign_id,
        members.customer_id,
        sum(days.net_revenue) as pre_revenue,
        sum(days.margin) as pre_margin,
        sum(days.orders_without_margin) as pre_without_margin
    from members
    inner join days
        on members.brand = days.brand and members.customer_id = days.customer_id
            and days.event_on >= {{ winback.add_days('members.assigned_on', '-1 * members.window_days') }}
            and days.event_on < members.assigned_on
    group by members.brand, members.campaign_id, members.customer_id

),

final as (

    select
        members.brand,
        members.campaign_id,
        members.customer_id,
        members.arm,
        members.assigned_on,
        members.window_days,
        members.complete_days,
        cast(coalesce(before.pre_revenue, 0) as {{ winback.type_money() }}) as pre_revenue,
        cast(coalesce(before.pre_margin, 0) as {{ winback.type_money() }}) as pre_margin,
        cast(coalesce(before.pre_without_margin, 0) as {{ dbt.type_bigint() }}) as pre_without_margin
    from members
    left join before
        on members.brand = before.brand and members.campaign_id = before.campaign_id and members.customer_id = before.customer_id

)

select * from final
