-- one row per brand, campaign, arm and day since assignment, cumulative through that day: sums and sums of squares over the members whose day is
-- complete. Revenue is net: orders minus the refunds dated in the window. Everybody assigned counts (intention to treat).
{%- set double = winback.type_double() %}
with

members as (

    select * from {{ ref('int_campaign_members__windowed') }}

),

numbers as (

    {{ winback.number_rows(var('campaign_window_max_days')) }}

),

-- members that were complete for equally many days are alike here, so the days multiply groups and not members
groups as (

    select
        brand,
        campaign_id,
        arm,
        complete_days,
        count(*) as customers,
        sum(pre_revenue) as pre_revenue,
        sum(cast(pre_revenue as {{ double }}) * cast(pre_revenue as {{ double }})) as pre_revenue_sq,
        sum(pre_margin) as pre_margin,
        sum(cast(pre_margin as {{ double }}) * cast(pre_margin as {{ double }})) as pre_margin_sq,
        sum(pre_without_margin) as pre_without_margin
    from members
    group by brand, campaign_id, arm, complete_days

),

populations as (

    select
        groups.brand,
        groups.campaign_id,
        groups.arm,
        numbers.n as day,
        sum(groups.customers) as customers,
        sum(groups.pre_revenue) as pre_revenue,
        sum(groups.pre_revenue_sq) as pre_revenue_sq,
        sum(groups.pre_margin) as pre_margin,
        sum(groups.pre_margin_sq) as pre_margin_sq,
        sum(groups.pre_without_margin) as pre_without_margin
    from groups
    inner join numbers on numbers.n < groups.complete_days
    group by groups.brand, groups.campaign_id, groups.arm, numbers.n

),

responses as (

    select * from {{ ref('int_campaign_arms__responses') }}

),

joined as (

    select
        populations.*,
        responses.converters,
        responses.orders,
        responses.orders_sq,
        responses.revenue,
        responses.revenue_sq,
        responses.revenue_pre_revenue,
        responses.margin,
        responses.margin_sq,
        responses.margin_pre_margin,
        coalesce(responses.without_margin, 0) = 0 as has_margin,
        populations.pre_without_margin = 0 as has_pre_margin
    from populations
    left join responses
        on populations.brand = responses.brand and populations.campaign_id = responses.campaign_id
            and populations.arm = responses.arm and populations.day = responses.day

),

final as (

    select
        brand,
        campaign_id,
        arm,
        cast(day as integer) as day,
        cast(customers as {{ dbt.type_bigint() }}) as customers,
        cast(coalesce(converters, 0) as {{ dbt.type_bigint() }}) as converters,
        cast(coalesce(orders, 0) as {{ dbt.type_bigint() }}) as orders,
        coalesce(orders_sq, 0) as orders_sq,
        cast(coalesce(revenue, 0) as {{ winback.type_money() }}) as revenue,
        coalesce(revenue_sq, 0) as revenue_sq,
        cast(case when has_margin then coalesce(margin, 0) end as {{ winback.type_money() }}) as margin,
        case when has_margin then coalesce(margin_sq, 0) end as margin_sq,
        cast(pre_revenue as {{ winback.type_money() }}) as pre_revenue,
        pre_revenue_sq,
        coalesce(revenue_pre_revenue, 0) as revenue_pre_revenue,
        cast(case when has_pre_margin then pre_margin end as {{ winback.type_money() }}) as pre_margin,
        case when has_pre_margin then pre_margin_sq end as pre_margin_sq,
        case when has_margin and has_pre_margin then coalesce(margin_pre_margin, 0) end as margin_pre_margin
    from joined

)

select * from final
