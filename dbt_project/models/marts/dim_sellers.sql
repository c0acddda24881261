-- Grain: one row per marketplace seller, as last known.
{{ config(
    materialized='incremental', incremental_strategy='replace_changed_keys', unique_key='seller_id',
    on_schema_change='fail'
) }}

with newest as (
    {{ newest_change(ref('stg_raw__sellers'), 'seller_id') }}
)

select
    newest.seller_id,
    newest.state as seller_state,
    states.region as seller_region,
    states.is_remote_region as is_remote_seller,
    newest.city as seller_city,
    newest.zip_prefix as seller_zip_prefix,
    newest.changed_date
from newest
left join {{ if_brazilian(ref('brazilian_states')) }} as states using (state)
