{# Fails for each brand whose newest load (an instant) is older than so many hours when the run starts. #}
{% test freshness_age(model, column_name, hours) %}
select brand, max({{ column_name }}) as newest_at
from {{ model }}
group by brand
having max({{ column_name }}) < {{ dbt.dateadd('hour', -1 * hours, "cast('" ~ run_started_at.strftime('%Y-%m-%d %H:%M:%S') ~ "' as " ~ dbt.type_timestamp() ~ ")") }}
{% endtest %}
