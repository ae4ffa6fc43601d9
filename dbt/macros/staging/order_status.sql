{# A shop's order status in the contract's words: placed, paid, cancelled, refunded or failed. None given is paid: an export of orders; an unknown word is placed. #}
{% macro order_status(status) -%}
    case
        when {{ status }} is null or trim({{ status }}) = '' then 'paid'
        when lower(trim({{ status }})) in ('paid', 'complete', 'completed', 'closed', 'fulfilled', 'shipped', 'delivered', 'partially_refunded', 'partially_paid') then 'paid'
        when lower(trim({{ status }})) in ('cancelled', 'canceled', 'void', 'voided', 'expired', 'trash') then 'cancelled'
        when lower(trim({{ status }})) in ('refunded', 'returned') then 'refunded'
        when lower(trim({{ status }})) in ('failed', 'declined', 'rejected') then 'failed'
        else 'placed'
    end
{%- endmacro %}
