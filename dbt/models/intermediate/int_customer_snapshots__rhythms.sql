-- one row per brand, customer and snapshot with a purchase before it: how often the customer buys and how overdue the next purchase is.
-- Days are brand-local. The rule of the expected gap: docs/models.md, State.
{{ config(materialized='view') }}
with

snapshots as (

    select * from {{ ref('int_snapshots__listed') }}

),

purchases as (

    select
        snapshots.brand,
        days.customer_id,
        snapshots.snapshot_on,
        snapshots.is_data_date,
        min(days.event_on) as first_order_on,
        max(days.event_on) as last_order_on,
        count(*) as purchase_days,
        sum(days.order_count) as order_count,
        sum(days.revenue) as revenue
    from {{ ref('int_customer_days__summed') }} as days
    inner join snapshots on days.brand = snapshots.brand and days.event_on < snapshots.snapshot_on
    where days.order_count > 0
    group by snapshots.brand, days.customer_id, snapshots.snapshot_on, snapshots.is_data_date

),

gaps as (

    select
        purchases.*,
        {{ winback.days_between('last_order_on', 'snapshot_on') }} as days_since_order,
        {{ winback.days_between('first_order_on', 'last_order_on') }} as active_days,
        {{ winback.safe_div(winback.days_between('first_order_on', 'last_order_on'), 'purchase_days - 1') }} as mean_gap_days
    from purchases

),

ranked_gaps as (

    select
        brand,
        snapshot_on,
        is_data_date,
        mean_gap_days,
        row_number() over (partition by brand, snapshot_on, is_data_date order by mean_gap_days, customer_id) as gap_no,
        count(*) over (partition by brand, snapshot_on, is_data_date) as gap_count
    from gaps
    where purchase_days > 1

),

-- the median over the repeat customers: the middle one, or the mean of the two in the middle
medians as (

    select brand, snapshot_on, is_data_date, avg(mean_gap_days) as median_gap_days
    from ranked_gaps
    where gap_no * 2 between gap_count and gap_count + 2
    group by brand, snapshot_on, is_data_date

),

histories as (

    select brand, snapshot_on, is_data_date, {{ winback.days_between('min(first_order_on)', 'snapshot_on') }} as history_days
    from gaps
    group by brand, snapshot_on, is_data_date

),

-- a young history has seen short gaps only, so there the median may not fall below the default
brand_gaps as (

    select
        histories.brand,
        histories.snapshot_on,
        histories.is_data_date,
        case
            when histories.history_days < {{ var('state_history_days') }}
                then greatest(coalesce(medians.median_gap_days, 0), {{ var('state_default_gap_days') }})
            else coalesce(medians.median_gap_days, {{ var('state_default_gap_days') }})
        end as brand_gap_days
    from histories
    left join medians
        on histories.brand = medians.brand and histories.snapshot_on = medians.snapshot_on and histories.is_data_date = medians.is_data_date

),

expected as (

    select
        gaps.*,
        greatest(
            {{ winback.safe_div(
                'gaps.active_days + ' ~ var('state_gap_prior_weight') ~ ' * brand_gaps.brand_gap_days',
                'gaps.purchase_days - 1 + ' ~ var('state_gap_prior_weight')
            ) }},
            {{ var('state_gap_floor_days') }}
        ) as expected_gap_days
    from gaps
    inner join brand_gaps
        on gaps.brand = brand_gaps.brand and gaps.snapshot_on = brand_gaps.snapshot_on and gaps.is_data_date = brand_gaps.is_data_date

),

final as (

    select
        expected.brand,
        expected.customer_id,
        expected.snapshot_on,
        expected.is_data_date,
        expected.first_order_on,
        expected.last_order_on,
        expected.purchase_days,
        expected.order_count,
        expected.revenue,
        expected.days_since_order,
        expected.mean_gap_days,
        expected.expected_gap_days,
        {{ winback.safe_div('expected.days_since_order', 'expected.expected_gap_days') }} as overdue_ratio
    from expected

)

select * from final
