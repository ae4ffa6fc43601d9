-- one row per message event of the messages files; empty when no such file was imported.
{{ winback.fill_columns(source('csv', 'csv_messages'), winback.raw_columns('messages')) }}
