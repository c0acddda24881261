{#- The shop's metrics, each defined here alone; models/docs/metrics.md says in words what each means. -#}

{#- Days after a sale during which a customer counts as active. -#}
{% macro active_customer_days() -%} 90 {%- endmacro %}

{#- What stays of the revenue once goods have come back. -#}
{% macro net_revenue(revenue, returned) -%} ({{ revenue }} - {{ returned }}) {%- endmacro %}

{#- Mean revenue of one sale, rounded to the cent; NULL without a sale. -#}
{% macro average_ticket(revenue, sale_count) -%}
  ({{ revenue }} / nullif({{ sale_count }}, 0))::decimal(18, 2)
{%- endmacro %}

{#- Part of the customers active at the start of a month who are active no more at its end; NULL without any. -#}
{% macro churn_share(churned_customer_count, active_customer_count) -%}
  {{ share_of(churned_customer_count, active_customer_count) }}
{%- endmacro %}

{#- Part of a month's buyers who had bought before the month; NULL without a buyer. -#}
{% macro repeat_share(returning_customer_count, buyer_count) -%}
  {{ share_of(returning_customer_count, buyer_count) }}
{%- endmacro %}

{#- Part of a cohort that bought in a month. -#}
{% macro retention_share(customer_count, cohort_customer_count) -%}
  {{ share_of(customer_count, cohort_customer_count) }}
{%- endmacro %}

{#- Part of the deliveries with a promise that came late; NULL without such a delivery. -#}
{% macro late_share(late_count, promised_count) -%}
  {{ share_of(late_count, promised_count) }}
{%- endmacro %}

{% macro share_of(part, whole) -%} ({{ part }} / nullif({{ whole }}, 0)) {%- endmacro %}
