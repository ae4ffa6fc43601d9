-- fails where the hold-out hash differs from the golden vectors of dbt.md §3.3, which TypeScript is tested against too.
-- First 8 hex digits of sha256('holdout:v1:camp_winback_2026_11|…') mod 10000, worked out with coreutils' sha256sum: 9ff04b85, 7df1aa43, e248e8e7.
{%- set vectors = [('cust_1', 5317), ('cust_42', 9763), ('Zoë@example.com', 9031)] %}
with

vectors as (

    {% for unit, bucket in vectors -%}
    select '{{ unit }}' as unit, {{ bucket }} as expected
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}

)

select unit, expected, {{ winback.bucket10000("'holdout:v1:camp_winback_2026_11'", 'unit') }} as computed
from vectors
where {{ winback.bucket10000("'holdout:v1:camp_winback_2026_11'", 'unit') }} <> expected
