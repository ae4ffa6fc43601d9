/*
label: Win-back by favourite category
fields: [first_name, top_category, last_order_on]
owner: crm
description: Lapsed customers with a favourite category. The field top_category lets one message show each what they liked.
*/
select
    customer_id,
    first_name,
    top_category,
    last_order_on
from {{ ref('customers') }}
where
    state in ('lapsed', 'lost')
    and top_category is not null
    and top_category not in ('Other', 'Fees and postage')
    and days_since_order between 90 and 365
