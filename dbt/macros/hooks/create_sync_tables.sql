{# The tables of S_sync, which `winback` writes and dbt reads as sources: a plain `dbt build` finds them empty. The engine creates the same. #}
{% macro create_sync_tables() -%}
    {%- set t = dbt.type_string() -%}
    {%- set ts = dbt.type_timestamp() -%}
    {%- set big = dbt.type_bigint() -%}
    {%- set hash = winback.type_wide_hash() -%}
    {%- set tables = {
        'assignments': [['brand', t], ['campaign_id', t], ['customer_id', t], ['arm', t], ['salt_version', t], ['assigned_on', 'date'], ['assigned_at', ts]],
        'campaigns': [['brand', t], ['campaign_id', t], ['slug', t], ['label', t], ['window_days', 'integer'], ['outcome', t],
            ['holdout_share', winback.type_double()], ['salt', t], ['launched_on', 'date'], ['recorded_at', ts]],
        'ledger': [['brand', t], ['sync_id', t], ['run_no', big], ['seq', big], ['step', 'integer'], ['entry_key', hash], ['customer_id', t],
            ['person_key', t], ['email', t], ['phone', t], ['external_id', t], ['other', t], ['kind', t], ['row_hash', hash], ['recorded_at', ts]],
        'plans': [['brand', t], ['sync_id', t], ['run_no', big], ['run_id', t], ['plan_table', t], ['plan_hash', t], ['data_date', 'date'],
            ['created_at', ts], ['acknowledged_at', ts]],
        'suppressions': [['brand', t], ['person_key', t], ['channel', t], ['reason', t], ['recorded_at', ts]],
        'customer_aliases': [['brand', t], ['alias_id', t], ['customer_id', t], ['since', ts]],
        'audience_sizes': [['brand', t], ['audience', t], ['data_date', 'date'], ['selected', big], ['reachable', big]]
    } -%}
    create schema if not exists {{ winback.own_schema('sync') }};
    {% for table, columns in tables.items() %}{{ winback.create_own_table('sync', table, columns) }}{% endfor %}
{%- endmacro %}
