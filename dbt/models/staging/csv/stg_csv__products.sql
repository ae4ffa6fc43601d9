-- one row per product of the products files; empty when no such file was imported.
{{ winback.fill_columns(source('csv', 'csv_products'), winback.raw_columns('products')) }}
