-- Grain: one row per customer and business day on which the customer changed.
select
    customer_key,
    zip_prefix,
    city,
    state,
    registered_at,
    consent_marketing as has_marketing_consent,
    changed_date
from {{ raw_changes('customers') }}
