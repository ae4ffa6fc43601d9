{#
    The state of somebody who buys in orders, from how many of the customer's usual gaps have passed (docs/models.md, State).
    overdue_ratio: days since the last order over the expected gap; purchase_days: distinct days with a purchase.
#}
{% macro purchase_state(overdue_ratio, purchase_days) -%}
    case
        when {{ overdue_ratio }} > {{ var('state_lost_ratio') }} then 'lost'
        when {{ overdue_ratio }} > {{ var('state_lapsed_ratio') }} then 'lapsed'
        when {{ overdue_ratio }} > {{ var('state_cooling_ratio') }} then 'cooling'
        when {{ purchase_days }} = 1 then 'new'
        when {{ purchase_days }} > 1 then 'active'
    end
{%- endmacro %}
