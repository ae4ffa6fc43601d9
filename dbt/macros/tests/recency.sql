{# Fails for each brand whose newest day is more than so many days before its data date: data that stopped arriving. #}
{% test recency(model, column_name, days) %}
select newest.brand, newest.newest_on
from (select brand, max({{ column_name }}) as newest_on from {{ model }} group by brand) as newest
join {{ ref('stg_winback__brands') }} as brands on newest.brand = brands.brand
where {{ winback.days_between('newest.newest_on', 'brands.as_of_date') }} > {{ days }}
{% endtest %}
