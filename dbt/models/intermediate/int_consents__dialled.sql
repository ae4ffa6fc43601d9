-- one row per consent statement that names a telephone number without its country code and customer whose number that is: as dialled in the country
-- of the customer's number, or with its code but no +. Digits that mean several numbers refuse for all of them and grant for none.
{{ config(materialized='view') }}
with

statements as (

    select * from {{ ref('in_consents') }} where phone_digits is not null

),

-- however it is dialled, a number keeps its last four digits: most customers are out before anything is written
customers as (

    select brand, customer_id, phone, substr(phone, 2) as digits
    from {{ ref('int_customers__unified') }}
    where substr(phone, length(phone) - 3) in (select substr(phone_digits, length(phone_digits) - 3) from statements)

),

codes as (

    select distinct calling_code, coalesce(trunk_prefix, '') as trunk_prefix
    from {{ ref('stg_winback__countries') }}

),

-- a calling code has 1 to 3 digits and none begins another (ITU-T E.164)
split as (

    {% for length in [1, 2, 3] -%}
    select customers.*, codes.calling_code, codes.trunk_prefix, substr(customers.digits, {{ length + 1 }}) as national
    from customers
    inner join codes on substr(customers.digits, 1, {{ length }}) = codes.calling_code
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}

),

written as (

    {% for form in ['national', 'trunk_prefix || national', 'calling_code || national', 'calling_code || trunk_prefix || national', "'011' || calling_code || national"] -%}
    select brand, customer_id, phone, {{ form }} as digits from split where {{ form }} in (select phone_digits from statements)
    {%- if not loop.last %}
    union distinct
    {% endif %}
    {%- endfor %}

),

named as (

    select brand, digits, min(phone) <> max(phone) as is_ambiguous
    from written
    group by brand, digits

),

final as (

    select written.brand, written.customer_id, statements.channel, statements.state, statements.captured_at, statements._loaded_at
    from statements
    inner join named on statements.brand = named.brand and statements.phone_digits = named.digits
    inner join written on named.brand = written.brand and named.digits = written.digits
    where not named.is_ambiguous or statements.state <> 'granted'

)

select * from final
