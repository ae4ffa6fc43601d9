{#
    A SELECT of exactly the columns of spec, a list of [name, type]: each cast to its type, null where the table lacks it, and no rows where
    the table itself is absent. A source need not deliver everything that we can read.
#}
{% macro fill_columns(relation, spec) -%}
    {%- set exists = winback.table_exists(relation) -%}
    {%- set present = [] -%}
    {%- if exists -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%}{%- do present.append(column.name | lower) -%}{%- endfor -%}
    {%- endif %}
select
    {%- for name, type in spec %}
    cast({{ name if name in present else 'null' }} as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- if exists %}
from {{ relation }}
{%- else %}
from (select 1 as nothing) as absent
where 1 = 0
{%- endif %}
{%- endmacro %}
