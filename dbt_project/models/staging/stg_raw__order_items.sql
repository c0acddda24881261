-- Grain: one row per order line and business day on which its order changed.
select
    order_id,
    line_number,
    product_id,
    seller_id,
    quantity,
    unit_price_brl,
    -- Wider than both: DuckDB would keep the product in 18 digits, and fail at a line of a hundred thousand million.
    (quantity::decimal(38, 3) * unit_price_brl)::decimal(18, 2) as line_total_brl,
    coalesce(freight_brl, 0)::decimal(18, 2) as freight_brl,
    quantity < 0 as is_return,
    changed_date
from {{ raw_changes('order_items') }}
