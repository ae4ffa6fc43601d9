-- warns for each brand whose segment history is newer than this build's data date: such a build left the history alone.
{{ config(severity='warn') }}
select history.brand, history.newest_on, brands.as_of_date
from (select brand, max(segment_since_on) as newest_on from {{ ref('segment_history') }} group by brand) as history
inner join {{ ref('stg_winback__brands') }} as brands on history.brand = brands.brand
where history.newest_on > brands.as_of_date
