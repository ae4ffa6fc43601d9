-- one row per refund: the refunds file's (of a repeated id the newest row), the order lines that take back, and orders of negative amount.
-- Amounts are positive, in the order's currency.
with

from_file as (

    select
        refunds.*,
        {{ winback.canonical_id('refunds.refund_id') }} as canonical_refund_id,
        row_number() over (
            partition by refunds.brand, refunds.source, {{ winback.canonical_id('refunds.refund_id') }}
            order by refunds._loaded_at desc nulls last, refunds._file desc nulls last, refunds._line desc nulls last
        ) as version_no
    from {{ ref('base_csv__refunds') }} as refunds

),

from_lines as (

    select * from {{ ref('stg_csv__order_lines') }} where is_refund

),

from_orders as (

    select * from {{ ref('stg_csv__orders') }} where is_refund

),

final as (

    select
        brand,
        source,
        canonical_refund_id as refund_id,
        refunded_at,
        abs(amount) as amount,
        {{ winback.canonical_id('order_id') }} as order_id,
        {{ winback.canonical_id('line_id') }} as line_id,
        reason,
        {{ winback.canonical_id('customer_id') }} as customer_id,
        cast(null as {{ dbt.type_string() }}) as email,
        cast(null as numeric(18, 6)) as fx_rate,
        _loaded_at
    from from_file
    where version_no = 1

    union all

    select
        brand,
        source,
        'line:' || order_id || ':' || line_id as refund_id,
        ordered_at as refunded_at,
        abs(line_amount) as amount,
        case when not is_cancel then order_id end as order_id,
        cast(null as {{ dbt.type_string() }}) as line_id,
        case when is_cancel then 'cancelling invoice' else 'negative line' end as reason,
        customer_id,
        email,
        cast(null as numeric(18, 6)) as fx_rate,
        _loaded_at
    from from_lines

    union all

    select
        brand,
        source,
        'order:' || order_id as refund_id,
        ordered_at as refunded_at,
        abs(total_amount) as amount,
        order_id,
        cast(null as {{ dbt.type_string() }}) as line_id,
        'negative order' as reason,
        customer_id,
        email,
        fx_rate,
        _loaded_at
    from from_orders

)

select * from final
