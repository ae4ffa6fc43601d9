-- one row: which data date this build counted to, when it ran, and dbt's id of it. The last model of all, so that its presence means a whole build.
-- depends_on: {{ ref('customers') }}
-- depends_on: {{ ref('campaign_results') }}
-- depends_on: {{ ref('customer_state_monthly') }}
-- depends_on: {{ ref('identities_klaviyo') }}
-- depends_on: {{ ref('order_lines') }}
with

brands as (

    select * from {{ ref('stg_winback__brands') }}

),

final as (

    select
        coalesce(min(as_of_date), {{ winback.date_literal(winback.as_of_date()) }}) as as_of_date,
        cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as {{ dbt.type_timestamp() }}) as built_at,
        '{{ invocation_id }}' as invocation_id
    from brands

)

select * from final
