-- Grain: one row per customer whose attributes or orders changed in this build.
{{ config(materialized='table') }}
{%- set before = rows_before('dim_customers') if not should_full_refresh() else none %}

select customer_key from {{ ref('int_orders__touched') }} where customer_key is not null
union
select previous_customer_key from {{ ref('int_orders__touched') }} where previous_customer_key is not null
union
select customer_key
from {{ ref('stg_raw__customers') }}
{% if before %}
where changed_date in {{ changed_days() }}
union
select customer_key from {{ before }} where changed_date in {{ changed_days() }}
{% endif %}
