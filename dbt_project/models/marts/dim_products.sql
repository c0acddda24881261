-- Grain: one row per product, as last known.
-- depends_on: {{ ref("int_products__recategorised") }}
{{ config(
    materialized='incremental', incremental_strategy='replace_changed_keys', unique_key='product_id', on_schema_change='fail'
) }}

{{ newest_change(ref('stg_raw__products'), 'product_id') }}
