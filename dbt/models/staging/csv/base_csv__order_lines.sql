-- the raw rows of the CSV order lines files with every column we can read; empty when no such file was imported. Introspection ends here.
{{ winback.fill_columns(source('csv', 'csv_order_lines'), winback.raw_columns('order_lines')) }}
