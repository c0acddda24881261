{#- Great-circle distance in kilometres between the capitals of two states, on a sphere of the Earth's mean radius.
    The haversine formula (R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68(2), 1984, p. 159). -#}
{% macro great_circle_km(origin, destination) -%}
  2 * 6371 * asin(sqrt(least(1,
    sin(radians({{ destination }}.capital_latitude - {{ origin }}.capital_latitude) / 2) ** 2
    + cos(radians({{ origin }}.capital_latitude)) * cos(radians({{ destination }}.capital_latitude))
    * sin(radians({{ destination }}.capital_longitude - {{ origin }}.capital_longitude) / 2) ** 2
  )))
{%- endmacro %}

{#- Days, with fractions, from one instant to another; NULL where one is missing or where they run backwards. -#}
{% macro days_between(earlier, later) -%}
  case when {{ later }} >= {{ earlier }} then date_diff('second', {{ earlier }}, {{ later }}) / 86400 end
{%- endmacro %}

{#- Whether an order that is said to have arrived lacks an instant that it must have passed. -#}
{% macro is_missing(instant) -%}
  deliveries.status in ('delivered', 'returned') and {{ instant }} is null
{%- endmacro %}

{#- Where a seller was, as the shop knew it when an order last changed: what is learned later moves no delivery. -#}
{% macro known_at_change(deliveries, sellers) -%}
  {{ deliveries }}.seller_id = {{ sellers }}.seller_id
    and {{ deliveries }}.changed_date >= {{ sellers }}.known_from_date
    and {{ deliveries }}.changed_date < {{ sellers }}.known_until_date
{%- endmacro %}
