-- one row per touch of the touchpoints files; empty when no such file was imported.
{{ winback.fill_columns(source('csv', 'csv_touchpoints'), winback.raw_columns('touchpoints')) }}
