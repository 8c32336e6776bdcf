-- How far the tail serves itself, by month of activation in the window: tail customers with their first final sale in the month,
-- and those of them who took no help by people until then (tail.activations). A month without activations has no rate.
--
-- grain: month
-- check: self_service <= activations
-- total: sum(activations) = (select count(*) from tail.activations)
-- column: month month "Month"
-- column: activations count "Activated tail customers"
-- column: self_service count "Of these without help by people"
-- column: self_service_rate ratio "Self-service rate"
-- column: n_touches count "Contacts by people before activation"
-- column: n_tickets count "Tickets before activation"
-- column: touches_per_activation count "Contacts by people per activation"
-- column: is_small_sample bool "Too few customers for a ratio to mean much"
WITH months AS (
  SELECT month
  FROM value.months
  WHERE month >= month_start($window_start) AND month < $window_end
),
acc AS (
  SELECT
    month_start(activated_on) AS month,
    count(*) AS activations,
    sum(CASE WHEN is_self_service THEN 1 ELSE 0 END) AS self_service,
    sum(n_touches) AS n_touches,
    sum(n_tickets) AS n_tickets
  FROM tail.activations
  GROUP BY month_start(activated_on)
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  m.month,
  coalesce(a.activations, 0) AS activations,
  coalesce(a.self_service, 0) AS self_service,
  CAST(a.self_service AS DOUBLE) / NULLIF(a.activations, 0) AS self_service_rate,
  coalesce(a.n_touches, 0) AS n_touches,
  coalesce(a.n_tickets, 0) AS n_tickets,
  CAST(a.n_touches AS DOUBLE) / NULLIF(a.activations, 0) AS touches_per_activation,
  coalesce(a.activations, 0) < r.min_units AS is_small_sample
FROM months m
CROSS JOIN rule r
LEFT JOIN acc a ON a.month = m.month
