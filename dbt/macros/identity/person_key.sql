{# The one key of a person in suppressions and ledgers: sha256 hex of the canonical e-mail, else of the E.164 phone; null when there is neither. Pass canonical values. #}
{% macro person_key(email, phone) -%}
    case when {{ email }} is not null or {{ phone }} is not null then {{ winback.sha256_hex("coalesce(" ~ email ~ ", " ~ phone ~ ")") }} end
{%- endmacro %}
