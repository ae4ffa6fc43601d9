-- one row per brand and customer with a purchase: the segment in words, since when, and the one before.
with

rfm as (

    select * from {{ ref('customer_rfm') }}

),

segments as (

    select * from {{ ref('segments') }}

),

brands as (

    select brand, as_of_date from {{ ref('stg_winback__brands') }}

),

history as (

    select
        entries.*,
        row_number() over (partition by entries.brand, entries.customer_id order by entries.segment_since_on desc, entries.recorded_at desc) as entry_no
    from {{ ref('segment_history') }} as entries
    inner join brands on entries.brand = brands.brand and entries.segment_since_on <= brands.as_of_date

),

final as (

    select
        rfm.brand,
        rfm.customer_id,
        rfm.segment,
        segments.label as segment_label,
        segments.position as segment_position,
        case when history.segment = rfm.segment then history.segment_since_on end as segment_since_on,
        case when history.segment = rfm.segment then history.previous_segment end as previous_segment
    from rfm
    left join segments on rfm.segment = segments.segment
    left join history on rfm.brand = history.brand and rfm.customer_id = history.customer_id and history.entry_no = 1

)

select * from final
