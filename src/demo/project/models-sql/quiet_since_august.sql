/*
label: Quiet since August
fields: [first_name, last_order_on, top_category]
*/
-- A day that stays: nobody enters the list while the campaign runs, buyers leave it.
select customer_id, first_name, last_order_on, top_category
from {{ ref('customers') }}
where last_order_on < date '2026-08-25'
