/*
label: High value at risk
fields: [first_name, net_revenue, last_order_on]
owner: crm
description: The fifth of customers with the highest revenue, among them those who are overdue by their own rhythm.
*/
select
    customer_id,
    first_name,
    net_revenue,
    last_order_on
from {{ ref('customers') }}
where
    monetary_score = 5
    and state in ('cooling', 'lapsed', 'lost')
