{#
    The hold-out bucket of a customer, 0 to 9999: first 8 hex digits of sha256(salt text | unit) mod 10000 (data-model.md, Assignment).
    salt is an SQL text expression with its prefix, as 'holdout:v1:camp_winback_2026_11'; unit is the canonical customer_id.
#}
{% macro bucket10000(salt, unit) -%}
    mod({{ winback.hex8_to_bigint(winback.sha256_hex(salt ~ " || '|' || " ~ unit)) }}, 10000)
{%- endmacro %}
