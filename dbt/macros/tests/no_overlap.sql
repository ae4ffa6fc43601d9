{# Fails on rows whose span [from_column, to_column) runs into the next one of the same group; an open end (null) reaches to the end of time. #}
{% test no_overlap(model, group_by, from_column, to_column) %}
select spans.*
from (
    select
        {{ group_by | join(', ') }},
        {{ from_column }},
        {{ to_column }},
        lead({{ from_column }}) over (partition by {{ group_by | join(', ') }} order by {{ from_column }}) as next_from
    from {{ model }}
) as spans
where spans.next_from is not null and (spans.{{ to_column }} is null or spans.{{ to_column }} > spans.next_from)
{% endtest %}
