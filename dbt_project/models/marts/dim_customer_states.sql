-- Grain: one row per customer and span of business days during which the shop knew one address.
{{ config(materialized='incremental', incremental_strategy='replace_changed_spans', on_schema_change='fail') }}

with changes as (
    select
        customer_key,
        changed_date as known_from_date,
        state as customer_state,
        city as customer_city,
        zip_prefix as customer_zip_prefix
    from {{ ref('stg_raw__customers') }}
    {% if is_incremental() and is_forward() %}
    where changed_date in {{ changed_days() }}
    {% elif is_incremental() %}
    -- A day that was pulled again may have lost an address, or told another one between two that stayed.
    where
        customer_key in (
            select customer_key from {{ ref('stg_raw__customers') }} where changed_date in {{ changed_days() }}
            union all
            select customer_key from {{ this }} where known_from_date in {{ changed_days() }}
        )
    {% endif %}
),

addresses as (
    select * from changes
    {% if is_incremental() and is_forward() %}
    union all
    select
        customer_key,
        known_from_date,
        customer_state,
        customer_city,
        customer_zip_prefix
    from {{ this }}
    where known_until_date is null and customer_key in (select customer_key from changes)
    {% endif %}
),

compared as (
    select
        *,
        row(customer_state, customer_city, customer_zip_prefix) as address,
        lag(row(customer_state, customer_city, customer_zip_prefix))
            over (partition by customer_key order by known_from_date)
            as previous_address
    from addresses
)

select
    customer_key,
    known_from_date,
    lead(known_from_date) over (partition by customer_key order by known_from_date) as known_until_date,
    customer_state,
    customer_city,
    customer_zip_prefix
from compared
where address is distinct from previous_address
