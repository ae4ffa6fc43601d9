{#
    A telephone number in E.164 (+ and 7 to 15 digits), or null when it cannot be one.
    A number that starts with + or 00 is international already; a (0) in it is for callers at home and falls off.
    Any other is national: it needs its country's row of the seed `countries`, whose columns are passed (calling_code, trunk_prefix, min_digits,
    max_digits); the trunk prefix falls off once, then the length must fit.
    North America dials 011 abroad and 1 at home; both are understood there.
#}
{% macro phone_e164(phone, calling_code, trunk_prefix, min_digits, max_digits) -%}
    {%- set digits = winback.regexp_strip(phone, '[^0-9]') -%}
    {%- set abroad = winback.regexp_strip(phone, '[(]0[)]|[^0-9]') -%}
    {%- set plus = "(substr(ltrim(" ~ phone ~ ", ' ('), 1, 1) = '+')" -%}
    {%- set national = "(case when " ~ trunk_prefix ~ " is not null and " ~ trunk_prefix ~ " <> '' and substr(" ~ digits ~ ", 1, length(" ~ trunk_prefix ~ ")) = " ~ trunk_prefix
        ~ " and length(" ~ digits ~ ") - length(" ~ trunk_prefix ~ ") >= " ~ min_digits
        ~ " then substr(" ~ digits ~ ", length(" ~ trunk_prefix ~ ") + 1) else " ~ digits ~ " end)" -%}
    case
        when {{ plus }} then
            case when length({{ abroad }}) between 7 and 15 and substr({{ abroad }}, 1, 1) <> '0' then '+' || {{ abroad }} end
        when {{ calling_code }} = '1' and length({{ digits }}) = 11 and substr({{ digits }}, 1, 1) = '1' then '+' || {{ digits }}
        when {{ calling_code }} = '1' and substr({{ digits }}, 1, 3) = '011' then
            case when length({{ digits }}) between 10 and 18 then '+' || substr({{ digits }}, 4) end
        when substr({{ digits }}, 1, 2) = '00' then
            case when length({{ abroad }}) between 9 and 17 and substr({{ abroad }}, 3, 1) <> '0' then '+' || substr({{ abroad }}, 3) end
        when length({{ national }}) between {{ min_digits }} and {{ max_digits }} then
            case when length({{ calling_code }} || {{ national }}) between 7 and 15 then '+' || {{ calling_code }} || {{ national }} end
    end
{%- endmacro %}
