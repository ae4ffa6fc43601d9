/*
label: One-time buyers gone quiet
fields: [first_name, last_order_on, top_category]
owner: crm
description: One order, two months to a year ago, and nothing since. Give a reason for the second.
*/
select
    customer_id,
    first_name,
    last_order_on,
    top_category
from {{ ref('customers') }}
where
    purchase_days = 1
    and days_since_order between 60 and 365
