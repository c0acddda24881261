-- Grain: one row per product and business day on which the product changed.
select
    product_id,
    name as product_name,
    category,
    category_english,
    weight_kg,
    list_price_brl,
    changed_date
from {{ raw_changes('products') }}
