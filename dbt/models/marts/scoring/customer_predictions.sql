-- one row per brand and customer: what the purchase models expect. Until a fit has written parameters every score is null, with the reason.
{{ config(tags=['scored']) }}
with

features as (

    select brand, customer_id from {{ ref('customer_features') }}

),

final as (

    select
        brand,
        customer_id,
        cast(null as {{ winback.type_double() }}) as p_alive,
        cast(null as {{ winback.type_double() }}) as churn_probability_90d,
        cast(null as {{ winback.type_double() }}) as expected_orders_90d,
        cast(null as {{ winback.type_money() }}) as predicted_value_365d,
        'not_fitted' as score_reason
    from features

)

select * from final
