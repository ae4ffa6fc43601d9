-- one row per brand and customer with a purchase: recency, frequency and net revenue, their quintiles over the brand, and the named segment.
-- Quintiles by percent_rank, ties together; 5 is best. Recency is ranked from the newest buyer.
with

features as (

    select * from {{ ref('customer_features') }} where order_count > 0

),

ranked as (

    select
        brand,
        customer_id,
        days_since_order,
        order_count,
        net_revenue,
        percent_rank() over (partition by brand order by days_since_order) as recency_rank,
        percent_rank() over (partition by brand order by order_count) as frequency_rank,
        percent_rank() over (partition by brand order by net_revenue) as monetary_rank
    from features

),

scored as (

    select
        brand,
        customer_id,
        days_since_order,
        order_count,
        net_revenue,
        6 - {{ winback.quintile('recency_rank') }} as recency_score,
        {{ winback.quintile('frequency_rank') }} as frequency_score,
        {{ winback.quintile('monetary_rank') }} as monetary_score
    from ranked

),

final as (

    select
        brand,
        customer_id,
        days_since_order,
        order_count,
        net_revenue,
        recency_score,
        frequency_score,
        monetary_score,
        {{ winback.rfm_segment('recency_score', 'frequency_score') }} as segment
    from scored

)

select * from final
