{#- Revenue counts neither cancelled orders nor returned lines. -#}
{% macro is_cancelled(status) -%} {{ status }} in ('cancelled', 'unavailable') {%- endmacro %}

{#- The shop took the order back. Lines of its own that say what came back say more than this word. -#}
{% macro is_returned(status) -%} {{ status }} = 'returned' {%- endmacro %}

{#- What came back of an order: its returned lines; all that it sold where only its status says that it was returned;
    nothing where it was cancelled. -#}
{% macro what_came_back(is_cancelled, is_returned, return_line_count, returned, sold) -%}
  case
    when {{ is_cancelled }} then 0
    when {{ is_returned }} and coalesce({{ return_line_count }}, 0) = 0 then coalesce({{ sold }}, 0)
    else coalesce({{ returned }}, 0)
  end
{%- endmacro %}
