{#
    The columns of a CSV entity's raw table as [name, type], in the order that `winback import` writes them:
    brand and source, those of the input contract, and the file, line and instant that a row came from.
#}
{% macro raw_columns(entity) -%}
    {%- set t = dbt.type_string() -%}
    {%- set money = winback.type_money() -%}
    {%- set price = 'numeric(18, 6)' -%}
    {%- set ts = dbt.type_timestamp() -%}
    {%- set flag = dbt.type_boolean() -%}
    {%- set big = dbt.type_bigint() -%}
    {%- set entities = {
        'orders': [['order_id', t], ['ordered_at', ts], ['status', t], ['currency', t], ['total_amount', money], ['customer_id', t], ['email', t],
            ['subtotal', money], ['discount', money], ['tax', money], ['shipping', money], ['refunded_amount', money], ['channel', t],
            ['discount_code', t], ['is_subscription', flag], ['is_test', flag], ['cancelled_at', ts], ['fx_rate', price], ['landing_url', t],
            ['utm_source', t], ['utm_medium', t], ['utm_campaign', t], ['utm_content', t], ['utm_term', t], ['country_code', t]],
        'order_lines': [['order_id', t], ['line_id', t], ['quantity', money], ['line_amount', price], ['product_id', t], ['variant_id', t],
            ['sku', t], ['product_name', t], ['category', t], ['vendor', t], ['line_discount', price], ['is_gift_card', flag],
            ['customer_id', t], ['email', t], ['ordered_at', ts], ['currency', t], ['status', t], ['channel', t], ['country_code', t],
            ['discount_code', t], ['unit_price', price]],
        'refunds': [['refund_id', t], ['refunded_at', ts], ['amount', money], ['order_id', t], ['line_id', t], ['reason', t], ['customer_id', t]],
        'customers': [['customer_id', t], ['created_at', ts], ['email', t], ['phone_e164', t], ['first_name', t], ['last_name', t],
            ['country_code', t], ['language', t], ['timezone', t], ['is_test', flag], ['is_deleted', flag], ['updated_at', ts], ['attributes_json', t]],
        'consents': [['customer_id', t], ['email', t], ['phone', t], ['channel', t], ['state', t], ['captured_at', ts], ['legal_basis', t],
            ['source_system', t], ['double_opt_in', flag], ['evidence_ref', t]],
        'products': [['product_id', t], ['category', t], ['price', price], ['cost', price]],
        'messages': [['message_event_id', t], ['channel', t], ['event_type', t], ['occurred_at', ts], ['customer_id', t], ['email', t],
            ['campaign_id', t], ['flow_id', t], ['variant', t], ['link_url', t], ['is_bot_open', flag]],
        'touchpoints': [['touch_id', t], ['occurred_at', ts], ['anonymous_id', t], ['customer_id', t], ['utm_source', t], ['utm_medium', t],
            ['utm_campaign', t], ['utm_content', t], ['utm_term', t], ['referrer', t], ['landing_url', t], ['channel_hint', t], ['click_id', t]],
        'ad_spend': [['spend_date', 'date'], ['channel', t], ['campaign', t], ['currency', t], ['spend', money], ['impressions', big], ['clicks', big]],
        'subscriptions': [['subscription_id', t], ['customer_id', t], ['status', t], ['started_at', ts], ['ended_at', ts], ['cancel_at', ts],
            ['mrr', money], ['interval', t], ['plan', t]]
    } -%}
    {{ return([['brand', t], ['source', t]] + entities[entity] + [['_file', t], ['_line', big], ['_loaded_at', ts]]) }}
{%- endmacro %}
