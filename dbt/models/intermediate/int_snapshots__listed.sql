-- one row per brand and day that states are computed for, each an exclusive data date: the build's own, and the days after the last month ends.
{{ config(materialized='view') }}
with

brands as (

    select brand, as_of_date from {{ ref('stg_winback__brands') }}

),

final as (

    select brand, as_of_date as snapshot_on, true as is_data_date
    from brands
    {%- for months in range(var('state_month_ends')) %}

    union all

    select brand, {{ winback.add_months(winback.month_start('as_of_date'), -1 * months) }} as snapshot_on, false as is_data_date
    from brands
    {%- endfor %}

)

select * from final
