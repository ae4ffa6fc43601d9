{{ config(materialized='view') }}
select customer_id, seen_on from {{ ref('customers') }} where revenue > 15
