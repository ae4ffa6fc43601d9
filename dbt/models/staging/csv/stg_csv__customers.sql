-- one row per customer of the customers files, as the file has it; empty when no such file was imported.
{{ winback.fill_columns(source('csv', 'csv_customers'), winback.raw_columns('customers')) }}
