{# The quintile 1 to 5 of a percent_rank, cut at .2, .4, .6 and .8, right-closed: a rank on a cut belongs below it, and ties share their rank. #}
{% macro quintile(percent_rank) -%}
    case
        when {{ percent_rank }} <= 0.2 then 1
        when {{ percent_rank }} <= 0.4 then 2
        when {{ percent_rank }} <= 0.6 then 3
        when {{ percent_rank }} <= 0.8 then 4
        else 5
    end
{%- endmacro %}
