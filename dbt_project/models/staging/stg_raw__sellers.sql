-- Grain: one row per seller and business day on which the seller changed.
select
    seller_id,
    zip_prefix,
    city,
    state,
    changed_date
from {{ raw_changes('sellers') }}
