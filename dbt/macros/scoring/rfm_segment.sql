{# The named segment of a recency and a frequency score (1 to 5, 5 best): science.md §1.7, each of the 25 pairs in exactly one. #}
{% macro rfm_segment(r, f) -%}
    case
        when {{ r }} <= 2 and {{ f }} <= 2 then 'hibernating'
        when {{ r }} <= 2 and {{ f }} <= 4 then 'at_risk'
        when {{ r }} <= 2 then 'cant_lose'
        when {{ r }} = 3 and {{ f }} <= 2 then 'about_to_sleep'
        when {{ r }} = 3 and {{ f }} = 3 then 'need_attention'
        when {{ r }} <= 4 and {{ f }} >= 4 then 'loyal'
        when {{ r }} = 4 and {{ f }} = 1 then 'promising'
        when {{ r }} = 5 and {{ f }} = 1 then 'new'
        when {{ f }} <= 3 then 'potential_loyalist'
        when {{ r }} = 5 then 'champions'
    end
{%- endmacro %}
