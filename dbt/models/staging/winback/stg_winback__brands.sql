-- one row per brand of winback.yml, as the vars give it. as_of_date is the exclusive data date: everything below counts events before it.
{%- set settings = var('winback', none) or {} %}
{%- set brands = settings.get('brands') or [] %}
{%- set sources = settings.get('sources') or [] %}
{%- set channels = ['email', 'sms', 'push', 'ads', 'mail'] %}
with

final as (

    {% for brand in brands %}
    {%- set names = [] %}
    {%- for source in sources if source.brand == brand.slug and source.get('name', source.connector) not in names %}{% do names.append(source.get('name', source.connector)) %}{% endfor %}
    {%- set policy = brand.get('consent_policy') or {} %}
    select
        cast({{ winback.text_literal(brand.slug) }} as {{ dbt.type_string() }}) as brand,
        cast({{ winback.text_literal(brand.get('label', brand.slug)) }} as {{ dbt.type_string() }}) as label,
        cast({{ winback.text_literal(brand.get('currency')) }} as {{ dbt.type_string() }}) as currency,
        cast({{ winback.text_literal(brand.get('timezone', 'UTC')) }} as {{ dbt.type_string() }}) as timezone,
        cast({{ brand.gross_margin_share if brand.get('gross_margin_share') is not none else 'null' }} as numeric(9, 6)) as gross_margin_share,
        cast({{ [names | length, 1] | max }} as integer) as source_count,
        {{ winback.date_literal(winback.as_of_date(brand.get('timezone', 'UTC'))) }} as as_of_date
        {%- for channel in channels %},
        cast({{ winback.text_literal(policy.get(channel, 'opt_in')) }} as {{ dbt.type_string() }}) as {{ channel }}_policy
        {%- endfor %}
    {{ 'union all' if not loop.last }}
    {% else %}
    select
        cast(null as {{ dbt.type_string() }}) as brand,
        cast(null as {{ dbt.type_string() }}) as label,
        cast(null as {{ dbt.type_string() }}) as currency,
        cast(null as {{ dbt.type_string() }}) as timezone,
        cast(null as numeric(9, 6)) as gross_margin_share,
        cast(null as integer) as source_count,
        cast(null as date) as as_of_date
        {%- for channel in channels %},
        cast(null as {{ dbt.type_string() }}) as {{ channel }}_policy
        {%- endfor %}
    from (select 1 as nothing) as no_brand
    where 1 = 0
    {% endfor %}

)

select * from final
