{#- Monthly tables read whole months, named as literals so that DuckDB skips the others; see touched.sql. -#}

{#- Months in which a date is touched. -#}
{% macro months_of_touched_dates() -%}
  {%- set query = "select distinct date_trunc('month', ordered_date)::date as ordered_month from " -%}
  {{ return(values_of(query ~ beside(this, 'int_dates__touched'))) }}
{%- endmacro %}

{#- Months whose buyers or amounts changed. -#}
{% macro touched_months() -%}
  {{ return(values_of("select ordered_month from " ~ beside(this, 'int_months__touched'))) }}
{%- endmacro %}

{#- Months whose churn must be counted again: those that a change of buyers reaches through the days in which a customer
    stays active, and from the month that was or is the newest on, which is not over. -#}
{% macro months_of_churn() -%}
  {%- set query -%}
  with known as (
    select min(ordered_date) as first_date, max(ordered_date) as last_date from {{ beside(this, 'agg_daily_sales') }}
    union all
    select min(ordered_month), max(ordered_month) from {{ this }}
  ),
  months as (
    select unnest(generate_series(
      date_trunc('month', min(first_date)), date_trunc('month', max(last_date)), interval 1 month
    ))::date as ordered_month
    from known
  )
  select ordered_month from months
  where
    ordered_month >= (select min(date_trunc('month', last_date)) from known)
    or exists (
      select 1 from {{ beside(this, 'int_months__touched') }} as touched
      where
        touched.has_touched_buyers
        and touched.ordered_month <= months.ordered_month
        and last_day(touched.ordered_month) >= months.ordered_month - {{ active_customer_days() }}
    )
  {%- endset -%}
  {{ return(values_of(query)) }}
{%- endmacro %}

{% macro values_of(query) -%}
  {{ return(run_query(query ~ " order by 1").columns[0].values() | list if execute else []) }}
{%- endmacro %}

{#- Condition for dates of the given months; false without a month. -#}
{% macro in_months(date_column, months) -%}
  (
    {%- for month in months %}{{ 'or ' if not loop.first -}}
    {{ date_column }} between date '{{ month }}' and last_day(date '{{ month }}') {% else %}false{% endfor -%}
  )
{%- endmacro %}

{#- Condition for dates up to the last of the months, from the days before the first in which a customer stays active. -#}
{% macro in_windows_of(date_column, months) -%}
  {%- if months -%}
  {{ date_column }} between date '{{ months[0] }}' - {{ active_customer_days() }} and last_day(date '{{ months[-1] }}')
  {%- else -%} false {%- endif -%}
{%- endmacro %}
