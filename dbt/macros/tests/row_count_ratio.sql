{# Fails when this relation's row count divided by the other's lies outside [at_least, at_most]; an empty other relation passes. #}
{% test row_count_ratio(model, to, at_least, at_most) %}
select counts.ours, counts.theirs
from (
    select (select count(*) from {{ model }}) as ours, (select count(*) from {{ to }}) as theirs
) as counts
where counts.theirs > 0
    and ({{ winback.safe_div('counts.ours', 'counts.theirs') }} < {{ at_least }} or {{ winback.safe_div('counts.ours', 'counts.theirs') }} > {{ at_most }})
{% endtest %}
