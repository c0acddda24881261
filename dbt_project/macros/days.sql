{#- What a build is told about days. Read while a model runs only, so that other days do not make dbt parse again. -#}

{% macro days_of(name) -%}
  {{ return(env_var(name, '').split(',') | reject('equalto', '') | sort | list if execute else []) }}
{%- endmacro %}

{#- The business days whose raw data changed since the last build, as a list of SQL date literals. -#}
{% macro changed_days() -%} {{ date_literals(days_of('ESHOP_CHANGED_DAYS')) }} {%- endmacro %}

{#- The first of them: what was known before it has not changed. -#}
{% macro first_changed_day() -%}
  {%- set days = days_of('ESHOP_CHANGED_DAYS') -%}
  {%- if days -%} date '{{ days[0] }}' {%- else -%} null::date {%- endif -%}
{%- endmacro %}

{#- Whether every changed day is later than every day built before, as on a usual night: then no change of an order can
    be followed by one already built, and no built day can have lost an order. -#}
{% macro is_forward() -%}
  {%- set changed, built = days_of('ESHOP_CHANGED_DAYS'), days_of('ESHOP_NEWEST_BUILT_DAY') -%}
  {{ return(changed | length > 0 and built | length > 0 and changed[0] > built[-1]) }}
{%- endmacro %}

{#- The cut-offs at which features are wanted, as rows (as_of_date, keys_below): at a sampled one, of the customers
    whose key, which is random, is less than `keys_below`; of everybody where that is null. -#}
{% macro as_of_dates() -%}
  {%- set days, sampled = days_of('ESHOP_AS_OF_DATES'), days_of('ESHOP_SAMPLED_DATES') -%}
  {%- if execute and days -%}
    (
      select
        as_of_date,
        {% if sampled -%}
        case when as_of_date in {{ date_literals(sampled) }} then '{{ env_var('ESHOP_SAMPLE_KEYS_BELOW') }}' end
        {%- else -%} null::varchar {%- endif %} as keys_below
      from (select unnest([{% for day in days %}date '{{ day }}'{{ ', ' if not loop.last }}{% endfor %}]) as as_of_date)
    )
  {%- else -%} (select null::date as as_of_date, null::varchar as keys_below where false) {%- endif -%}
{%- endmacro %}

{#- Length in days of the window that a label looks ahead; the command that builds the labels gives it, there is no default. -#}
{% macro window_days() -%} {{ env_var('ESHOP_WINDOW_DAYS') | int if execute else 1 }} {%- endmacro %}

{% macro date_literals(days) -%}
  ({% for day in days %}date '{{ day }}'{{ ', ' if not loop.last }}{% else %}null::date{% endfor %})
{%- endmacro %}
