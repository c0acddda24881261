-- Grain: one row per business date, in whole years from that of the first order to the one after that of the last.
{{ config(materialized='incremental', incremental_strategy='replace_calendar', on_schema_change='fail') }}

with years as (
    select
        make_date(year(min(ordered_date)), 1, 1) as first_date,
        make_date(year(max(ordered_date)) + 1, 12, 31) as last_date
    from {{ ref('fct_orders') }}
),

dates as (
    select unnest(generate_series(first_date, last_date, interval 1 day))::date as calendar_date
    from years
    where first_date is not null
),

holidays as (select * from {{ shop_holidays() }}),

names as (
    select
        [
            'janeiro', 'fevereiro', 'março', 'abril', 'maio', 'junho',
            'julho', 'agosto', 'setembro', 'outubro', 'novembro', 'dezembro'
        ] as months_pt,
        [
            'segunda-feira', 'terça-feira', 'quarta-feira', 'quinta-feira', 'sexta-feira', 'sábado', 'domingo'
        ] as weekdays_pt
)

select
    dates.calendar_date,
    year(calendar_date)::integer as calendar_year,
    quarter(calendar_date)::integer as calendar_quarter,
    month(calendar_date)::integer as calendar_month,
    names.months_pt[month(calendar_date)] as month_name_pt,
    monthname(calendar_date) as month_name_en,
    isoyear(calendar_date)::integer as iso_year,
    week(calendar_date)::integer as iso_week,
    isodow(calendar_date)::integer as weekday_number,
    names.weekdays_pt[isodow(calendar_date)] as weekday_name_pt,
    dayname(calendar_date) as weekday_name_en,
    isodow(calendar_date) >= 6 as is_weekend,
    coalesce(holidays.is_national, false) as is_holiday,
    not coalesce(holidays.is_national, true) as is_optional_holiday,
    holidays.holiday_name_pt,
    holidays.holiday_name_en,
    isodow(calendar_date) <= 5 and holidays.holiday_date is null as is_business_day,
    -- The day after the fourth Thursday of November, as in the country that it comes from.
    month(calendar_date) = 11 and isodow(calendar_date) = 5 and day(calendar_date) between 23 and 29 as is_black_friday
from dates
cross join names
left join holidays on dates.calendar_date = holidays.holiday_date
