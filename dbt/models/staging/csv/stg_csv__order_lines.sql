-- one row per raw line of an order file. Lines that take back (negative, or on a cancelling invoice and not positive) are marked; exact duplicates are kept and marked.
-- A missing order id is the customer's day; a missing line id is the line's place in its order. Money in the order's currency.
{{ config(materialized='table') }}
with

raw_lines as (

    select
        lines.*,
        {{ winback.canonical_id('lines.order_id') }} as given_order_id,
        {{ winback.canonical_id('lines.customer_id') }} as canonical_customer_id,
        {{ winback.canonical_email('lines.email') }} as canonical_email,
        brands.timezone as brand_timezone,
        coalesce(lines.line_amount, cast(lines.quantity * lines.unit_price as numeric(18, 6))) as amount
    from {{ ref('base_csv__order_lines') }} as lines
    inner join {{ ref('stg_winback__brands') }} as brands on lines.brand = brands.brand

),

order_rows as (

    select distinct brand, source, {{ winback.canonical_id('order_id') }} as order_id
    from {{ ref('base_csv__orders') }}

),

-- in a source whose ids mostly look like cancellations, that look means nothing
cancel_habits as (

    select
        brand,
        source,
        sum(case when {{ winback.is_cancel_id('order_id') }} then 1 else 0 end) * 2 < count(*) as has_cancel_ids
    from {{ ref('base_csv__order_lines') }}
    group by brand, source

),

identified as (

    select
        raw_lines.*,
        coalesce(raw_lines.given_order_id, {{ winback.day_order_id('raw_lines.canonical_customer_id', 'raw_lines.canonical_email', winback.local_day('raw_lines.ordered_at', 'raw_lines.brand_timezone'), 'raw_lines._file', 'raw_lines._line') }}) as final_order_id,
        {{ winback.surrogate_key([
            'raw_lines.product_id', 'raw_lines.variant_id', 'raw_lines.sku', 'raw_lines.product_name', 'raw_lines.quantity', 'raw_lines.unit_price',
            'raw_lines.amount', 'raw_lines.line_discount', 'raw_lines.ordered_at', 'raw_lines.customer_id', 'raw_lines.email', 'raw_lines.country_code'
        ]) }} as content_key,
        cancel_habits.has_cancel_ids and coalesce({{ winback.is_cancel_id('raw_lines.given_order_id') }}, false)
            and coalesce(raw_lines.quantity, raw_lines.amount, -1) <= 0 as is_cancel,
        order_rows.order_id is not null as has_order_row
    from raw_lines
    inner join cancel_habits on raw_lines.brand = cancel_habits.brand and raw_lines.source = cancel_habits.source
    left join order_rows
        on raw_lines.brand = order_rows.brand and raw_lines.source = order_rows.source and raw_lines.given_order_id = order_rows.order_id

),

numbered as (

    select
        identified.*,
        row_number() over (partition by brand, source, final_order_id, line_id order by _file, _line) as line_no,
        row_number() over (partition by brand, source, final_order_id, line_id, content_key order by _file, _line) as copy_no
    from identified

),

final as (

    select
        brand,
        source,
        final_order_id as order_id,
        case
            when line_id is null then '#' || cast(line_no as {{ dbt.type_string() }})
            when line_no > 1 then line_id || '#' || cast(line_no as {{ dbt.type_string() }})
            else line_id
        end as line_id,
        quantity,
        cast(amount as {{ winback.type_money() }}) as line_amount,
        {{ winback.canonical_id('product_id') }} as product_id,
        {{ winback.canonical_id('variant_id') }} as variant_id,
        sku,
        product_name,
        nullif(trim(category), '') as category,
        vendor,
        cast(line_discount as {{ winback.type_money() }}) as line_discount,
        coalesce(is_gift_card, false) as is_gift_card,
        canonical_customer_id as customer_id,
        canonical_email as email,
        ordered_at,
        currency,
        status,
        channel,
        country_code,
        discount_code,
        copy_no > 1 as is_duplicate,
        has_order_row,
        not has_order_row and (is_cancel or coalesce(quantity, 1) < 0 or amount < 0) as is_refund,
        is_cancel,
        _loaded_at
    from numbered

)

select * from final
