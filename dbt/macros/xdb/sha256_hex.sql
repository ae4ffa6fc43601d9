{# Lower-case hex of the SHA-256 of the UTF-8 bytes. #}
{% macro sha256_hex(x) -%}
    {{ return(adapter.dispatch('sha256_hex', 'winback')(x)) }}
{%- endmacro %}

{% macro default__sha256_hex(x) -%}
    sha256(cast({{ x }} as varchar))
{%- endmacro %}

{% macro postgres__sha256_hex(x) -%}
    encode(sha256(convert_to(cast({{ x }} as text), 'UTF8')), 'hex')
{%- endmacro %}

{% macro bigquery__sha256_hex(x) -%}
    to_hex(sha256(cast({{ x }} as string)))
{%- endmacro %}

{% macro snowflake__sha256_hex(x) -%}
    sha2(cast({{ x }} as varchar), 256)
{%- endmacro %}
