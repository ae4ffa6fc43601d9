-- one row per brand and customer: everything that an audience or a rule may read. The last of the marts.
with

customers as (

    select * from {{ ref('int_customers__unified') }}

),

features as (

    select * from {{ ref('customer_features') }}

),

rfm as (

    select * from {{ ref('customer_rfm') }}

),

segments as (

    select * from {{ ref('customer_segments') }}

),

predictions as (

    select * from {{ ref('customer_predictions') }}

),

consents as (

    select
        brand,
        customer_id
        {%- for channel in ['email', 'sms', 'push', 'ads', 'mail'] %},
        max(case when channel = '{{ channel }}' and is_granted then 1 else 0 end) = 1 as is_{{ channel }}_consented
        {%- endfor %}
    from {{ ref('customer_consents') }}
    group by brand, customer_id

),

final as (

    select
        customers.brand,
        customers.customer_id,
        customers.first_name,
        customers.country_code,
        customers.language,
        customers.timezone,
        features.first_order_on,
        features.last_order_on,
        features.order_count,
        features.purchase_days,
        features.days_since_order,
        features.tenure_days,
        features.mean_gap_days,
        features.sd_gap_days,
        features.overdue_ratio,
        features.revenue,
        features.net_revenue,
        features.average_order_value,
        features.refund_share,
        features.discount_share,
        features.revenue_90d,
        features.revenue_prev_90d,
        features.top_category,
        features.first_channel,
        rfm.recency_score,
        rfm.frequency_score,
        rfm.monetary_score,
        rfm.segment,
        features.state,
        segments.segment_since_on,
        customers.email is not null as has_email,
        customers.phone is not null as has_phone,
        consents.is_email_consented,
        consents.is_sms_consented,
        consents.is_push_consented,
        consents.is_ads_consented,
        consents.is_mail_consented,
        predictions.p_alive,
        predictions.churn_probability_90d,
        predictions.expected_orders_90d,
        predictions.predicted_value_365d,
        predictions.score_reason
    from customers
    inner join features on customers.brand = features.brand and customers.customer_id = features.customer_id
    inner join predictions on customers.brand = predictions.brand and customers.customer_id = predictions.customer_id
    inner join consents on customers.brand = consents.brand and customers.customer_id = consents.customer_id
    left join rfm on customers.brand = rfm.brand and customers.customer_id = rfm.customer_id
    left join segments on customers.brand = segments.brand and customers.customer_id = segments.customer_id

)

select * from final
