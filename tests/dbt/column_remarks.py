"""What a table may add to the one meaning of a shared column: a remark on its own rows, never another meaning."""

REMARKS: dict[str, set[str]] = {
    "as_of_date": {
        "Spending counts from it on.",
    },
    "cancelled_order_count": {
        "Before the cut-off.",
    },
    "category": {
        "NULL when the product is in none.",
        "Unknown is 'unknown'.",
    },
    "changed_date": {
        "By its end things were as the row says.",
        "NULL when no day has the order any more.",
        "Of the customer's attributes; NULL for a customer known from orders alone.",
        "Of the line's order.",
        "Of the order that was paid.",
        "Of the product in the catalogue.",
        "Of the review.",
        "Of the seller.",
        "The row shows the end of that day.",
    },
    "channel": {
        "NULL when the shop does not say.",
        "Unknown is 'unknown'.",
    },
    "customer_city": {
        "Where the shop keeps no address, that of delivery of the latest order with one.",
    },
    "customer_count": {
        "All who were scored into the segment.",
        "Those of the cohort who bought in the month.",
    },
    "customer_key": {
        "NULL for a guest or an order that is gone.",
        "NULL for a guest or an unknown order.",
        "NULL for a guest.",
        "The customer changed, ordered, or had an order that moved or vanished.",
    },
    "customer_state": {
        "Where the shop keeps no address, that of delivery of the latest order with one.",
    },
    "freight_brl": {
        "Over all lines, also of a cancelled order.",
    },
    "has_marketing_consent": {
        "False when never asked.",
        "NULL when never asked.",
    },
    "is_cancelled": {
        "NULL when the order is gone.",
    },
    "is_remote_region": {
        "NULL when unknown.",
    },
    "is_returned": {
        "NULL when the order is gone.",
    },
    "item_count": {
        "Of all sales; lines returned later still count.",
    },
    "net_revenue_brl": {
        "Below 0 only where returns exceed the sales, as where a shop books a return as an order of its own.",
        "Of all orders so far, at least 0.",
        "Of all orders so far.",
    },
    "order_count": {
        "An order with several categories counts once in each: add these up over one category only.",
        "Before the cut-off, at least 1.",
        "Of the row's customers in the month.",
    },
    "order_id": {
        "It changed on a day pulled since the last build, or such a day no longer has it.",
        "It need not be in the shop's orders.",
    },
    "ordered_date": {
        "NULL when the order is gone.",
        "NULL while the shop has told of no such order.",
        "Of a touched order, now or before, or of one with a product that changed category.",
        "The day of payment is not known.",
    },
    "ordered_month": {
        "It is cohort_month or later.",
    },
    "product_id": {
        "Its newest category differs from the one in dim_products, an added or removed product included.",
    },
    "region": {
        "NULL when unknown.",
    },
    "review_id": {
        "One review may cover several orders.",
    },
    "segment_id": {
        "NULL without a model.",
    },
    "seller_id": {
        "Of the order's line 1; NULL when the line is missing, too.",
    },
    "seller_state": {
        "As the shop knew it when the order last changed.",
    },
    "state": {
        "NULL when unknown.",
        "Of the newest order that has one; NULL when none has.",
        "The country's code (BR) is the whole shop.",
        "Unknown is 'unknown'.",
    },
    "status": {
        "Many of a cancelled order's differences are refunds under way.",
    },
}
