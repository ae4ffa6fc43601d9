-- one row per way to write a country (its code or its English name, lower case), with how it writes telephone numbers.
with

countries as (

    select * from {{ ref('countries') }}

),

final as (

    select lower(country_code) as lookup, country_code, calling_code, trunk_prefix, min_digits, max_digits
    from countries

    union all

    select lower(country_name) as lookup, country_code, calling_code, trunk_prefix, min_digits, max_digits
    from countries

)

select * from final
