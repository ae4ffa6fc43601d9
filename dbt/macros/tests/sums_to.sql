{# Fails for each group whose sum of the column differs from the sum of another relation's column by more than the tolerance; groups that only one side has count as 0. #}
{% test sums_to(model, column_name, to, to_column, group_by, where='1 = 1', to_where='1 = 1', tolerance=0) %}
select {{ group_by | join(', ') }}, sum(ours) as ours, sum(theirs) as theirs
from (
    select {{ group_by | join(', ') }}, {{ column_name }} as ours, 0 as theirs from {{ model }} where {{ where }}
    union all
    select {{ group_by | join(', ') }}, 0 as ours, {{ to_column }} as theirs from {{ to }} where {{ to_where }}
) as both_sides
group by {{ group_by | join(', ') }}
having abs(coalesce(sum(ours), 0) - coalesce(sum(theirs), 0)) > {{ tolerance }}
{% endtest %}
