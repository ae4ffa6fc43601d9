/*
label: Lapsed VIPs
fields: [first_name, last_order_on, net_revenue]
owner: crm
description: Bought often and for much, and have been quiet for more than 90 days. Win these back first.
*/
select
    customer_id,
    first_name,
    last_order_on,
    net_revenue
from {{ ref('customers') }}
where
    segment in ('cant_lose', 'at_risk')
    and monetary_score >= 4
    and days_since_order > 90
