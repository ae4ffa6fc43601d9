-- one row per brand, customer and snapshot: the state, by the customer's subscriptions where there are any, else by how overdue the next purchase is.
-- The state rule lives here, once (docs/models.md, State).
with

snapshots as (

    select * from {{ ref('int_snapshots__listed') }}

),

buyers as (

    select * from {{ ref('int_customer_snapshots__rhythms') }}

),

subscriptions as (

    select
        snapshots.brand,
        subscriptions.customer_id,
        snapshots.snapshot_on,
        snapshots.is_data_date,
        min(subscriptions.started_on) as started_on,
        max(subscriptions.ended_on) as ended_on,
        max(case
            when subscriptions.ended_on < snapshots.snapshot_on then 0
            when subscriptions.ended_on is null and subscriptions.status in ('canceled', 'cancelled', 'expired', 'ended', 'incomplete', 'incomplete_expired') then 0
            when subscriptions.ended_on is null and (subscriptions.status in ('past_due', 'unpaid', 'paused') or subscriptions.cancel_at is not null) then 1
            else 2
        end) as standing
    from {{ ref('in_subscriptions') }} as subscriptions
    inner join snapshots on subscriptions.brand = snapshots.brand and subscriptions.started_on < snapshots.snapshot_on
    where subscriptions.customer_id is not null
    group by snapshots.brand, subscriptions.customer_id, snapshots.snapshot_on, snapshots.is_data_date

),

subscribers as (

    select
        subscriptions.*,
        case
            when standing = 2 and {{ winback.days_between('started_on', 'snapshot_on') }} <= {{ var('subscription_new_days') }} then 'new'
            when standing = 2 then 'active'
            when standing = 1 then 'cooling'
            when {{ winback.days_between('ended_on', 'snapshot_on') }} > {{ var('subscription_lost_days') }} then 'lost'
            else 'lapsed'
        end as state
    from subscriptions

),

final as (

    select
        coalesce(buyers.brand, subscribers.brand) as brand,
        coalesce(buyers.customer_id, subscribers.customer_id) as customer_id,
        coalesce(buyers.snapshot_on, subscribers.snapshot_on) as snapshot_on,
        coalesce(buyers.is_data_date, subscribers.is_data_date) as is_data_date,
        buyers.first_order_on,
        buyers.last_order_on,
        buyers.purchase_days,
        buyers.order_count,
        buyers.revenue,
        buyers.days_since_order,
        buyers.mean_gap_days,
        buyers.expected_gap_days,
        buyers.overdue_ratio,
        subscribers.customer_id is not null as is_subscriber,
        coalesce(subscribers.state, {{ winback.purchase_state('buyers.overdue_ratio', 'buyers.purchase_days') }}) as state
    from buyers
    full outer join subscribers
        on buyers.brand = subscribers.brand and buyers.customer_id = subscribers.customer_id
            and buyers.snapshot_on = subscribers.snapshot_on and buyers.is_data_date = subscribers.is_data_date

)

select * from final
