{#- Keys that stand more than once. With only_changed_days, a change log is checked on the days of this build alone (the
    other days were checked when they changed); without a list of days, on all. -#}
{% test unique_combination(model, columns, only_changed_days=false) %}
select {{ columns | join(', ') }}
from {{ model }}
{% if only_changed_days and execute and env_var('ESHOP_CHANGED_DAYS', '') -%}
where changed_date in {{ changed_days() }}
{% endif -%}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
