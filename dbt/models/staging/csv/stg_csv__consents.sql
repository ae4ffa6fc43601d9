-- one row per consent statement of the consents files; empty when no such file was imported.
{{ winback.fill_columns(source('csv', 'csv_consents'), winback.raw_columns('consents')) }}
