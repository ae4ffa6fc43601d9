-- one row per brand and customer, made up from a range; the data date is the build's
select
    cast('acme' as varchar) as brand,
    cast(i as varchar) as customer_id,
    cast(i * 1.5 as decimal(18, 4)) as revenue,
    cast('{{ var("as_of_date") }}' as date) as seen_on
from range(1, 21) as numbers(i)
