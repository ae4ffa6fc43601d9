/*
label: About to lapse
fields: [first_name, last_order_on, mean_gap_days]
owner: crm
description: Repeat buyers who are later than their own rhythm and not yet lapsed. A reminder is enough.
*/
select
    customer_id,
    first_name,
    last_order_on,
    mean_gap_days
from {{ ref('customers') }}
where
    state = 'cooling'
    and purchase_days >= 2
