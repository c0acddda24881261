-- Grain: one row per review and order, and business day on which the review changed.
select
    review_id,
    order_id,
    score,
    created_at,
    changed_date
from {{ raw_changes('reviews') }}
