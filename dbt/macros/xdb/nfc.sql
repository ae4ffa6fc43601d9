{# The text in Unicode normal form C. Snowflake has no such function: there the text stays as it is. #}
{% macro nfc(x) -%}
    {{ return(adapter.dispatch('nfc', 'winback')(x)) }}
{%- endmacro %}

{% macro default__nfc(x) -%}
    nfc_normalize({{ x }})
{%- endmacro %}

{% macro postgres__nfc(x) -%}
    normalize({{ x }}, NFC)
{%- endmacro %}

{% macro bigquery__nfc(x) -%}
    normalize({{ x }}, NFC)
{%- endmacro %}

{% macro snowflake__nfc(x) -%}
    {{ x }}
{%- endmacro %}
