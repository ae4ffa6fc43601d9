{# Whether a canonical address has the form that platforms accept: one @, no white space or control characters, a dot in the domain, at most 254 characters (RFC 5321). #}
{% macro is_email(email) -%}
    (length({{ email }}) <= 254 and {{ winback.regexp_like(email, '^[^@[:space:][:cntrl:],;<>()]{1,64}@[^@[:space:][:cntrl:],;<>()]+[.][^@.[:space:][:cntrl:],;<>()]{2,}$') }}
        and not {{ winback.regexp_like(email, '[.][.]|^[.]|[.]@|@[.]') }})
{%- endmacro %}
