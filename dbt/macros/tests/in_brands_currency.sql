{#
    Fails for each brand, source and currency other than the brand's with rows that no positive rate turns into the brand's: their money would count
    one to one. No currency is the brand's. rate_column is a column, or null where rows cannot carry a rate.
#}
{% test in_brands_currency(model, rate_column='fx_rate') %}
select money.brand, money.source, money.currency, count(*) as row_count
from (
    select brand, source, nullif(upper(trim(currency)), '') as currency
    from {{ model }}
    where coalesce({{ rate_column }}, 0) <= 0
) as money
inner join {{ ref('stg_winback__brands') }} as brands on money.brand = brands.brand
where money.currency is not null and money.currency is distinct from upper(trim(brands.currency))
group by money.brand, money.source, money.currency
{% endtest %}
