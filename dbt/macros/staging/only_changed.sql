{#
    The rows of a CTE that the model's own table lacks or holds with other values: what an incremental merge has to write so that afterwards the
    table equals a full refresh, whatever moved (files, refunds, costs, the data date, the brand's zone). All rows on a full refresh.
#}
{% macro only_changed(cte, keys, columns) -%}
select
    {%- for column in keys + columns %}
    fresh.{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ cte }} as fresh
{%- if is_incremental() %}
left join {{ this }} as built
    on {% for key in keys %}fresh.{{ key }} = built.{{ key }}{{ ' and ' if not loop.last }}{% endfor %}
where built.{{ keys[0] }} is null
    {%- for column in columns %}
    or fresh.{{ column }} is distinct from built.{{ column }}
    {%- endfor %}
{%- endif %}
{%- endmacro %}
