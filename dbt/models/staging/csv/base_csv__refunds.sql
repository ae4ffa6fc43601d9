-- the raw rows of the CSV refunds files with every column we can read; empty when no such file was imported. Introspection ends here.
{{ winback.fill_columns(source('csv', 'csv_refunds'), winback.raw_columns('refunds')) }}
