-- the raw rows of the CSV orders files with every column we can read; empty when no such file was imported. Introspection ends here.
{{ winback.fill_columns(source('csv', 'csv_orders'), winback.raw_columns('orders')) }}
