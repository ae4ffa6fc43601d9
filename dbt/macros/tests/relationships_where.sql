{# Fails on rows, filtered by `where`, whose columns have no partner in the other relation. Null columns pass. columns maps ours to theirs. #}
{% test relationships_where(model, to, columns, where='1 = 1') %}
select child.*
from (select * from {{ model }} where {{ where }}) as child
where not exists (
    select 1 from {{ to }} as parent
    where {% for ours, theirs in columns.items() %}parent.{{ theirs }} = child.{{ ours }}{{ ' and ' if not loop.last }}{% endfor %}
)
{%- for ours in columns %}
    and child.{{ ours }} is not null
{%- endfor %}
{% endtest %}
