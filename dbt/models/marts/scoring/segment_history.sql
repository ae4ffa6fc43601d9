-- one row each time a customer is found in another segment than before; nothing is ever changed or removed, a full refresh leaves it alone.
-- A build with a data date before the newest one here adds nothing (a test warns). Of two builds of one data date the later recorded_at counts.
{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false, on_schema_change='append_new_columns') }}
with

rfm as (

    select * from {{ ref('customer_rfm') }}

),

brands as (

    select brand, as_of_date from {{ ref('stg_winback__brands') }}

),

{% if is_incremental() -%}
history as (

    select
        brand,
        customer_id,
        segment,
        max(segment_since_on) over (partition by brand) as newest_on,
        row_number() over (partition by brand, customer_id order by segment_since_on desc, recorded_at desc) as entry_no
    from {{ this }}

),

latest as (

    select brand, customer_id, segment from history where entry_no = 1

),

newest as (

    select brand, max(newest_on) as newest_on from history group by brand

),
{%- else -%}
latest as (

    select brand, customer_id, segment from rfm where 1 = 0

),

newest as (

    select brand, as_of_date as newest_on from brands

),
{%- endif %}

final as (

    select
        rfm.brand,
        rfm.customer_id,
        rfm.segment,
        brands.as_of_date as segment_since_on,
        latest.segment as previous_segment,
        cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as {{ dbt.type_timestamp() }}) as recorded_at
    from rfm
    inner join brands on rfm.brand = brands.brand
    left join newest on rfm.brand = newest.brand
    left join latest on rfm.brand = latest.brand and rfm.customer_id = latest.customer_id
    where rfm.segment is distinct from latest.segment
        and (newest.newest_on is null or brands.as_of_date >= newest.newest_on)

)

select * from final
