{# Before an incremental merge: deletes from the model's table the rows whose key the given relation no longer holds, so that a file that shrank or an earlier data date leave nothing behind. #}
{% macro delete_absent(relation, keys) -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where not exists (
            select 1 from {{ relation }} as kept where
            {%- for key in keys %} kept.{{ key }} = {{ this }}.{{ key }}{{ ' and' if not loop.last }}{% endfor %}
        )
    {%- endif -%}
{%- endmacro %}
