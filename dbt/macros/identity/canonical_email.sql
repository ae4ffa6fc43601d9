{# An e-mail address as we compare it: white space off both ends, A–Z lowered, empty is null. Only ASCII letters: lower() differs from warehouse to warehouse beyond them. #}
{% macro canonical_email(email) -%}
    nullif(translate({{ winback.regexp_strip(email, '^[[:space:]]+|[[:space:]]+$') }}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'), '')
{%- endmacro %}
