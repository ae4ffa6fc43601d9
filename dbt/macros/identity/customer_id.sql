{#
    The customer of a row: the source's id where its brand has one source, else `source:id`; without an id the guest of its e-mail,
    `guest:` and 32 hex digits; null when there is neither. id and email must be canonical; source_count is the brand's.
#}
{% macro customer_id(source, id, email, source_count) -%}
    case
        when {{ id }} is not null and {{ source_count }} > 1 then {{ source }} || ':' || {{ id }}
        when {{ id }} is not null then {{ id }}
        when {{ email }} is not null then 'guest:' || substr({{ winback.sha256_hex(email) }}, 1, 32)
    end
{%- endmacro %}
