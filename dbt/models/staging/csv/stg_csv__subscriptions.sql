-- one row per subscription of the subscriptions files; empty when no such file was imported.
{{ winback.fill_columns(source('csv', 'csv_subscriptions'), winback.raw_columns('subscriptions')) }}
