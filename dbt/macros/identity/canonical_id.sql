{# An id as text that compares: NFC, white space off both ends, `17850.0` written `17850`, empty is null. #}
{% macro canonical_id(id) -%}
    {%- set trimmed = winback.regexp_strip(winback.nfc("cast(" ~ id ~ " as " ~ dbt.type_string() ~ ")"), '^[[:space:]]+|[[:space:]]+$') -%}
    nullif(case when {{ winback.regexp_like(trimmed, '^-?[0-9]+[.]0+$') }} then {{ dbt.split_part(trimmed, "'.'", 1) }} else {{ trimmed }} end, '')
{%- endmacro %}
