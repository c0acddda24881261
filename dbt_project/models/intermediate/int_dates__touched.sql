-- Grain: one row per business date whose sales this build must add up anew.
{{ config(materialized='table') }}

select ordered_date from {{ ref('int_orders__touched') }} where ordered_date is not null
union
select previous_ordered_date from {{ ref('int_orders__touched') }} where previous_ordered_date is not null
union
select ordered_date
from {{ ref('fct_order_items') }}
where product_id in (select product_id from {{ ref('int_products__recategorised') }})
