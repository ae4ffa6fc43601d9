-- one row per day, channel and campaign of the ad spend files; empty when no such file was imported.
{{ winback.fill_columns(source('csv', 'csv_ad_spend'), winback.raw_columns('ad_spend')) }}
